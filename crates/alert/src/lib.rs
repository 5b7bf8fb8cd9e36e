//! Alerts leave the house here: by webhook, by mail, by syslog. What is worth an alert, and when one is sent again, is
//! for the caller to decide; it may be sent twice, so every channel carries the message's id.
//!
//! Whatever goes out is neutralised first: control characters and those that turn or hide text come out as
//! `\u{202e}`, long lines are cut. So no name that a directory sent can forge a header, a line or a direction.

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
