//! How long an event may be. Every event passes [`Event::bounded`] on its way into the log, so no request can add much
//! more to the log than it contains itself.

use super::{Event, LEFT_OUT, facts};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use std::{borrow::Cow, io};

/// Most bytes of `before` and `after` together.
pub const MOST: usize = 60 * 1024;

/// Most bytes of one text in them, and of a reason. A longer text is kept as a [`TextSummary`].
const TEXT: usize = 2 * 1024;

/// Most bytes of a name.
const NAME: usize = 256;

/// Bytes reserved for that member.
const COUNT: usize = 32;

/// How many bytes `before` and `after` together may have in the event of a call that sent this many. The call did not
/// send the old values, so a short call cannot copy much of them into the log.
pub fn room(sent: usize) -> usize {
    sent.saturating_mul(2).saturating_add(4 * 1024).min(MOST)
}

/// A name as an event keeps it, cut if it is longer than any name should be.
pub fn name(text: &str) -> String {
    cut(text, NAME).into_owned()
}

/// What is kept of a long text: `{"bytes": 5000, "sha256": "…"}`, its length and the SHA-256 of its UTF-8 bytes in
/// hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextSummary {
    /// The length of the text.
    pub bytes: u64,
    /// Its hash.
    pub sha256: String,
}

impl TextSummary {
    fn of(text: &str) -> Self {
        let hash: [u8; 32] = Sha256::digest(text).into();
        Self { bytes: u64::try_from(text.len()).unwrap_or(u64::MAX), sha256: super::to_hex(&hash) }
    }

    fn to_json(&self) -> Value {
        json!({"bytes": self.bytes, "sha256": self.sha256})
    }

    /// Reads one; `None` for any other value.
    pub fn read(value: &Value) -> Option<Self> {
        let map = value.as_object().filter(|map| map.len() == 2)?;
        let sha256 = map.get("sha256")?.as_str()?.to_owned();
        super::from_hex(&sha256)?;
        Some(Self { bytes: map.get("bytes")?.as_u64()?, sha256 })
    }
}

impl Event {
    /// The event within its bounds: short names, no long text, and `before` and `after` within `room` bytes together.
    /// Postern's own facts have priority over attributes, and small values over large ones; what did not fit is
    /// counted.
    pub fn bounded(&self, room: usize) -> Cow<'_, Self> {
        let room = room.min(MOST);
        let sides = || [&self.before, &self.after].into_iter().flatten();
        let length: usize = sides().map(String::len).sum();
        let is_short = |text: Option<&str>, most| text.is_none_or(|text| text.len() <= most);
        let names = [self.actor.name(), self.target_name.as_deref(), self.address.as_deref()];
        let fits = length <= room
            && names.into_iter().all(|name| is_short(name, NAME))
            && is_short(self.reason.as_deref(), TEXT)
            && !sides().any(|text| has_long_text(text));
        if fits { Cow::Borrowed(self) } else { Cow::Owned(self.shortened(room)) }
    }

    fn shortened(&self, room: usize) -> Self {
        let read = |text: &Option<String>| text.as_deref().map(summarised);
        let (before, after) = (read(&self.before), read(&self.after));
        let length = |side: &Option<Map<String, Value>>| side.as_ref().map_or(0, object_length);
        // Each side gets half of the room, plus what the other side does not use of its half.
        let for_after = (room / 2).max(room.saturating_sub(length(&before)));
        let after = after.map(|side| fitted(side, for_after));
        let for_before = room.saturating_sub(length(&after));
        let before = before.map(|side| fitted(side, for_before));
        let short = |text: &Option<String>, most| text.as_deref().map(|text| cut(text, most).into_owned());
        let text = |side: Option<Map<String, Value>>| side.map(|side| Value::Object(side).to_string());
        Self {
            actor: self.actor.clone().renamed(|name| cut(name, NAME).into_owned()),
            address: short(&self.address, NAME),
            target_name: short(&self.target_name, NAME),
            before: text(before),
            after: text(after),
            reason: short(&self.reason, TEXT),
            ..self.clone()
        }
    }
}

fn cut(text: &str, most: usize) -> Cow<'_, str> {
    if text.len() <= most {
        return Cow::Borrowed(text);
    }
    let end = text.floor_char_boundary(most - "…".len());
    Cow::Owned(format!("{}…", &text[..end]))
}

/// Whether a JSON text may hold a string longer than [`TEXT`], judged by its length including escapes.
fn has_long_text(json: &str) -> bool {
    let (mut start, mut escaped) = (None, false);
    for (at, byte) in json.bytes().enumerate() {
        match (byte, start) {
            _ if escaped => escaped = false,
            (b'\\', Some(_)) => escaped = true,
            (b'"', None) => start = Some(at),
            (b'"', Some(start_at)) if at - start_at > TEXT + 1 => return true,
            (b'"', Some(_)) => start = None,
            _ => {}
        }
    }
    false
}

/// The object in a text, with long strings summarised. A text that is not a JSON object is summarised as a whole.
fn summarised(text: &str) -> Map<String, Value> {
    match serde_json::from_str(text) {
        Ok(Value::Object(map)) => summarise_members(map),
        _ => Map::from_iter([("text".to_owned(), TextSummary::of(text).to_json())]),
    }
}

fn summarise(value: Value) -> Value {
    match value {
        Value::String(text) if text.len() > TEXT => TextSummary::of(&text).to_json(),
        Value::Array(items) => Value::Array(items.into_iter().map(summarise).collect()),
        Value::Object(map) => Value::Object(summarise_members(map)),
        plain => plain,
    }
}

fn summarise_members(map: Map<String, Value>) -> Map<String, Value> {
    map.into_iter().map(|(name, value)| (cut(&name, TEXT).into_owned(), summarise(value))).collect()
}

/// As much of an object as fits, with the number of values that were left out. Postern's own facts come first, so that
/// no document can crowd them out, and then the smallest members.
fn fitted(mut map: Map<String, Value>, room: usize) -> Map<String, Value> {
    if object_length(&map) <= room {
        return map;
    }
    let (mut left, mut omitted) = (room.saturating_sub(COUNT), 0);
    let rank = |(at, (name, value)): (usize, (&String, &Value))| (!facts::is_word(name), length(value), at);
    let mut order: Vec<(bool, usize, usize)> = map.iter().enumerate().map(rank).collect();
    order.sort_unstable();
    let mut values: Vec<_> = map.iter_mut().collect();
    let mut keeps = vec![false; values.len()];
    for (_, _, at) in order {
        let (name, value) = &mut values[at];
        keeps[at] = fit_member(name, value, &mut left, &mut omitted);
    }
    let mut keep = keeps.into_iter();
    map.retain(|_, _| keep.next().unwrap_or_default());
    map.insert(LEFT_OUT.to_owned(), omitted.into());
    map
}

fn fit_member(name: &str, value: &mut Value, left: &mut usize, omitted: &mut u64) -> bool {
    // For the colon and the comma.
    let cost = name_length(name) + 2;
    let Some(rest) = left.checked_sub(cost) else {
        *omitted += values(value);
        return false;
    };
    *left = rest;
    let keeps = fit(value, left, omitted);
    if !keeps {
        *left += cost;
    }
    keeps
}

/// Removes what does not fit from a value. Returns whether anything is left.
fn fit(value: &mut Value, left: &mut usize, omitted: &mut u64) -> bool {
    let cost = match value {
        Value::Array(_) | Value::Object(_) => 2,
        _ => length(value),
    };
    let Some(rest) = left.checked_sub(cost) else {
        *omitted += values(value);
        return false;
    };
    *left = rest;
    let keeps = match value {
        Value::Array(items) if !items.is_empty() => {
            items.retain_mut(|item| fit_element(item, left, omitted));
            !items.is_empty()
        }
        Value::Object(map) if !map.is_empty() => {
            map.retain(|name, value| fit_member(name, value, left, omitted));
            !map.is_empty()
        }
        _ => true,
    };
    if !keeps {
        *left += cost;
    }
    keeps
}

fn fit_element(item: &mut Value, left: &mut usize, omitted: &mut u64) -> bool {
    // For the comma.
    let Some(rest) = left.checked_sub(1) else {
        *omitted += values(item);
        return false;
    };
    *left = rest;
    let keeps = fit(item, left, omitted);
    if !keeps {
        *left += 1;
    }
    keeps
}

/// How many plain values a value contains.
fn values(value: &Value) -> u64 {
    match value {
        Value::Array(items) => items.iter().map(values).sum(),
        Value::Object(map) => map.values().map(values).sum(),
        _ => 1,
    }
}

/// The length of an object as JSON text: each member with its colon and its comma, one comma fewer, and the braces.
fn object_length(map: &Map<String, Value>) -> usize {
    let members: usize = map.iter().map(|(name, value)| name_length(name) + length(value) + 2).sum();
    members + if map.is_empty() { 2 } else { 1 }
}

fn name_length(name: &str) -> usize {
    length(&Value::from(name))
}

/// The length of a value as JSON text.
fn length(value: &Value) -> usize {
    struct Count(usize);
    impl io::Write for Count {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut count = Count(0);
    // Writing to a counter cannot fail.
    let _ = serde_json::to_writer(&mut count, value);
    count.0
}

#[cfg(test)]
mod tests;
