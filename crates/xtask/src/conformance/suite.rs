//! The suites: two public ones in Python, and our own.

/// A suite or a part of one. Each gets a token of its own: a server may treat its clients differently.
pub(crate) struct Suite {
    /// Its name in the table.
    pub(crate) name: &'static str,
    /// How it is run.
    pub(super) program: Program,
}

/// What runs it.
pub(super) enum Program {
    /// A public suite, by its name in end2end/conformance.py.
    Public(&'static str),
    /// Our own suite, by its arguments.
    Own(&'static [&'static str]),
}

/// All of them.
pub(crate) const SUITES: [Suite; 7] = [
    Suite { name: "scim2-tester", program: Program::Public("scim2-tester") },
    Suite { name: "scim-sanity", program: Program::Public("scim-sanity") },
    Suite { name: "rules", program: Program::Own(&["--rules"]) },
    Suite { name: "entra", program: Program::Own(&["--sequences", "--only", "entra-"]) },
    Suite { name: "okta", program: Program::Own(&["--sequences", "--only", "okta-"]) },
    Suite { name: "onelogin", program: Program::Own(&["--sequences", "--only", "onelogin-"]) },
    Suite { name: "jumpcloud", program: Program::Own(&["--sequences", "--only", "jumpcloud-"]) },
];
