//! RFC 7643 §5 to §7 and RFC 7644 §4: how the service describes itself.

use scim::Limits;
use scim::schema::{Registry, resource_types_json, schemas_json, service_provider_config};
use serde_json::{Value, json};

const BASE: &str = "https://app.example.test/scim/v2";

#[test]
fn schemas_are_complete_and_without_nulls() {
    let schemas = schemas_json(&Registry::default(), BASE);
    let ids: Vec<_> = schemas.iter().map(|schema| schema["id"].as_str().unwrap()).collect();
    assert_eq!(
        ids,
        [
            "urn:ietf:params:scim:schemas:core:2.0:User",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
            "urn:ietf:params:scim:schemas:core:2.0:Group",
            "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig",
            "urn:ietf:params:scim:schemas:core:2.0:ResourceType",
            "urn:ietf:params:scim:schemas:core:2.0:Schema",
        ]
    );
    for schema in &schemas {
        assert_eq!(schema["meta"]["location"], format!("{BASE}/Schemas/{}", schema["id"].as_str().unwrap()));
        assert!(!schema.to_string().contains("null"));
    }
}

/// RFC 7643 §7: what a schema does not name is absent, what it requires is present, and each value has its type.
#[test]
fn the_service_is_as_its_own_schemas_say() {
    let registry = Registry::default();
    let schemas = schemas_json(&registry, BASE);
    let config = service_provider_config(BASE, &Limits::default());
    let types = resource_types_json(&registry, BASE);
    for described in schemas.iter().chain(&types).chain([&config]) {
        let urn = &described["schemas"][0];
        let schema = schemas.iter().find(|schema| schema["id"] == *urn).unwrap_or_else(|| panic!("{urn} is described"));
        let mut object = described.as_object().unwrap().clone();
        object.retain(|name, _| name != "schemas" && name != "meta");
        is_described(&Value::Object(object), &schema["attributes"]);
    }
}

fn is_described(object: &Value, attributes: &Value) {
    let attributes = attributes.as_array().unwrap();
    // The schema of schemas describes two levels of sub-attributes, as in RFC 7643 §8.7.2, but is itself three levels
    // deep.
    for name in object.as_object().unwrap().keys().filter(|name| *name != "subAttributes") {
        assert!(attributes.iter().any(|attribute| attribute["name"] == *name), "{name} in {object}");
    }
    for attribute in attributes {
        let Some(value) = object.get(attribute["name"].as_str().unwrap()) else {
            assert_eq!(attribute["required"], false, "{} in {object}", attribute["name"]);
            continue;
        };
        assert_eq!(value.is_array(), attribute["multiValued"] == true, "{} in {object}", attribute["name"]);
        for value in value.as_array().unwrap_or(&vec![value.clone()]) {
            match attribute["type"].as_str().unwrap() {
                "complex" => is_described(value, &attribute["subAttributes"]),
                "boolean" => assert!(value.is_boolean()),
                "integer" => assert!(value.is_u64()),
                _ => assert!(value.is_string()),
            }
            if let Some(canonical) = attribute.get("canonicalValues") {
                assert!(canonical.as_array().unwrap().contains(value), "{value} for {}", attribute["name"]);
            }
        }
    }
}

/// RFC 7643 §8.7.1: the characteristics that clients rely on.
#[test]
fn characteristics() {
    let schemas = schemas_json(&Registry::default(), BASE);
    let find = |schema: usize, name: &str| {
        let attributes = schemas[schema]["attributes"].as_array().unwrap();
        attributes.iter().find(|attribute| attribute["name"] == name).unwrap().clone()
    };
    let user_name = find(0, "userName");
    assert_eq!(
        (&user_name["required"], &user_name["caseExact"], &user_name["uniqueness"]),
        (&json!(true), &json!(false), &json!("server"))
    );
    let password = find(0, "password");
    assert_eq!((&password["mutability"], &password["returned"]), (&json!("writeOnly"), &json!("never")));
    assert_eq!(find(0, "groups")["mutability"], "readOnly");
    assert_eq!(find(0, "emails")["subAttributes"][2]["canonicalValues"], json!(["work", "home", "other"]));
    assert_eq!(find(1, "manager")["subAttributes"][1]["referenceTypes"], json!(["User"]));
    assert_eq!(find(2, "members")["multiValued"], true);
    let users: Vec<_> =
        schemas[0]["attributes"].as_array().unwrap().iter().map(|known| known["name"].clone()).collect();
    assert_eq!(users.len(), 21);
}

#[test]
fn resource_types() {
    let types = resource_types_json(&Registry::default(), BASE);
    assert_eq!(types[0]["endpoint"], "/Users");
    let extension =
        json!([{"schema": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", "required": false}]);
    assert_eq!(types[0]["schemaExtensions"], extension);
    assert_eq!(
        types[1]["meta"],
        json!({"resourceType": "ResourceType", "location": format!("{BASE}/ResourceTypes/Group")})
    );
    assert!(types[1].get("schemaExtensions").is_none());
}

#[test]
fn service_provider() {
    let config = service_provider_config(BASE, &Limits::default());
    let supported = |name: &str| config[name]["supported"] == Value::Bool(true);
    assert!(supported("patch") && supported("filter") && supported("etag"));
    assert!(supported("sort") && supported("bulk") && !supported("changePassword"));
    let pagination = json!({"cursor": true, "index": true, "defaultPaginationMethod": "index",
        "defaultPageSize": 100, "maxPageSize": 200});
    assert_eq!(config["pagination"], pagination);
    assert_eq!(config["filter"]["maxResults"], 200);
    assert_eq!(config["authenticationSchemes"][0]["type"], "oauthbearertoken");
    assert_eq!(config["authenticationSchemes"][0]["primary"], true);
}
