//! RFC 7643 §7: definitions as an operator writes them.

use scim::schema::{Registry, resource_types_json, schemas_json};
use serde_json::{Value, json};

use super::{BADGES, create, with};

const BASE: &str = "https://app.example.test/scim/v2";

fn read(definitions: &Value) -> Result<Registry, String> {
    Registry::with_extensions(&definitions.to_string()).map_err(|error| error.to_string())
}

fn refused(definitions: &Value) -> String {
    read(definitions).unwrap_err()
}

/// A definition of users with one attribute.
fn one(attribute: Value) -> Value {
    json!({"resourceType": "User", "id": BADGES, "attributes": [attribute]})
}

#[test]
fn a_definition_is_printed_as_it_was_read() {
    let attributes = json!([
        {"name": "badge", "type": "string", "multiValued": false, "description": "Number of the badge.", "required": true,
            "canonicalValues": ["a", "b"], "caseExact": true, "mutability": "immutable", "returned": "always",
            "uniqueness": "none"},
        {"name": "devices", "type": "complex", "multiValued": true, "description": "Devices.", "required": false,
            "mutability": "readWrite", "returned": "request", "subAttributes": [
            {"name": "home", "type": "reference", "multiValued": false, "description": "Page.", "required": false,
                "caseExact": true, "mutability": "readOnly", "returned": "default", "uniqueness": "none",
                "referenceTypes": ["external"]},
            {"name": "seen", "type": "dateTime", "multiValued": true, "description": "Times.", "required": false,
                "mutability": "writeOnly", "returned": "never"}]}]);
    let user = json!({"resourceType": "User", "required": true, "id": BADGES, "name": "Badges", "description": "Doors.",
        "attributes": attributes, "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Schema"], "meta": {}});
    let group = json!({"resourceType": "Group", "id": "urn:example:sites:1.0:Group",
        "attributes": [{"name": "site"}]});
    let types = read(&json!([user, group])).unwrap();
    let schemas = schemas_json(&types, BASE);
    let ids: Vec<_> = schemas.iter().map(|schema| schema["id"].as_str().unwrap().rsplit(':').nth(2).unwrap()).collect();
    assert_eq!(ids[..5], ["core", "enterprise", "badges", "core", "sites"]);
    let printed = json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Schema"], "id": BADGES, "name": "Badges",
        "description": "Doors.", "attributes": attributes,
        "meta": {"resourceType": "Schema", "location": format!("{BASE}/Schemas/{BADGES}")}});
    assert_eq!(schemas[2], printed);
    let plain = json!([{"name": "site", "type": "string", "multiValued": false, "description": "", "required": false,
        "caseExact": false, "mutability": "readWrite", "returned": "default", "uniqueness": "none"}]);
    assert_eq!((&schemas[4]["attributes"], &schemas[4]["name"]), (&plain, &json!("urn:example:sites:1.0:Group")));
    assert_eq!(schemas[4]["description"], "");
    let kinds = resource_types_json(&types, BASE);
    let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    let users = json!([{"schema": enterprise, "required": false}, {"schema": BADGES, "required": true}]);
    assert_eq!(kinds[0]["schemaExtensions"], users);
    let groups = json!([{"schema": "urn:example:sites:1.0:Group", "required": false}]);
    assert_eq!(kinds[1]["schemaExtensions"], groups);
}

#[test]
fn a_single_definition_needs_no_list_and_none_are_fine() {
    assert_eq!(with(json!([{"name": "badge"}])).schemas().count(), 4);
    assert_eq!(read(&json!([])).unwrap(), Registry::default());
}

#[test]
fn references_and_binaries_are_case_exact_unless_said_otherwise() {
    let types = with(json!([
        {"name": "a", "type": "binary"}, {"name": "b", "type": "reference", "referenceTypes": ["uri"]},
        {"name": "c", "type": "binary", "caseExact": false}, {"name": "d", "type": "integer"}]));
    let printed = schemas_json(&types, BASE);
    let exact: Vec<_> = printed[2]["attributes"].as_array().unwrap().iter().map(|known| &known["caseExact"]).collect();
    assert_eq!(exact, [&json!(true), &json!(true), &json!(false), &json!(null)]);
}

#[test]
fn names_of_an_extension_become_canonical() {
    let types =
        with(json!([{"name": "badge"}, {"name": "desk", "type": "complex", "subAttributes": [{"name": "floor"}]}]));
    let user = create(types, json!({"BADGE": ["7"], "Desk.FLOOR": "2", "own": 1})).unwrap();
    assert_eq!(user[BADGES], json!({"badge": "7", "desk": {"floor": "2"}, "own": 1}));
    let body = json!({"userName": "ada", BADGES.to_uppercase(): {"badge": "7"}});
    let user = scim::resource::normalise(types.user, body.as_object().unwrap().clone()).unwrap();
    assert_eq!(user[BADGES], json!({"badge": "7"}));
}

#[test]
fn text_that_is_no_json_is_refused_with_its_line() {
    let error = Registry::with_extensions("[\n  {\"id\": }\n]").unwrap_err();
    assert_eq!(error.place, "line 2, column 10");
    assert!(error.to_string().starts_with("line 2, column 10: this is not JSON"));
}

#[test]
fn every_mistake_is_named_with_its_place() {
    let users = |id: &str| json!({"resourceType": "User", "id": id, "attributes": [{"name": "badge"}]});
    for (definitions, place) in [
        (json!(7), "the file: "),
        (json!([7]), "[0]: "),
        (json!({}), "resourceType: "),
        (json!({"resourceType": "Device"}), "resourceType: "),
        (json!({"resourceType": 1}), "resourceType: write text"),
        (json!({"resourceType": "User"}), "id: "),
        (json!({"resourceType": "User", "colour": "red"}), "colour: "),
        (users("badges"), "id: "),
        (users("urn:"), "id: "),
        (users("urn:badges"), "id: "),
        (users("urn:a:b:"), "id: "),
        (users("urn:a:b c"), "id: "),
        (users("urn:ietf:params:scim:schemas:core:2.0:user"), "id: this schema is built in"),
        (users("urn:ietf:params:scim:schemas:core:2.0:Group"), "id: this schema is built in"),
        (users("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"), "id: this schema is built in"),
        (users("urn:ietf:params:scim:schemas:core:2.0:User:more"), "id: this schema is built in"),
        (users("urn:ietf:params:scim:schemas:core:2.0"), "id: this schema is built in"),
        (json!([users("urn:a:b"), users("urn:a:c"), users("URN:A:B")]), "[2].id: another definition"),
        (json!([users("urn:a:b"), users("urn:a:b:c")]), "[1].id: another definition"),
        (json!({"resourceType": "User", "id": "urn:a:b"}), "attributes: "),
        (json!({"resourceType": "User", "id": "urn:a:b", "attributes": {}}), "attributes: write a list"),
        (json!({"resourceType": "User", "id": "urn:a:b", "attributes": []}), "attributes: list at least one attribute"),
        (json!({"resourceType": "User", "id": "urn:a:b", "attributes": [1]}), "attributes[0]: "),
        (json!({"resourceType": "User", "id": "urn:a:b", "name": 1, "attributes": [{"name": "a"}]}), "name: "),
        (
            json!({"resourceType": "User", "id": "urn:a:b", "required": "yes", "attributes": [{"name": "a"}]}),
            "required: ",
        ),
        (
            json!({"resourceType": "User", "id": "urn:a:b", "attributes": [{"name": "a"}, {"name": "A"}]}),
            "attributes[1].name: this name is taken",
        ),
        (one(json!({})), "attributes[0].name: "),
        (one(json!({"name": ""})), "attributes[0].name: "),
        (one(json!({"name": "two words"})), "attributes[0].name: "),
        (one(json!({"name": "a.b"})), "attributes[0].name: "),
        (one(json!({"name": "a", "mutable": true})), "attributes[0].mutable: there is no such key"),
        (
            one(json!({"name": "a", "type": "text"})),
            "attributes[0].type: write one of string, boolean, integer, decimal, \
            dateTime, reference, binary, complex",
        ),
        (
            one(json!({"name": "a", "mutability": "fixed"})),
            "attributes[0].mutability: write one of readOnly, readWrite, \
            immutable, writeOnly",
        ),
        (
            one(json!({"name": "a", "returned": "no"})),
            "attributes[0].returned: write one of always, never, default, request",
        ),
        (one(json!({"name": "a", "uniqueness": "server"})), "attributes[0].uniqueness: "),
        (one(json!({"name": "a", "uniqueness": "global"})), "attributes[0].uniqueness: "),
        (one(json!({"name": "a", "multiValued": 1})), "attributes[0].multiValued: write true or false"),
        (one(json!({"name": "a", "canonicalValues": ["x", 1]})), "attributes[0].canonicalValues[1]: write text"),
        (one(json!({"name": "a", "type": "reference"})), "attributes[0].referenceTypes: "),
        (one(json!({"name": "a", "referenceTypes": ["User"]})), "attributes[0].referenceTypes: "),
        (one(json!({"name": "a", "mutability": "writeOnly"})), "attributes[0].returned: "),
        (one(json!({"name": "a", "mutability": "readOnly", "required": true})), "attributes[0].required: "),
        (one(json!({"name": "a", "returned": "never", "required": true})), "attributes[0].required: "),
        (one(json!({"name": "a", "type": "complex"})), "attributes[0].subAttributes: list at least one attribute"),
        (one(json!({"name": "a", "subAttributes": [{"name": "b"}]})), "attributes[0].subAttributes: only"),
        (
            one(json!({"name": "a", "type": "complex", "subAttributes": [{"name": "b", "type": "complex"}]})),
            "attributes[0].subAttributes[0].type: ",
        ),
        (json!([one(json!({"name": "a"})), one(json!({"name": "a", "type": 5}))]), "[1].id: "),
        (json!([one(json!({"name": "a", "type": 5}))]), "[0].attributes[0].type: write text"),
    ] {
        let said = refused(&definitions);
        assert!(said.starts_with(place), "{definitions} said {said}");
    }
}
