//! Objects and lists whose parts are not parsed.

use std::collections::HashSet;
use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::Result;
use crate::json::unreadable;

/// The members of an object, not yet parsed.
pub(super) struct Members<'b>(pub(super) Vec<(String, &'b RawValue)>);

impl<'b> Members<'b> {
    pub(super) fn read(text: &'b str) -> Result<Self> {
        serde_json::from_str(text).map_err(|_| unreadable())
    }
}

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> std::result::Result<Members<'de>, A::Error> {
        let (mut members, mut names) = (Vec::new(), HashSet::new());
        while let Some((name, value)) = access.next_entry::<String, &RawValue>()? {
            if name.contains('\0') || !names.insert(name.to_ascii_lowercase()) {
                return Err(serde::de::Error::custom("key"));
            }
            members.push((name, value));
        }
        Ok(Members(members))
    }
}

/// The first items of a list, not yet parsed, and whether there are more.
pub(super) struct First<'b>(pub(super) Vec<&'b RawValue>, pub(super) bool);

impl<'b> First<'b> {
    pub(super) fn read(text: &'b str, most: usize) -> Result<Self> {
        let mut deserializer = serde_json::Deserializer::from_str(text);
        deserializer.deserialize_seq(FirstVisitor(most)).map_err(|_| unreadable())
    }
}

struct FirstVisitor(usize);

impl<'de> Visitor<'de> for FirstVisitor {
    type Value = First<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> std::result::Result<First<'de>, A::Error> {
        let mut items = Vec::new();
        while items.len() < self.0 {
            match access.next_element()? {
                Some(item) => items.push(item),
                None => return Ok(First(items, false)),
            }
        }
        let mut there_are_more = false;
        while access.next_element::<IgnoredAny>()?.is_some() {
            there_are_more = true;
        }
        Ok(First(items, there_are_more))
    }
}
