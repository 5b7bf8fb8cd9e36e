use domain::user::Email;
use serde_json::{Map, Value};

/// A user or group as JSON.
pub(super) type Document = Map<String, Value>;

/// The addresses in a list of a document.
pub(super) fn emails(list: &[Value]) -> Vec<Email> {
    let text = |item: &Value, name: &str| item.get(name).and_then(Value::as_str).map(str::to_owned);
    let email = |item: &Value| Email {
        value: text(item, "value").unwrap_or_default(),
        kind: text(item, "type"),
        primary: item.get("primary").and_then(Value::as_bool).unwrap_or(false),
    };
    list.iter().map(email).collect()
}
