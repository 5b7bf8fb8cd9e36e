use std::io;

/// Why a channel cannot be set up. The sentence says what to write instead and repeats nothing of what was written,
/// which may be a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(pub(crate) &'static str);

/// Why a message was not delivered, in one line: without secrets, and of what the other side said only the code.
/// Whatever the variant, the message may be sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// The channel's whole time passed.
    #[error("no answer in time")]
    TimedOut,
    /// The name resolution knows no address.
    #[error("the host name is not known; check it, and the DNS")]
    UnknownHost,
    /// There was no connection, or it broke.
    #[error("no connection: {0}")]
    Connection(io::ErrorKind),
    /// The other side could not prove who it is.
    #[error("no trusted TLS connection; check the host name and which authority signed its certificate")]
    Tls,
    /// The webhook's receiver answered with another status than 2xx.
    #[error("answered {0}")]
    Status(u16),
    /// The webhook's receiver sent us elsewhere, and we do not go: the signature was meant for this URL.
    #[error("answered {0}, a redirect, which is not followed; configure the final URL")]
    Redirect(u16),
    /// The mail server said no (RFC 5321 §4.2).
    #[error("the mail server refused {step} with {code}")]
    Refused {
        /// What it refused.
        step: &'static str,
        /// Its reply code.
        code: u16,
    },
    /// The other side does not speak as expected; the sentence says how.
    #[error("{0}")]
    Protocol(&'static str),
}

impl From<io::Error> for SendError {
    fn from(error: io::Error) -> Self {
        Self::from(&error)
    }
}

impl From<&io::Error> for SendError {
    fn from(error: &io::Error) -> Self {
        // tokio-rustls wraps what rustls says into an I/O error.
        match error.get_ref() {
            Some(inner) if inner.is::<rustls::Error>() => Self::Tls,
            _ => Self::Connection(error.kind()),
        }
    }
}
