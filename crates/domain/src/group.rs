//! Groups as they are recorded. Members are rows of their own, so that changing one costs the same in any group.

mod of_user;

pub use of_user::UserGroups;

use crate::{GroupId, MemberId, Timestamp};

/// A group without its members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The id that the directory keeps.
    pub id: GroupId,
    /// Counts changes from 1, including those of the membership; it is also the ETag.
    pub version: i64,
    /// When the group was created.
    pub created: Timestamp,
    /// When the group or its membership last changed.
    pub changed: Timestamp,
    /// The attributes for look-ups, and the whole document.
    pub profile: GroupProfile,
}

/// What a directory says about a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupProfile {
    /// The name, as given; unique without regard to case.
    pub display_name: String,
    /// The directory's own id, compared exactly.
    pub external_id: Option<String>,
    /// Everything that was sent except the members, as one JSON object.
    pub document: String,
}

/// One step of a change of membership. Adding a member twice or removing a non-member is not an error: directories
/// repeat themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MemberChange {
    /// These join. Ids that belong to no user and no other group are ignored.
    Add(Vec<MemberId>),
    /// These leave.
    Remove(Vec<MemberId>),
    /// Only these are members afterwards. Refused if members would have to leave and none of these ids belongs to a
    /// user or a group: a list of unknown ids does not empty a group, an empty list does.
    Replace(Vec<MemberId>),
    /// These leave, and others join. Refused if none of those to leave is a member.
    Exchange {
        /// These leave.
        out: Vec<MemberId>,
        /// These join.
        into: Vec<MemberId>,
    },
}

impl MemberChange {
    /// How many members it names.
    pub fn named(&self) -> usize {
        match self {
            Self::Add(ids) | Self::Remove(ids) | Self::Replace(ids) => ids.len(),
            Self::Exchange { out, into } => out.len() + into.len(),
        }
    }
}

/// A group by its name: one that a user is in, or one in another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupRef {
    /// The group's id.
    pub id: GroupId,
    /// The group's name.
    pub display_name: String,
}

/// A row of the group list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupSummary {
    /// The group's id.
    pub id: GroupId,
    /// The group's name.
    pub display_name: String,
    /// How many users are in it.
    pub members: u64,
    /// How many groups are in it.
    pub nested: u64,
    /// When the group or its membership last changed.
    pub changed: Timestamp,
}
