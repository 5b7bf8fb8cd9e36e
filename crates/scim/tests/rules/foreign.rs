//! Schemas of other resource types, undeclared schemas, and names that are almost known.

use std::sync::LazyLock;

use scim::resource::{Meta, Projection, normalise, render, render_text};
use scim::schema::{ENTERPRISE_URN, GROUP, GROUP_URN, Registry, ResourceType, USER, USER_URN};
use serde_json::{Value, json};

use super::{object, patched};

const BADGES: &str = "urn:example:badges:2.0:User";
const TEAMS: &str = "urn:example:teams:2.0:Group";

/// Users with badges, groups with teams.
static TYPES: LazyLock<Registry> = LazyLock::new(|| {
    let declared = |urn: &str, of: &str| json!({"resourceType": of, "id": urn, "attributes": [{"name": "a"}]});
    let definitions = json!([declared(BADGES, "User"), declared(TEAMS, "Group")]);
    Registry::with_extensions(&definitions.to_string()).unwrap()
});

#[test]
fn br19_ra5_a_schema_of_another_resource_type_is_refused() {
    let cases: [(&ResourceType, String, Value); 11] = [
        (&USER, format!("{GROUP_URN}:displayName"), json!("d")),
        (&USER, GROUP_URN.to_owned(), json!({"displayName": "d"})),
        (&USER, format!("{}:members", GROUP_URN.to_uppercase()), json!([{"value": "a"}])),
        (&USER, format!("{GROUP_URN}:members[value eq \"a\"].display"), json!("d")),
        (&USER, format!("{GROUP_URN}:unheard"), json!(1)),
        (&GROUP, format!("{USER_URN}:members"), json!([{"value": "a"}])),
        (&GROUP, format!("{USER_URN}:name.givenName"), json!("x")),
        (&GROUP, format!("{ENTERPRISE_URN}:department"), json!("R")),
        (&GROUP, ENTERPRISE_URN.to_owned(), json!({"department": "R"})),
        (TYPES.user, format!("{TEAMS}:a"), json!("x")),
        (TYPES.group, BADGES.to_owned(), json!({"a": "x"})),
    ];
    for (types, path, value) in cases {
        let resource = json!({"userName": "ada", "displayName": "g"});
        for operation in [
            json!({"op": "add", "path": path, "value": value}),
            json!({"op": "replace", "value": {path.clone(): value}}),
            json!({"op": "remove", "path": path}),
        ] {
            let error = patched(types, resource.clone(), json!([operation])).unwrap_err();
            assert_eq!((error.status, error.scim_type.unwrap().as_str()), (400, "invalidPath"), "{operation}");
        }
        let mut body = object(resource);
        body.insert(path.clone(), value);
        assert_eq!(normalise(types, body).unwrap_err().scim_type.unwrap().as_str(), "invalidPath", "{path}");
    }
}

#[test]
fn br19_what_only_looks_like_another_schema_is_kept() {
    for path in [format!("{GROUP_URN}s:a"), "urn:example:other:2.0:Group:a".to_owned(), format!("{TEAMS}:a")] {
        let operations = json!([{"op": "add", "path": path, "value": "x"}]);
        assert!(patched(&USER, json!({"userName": "ada"}), operations).is_ok(), "{path}");
    }
}

fn schemas(types: &ResourceType, document: &Value) -> Value {
    let meta = || {
        let x = || "x".to_owned();
        Meta { id: x(), created: x(), last_modified: x(), version: x(), location: x() }
    };
    let all = Projection::all();
    let rendered = render(types, object(document.clone()), meta(), vec![], &all);
    let text = render_text(types, &document.to_string(), meta(), &[], &all).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), Value::Object(rendered.clone()));
    rendered["schemas"].clone()
}

/// RFC 7643 §3.
#[test]
fn ra5_schemas_names_what_the_resource_type_has_and_no_more() {
    let types = TYPES.user;
    for (document, expected) in [
        (json!({"userName": "a"}), json!([USER_URN])),
        (json!({"userName": "a", "urn:x:y:2.0:User": {"a": 1}}), json!([USER_URN])),
        (json!({"userName": "a", GROUP_URN: {"displayName": "d"}}), json!([USER_URN])),
        (json!({"userName": "a", TEAMS: {"a": "x"}}), json!([USER_URN])),
        (
            json!({BADGES: {"a": "x"}, "userName": "a", ENTERPRISE_URN: {"department": "R"}}),
            json!([USER_URN, ENTERPRISE_URN, BADGES]),
        ),
        (json!({"userName": "a", BADGES: {}}), json!([USER_URN])),
        (json!({"userName": "a", ENTERPRISE_URN: "x", BADGES.to_uppercase(): {"a": "x"}}), json!([USER_URN, BADGES])),
    ] {
        assert_eq!(schemas(types, &document), expected, "{document}");
    }
    assert_eq!(schemas(&USER, &json!({BADGES: {"a": "x"}})), json!([USER_URN]));
    assert_eq!(schemas(TYPES.group, &json!({TEAMS: {"a": "x"}})), json!([GROUP_URN, TEAMS]));
}

#[test]
fn br19_a_misspelt_name_is_kept_and_can_be_told() {
    for (types, name, meant) in [
        (&GROUP, "memebers", Some("members")),
        (&GROUP, "member", Some("members")),
        (&GROUP, "MEMBRES", Some("members")),
        (&GROUP, "memberz", Some("members")),
        (&GROUP, "displyName", Some("displayName")),
        (&USER, "usrName", Some("userName")),
        (&USER, "actvie", Some("active")),
        (&USER, "email", Some("emails")),
        (&USER, "external_Id", Some("externalId")),
        (&USER, "members", None),
        (&USER, "userName", None),
        (&USER, "USERNAME", None),
        (&USER, "shoeSize", None),
        (&USER, "im", None),
        (&USER, "activee2", None),
        (&USER, "", None),
        (&USER, "ügerName", None),
    ] {
        assert_eq!(types.misspelt(name), meant, "{name}");
    }
    let operation = json!([{"op": "add", "path": "memebers", "value": [{"value": "a"}]}]);
    let group = patched(&GROUP, json!({"displayName": "g"}), operation).unwrap();
    assert_eq!(group["memebers"], json!([{"value": "a"}]));
}
