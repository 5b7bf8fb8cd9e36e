//! People as the console lists them.

use crate::{query::Weigh, role::Role, user::UserSummary};

/// A row of the list of people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonRow {
    /// The person.
    pub user: UserSummary,
    /// What the directory sent, unless it is so long that no list should read it.
    pub document: Option<String>,
    /// How many groups the person is in, up to a thousand.
    pub groups: u64,
    /// The role, by hand or through a group; only of those who are active.
    pub role: Option<Role>,
}

impl Weigh for PersonRow {
    fn weight(&self) -> u64 {
        self.document.as_ref().map_or(0, String::len) as u64
    }
}
