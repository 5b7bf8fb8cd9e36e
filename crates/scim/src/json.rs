//! Reading request bodies: stricter than JSON, because ambiguous values, and values that cannot be stored, must be
//! refused here.

use std::cell::Cell;
use std::collections::HashSet;
use std::{fmt, io};

use serde::Serialize;
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::{Error, Limits, Result};

mod numbers;

/// Reads a body that must be one JSON object; a byte order mark in front of it is skipped.
///
/// Refuses, as 400 `invalidSyntax`: malformed JSON, anything but an object, trailing data, nesting beyond `limits`, an
/// object with the same key twice (in any letter case), NUL characters, lone surrogates, numbers beyond the range of a
/// double and those that a double would round. More values than `limits` allows are refused as 413.
pub fn parse_object(bytes: &[u8], limits: &Limits) -> Result<Map<String, Value>> {
    object(Reader::new(limits).read(text_of(bytes)?, 0)?)
}

/// A value that must be an object.
pub(crate) fn object(value: Value) -> Result<Map<String, Value>> {
    match value {
        Value::Object(map) => Ok(map),
        _ => Err(Error::invalid_syntax("The request body must be a JSON object.")),
    }
}

/// A body as text, without a byte order mark.
pub(crate) fn text_of(bytes: &[u8]) -> Result<&str> {
    std::str::from_utf8(bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes)).map_err(|_| unreadable())
}

pub(crate) fn unreadable() -> Error {
    Error::invalid_syntax(
        "The request body is not acceptable JSON: it is malformed, nested too deeply, has a key twice in one object \
         (letter case makes no difference), a NUL character, or a number out of range.",
    )
}

/// Reads the values of one body, all together within the limits.
pub(crate) struct Reader {
    depth: usize,
    left: Cell<Option<usize>>,
}

impl Reader {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self { depth: limits.json_depth, left: Cell::new(Some(limits.json_values)) }
    }

    /// Reads one value, `level` levels deep in the body.
    pub(crate) fn read(&self, text: &str, level: usize) -> Result<Value> {
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let value = Strict { depth: self.depth.saturating_sub(level), left: &self.left }
            .deserialize(&mut deserializer)
            .and_then(|value| deserializer.end().map(|()| value));
        let value = value.map_err(|_| match self.left.get() {
            None => Error::too_large("The request body has too many values; split it."),
            Some(_) => unreadable(),
        })?;
        match numbers::are_exact(text) {
            true => Ok(value),
            false => Err(Error::invalid_syntax("A number has more digits than can be kept; send it as text.")),
        }
    }
}

/// Bytes of memory for an object with members, in addition to the members.
const OBJECT: u64 = 400;
const VALUE: u64 = 80;

/// Roughly how many bytes the values of a JSON text take in memory once they are parsed: many small values take far
/// more than their text.
pub fn cost(text: &[u8]) -> u64 {
    let (mut cost, mut in_string, mut escaped) = (VALUE + text.len() as u64, false, false);
    for byte in text {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = in_string,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'{' => cost += OBJECT + VALUE,
            b'[' | b',' => cost += VALUE,
            _ => {}
        }
    }
    cost
}

/// The length of a value as JSON text, in bytes: the size at which it is stored, escapes included.
pub fn length(value: &(impl Serialize + ?Sized)) -> usize {
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

/// Parses one value with at most `depth` more levels of objects and arrays. `left` is how many values the whole body
/// may still have; `None` after one too many.
#[derive(Clone, Copy)]
struct Strict<'l> {
    depth: usize,
    left: &'l Cell<Option<usize>>,
}

impl Strict<'_> {
    fn inner<E: serde::de::Error>(self) -> std::result::Result<Self, E> {
        self.depth.checked_sub(1).map(|depth| Self { depth, ..self }).ok_or_else(|| E::custom("depth"))
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> std::result::Result<Value, D::Error> {
        self.left.set(self.left.get().and_then(|left| left.checked_sub(1)));
        if self.left.get().is_none() {
            return Err(D::Error::custom("values"));
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> std::result::Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> std::result::Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> std::result::Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> std::result::Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> std::result::Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("number"))
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> std::result::Result<Value, E> {
        self.visit_string(value.to_owned())
    }

    fn visit_string<E: serde::de::Error>(self, value: String) -> std::result::Result<Value, E> {
        without_nul(value).map(Value::String)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> std::result::Result<Value, A::Error> {
        let seed = self.inner()?;
        let mut items = Vec::new();
        while let Some(item) = access.next_element_seed(seed)? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> std::result::Result<Value, A::Error> {
        let seed = self.inner()?;
        let mut map = Map::new();
        while let Some(key) = access.next_key::<String>()? {
            let value = access.next_value_seed(seed)?;
            // serde_json reserves this key: when the document is read back, it would parse the key's value as JSON.
            if key.starts_with("$serde_json::") || map.insert(without_nul(key)?, value).is_some() {
                return Err(A::Error::custom("key"));
            }
        }
        if has_twins(&map) { Err(A::Error::custom("key")) } else { Ok(Value::Object(map)) }
    }
}

/// Whether two keys name the same attribute (RFC 7643 §2.1: letter case makes no difference).
pub(crate) fn has_twins(map: &Map<String, Value>) -> bool {
    // Most objects have few members, and a request has many objects.
    if map.len() <= 8 {
        let is_twin = |(at, name): (usize, &String)| map.keys().take(at).any(|other| other.eq_ignore_ascii_case(name));
        return map.keys().enumerate().any(is_twin);
    }
    let mut seen = HashSet::new();
    !map.keys().all(|name| seen.insert(name.to_ascii_lowercase()))
}

/// The refusal of an object whose keys name the same attribute twice.
pub(crate) fn twins() -> Error {
    Error::invalid_syntax("An attribute is named twice, in another letter case or with its URN; leave one out.")
}

fn without_nul<E: serde::de::Error>(text: String) -> std::result::Result<String, E> {
    if text.contains('\0') { Err(E::custom("NUL")) } else { Ok(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_values_cost_more_than_their_text() {
        assert_eq!(cost(b"1"), VALUE + 1);
        assert_eq!(cost(br#"{"a":"{[,\\\"{"}"#), 2 * VALUE + OBJECT + 16);
        assert_eq!(cost(b"[1,2,[]]"), 5 * VALUE + 8);
    }
}
