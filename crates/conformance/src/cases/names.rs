//! Names that many cases use.

/// RFC 7643 §8.7.1.
pub(super) const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
/// RFC 7643 §8.7.1.
pub(super) const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
/// RFC 7643 §4.3.
pub(super) const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
/// An identifier of the right form that no server has assigned.
pub(super) const NOBODY: &str = "b7e4c0d2-5d0f-4f0b-9f60-3a1f0c7d9e11";
