//! Groups as they are recorded. Members are rows of their own, so that a change of one costs the same in any group.

use crate::{GroupId, MemberId, Timestamp};

/// A group without its members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The id that the directory keeps.
    pub id: GroupId,
    /// Counts changes from 1, those of the membership too; it is also the ETag.
    pub version: i64,
    /// When the group was made.
    pub created: Timestamp,
    /// When the group or its membership last changed.
    pub changed: Timestamp,
    /// What is looked up, and the whole document.
    pub profile: GroupProfile,
}

/// What a directory says of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupProfile {
    /// The name, as given; unique without regard to case.
    pub display_name: String,
    /// The directory's own id, compared exactly.
    pub external_id: Option<String>,
    /// Everything that was sent but the members, as one JSON object.
    pub document: String,
}

/// One step of a change of membership. Adding a member twice or removing a stranger is no error: directories repeat
/// themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MemberChange {
    /// These join. Ids that no user and no other group has are passed over.
    Add(Vec<MemberId>),
    /// These leave.
    Remove(Vec<MemberId>),
    /// These, and nobody else. Refused where somebody would have to leave and nobody of these is a user or a group: a
    /// list of strangers does not empty a group, an empty list does.
    Replace(Vec<MemberId>),
    /// These leave, and others join. Refused where none of the first is a member.
    Exchange {
        /// These leave.
        out: Vec<MemberId>,
        /// These join.
        into: Vec<MemberId>,
    },
}

impl MemberChange {
    /// How many were named.
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
