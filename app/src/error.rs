//! What went wrong, in the form that a page or an island gets.

use leptos::{
    prelude::*,
    server_fn::{codec::JsonEncoding, error::FromServerFnError},
};
use serde::{Deserialize, Serialize};

/// Why a server function failed. It travels to the browser, so it holds no text but the product's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "detail", rename_all = "snake_case")]
pub enum ApiError {
    /// The request has no session.
    Unauthorized,
    /// The session may not do this.
    Forbidden,
    /// The secret, or the reason, must be given first, at `/admin/confirm`.
    Confirm(String),
    /// It does not exist.
    NotFound,
    /// The input breaks a rule; the sentence says which, and what to do.
    Invalid(String),
    /// A guard refused; the sentence says why, and what to do.
    Refused(String),
    /// The request is not one that our pages send.
    Malformed,
    /// The server or its database could not be reached.
    Unavailable,
    /// The server failed.
    Internal,
}

impl ApiError {
    /// The status of the response that carries it.
    pub fn status(&self) -> u16 {
        match self {
            Self::Unauthorized => 401,
            Self::Forbidden | Self::Confirm(_) => 403,
            Self::NotFound => 404,
            Self::Refused(_) => 409,
            Self::Invalid(_) => 422,
            Self::Malformed => 400,
            Self::Unavailable => 503,
            Self::Internal => 500,
        }
    }

    /// The message for the person.
    pub fn message(&self) -> &str {
        match self {
            Self::Unauthorized => {
                "Your session has ended, so nothing was changed. Reload the page to sign in again: what you entered \
                                   is kept."
            }
            Self::Forbidden => "This was refused and nothing was changed. Reload the page and try again.",
            Self::NotFound => "This no longer exists. Reload the page to see what does.",
            Self::Confirm(words) | Self::Invalid(words) | Self::Refused(words) => words,
            Self::Malformed => "The page does not match the server, for example after an upgrade. Reload the page.",
            Self::Unavailable => "Postern or its database did not answer. Reload the page to see whether it happened.",
            Self::Internal => "Postern failed; its log says why. Reload the page to see the present state.",
        }
    }
}

impl std::fmt::Display for ApiError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.message())
    }
}

impl std::error::Error for ApiError {}

impl FromServerFnError for ApiError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Request(_) => Self::Unavailable,
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) | ServerFnErrorErr::Deserialization(_) => {
                Self::Malformed
            }
            _ => Self::Internal,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_travels_and_keeps_its_status() {
        let error = ApiError::Refused("Sign in first.".to_owned());
        let there = error.ser();
        assert_eq!(&there[..], br#"{"kind":"refused","detail":"Sign in first."}"#);
        assert_eq!(ApiError::de(there), error);
        assert_eq!(error.status(), 409);
    }

    #[test]
    fn what_the_framework_says_is_not_passed_on() {
        let inner = ServerFnErrorErr::Args("invalid digit found in string".to_owned());
        assert!(!ApiError::from_server_fn_error(inner).message().contains("digit"));
    }
}
