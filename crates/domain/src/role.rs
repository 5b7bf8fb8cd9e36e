//! What a person may do in the console.

mod changes;

pub(crate) use changes::{RoleChange, role_events};

use crate::text_enum::text_enum;

text_enum! {
    /// A role. No person has one by default: an administrator gives it to a person, or to everybody in a group. A
    /// directory gives one only by putting people into such a group, which sends an alert.
    pub enum Role {
        /// May do everything.
        Administrator = "administrator",
        /// May read everything and change nothing.
        Auditor = "auditor",
        /// May do nothing in the console.
        Member = "member",
    }
}

impl Role {
    /// The stronger of two roles: a person has the strongest of all roles given by hand or through groups.
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
