use std::fmt;

/// What a step of a case gives, or why it cannot go on.
pub type Result<T> = std::result::Result<T, Failure>;

/// What was expected of a server, and what came instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Method and path of the request, and the start of its body.
    pub request: String,
    /// What the rule asks for.
    pub expected: String,
    /// What the server answered.
    pub got: String,
}

impl Failure {
    /// A failure of these three parts.
    pub fn new(request: impl Into<String>, expected: impl Into<String>, got: impl Into<String>) -> Self {
        Self { request: request.into(), expected: expected.into(), got: got.into() }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: expected {}, got {}", self.request, self.expected, self.got)
    }
}

impl std::error::Error for Failure {}
