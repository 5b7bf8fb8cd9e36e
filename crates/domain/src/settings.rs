//! What an administrator has set.

use crate::Timestamp;

/// The settings; there is one row of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Whether SCIM provisioning is on.
    pub provisioning: bool,
    /// When it was last turned on or off.
    pub provisioning_changed: Option<Timestamp>,
}
