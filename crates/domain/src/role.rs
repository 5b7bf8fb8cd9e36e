//! What somebody may do in the console.

mod changes;

pub(crate) use changes::{RoleChange, role_events};

use crate::text_enum::text_enum;

text_enum! {
    /// A role. Nobody has one by default: an administrator gives it to a person, or to everybody in a group. A directory
    /// gives one only by putting people into such a group, which is an alert.
    pub enum Role {
        /// Does everything.
        Administrator = "administrator",
        /// Reads everything and changes nothing.
        Auditor = "auditor",
        /// Has no business in the console.
        Member = "member",
    }
}

impl Role {
    /// The stronger of two roles: somebody has the best that any of the ways to a role gives.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Administrator, _) | (_, Self::Administrator) => Self::Administrator,
            (Self::Auditor, _) | (_, Self::Auditor) => Self::Auditor,
            _ => Self::Member,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Role::{Administrator, Auditor, Member};

    #[test]
    fn the_stronger_role_counts() {
        assert_eq!(Member.or(Auditor), Auditor);
        assert_eq!(Administrator.or(Auditor), Administrator);
        assert_eq!(Auditor.or(Administrator), Administrator);
        assert_eq!(Member.or(Member), Member);
    }
}
