//! Documents for trying filters and PATCH requests.

use std::sync::LazyLock;

use scim::Limits;
use scim::schema::Registry;
use serde_json::{Map, Value, json};

/// The built-in resource types, with an attribute of each type and mutability that they do not have.
pub static TYPES: LazyLock<Registry> = LazyLock::new(|| {
    let definition = json!({
        "id": "urn:e:2.0:User",
        "resourceType": "User",
        "attributes": [
            {"name": "int", "type": "integer", "multiValued": true},
            {"name": "dec", "type": "decimal"},
            {"name": "at", "type": "dateTime"},
            {"name": "bin", "type": "binary", "multiValued": true},
            {"name": "once", "mutability": "immutable"},
            {"name": "never", "mutability": "writeOnly", "returned": "never"},
            {"name": "asked", "returned": "request"},
            {"name": "c", "type": "complex", "subAttributes": [
                {"name": "value", "required": true}, {"name": "once", "mutability": "immutable"}, {"name": "ok", "type": "boolean"}
            ]}
        ]
    });
    Registry::with_extensions(&definition.to_string()).expect("a definition")
});

/// Values of each kind: text, booleans, numbers, lists, an extension, and undeclared attributes.
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
        "urn:e:2.0:User": {"int": [1, 2], "dec": 0.5, "once": "o", "c": {"value": "v", "once": "w"}},
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
