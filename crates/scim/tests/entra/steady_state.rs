//! §3 and §4.4: what is returned must be what was sent, or the client sends it again for ever.

use scim::resource::{Meta, Projection, render};
use scim::schema::{ENTERPRISE_URN, GROUP, GROUP_URN, ResourceType, USER, USER_URN};
use serde_json::{Value, json};

use super::{ada, create, minimal, object, patched};

fn meta() -> Meta {
    Meta {
        id: "9a1d".into(),
        created: "2026-01-01T00:00:00Z".into(),
        last_modified: "2026-01-02T00:00:00Z".into(),
        version: "W/\"2\"".into(),
        location: "https://app.example.test/scim/v2/Users/9a1d".into(),
    }
}

fn rendered(resource_type: &ResourceType, document: Value, attributes: Option<&str>, excluded: Option<&str>) -> Value {
    let projection = Projection::parse(attributes, excluded, resource_type).unwrap();
    let readonly = match resource_type.name {
        "User" => ("groups", json!([])),
        _ => ("members", json!([{"value": "u1", "display": "Ada"}])),
    };
    Value::Object(render(resource_type, object(document), meta(), vec![readonly], &projection))
}

#[test]
fn a_user_is_echoed_with_what_the_server_knows() {
    let body = rendered(&USER, ada(), None, None);
    assert_eq!(
        body,
        json!({
            "schemas": [USER_URN],
            "id": "9a1d",
            "externalId": "5d1c3f0e-0000-4a55-b1de-7f1d0c7ae901",
            "userName": "ada@corp.example",
            "active": true,
            "displayName": "Ada Byron",
            "emails": [{"primary": true, "type": "work", "value": "ada@corp.example"}],
            "name": {"formatted": "Ada Byron", "familyName": "Byron", "givenName": "Ada"},
            "meta": {"resourceType": "User", "created": "2026-01-01T00:00:00Z", "lastModified": "2026-01-02T00:00:00Z",
                "version": "W/\"2\"", "location": "https://app.example.test/scim/v2/Users/9a1d"},
        })
    );
    let names: Vec<_> = body.as_object().unwrap().keys().take(3).cloned().collect();
    assert_eq!(names, ["schemas", "id", "externalId"]);
}

#[test]
fn schemas_name_the_declared_extensions_in_use_and_no_others() {
    let body = json!({"displayName": "G", "schemas": ["http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"]});
    assert_eq!(rendered(&GROUP, create(&GROUP, body).unwrap(), None, None)["schemas"], json!([GROUP_URN]));
    let user = patched(
        &minimal(),
        json!([{"op": "add", "value": {"urn:example:custom:2.0:User": {"x": "y"}, "manager": "m"}}]),
    );
    let schemas = json!([USER_URN, ENTERPRISE_URN]);
    assert_eq!(rendered(&USER, user.clone(), None, None)["schemas"], schemas);
    let user = patched(&user, json!([{"op": "remove", "path": "manager"}]));
    assert_eq!(rendered(&USER, user, None, None)["schemas"], json!([USER_URN]));
}

#[test]
fn excluded_members_are_not_there() {
    let group = json!({"displayName": "G"});
    assert_eq!(rendered(&GROUP, group.clone(), None, None)["members"], json!([{"value": "u1", "display": "Ada"}]));
    for excluded in ["members", "MEMBERS", "members,unknown", "urn:ietf:params:scim:schemas:core:2.0:Group:members"] {
        let body = rendered(&GROUP, group.clone(), None, Some(excluded));
        assert!(body.get("members").is_none(), "{excluded}");
        assert_eq!(body["displayName"], "G");
        assert!(!Projection::parse(None, Some(excluded), &GROUP).unwrap().wants("members"));
    }
    let body = rendered(&GROUP, group, None, Some("members.display"));
    assert_eq!(body["members"], json!([{"value": "u1"}]));
    assert!(Projection::parse(None, Some("members.display"), &GROUP).unwrap().wants("members"));
}

#[test]
fn requested_attributes_and_nothing_else() {
    let mut user = ada();
    user[ENTERPRISE_URN] = json!({"department": "R", "manager": {"value": "m"}});
    let only = |attributes| rendered(&USER, user.clone(), Some(attributes), None);
    let base = |more: Value| {
        let mut body = object(json!({"schemas": [USER_URN, ENTERPRISE_URN], "id": "9a1d"}));
        body.extend(object(more));
        Value::Object(body)
    };
    assert_eq!(only("id"), base(json!({})));
    assert_eq!(only("USERNAME, unknown"), base(json!({"userName": "ada@corp.example"})));
    assert_eq!(
        only("name.givenName,emails.type"),
        base(json!({"name": {"givenName": "Ada"}, "emails": [{"type": "work"}]}))
    );
    assert_eq!(only("emails[type eq \"work\"]"), base(json!({"emails": user["emails"]})));
    assert_eq!(only(ENTERPRISE_URN), base(json!({ENTERPRISE_URN: user[ENTERPRISE_URN]})));
    assert_eq!(only("manager"), base(json!({ENTERPRISE_URN: {"manager": {"value": "m"}}})));
    let department = format!("{ENTERPRISE_URN}:department");
    assert_eq!(only(&department), base(json!({ENTERPRISE_URN: {"department": "R"}})));
    assert_eq!(only("meta.version"), base(json!({"meta": {"version": "W/\"2\""}})));
    assert_eq!(only(" "), rendered(&USER, user.clone(), None, None));
    assert!(Projection::parse(Some("userName"), None, &USER).unwrap().wants("ID"));
    assert!(!Projection::parse(Some("userName"), None, &USER).unwrap().wants("groups"));
}

#[test]
fn what_is_always_returned_cannot_be_excluded() {
    let body = rendered(&USER, ada(), None, Some("id,schemas,userName,name.givenName,urn:example:x"));
    assert_eq!((&body["id"], &body["schemas"]), (&json!("9a1d"), &json!([USER_URN])));
    assert!(body.get("userName").is_none());
    assert_eq!(body["name"], json!({"formatted": "Ada Byron", "familyName": "Byron"}));
    assert!(Projection::parse(Some(&"a,".repeat(201)), None, &USER).is_err());
}
