//! Documents on which filters and PATCH requests are tried.

use std::sync::LazyLock;

use scim::Limits;
use serde_json::{Map, Value, json};

/// Some values of each kind: text, booleans, numbers, lists, an extension, and what no schema knows.
pub static USER: LazyLock<Map<String, Value>> = LazyLock::new(|| {
    object(json!({
        "userName": "Ada@corp.example",
        "externalId": "7",
        "name": {"givenName": "Ada", "familyName": "Byron"},
        "active": true,
        "emails": [
            {"value": "ada@corp.example", "type": "work", "primary": true},
            {"value": "ada@home.example", "type": "home"}
        ],
        "roles": [{"value": "{\"a\":1}", "primary": false}],
        "x": [{"y": 1}, {"y": 1.5, "z": "\u{df}"}, "plain"],
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "R", "manager": {"value": "9"}},
        "urn:x:2.0:User": {"badge": 12}
    }))
});

/// A group with two members.
pub static GROUP: LazyLock<Map<String, Value>> = LazyLock::new(|| {
    object(json!({"displayName": "Staff", "members": [{"value": "a", "type": "User"}, {"value": "b"}]}))
});

/// Limits for what the crate has printed itself: longer than what it read, and up to one level deeper, because
/// `a[b pr or c pr].d pr` is printed as `a[(b pr or c pr) and d pr]`.
pub fn limits_of_printed() -> Limits {
    let limits = Limits::default();
    Limits { filter_length: usize::MAX, filter_depth: limits.filter_depth + 1, ..limits }
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}
