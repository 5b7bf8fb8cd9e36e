//! The people in the databases, by number: both seeding and callers can compute the nth user's name.

use serde_json::{Value, json};
use uuid::Uuid;

/// Names hold seven digits.
const NUMBERS: usize = 10_000_000;
/// Coprime to [`NUMBERS`], so that no two users get the same digits, and names are in no order.
const STEP: usize = 3_819_661;
/// The digits of user 0, which occur nowhere else in a document.
const FIRST: usize = 1_234_567;
/// How many users share a department, which is a group.
pub(crate) const DEPARTMENT: usize = 500;
/// How many groups are empty.
pub(crate) const EMPTY_GROUPS: usize = 10_000;
/// How many members the large group has.
pub(crate) const CROWD: usize = 50_000;

/// The digits that distinguish the texts of a user or a group from all others.
pub(crate) fn digits(n: usize) -> String {
    format!("{:07}", (n * STEP + FIRST) % NUMBERS)
}

/// The same in SQL, for a column `n`.
pub(crate) fn digits_in_sql() -> String {
    format!("substr(CAST({NUMBERS} + (n * {STEP} + {FIRST}) % {NUMBERS} AS TEXT), 2)")
}

/// A UUID of version 7.
pub(crate) fn uuid(millis: i64, n: usize) -> Uuid {
    Uuid::from_u128((u128::from(millis.unsigned_abs()) << 80) | (0x7 << 76) | (0x8 << 60) | n as u128)
}

pub(crate) fn user_name(n: usize) -> String {
    format!("person{}@corp.example", digits(n))
}

/// A user as Entra sends it.
pub(crate) fn user(n: usize) -> Value {
    let digits = digits(n);
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "externalId": format!("5d1c3f0e-8a21-4a55-b1de-00000{digits}"),
        "userName": user_name(n),
        "active": true,
        "displayName": format!("Person {digits}"),
        "name": {"formatted": format!("Person {digits}"), "familyName": digits, "givenName": "Person"},
        "emails": [{"primary": true, "type": "work", "value": user_name(n)}]
    })
}

/// A group without members.
pub(crate) fn group(n: usize) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"],
        "externalId": format!("77aa0c4e-8a21-4a55-b1de-00000{}", digits(n)),
        "displayName": format!("Group {}", digits(n))
    })
}

/// How many users there are, how many of them are in the large group, and when the first of them were created.
#[derive(Clone, Copy)]
pub(crate) struct People {
    pub(crate) users: usize,
    /// Users up to this one are only in the group of their department.
    pub(crate) outside: usize,
    pub(crate) user_zero: Uuid,
    /// Users after user 0 were created before it, one per millisecond, from this moment on.
    pub(crate) since: i64,
}

impl People {
    /// The id of a user.
    pub(crate) fn id(&self, n: usize) -> Uuid {
        if n == 0 { self.user_zero } else { uuid(self.since + n as i64, n) }
    }

    /// A user who is only in a department; a different one for each number, in no order.
    pub(crate) fn somebody(&self, n: usize) -> usize {
        n * 7_919 % self.outside
    }

    pub(crate) fn departments(&self) -> usize {
        self.users.div_ceil(DEPARTMENT)
    }

    /// The id of a group: first the departments, then the empty groups, then the large one.
    pub(crate) fn group_id(&self, n: usize) -> Uuid {
        uuid(self.since, n)
    }

    /// The id of an empty group.
    pub(crate) fn empty_group(&self, n: usize) -> Uuid {
        self.group_id(self.departments() + n % EMPTY_GROUPS)
    }

    /// The id of the large group, if there are enough people to have one.
    pub(crate) fn crowd(&self) -> Option<Uuid> {
        (self.outside < self.users).then(|| self.group_id(self.departments() + EMPTY_GROUPS))
    }
}
