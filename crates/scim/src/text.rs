//! Comparing names and values: without regard to case, or by what they represent.

pub(crate) use ::text::{fold, fold_part};
use serde_json::{Map, Value};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Whether two values are equal: exactly if `exact`, else in their folded form.
pub(crate) fn same(a: &str, b: &str, exact: bool) -> bool {
    match exact {
        true => a == b,
        false if a.is_ascii() && b.is_ascii() => a.trim().eq_ignore_ascii_case(b.trim()),
        false => a == b || fold(a) == fold(b),
    }
}

/// The cost of folding a text, in comparisons of a short one. Characters beyond ASCII are folded one by one, and each
/// may become eighteen.
pub(crate) fn cost(text: &str) -> usize {
    text.len() / 64 + text.bytes().filter(|byte| !byte.is_ascii()).count()
}

/// The member of `map` under `key`: the exact key if it is there, else one that differs only in ASCII case.
pub(crate) fn get<'a>(map: &'a Map<String, Value>, key: &str) -> Option<&'a Value> {
    map.get(key).or_else(|| map.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, value)| value))
}

/// The key under which `map` has `name` in any letter case, or `name` itself if it has none.
pub(crate) fn key_of<'a>(map: &'a Map<String, Value>, name: &'a str) -> &'a str {
    let twin = || map.keys().find(|key| key.eq_ignore_ascii_case(name));
    if map.contains_key(name) { name } else { twin().map_or(name, String::as_str) }
}

/// Sets a member; an existing one keeps the letter case of its name.
pub(crate) fn put(map: &mut Map<String, Value>, name: &str, value: Value) {
    let key = key_of(map, name).to_owned();
    map.insert(key, value);
}

/// The rest of `text` after `prefix`, compared without regard to ASCII case.
pub(crate) fn strip_prefix<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let head = text.get(..prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then(|| &text[prefix.len()..])
}

/// Whether `text` is, or begins with, a URN.
pub(crate) fn is_urn(text: &str) -> bool {
    strip_prefix(text, "urn:").is_some()
}

/// The instant that a dateTime names (RFC 7643 §2.3.5), in nanoseconds since 1970-01-01 UTC; `None` if the text is not
/// a dateTime. One without a zone, which xsd:dateTime allows, is taken as UTC.
pub fn instant(text: &str) -> Option<i128> {
    let parse = |text: &str| OffsetDateTime::parse(text, &Rfc3339).ok();
    parse(text).or_else(|| parse(&format!("{text}Z"))).map(OffsetDateTime::unix_timestamp_nanos)
}
