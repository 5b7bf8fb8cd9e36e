//! RFC 7644 §3.9: `attributes` and `excludedAttributes`.

use scim::resource::{Meta, Projection, render};
use scim::schema::{ENTERPRISE_URN, USER, USER_URN};
use serde_json::{Value, json};

use super::object;

fn document() -> Value {
    json!({
        "externalId": "e",
        "userName": "ada",
        "password": "p",
        "name": {"givenName": "Ada", "familyName": "B"},
        "emails": [{"value": "a", "type": "work"}, {"type": "home"}],
        "groups": ["forged"],
        "id": "forged",
        "empty": [],
        ENTERPRISE_URN: {"department": "R", "manager": {"value": "7"}},
        "urn:x:2.0:User": {"badge": 1},
        "urn:x:text": "t"
    })
}

fn rendered(only: Option<&str>, except: Option<&str>) -> Value {
    let meta = |text: &str| text.to_owned();
    let meta =
        Meta { id: meta("1"), created: meta("c"), last_modified: meta("m"), version: meta("v"), location: meta("l") };
    let projection = Projection::parse(only, except, &USER).unwrap();
    let added = vec![("groups", json!([{"value": "g", "display": "G"}]))];
    Value::Object(render(&USER, object(document()), meta, added, &projection))
}

fn names(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn all_that_is_returned_by_default() {
    let all = rendered(None, None);
    let expected = [
        "schemas",
        "id",
        "externalId",
        "userName",
        "name",
        "emails",
        ENTERPRISE_URN,
        "urn:x:2.0:User",
        "urn:x:text",
        "groups",
        "meta",
    ];
    assert_eq!(names(&all), expected);
    assert_eq!(all["schemas"], json!([USER_URN, ENTERPRISE_URN]));
    assert_eq!((&all["id"], &all["groups"][0]["value"]), (&json!("1"), &json!("g")));
    let meta = json!({"resourceType": "User", "created": "c", "lastModified": "m", "version": "v", "location": "l"});
    assert_eq!(all["meta"], meta);
    assert_eq!(rendered(Some(" "), Some("")), all);
    assert_eq!(rendered(None, Some("id,schemas,nosuch,,")), all);
}

#[test]
fn only_what_is_named_and_what_is_always_returned() {
    for (only, expected) in [
        ("userName", json!({"userName": "ada"})),
        (" USERNAME , password", json!({"userName": "ada"})),
        ("name.givenName", json!({"name": {"givenName": "Ada"}})),
        ("name.givenName,name", json!({"name": {"givenName": "Ada", "familyName": "B"}})),
        ("name.nosuch", json!({})),
        ("emails.value", json!({"emails": [{"value": "a"}]})),
        ("emails[type eq \"work\"]", json!({"emails": document()["emails"]})),
        ("groups.display", json!({"groups": [{"display": "G"}]})),
        ("meta.version", json!({"meta": {"version": "v"}})),
        ("urn:x:2.0:User", json!({"urn:x:2.0:User": {"badge": 1}})),
        ("urn:x:2.0:User:badge", json!({"urn:x:2.0:User": {"badge": 1}})),
        ("URN:X:2.0:USER:BADGE", json!({"urn:x:2.0:User": {"badge": 1}})),
        ("urn:x:2.0:User:nosuch", json!({})),
        ("manager", json!({ENTERPRISE_URN: {"manager": {"value": "7"}}})),
        ("department", json!({})),
        (&ENTERPRISE_URN.to_lowercase(), json!({ENTERPRISE_URN: document()[ENTERPRISE_URN]})),
        (&format!("{ENTERPRISE_URN}:department"), json!({ENTERPRISE_URN: {"department": "R"}})),
        (&format!("{USER_URN}:userName"), json!({"userName": "ada"})),
    ] {
        let mut answer = rendered(Some(only), None);
        let always = (answer["schemas"].take(), answer["id"].take());
        assert_eq!(always.1, "1");
        let kept = object(answer).into_iter().filter(|(_, value)| !value.is_null());
        assert_eq!(Value::Object(kept.collect()), expected, "{only}");
    }
    let core = rendered(Some(USER_URN), None);
    assert_eq!(
        names(&core),
        ["schemas", "id", "externalId", "userName", "name", "emails", "urn:x:text", "groups", "meta"]
    );
}

#[test]
fn all_but_what_is_named() {
    for (except, gone) in [
        ("emails", "emails"),
        ("EMAILS", "emails"),
        ("groups", "groups"),
        ("meta", "meta"),
        ("externalId", "externalId"),
        ("urn:x:2.0:User", "urn:x:2.0:User"),
        ("urn:x:2.0:User:badge", "urn:x:2.0:User"),
        (ENTERPRISE_URN, ENTERPRISE_URN),
    ] {
        let answer = rendered(None, Some(except));
        assert!(answer.get(gone).is_none() && names(&answer).len() == 10, "{except}");
    }
    assert_eq!(rendered(None, Some("name.givenName"))["name"], json!({"familyName": "B"}));
    assert_eq!(rendered(None, Some("emails.type"))["emails"], json!([{"value": "a"}]));
    assert_eq!(rendered(None, Some("manager"))[ENTERPRISE_URN], json!({"department": "R"}));
    let both = rendered(Some("name,emails"), Some("emails,name.familyName"));
    assert_eq!(names(&both), ["schemas", "id", "name"]);
    assert_eq!(both["name"], json!({"givenName": "Ada"}));
}

#[test]
fn what_need_not_be_read_is_not_wanted() {
    let wants = |only, except| Projection::parse(only, except, &USER).unwrap().wants("groups");
    assert!(wants(None, None) && Projection::all().wants("groups"));
    assert!(wants(Some("groups"), None) && wants(Some("groups.value"), None) && wants(Some(USER_URN), None));
    assert!(!wants(Some("userName"), None) && !wants(None, Some("GROUPS")) && !wants(Some("groups"), Some("groups")));
    assert!(wants(None, Some("groups.display")) && wants(None, Some("urn:x:y:groups")));
    assert!(Projection::parse(Some("userName"), Some("id"), &USER).unwrap().wants("id"));
}

#[test]
fn a_list_holds_two_hundred_names() {
    let list = |count: usize| vec!["title"; count].join(",");
    assert!(Projection::parse(Some(&list(200)), Some(&list(200)), &USER).is_ok());
    for error in [Projection::parse(Some(&list(201)), None, &USER), Projection::parse(None, Some(&list(201)), &USER)] {
        assert_eq!(error.unwrap_err().status, 400);
    }
}
