//! A person with few attributes, and what can be done to each.

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

use crate::BADGES;

/// Attributes that hold one text, as paths.
pub(crate) const SINGLES: [&str; 7] = [
    "userName",
    "title",
    "name.givenName",
    "name.familyName",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value",
    "urn:example:badges:2.0:User:badge",
];

#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Person {
    pub(crate) singles: BTreeMap<&'static str, String>,
    pub(crate) tags: Vec<String>,
    pub(crate) emails: Vec<Email>,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Email {
    pub(crate) value: Option<String>,
    pub(crate) kind: Option<String>,
    pub(crate) display: Option<String>,
    pub(crate) primary: Option<bool>,
}

impl Email {
    pub(crate) fn to_json(&self) -> Value {
        let mut map = Map::new();
        for (name, text) in [("value", &self.value), ("type", &self.kind), ("display", &self.display)] {
            map.extend(text.iter().map(|text| (name.to_owned(), json!(text))));
        }
        map.extend(self.primary.map(|primary| ("primary".to_owned(), json!(primary))));
        Value::Object(map)
    }

    /// Takes over the values of the other.
    pub(crate) fn take_over(&mut self, other: &Self) {
        let text = |own: &mut Option<String>, other: &Option<String>| *own = other.clone().or(own.take());
        text(&mut self.value, &other.value);
        text(&mut self.kind, &other.kind);
        text(&mut self.display, &other.display);
        self.primary = other.primary.or(self.primary);
    }

    /// "If the value already exists, no changes SHOULD be made": the same value with the same type.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        let same = |a: &String, b: &String| a.eq_ignore_ascii_case(b);
        match (&self.value, &other.value) {
            (Some(a), Some(b)) => {
                let kinds = self.kind.as_ref().zip(other.kind.as_ref());
                same(a, b) && kinds.is_none_or(|(a, b)| same(a, b))
            }
            _ => self == other,
        }
    }
}

/// "At most one is primary": the one at `winner` stays.
pub(crate) fn only_primary(emails: &mut [Email], winner: Option<usize>) {
    if let Some(winner) = winner {
        for (index, email) in emails.iter_mut().enumerate() {
            if index != winner && email.primary == Some(true) {
                email.primary = Some(false);
            }
        }
    }
}

pub(crate) fn last_primary(emails: &[Email], among: &[usize]) -> Option<usize> {
    among.iter().copied().rfind(|&index| emails[index].primary == Some(true))
}

impl Person {
    /// "The same (type, value) SHOULD NOT be returned more than once": the first stays, with the values of the others.
    pub(crate) fn drop_twins(&mut self) {
        let lower = |text: &Option<String>| text.as_ref().map(|text| text.to_lowercase());
        let mut emails: Vec<Email> = Vec::new();
        for email in self.emails.drain(..) {
            let is_twin = |other: &&mut Email| {
                email.value.is_some()
                    && lower(&other.value) == lower(&email.value)
                    && lower(&other.kind) == lower(&email.kind)
            };
            match emails.iter_mut().find(is_twin) {
                Some(first) => {
                    let was_primary = first.primary == Some(true);
                    first.take_over(&email);
                    first.primary = if was_primary { Some(true) } else { first.primary };
                }
                None => emails.push(email),
            }
        }
        self.emails = emails;
        let mut seen = BTreeSet::new();
        self.tags.retain(|tag| seen.insert(tag.to_lowercase()));
    }

    pub(crate) fn to_json(&self) -> Map<String, Value> {
        let mut out = Map::new();
        for (path, text) in &self.singles {
            let (urn, name) = path.rsplit_once(':').map_or((None, *path), |(urn, name)| (Some(urn), name));
            let mut container = &mut out;
            let mut names: Vec<&str> = urn.into_iter().chain(name.split('.')).collect();
            let last = names.pop().unwrap();
            for inner in names {
                container = container.entry(inner).or_insert_with(|| json!({})).as_object_mut().unwrap();
            }
            container.insert(last.to_owned(), json!(text));
        }
        if !self.tags.is_empty() {
            let badges = out.entry(BADGES).or_insert_with(|| json!({}));
            badges["tags"] = json!(self.tags);
        }
        if !self.emails.is_empty() {
            out.insert("emails".into(), self.emails.iter().map(Email::to_json).collect());
        }
        out
    }
}

fn texts() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["a", "b", "A", "c"]).prop_map(str::to_owned)
}

pub(crate) fn email() -> impl Strategy<Value = Email> {
    let kind = prop::option::of(prop::sample::select(vec!["work", "home", "Work"]).prop_map(str::to_owned));
    (prop::option::of(texts()), kind, prop::option::of(texts()), prop::option::of(any::<bool>()))
        .prop_map(|(value, kind, display, primary)| Email { value, kind, display, primary })
        .prop_filter("says nothing", |email| *email != Email::default())
}

pub(crate) fn tags() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(texts(), 0..3)
}

pub(crate) fn person() -> impl Strategy<Value = Person> {
    let singles = prop::collection::btree_map(prop::sample::select(&SINGLES[..]), texts(), 0..6);
    (singles, tags(), prop::collection::vec(email(), 0..4)).prop_map(|(mut singles, tags, mut emails)| {
        singles.entry("userName").or_insert_with(|| "ada".to_owned());
        let all: Vec<_> = (0..emails.len()).collect();
        let winner = last_primary(&emails, &all);
        only_primary(&mut emails, winner);
        let mut person = Person { singles, tags, emails };
        person.drop_twins();
        person
    })
}
