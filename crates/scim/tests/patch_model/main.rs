//! PATCH against a model: RFC 7644 §3.5.2 implemented a second time, naively, over typed fields instead of JSON.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod model;
mod operations;
#[path = "../support/mod.rs"]
mod support;

use model::Person;
use operations::Operation;
use proptest::prelude::*;
use scim::patch::{PatchRequest, apply, normalise};
use scim::schema::Registry;
use scim::{Limits, Result};
use serde_json::{Map, Value, json};
use std::sync::LazyLock;

const BADGES: &str = "urn:example:badges:2.0:User";

/// Users with an immutable attribute and a list of plain values.
static TYPES: LazyLock<Registry> = LazyLock::new(|| {
    let attributes = json!([{"name": "badge", "mutability": "immutable"}, {"name": "tags", "multiValued": true}]);
    let definition = json!({"resourceType": "User", "id": BADGES, "attributes": attributes});
    Registry::with_extensions(&definition.to_string()).unwrap()
});

fn patched(document: &Map<String, Value>, operations: Vec<Value>) -> Result<Map<String, Value>> {
    let body = Map::from_iter([("Operations".to_owned(), Value::Array(operations))]);
    let operations = normalise(TYPES.user, &PatchRequest::parse(body, &Limits::default())?)?;
    apply(TYPES.user, &operations, document)
}

proptest! {
    #![proptest_config(support::config())]

    #[test]
    fn operations_do_what_the_model_does(
        person in model::person(),
        operations in prop::collection::vec((operations::operation(), any::<u8>()), 1..6),
    ) {
        let sent: Vec<_> = operations.iter().map(|(operation, style)| operation.to_json(*style)).collect();
        let expected = Operation::apply_all(&operations, &person);
        let found = patched(&person.to_json(), sent.clone());
        let found = found.map_err(|error| error.scim_type.unwrap().as_str());
        prop_assert_eq!(found, expected.map(|person: Person| person.to_json()), "{}", Value::Array(sent));
    }
}
