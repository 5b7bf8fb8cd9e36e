//! The SCIM 2.0 protocol (RFC 7643, RFC 7644), pure: no I/O, no clock, no HTTP.
//!
//! One attribute table ([`schema`]) drives everything: reading a resource body ([`resource::normalise`]), PATCH
//! ([`patch`]), filters ([`filter`]), projection ([`resource::Projection`]) and discovery ([`schema::schemas_json`]).
//! Input is read tolerantly, in all the shapes that clients send; output is strict.
//!
//! A *document* is the stored form of a resource: a JSON object under canonical attribute names, extensions nested
//! under their URN, without the attributes that the server owns (`id`, `meta`, `schemas`, `groups`).

mod base64;
pub mod filter;
pub mod json;
mod limits;
pub mod message;
pub mod patch;
pub mod path;
pub mod resource;
pub mod schema;
mod text;
mod value;

pub use limits::{Limits, MAX_ATTRIBUTES, MAX_COPIED, MAX_DOCUMENT, MAX_NAMES, MAX_VALUES};
pub use message::Error;
pub use text::instant;

/// The crate's result. Its [`Error`] can be sent as a SCIM error response as it is.
pub type Result<T> = std::result::Result<T, Error>;
