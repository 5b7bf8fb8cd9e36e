use serde_json::{Map, Value};

use crate::text;
use crate::value::is_empty;

/// The members of `given` over those of `old`; null unsets.
pub(super) fn merge(old: Option<Value>, given: &Map<String, Value>) -> Value {
    let mut merged = match old {
        Some(Value::Object(old)) => old,
        Some(plain) if !is_empty(&plain) => Map::from_iter([("value".to_owned(), plain)]),
        _ => Map::new(),
    };
    for (name, value) in given {
        text::put(&mut merged, name, value.clone());
    }
    merged.retain(|_, value| !is_empty(value));
    Value::Object(merged)
}
