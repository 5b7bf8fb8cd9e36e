use std::fmt;

/// The result of a step of a case, or why it failed.
pub type Result<T> = std::result::Result<T, Failure>;

/// What was expected of a server, and what came instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Method and path of the request, and the start of its body.
    pub request: String,
    /// What the rule requires.
    pub expected: String,
    /// What the server answered.
    pub got: String,
    /// Whether the case ended because the server lacks an optional feature, which the rule allows.
    pub(crate) is_absence: bool,
}

impl Failure {
    /// A failure of these three parts.
    pub fn new(request: impl Into<String>, expected: impl Into<String>, got: impl Into<String>) -> Self {
        Self { request: request.into(), expected: expected.into(), got: got.into(), is_absence: false }
    }

    /// Ends a case whose rule is about an optional feature that the server lacks: the case counts as skipped.
    pub fn absence(reason: impl Into<String>) -> Self {
        Self { is_absence: true, ..Self::new("", "", reason) }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: expected {}, got {}", self.request, self.expected, self.got)
    }
}

impl std::error::Error for Failure {}
