//! The e-mail addresses that undo a rename, if there are too many to record all of them.

use crate::user::{Email, Profile};
use serde_json::{Map, Value, json};
use std::collections::HashSet;

/// Addresses that stay but were changed are recorded up to this many bytes. Addresses that were removed are always
/// recorded: the directory paid for them when it sent them, and padding must not keep the real one out of the record.
const CHANGED: usize = 3_000;

/// The addresses to restore.
#[derive(Debug, PartialEq)]
pub(super) struct Addresses {
    /// Where each was in the list, and what it was. One that stayed in another form replaces that form.
    kept: Vec<(Option<usize>, Email)>,
    /// The addresses that were added by the rename, in lower case; `None` if none of the old addresses stayed, so that
    /// all of the present ones are new.
    added: Option<Vec<String>>,
}

impl Addresses {
    pub(super) fn of(before: &Profile, after: &Profile) -> Self {
        let [old, new] = [before, after].map(|profile| values(&profile.emails));
        let whole = |email: &Email| (email.value.clone(), email.kind.clone(), email.primary);
        let unchanged: HashSet<_> = after.emails.iter().map(whole).collect();
        let mut wanted: Vec<(usize, &Email)> =
            before.emails.iter().enumerate().filter(|(_, email)| !unchanged.contains(&whole(email))).collect();
        let user_name = lower(&before.user_name);
        wanted.sort_by_cached_key(|(_, email)| (!email.primary, lower(&email.value) != user_name, email.value.len()));
        let mut room = CHANGED;
        wanted.retain(|(at, email)| {
            let length = column(Some(*at), email).to_string().len();
            let stays = new.contains(&lower(&email.value));
            let is_kept = !stays || length <= room;
            if stays && is_kept {
                room -= length;
            }
            is_kept
        });
        wanted.sort_by_key(|(at, _)| *at);
        let added = (!new.is_disjoint(&old)).then(|| {
            let mut added: Vec<String> = new.difference(&old).cloned().collect();
            added.sort();
            added
        });
        Self { kept: wanted.into_iter().map(|(at, email)| (Some(at), email.clone())).collect(), added }
    }

    /// Nothing to do.
    pub(super) fn unchanged() -> Self {
        Self { kept: Vec::new(), added: Some(Vec::new()) }
    }

    pub(super) fn to_json(&self) -> Value {
        let kept: Vec<Value> = self.kept.iter().map(|(at, email)| column(*at, email)).collect();
        json!({"kept": kept, "added": self.added})
    }

    pub(super) fn read(value: &Value) -> Option<Self> {
        let added = match value.get("added")? {
            Value::Null => None,
            list => Some(list.as_array()?.iter().map(|one| one.as_str().map(str::to_owned)).collect::<Option<_>>()?),
        };
        Some(Self { kept: kept(value.get("kept")?)?, added })
    }

    /// Reads what events of older versions have: only the removed addresses, without their places.
    pub(super) fn read_gone(value: &Value) -> Option<Self> {
        Some(Self { kept: kept(value)?, added: Some(Vec::new()) })
    }

    /// Restores the addresses in the list and in the document, each in its place, and removes those that the rename
    /// added.
    pub(super) fn restore(&self, now: &[Email], document: &mut Map<String, Value>) -> Option<Vec<Email>> {
        if self.kept.is_empty() && self.added.as_ref().is_some_and(Vec::is_empty) {
            return Some(now.to_vec());
        }
        let list = document.entry("emails").or_insert_with(|| json!([])).as_array_mut()?;
        // In every stored document the two lists have the same length.
        let mut rows: Vec<(Email, Value)> = now.iter().cloned().zip(std::mem::take(list)).collect();
        let added = self.added.as_ref().map(|added| added.iter().collect::<HashSet<_>>());
        let back: HashSet<String> = self.kept.iter().map(|(_, email)| lower(&email.value)).collect();
        rows.retain(|(email, _)| {
            let value = lower(&email.value);
            added.as_ref().is_some_and(|added| !added.contains(&value)) && !back.contains(&value)
        });
        if self.kept.iter().any(|(_, email)| email.primary) {
            rows.iter_mut().for_each(demote);
        }
        for (at, email) in &self.kept {
            let at = at.map_or(rows.len(), |at| at.min(rows.len()));
            rows.insert(at, (email.clone(), element(email)));
        }
        let emails;
        (emails, *list) = rows.into_iter().unzip();
        Some(emails)
    }
}

/// Makes a preferred address an ordinary one: only one may be preferred, and another is restored.
fn demote((email, element): &mut (Email, Value)) {
    if std::mem::take(&mut email.primary)
        && let Some(element) = element.as_object_mut()
    {
        element.insert("primary".to_owned(), json!(false));
    }
}

fn values(emails: &[Email]) -> HashSet<String> {
    emails.iter().map(|email| lower(&email.value)).filter(|value| !value.is_empty()).collect()
}

fn column(at: Option<usize>, email: &Email) -> Value {
    json!([email.value, email.kind, email.primary, at])
}

fn kept(value: &Value) -> Option<Vec<(Option<usize>, Email)>> {
    let at = |row: &Value| row.get(3).and_then(Value::as_u64).and_then(|at| usize::try_from(at).ok());
    let emails = emails(value)?;
    Some(value.as_array()?.iter().map(at).zip(emails).collect())
}

/// An address as a document writes it.
fn element(email: &Email) -> Value {
    let mut element = Map::new();
    element.insert("value".to_owned(), json!(email.value));
    if let Some(kind) = &email.kind {
        element.insert("type".to_owned(), json!(kind));
    }
    if email.primary {
        element.insert("primary".to_owned(), json!(true));
    }
    Value::Object(element)
}

/// A form that is equal for names that differ only in capitals. Folding goes further: it also equates letters that look
/// different.
pub(super) fn lower(name: &str) -> String {
    name.to_lowercase()
}

pub(super) fn emails(value: &Value) -> Option<Vec<Email>> {
    let email = |email: &Value| {
        Some(Email {
            value: email.get(0)?.as_str()?.to_owned(),
            kind: email.get(1)?.as_str().map(str::to_owned),
            primary: email.get(2)?.as_bool()?,
        })
    };
    value.as_array()?.iter().map(email).collect()
}
