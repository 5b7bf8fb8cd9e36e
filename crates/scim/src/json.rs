//! Reading request bodies: stricter than JSON, because what is ambiguous or cannot be stored must not get further.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::{Error, Limits, Result};

/// Reads a body that must be one JSON object; a byte order mark in front of it is skipped.
///
/// Refuses, as 400 `invalidSyntax`: malformed JSON, anything but an object, trailing data, nesting beyond `limits`, an
/// object with the same key twice, NUL characters, lone surrogates and numbers beyond the range of a double. Refuses
/// more values than `limits` allows, as 413.
pub fn parse_object(bytes: &[u8], limits: &Limits) -> Result<Map<String, Value>> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let (left, depth) = (Cell::new(Some(limits.json_values)), limits.json_depth);
    let value = Strict { depth, left: &left }
        .deserialize(&mut deserializer)
        .and_then(|value| deserializer.end().map(|()| value));
    match value {
        Ok(Value::Object(map)) => Ok(map),
        Ok(_) => Err(Error::invalid_syntax("The request body must be a JSON object.")),
        Err(_) if left.get().is_none() => Err(Error::too_large("The request body has too many values; split it.")),
        Err(_) => Err(Error::invalid_syntax(
            "The request body is not acceptable JSON: it is malformed, nested too deeply, has a key twice in one \
             object, a NUL character, or a number out of range.",
        )),
    }
}

/// About the length of an object as JSON text, in bytes.
pub fn length(object: &Map<String, Value>) -> usize {
    object.iter().map(|(name, value)| name.len() + length_of(value) + 4).sum::<usize>() + 2
}

/// The same for a value.
pub(crate) fn length_of(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len() + 2,
        Value::Array(items) => items.iter().map(|item| length_of(item) + 1).sum::<usize>() + 2,
        Value::Object(map) => length(map),
        _ => 4,
    }
}

/// Reads one value with `depth` more levels of objects and arrays, of the values that are `left` for the whole body:
/// none of them once there was one too many.
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
            // serde_json takes this key for its own when the document is read back, and reads its value as JSON.
            if key.starts_with("$serde_json::") || map.insert(without_nul(key)?, value).is_some() {
                return Err(A::Error::custom("key"));
            }
        }
        Ok(Value::Object(map))
    }
}

fn without_nul<E: serde::de::Error>(text: String) -> std::result::Result<String, E> {
    if text.contains('\0') { Err(E::custom("NUL")) } else { Ok(text) }
}
