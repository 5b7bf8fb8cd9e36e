//! The groups of a user, if they are few enough to be read.

use super::GroupRef;
use crate::query::REFERENCE;

/// The groups of a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UserGroups {
    /// All of them, by name; none if they were not requested.
    All(Vec<GroupRef>),
    /// They weigh more than [`UserGroups::MOST`], so their names were not read. The text differs whenever they do.
    TooMany(String),
}

impl UserGroups {
    /// What the groups of a user may weigh to be read, in bytes: about 10,000 groups with names of 35 letters. Beyond
    /// it, a few clients that read one user at the same time would fill the memory.
    pub const MOST: u64 = 4 * 1024 * 1024;

    /// What a group weighs in addition to its name.
    pub const EACH: u64 = REFERENCE;

    /// What a byte of a name weighs: in JSON, a control character has six.
    pub const NAME_BYTE: u64 = 6;

    /// The groups, unless they are too many.
    pub fn all(&self) -> Option<&[GroupRef]> {
        match self {
            Self::All(groups) => Some(groups),
            Self::TooMany(_) => None,
        }
    }

    /// Roughly how many bytes they take as JSON text. Groups that were too many to read take none, but the database has
    /// looked at each of them, so a page must not have many such users.
    pub(crate) fn weight(&self) -> u64 {
        match self {
            Self::All(groups) => groups.iter().map(|group| Self::EACH + written(&group.display_name)).sum(),
            Self::TooMany(_) => Self::MOST,
        }
    }
}

impl Default for UserGroups {
    fn default() -> Self {
        Self::All(Vec::new())
    }
}

/// How many bytes a text has as JSON, at most.
fn written(text: &str) -> u64 {
    let byte = |byte: u8| match byte {
        0..0x20 => UserGroups::NAME_BYTE,
        b'"' | b'\\' => 2,
        _ => 1,
    };
    text.bytes().map(byte).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::GroupId;

    #[test]
    fn names_weigh_what_they_are_as_json() {
        for name in ["Staff", "a \"b\" \\ c", "\u{1}\u{1}\n", "Straße"] {
            let groups = UserGroups::All(vec![GroupRef { id: GroupId(Default::default()), display_name: name.into() }]);
            let json = serde_json::to_string(name).unwrap().len() as u64 - 2;
            let weight = groups.weight() - UserGroups::EACH;
            assert!(weight >= json && weight <= name.len() as u64 * UserGroups::NAME_BYTE, "{name:?}");
        }
        assert_eq!(UserGroups::TooMany(String::new()).weight(), UserGroups::MOST);
    }
}
