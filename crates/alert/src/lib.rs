//! Alerts go out here: by webhook, mail or syslog. The caller decides what deserves an alert and when to send one
//! again; an alert may be sent twice, so every channel carries the message's id.
//!
//! All text is neutralised first: control characters and those that hide text or change its direction are spelled out,
//! as in `\u{202e}`, and long lines are cut. So no name from a directory can forge a header, a line or a text
//! direction.

mod channel;
mod error;
mod mail;
mod message;
mod net;
mod syslog;
mod text;
mod tls;
mod webhook;

pub use channel::Channel;
pub use error::{ConfigError, SendError};
pub use message::Message;
pub use text::one_line;
pub use tls::Authorities;

#[cfg(test)]
mod testing;
