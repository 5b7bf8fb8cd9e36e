//! PATCH paths: text to a path, the path to text, and the effect of a request with that path on a document.

use scim::Limits;
use scim::patch::{PatchRequest, apply, normalise, split_members};
use scim::path::{AttributePath, PatchPath};
use scim::resource::{self, Projection};
use scim::schema::ResourceType;
use serde_json::{Map, Value, json};

use super::samples::{self, TYPES, limits_of_printed};

/// A path that parses is printed as text that parses to the same path, and names that were looked up stay as they are.
/// For any text as the path of a PATCH operation, the resulting document is in normal form.
pub fn check(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let limits = Limits::default();
    if let Ok(path) = PatchPath::parse(text, &limits) {
        let printed = path.to_string();
        assert_eq!(PatchPath::parse(&printed, &limits_of_printed()).as_ref(), Ok(&path), "{printed}");
        looks_up_once(TYPES.user, &path.path);
        looks_up_once(TYPES.group, &path.path);
    }
    if let Ok(projection) = Projection::parse(Some(text), Some(text), TYPES.user) {
        projection.wants("groups");
    }
    // One request for each input, because they take most of the time.
    let operation = match input.len() % 3 {
        0 => json!({"op": "add", "path": text, "value": "true"}),
        1 => {
            json!({"op": "replace", "path": text, "value": {"value": "c", "type": "work", "primary": true, "x": null}})
        }
        _ => json!({"op": "remove", "path": text}),
    };
    if text.contains("member") {
        try_on(TYPES.group, &samples::GROUP, operation)
    } else {
        try_on(TYPES.user, &samples::USER, operation)
    }
}

fn looks_up_once(resource_type: &ResourceType, path: &AttributePath) {
    let found = resource_type.resolve(path);
    let canonical = AttributePath {
        schema: found.extension.map(Into::into),
        attribute: found.name.into(),
        sub_attribute: found.sub_name.map(Into::into),
    };
    assert_eq!(resource_type.resolve(&canonical), found, "{canonical}");
}

fn try_on(resource_type: &ResourceType, document: &Map<String, Value>, operation: Value) {
    let is_removal = operation["op"] == "remove";
    let body = Map::from_iter([("Operations".to_owned(), Value::Array(vec![operation]))]);
    let request = PatchRequest::parse(body, &Limits::default()).expect("a request of one operation");
    let Ok(operations) = normalise(resource_type, &request) else { return };
    // The server stores membership separately.
    let Ok((operations, _)) = split_members(operations) else { return };
    let Ok(patched) = apply(resource_type, &operations, document) else { return };
    assert_eq!(resource::normalise(resource_type, patched.clone()).as_ref(), Ok(&patched), "{operations:?}");
    if is_removal {
        assert_eq!(apply(resource_type, &operations, &patched).as_ref(), Ok(&patched), "{operations:?}");
    }
}
