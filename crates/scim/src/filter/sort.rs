//! Sort keys of resources in memory.

use serde_json::{Map, Value};

use super::eval::{Scope, select};
use crate::path::AttributePath;
use crate::schema::{Attribute, ResourceType, Type};
use crate::{Error, Result, text};

/// How many characters of a text count.
const LENGTH: usize = 100;

/// The attribute that a list is sorted by (`sortBy`).
#[derive(Debug, Clone, PartialEq)]
pub struct SortBy(AttributePath);

impl SortBy {
    /// Reads `sortBy`.
    ///
    /// # Errors
    /// 400 `invalidPath` for a text that names no attribute, `invalidValue` for a complex attribute without a `value`
    /// and for an attribute that is never returned.
    pub fn parse(text: &str, resource_type: &ResourceType) -> Result<Self> {
        let path = AttributePath::parse(text)?;
        if resource_type.is_schema(&path) {
            return Err(Error::invalid_value("sortBy names a schema; name one of its attributes."));
        }
        let found = resource_type.resolve(&path);
        let named = if found.sub_name.is_some() { found.sub_attribute } else { found.attribute };
        if let Some(known) = found.secret() {
            return Err(Error::invalid_value(format!("{} is never returned, so it cannot be sorted by.", known.name)));
        }
        if let Some(known) = named.filter(|known| known.compared().is_none()) {
            let detail = format!("{} has parts; sort by one of them, as in name.familyName.", known.name);
            return Err(Error::invalid_value(detail));
        }
        Ok(Self(path))
    }

    /// The attribute.
    pub fn path(&self) -> &AttributePath {
        &self.0
    }

    /// The resource's sort key: a text whose order by code points is the order of the values; `None` if it has no
    /// value. Of several values the primary one decides, or else the first. Only the first 100 characters of a text
    /// count, folded unless case matters; a dateTime counts as an instant.
    pub fn key(&self, resource: &Map<String, Value>, resource_type: &ResourceType) -> Option<String> {
        let attribute = AttributePath { sub_attribute: None, ..self.0.clone() };
        let selection = select(resource, &attribute, Scope::Resource(resource_type));
        let is_primary = |value: &&&Value| value.get("primary").and_then(Value::as_bool) == Some(true);
        let chosen = selection.values.iter().find(is_primary).or_else(|| selection.values.first())?;
        let sub = self.0.sub_attribute.as_deref();
        let (value, known) = match (chosen, sub) {
            (Value::Object(map), _) => {
                let name = sub.unwrap_or("value");
                (text::get(map, name)?, selection.attribute.and_then(|parent| parent.sub_attribute(name)))
            }
            (plain, None) => (*plain, selection.attribute),
            _ => return None,
        };
        encode(value, known)
    }
}

/// Values of different types are sorted in the order boolean, number, text.
fn encode(value: &Value, attribute: Option<&'static Attribute>) -> Option<String> {
    match value {
        Value::Bool(value) => Some(if *value { "01" } else { "00" }.to_owned()),
        Value::Number(number) => Some(format!("1{:016x}", ordered(number.as_f64()?))),
        Value::String(value) if value.is_empty() => None,
        Value::String(value) => Some(match attribute {
            Some(known) if known.kind == Type::DateTime => match text::instant(value) {
                Some(instant) => format!("2{:032x}", instant.cast_unsigned() ^ 1 << 127),
                None => format!("3{}", cut(value)),
            },
            Some(known) if known.case_exact => format!("3{}", cut(value)),
            _ => format!("3{}", cut(&text::fold(value))),
        }),
        _ => None,
    }
}

fn cut(text: &str) -> &str {
    text.char_indices().nth(LENGTH).map_or(text, |(end, _)| &text[..end])
}

/// Bits that sort in the same order as the numbers that they represent.
fn ordered(number: f64) -> u64 {
    let bits = number.to_bits();
    if bits >> 63 == 1 { !bits } else { bits | 1 << 63 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{USER, USER_URN};
    use serde_json::json;

    fn key(by: &str, resource: Value) -> Option<String> {
        let Value::Object(resource) = resource else { return None };
        SortBy::parse(by, &USER).ok()?.key(&resource, &USER)
    }

    #[test]
    fn values_stand_in_their_own_order() {
        let numbers = [-1e300, -2.5, -1.0, 0.0, 0.1, 2.0, 10.0, 1e300];
        let keys: Vec<_> = numbers.iter().map(|number| key("x", json!({"x": number}))).collect();
        assert!(keys.is_sorted_by(|a, b| a < b), "{keys:?}");
        let moments =
            ["0001-01-01T00:00:00Z", "1969-12-31T23:59:59Z", "1970-01-01T01:00:00+01:00", "2026-01-01T00:00:00Z"];
        let keys: Vec<_> = moments.iter().map(|at| key("meta.created", json!({"meta": {"created": at}}))).collect();
        assert!(keys.is_sorted_by(|a, b| a < b), "{keys:?}");
        let mixed = [json!(false), json!(true), json!(-5), json!(5), json!("A"), json!("b")];
        let keys: Vec<_> = mixed.iter().map(|value| key("x", json!({"x": value}))).collect();
        assert!(keys.is_sorted_by(|a, b| a < b), "{keys:?}");
    }

    #[test]
    fn letter_case_counts_where_it_does() {
        assert_eq!(key("title", json!({"title": "Chief"})), key("TITLE", json!({"title": " cHIEF"})));
        assert_ne!(key("externalId", json!({"externalId": "a"})), key("externalId", json!({"externalId": "A"})));
        assert_eq!(key("title", json!({"title": ""})), None);
        let long = |end: &str| key("title", json!({"title": format!("{}{end}", "ä".repeat(100))}));
        assert_eq!(long("a"), long("b"));
    }

    #[test]
    fn the_primary_value_decides_or_else_the_first() {
        let list = json!([{"value": "b"}, {"value": "a", "primary": true}, {"value": "c"}]);
        assert_eq!(key("emails", json!({"emails": list})).as_deref(), Some("3a"));
        assert_eq!(key("emails.value", json!({"emails": list})).as_deref(), Some("3a"));
        assert_eq!(key("emails.type", json!({"emails": list})), None);
        assert_eq!(key("emails", json!({"emails": [{"value": "b"}, {"value": "a"}]})).as_deref(), Some("3b"));
        assert_eq!(key("tags", json!({"tags": ["z", "a"]})).as_deref(), Some("3z"));
        assert_eq!(key("name.familyName", json!({"name": {"familyName": "King"}})).as_deref(), Some("3king"));
    }

    #[test]
    fn an_order_by_parts_or_secrets_is_refused() {
        for by in ["name", "addresses", "meta", "password", "a b", "userName[x eq 1]", "", USER_URN] {
            assert!(SortBy::parse(by, &USER).is_err(), "{by}");
        }
        for by in ["title", "emails", "manager", "nosuch", "urn:x:y:z", "name.familyName", "active", "meta.version"] {
            assert!(SortBy::parse(by, &USER).is_ok(), "{by}");
        }
    }
}
