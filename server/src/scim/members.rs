//! The members of a group as JSON text, rendered while it is sent. A group may have half a million: as ids they take 8
//! MB, as text ten times as much.

use super::text::write;
use domain::{GroupId, UserId};
use std::fmt::Display;

/// A member that is rendered once, with marks, which no document can contain, in place of what differs.
pub(super) const SAMPLE: &str = r#"[{"value":"\u0000v","$ref":"\u0000r","type":"\u0000t"}]"#;

const MARKS: [(&str, Slot); 3] =
    [(r#""\u0000v""#, Slot::Id), (r#""\u0000r""#, Slot::Location), (r#""\u0000t""#, Slot::Kind)];

/// Members, in their order.
pub(super) struct Members {
    template: Template,
    users: (Vec<UserId>, Kind),
    groups: (Vec<GroupId>, Kind),
    /// How many have been rendered.
    at: usize,
}

/// What all members of a kind have in common.
pub(super) struct Kind {
    /// The URL without the id.
    pub(super) location: String,
    pub(super) name: &'static str,
}

/// The text of a member: what comes before each slot, and after the last.
struct Template {
    before: Vec<(String, Slot)>,
    end: String,
}

#[derive(Clone, Copy)]
enum Slot {
    Id,
    Location,
    Kind,
}

impl Members {
    /// The members of a group that was rendered with the [`SAMPLE`], and the text before and after them; `None` if they
    /// are not wanted.
    pub(super) fn new(
        rendered: &str,
        users: (Vec<UserId>, Kind),
        groups: (Vec<GroupId>, Kind),
    ) -> Option<(&str, Self, &str)> {
        let first = MARKS.iter().filter_map(|(mark, _)| rendered.find(mark)).min()?;
        let last = MARKS.iter().filter_map(|(mark, _)| Some(rendered.find(mark)? + mark.len())).max()?;
        let (start, end) = (rendered[..first].rfind('{')?, last + rendered[last..].find('}')? + 1);
        let template = Template::read(&rendered[start..end]);
        Some((&rendered[..start], Self { template, users, groups, at: 0 }, &rendered[end..]))
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.users.0.len() + self.groups.0.len()
    }

    /// How many bytes they take in memory.
    pub(super) fn in_memory(&self) -> u64 {
        16 * self.count() as u64
    }

    /// How long their text is.
    pub(super) fn length(&self) -> u64 {
        let lengths = [(self.users.0.len(), &self.users.1), (self.groups.0.len(), &self.groups.1)];
        let all: u64 = lengths.iter().map(|(count, kind)| *count as u64 * self.one(kind)).sum();
        all + self.count().saturating_sub(1) as u64
    }

    /// The length of one member; all ids have the same length.
    fn one(&self, kind: &Kind) -> u64 {
        let mut text = String::new();
        self.template.fill(&mut text, &uuid::Uuid::nil(), kind);
        text.len() as u64
    }

    /// The next part of their text, about `length` bytes long; `None` at the end.
    pub(super) fn next(&mut self, length: usize) -> Option<String> {
        if self.at == self.count() {
            return None;
        }
        let mut text = String::with_capacity(length.min(64 * 1024) + 512);
        while text.len() < length && self.at < self.count() {
            if self.at > 0 {
                text.push(',');
            }
            match self.users.0.get(self.at) {
                Some(id) => self.template.fill(&mut text, id, &self.users.1),
                None => {
                    let id = &self.groups.0[self.at - self.users.0.len()];
                    self.template.fill(&mut text, id, &self.groups.1);
                }
            }
            self.at += 1;
        }
        Some(text)
    }
}

impl Template {
    fn read(member: &str) -> Self {
        let mut before = Vec::new();
        let mut rest = member;
        let next = |rest: &str| {
            let found = MARKS.iter().filter_map(|(mark, slot)| Some((rest.find(mark)?, mark.len(), *slot)));
            found.min_by_key(|(at, ..)| *at)
        };
        while let Some((at, length, slot)) = next(rest) {
            before.push((rest[..at].to_owned(), slot));
            rest = &rest[at + length..];
        }
        Self { before, end: rest.to_owned() }
    }

    fn fill(&self, out: &mut String, id: &impl Display, kind: &Kind) {
        for (before, slot) in &self.before {
            out.push_str(before);
            out.push_str(&match slot {
                Slot::Id => write(&id.to_string()),
                Slot::Location => write(&format!("{}{id}", kind.location)),
                Slot::Kind => write(&kind.name),
            });
        }
        out.push_str(&self.end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn members(rendered: &str) -> Option<(&str, Members, &str)> {
        let kind = |name| Kind { location: format!("https://x/{name}/"), name };
        let (users, groups) = ((1..=3).map(|n| UserId(Uuid::from_u128(n))), [GroupId(Uuid::from_u128(9))]);
        Members::new(rendered, (users.collect(), kind("User")), (groups.to_vec(), kind("Group")))
    }

    #[test]
    fn they_come_in_pieces_and_as_long_as_was_said() {
        let rendered = format!("{{\"id\":\"\\\\u0000v\",\"members\":{SAMPLE},\"meta\":{{}}}}");
        let (before, mut members, behind) = members(&rendered).unwrap();
        let length = members.length();
        let mut text = String::new();
        while let Some(more) = members.next(1) {
            text += &more;
        }
        assert_eq!(text.len() as u64, length);
        let whole: serde_json::Value = serde_json::from_str(&format!("{before}{text}{behind}")).unwrap();
        let last = &whole["members"][3];
        assert_eq!(last["$ref"], "https://x/Group/00000000-0000-0000-0000-000000000009");
        assert_eq!((&last["type"], whole["members"].as_array().unwrap().len()), (&"Group".into(), 4));
        assert_eq!(whole["id"], "\\u0000v", "what a document says is no mark");
    }

    #[test]
    fn what_is_not_wanted_is_left_out() {
        assert!(members("{\"id\":\"1\"}").is_none());
        let (_, mut members, _) = members(r#"{"members":[{"value":"\u0000v"}]}"#).unwrap();
        assert_eq!(members.next(1).unwrap(), "{\"value\":\"00000000-0000-0000-0000-000000000001\"}");
    }
}
