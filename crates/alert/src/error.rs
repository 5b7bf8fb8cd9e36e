use std::io;

/// Why a channel cannot be set up. The sentence says what to write instead and repeats nothing of what was written,
/// which may be a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(pub(crate) &'static str);

/// Why a message was not delivered, in one line: without secrets, and with nothing of the receiver's answer but its
/// code. Whatever the variant, the message may be sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// The channel's time limit passed.
    #[error("no answer in time")]
    TimedOut,
    /// Name resolution found no address.
    #[error("the host name is not known; check it, and the DNS")]
    UnknownHost,
    /// No connection could be made, or it broke.
    #[error("no connection: {0}")]
    Connection(io::ErrorKind),
    /// The other side could not prove its identity.
    #[error("no trusted TLS connection; check the host name and which authority signed its certificate")]
    Tls,
    /// The webhook's receiver answered with a status other than 2xx.
    #[error("answered {0}")]
    Status(u16),
    /// The webhook's receiver redirected us. We do not follow: the signature was meant for this URL.
    #[error("answered {0}, a redirect, which is not followed; configure the final URL")]
    Redirect(u16),
    /// The mail server refused (RFC 5321 §4.2).
    #[error("the mail server refused {step} with {code}")]
    Refused {
        /// The step that it refused.
        step: &'static str,
        /// Its reply code.
        code: u16,
    },
    /// The other side did not answer as the protocol requires; the sentence says in what way.
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
        // tokio-rustls wraps errors of rustls in an I/O error.
        match error.get_ref() {
            Some(inner) if inner.is::<rustls::Error>() => Self::Tls,
            _ => Self::Connection(error.kind()),
        }
    }
}
