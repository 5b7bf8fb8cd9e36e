//! RFC 7643 §2.1: names ignore letter case, so one object cannot have the same member twice.

use scim::Limits;
use scim::json::parse_object;
use scim::message::BulkRequest;
use scim::patch::PatchRequest;
use scim::resource::normalise;
use scim::schema::{ENTERPRISE_URN, Registry, USER, USER_URN};
use serde_json::{Value, json};

use super::{object, patched, user_after};

fn is_refused<T: std::fmt::Debug>(result: scim::Result<T>, what: &impl std::fmt::Display) {
    let error = result.unwrap_err();
    assert_eq!((error.status, error.scim_type.unwrap().as_str()), (400, "invalidSyntax"), "{what}");
}

#[test]
fn br14_keys_that_differ_in_case_only_are_refused_in_every_object() {
    for body in [
        r#"{"userName":"a","active":true,"Active":false}"#,
        r#"{"userName":"a","USERNAME":"a"}"#,
        r#"{"userName":"a","name":{"givenName":"A","GivenName":"B"}}"#,
        r#"{"userName":"a","emails":[{"value":"a","Value":"b"}]}"#,
        r#"{"userName":"a","unheard":{"a":1,"A":2}}"#,
        r#"{"Operations":[],"operations":[]}"#,
        r#"{"a":1,"b":2,"c":3,"d":4,"e":5,"f":6,"g":7,"h":8,"i":9,"A":1}"#,
        r#"{"schemas":[],"filter":"a","Filter":"b"}"#,
    ] {
        is_refused(parse_object(body.as_bytes(), &Limits::default()), &body);
    }
    for body in [r#"{"a":1,"b":{"a":1},"c":[{"a":1},{"A":1}]}"#, r#"{"\u00e4":1,"\u00c4":2}"#] {
        assert!(parse_object(body.as_bytes(), &Limits::default()).is_ok(), "{body}");
    }
    for body in [
        r#"{"Operations":[{"method":"DELETE","path":"/Users/1","Path":"/Users/2"}]}"#,
        r#"{"Operations":[],"operations":[]}"#,
        r#"{"Operations":[{"method":"PATCH","path":"/Users/1","data":{"title":"a","Title":"b"}}]}"#,
    ] {
        is_refused(BulkRequest::parse(body.as_bytes(), &Registry::default(), &Limits::default()), &body);
    }
}

/// RFC 7644 §3.5.2: an operation has exactly one `op`.
#[test]
fn ra44_an_operation_says_what_it_does_once() {
    for operation in [
        json!({"op": "add", "OP": "remove", "path": "title", "value": "x"}),
        json!({"op": "add", "path": "title", "Path": "nickName", "value": "x"}),
        json!({"op": "add", "path": "title", "value": "x", "VALUE": "y"}),
        json!({"op": "add", "Op": "add", "path": "title", "value": "x"}),
        json!({"op": "add", "path": "name", "value": {"givenName": "A", "GIVENNAME": null}}),
        json!({"op": "add", "path": "emails", "value": [{"value": "a", "Value": "b"}]}),
    ] {
        is_refused(patched(&USER, json!({"userName": "ada"}), json!([operation])), &operation);
    }
    let body = object(json!({"Operations": [], "OPERATIONS": [{"op": "remove", "path": "title"}]}));
    is_refused(PatchRequest::parse(body, &Limits::default()), &"two lists");
}

#[test]
fn br14_an_attribute_stands_beside_no_other_form_of_itself() {
    let values = [
        json!({"title": "a", "Title": "b"}),
        json!({"active": true, format!("{USER_URN}:active"): false}),
        json!({"title": "a", USER_URN: {"title": "b"}}),
        json!({"name": {"givenName": "A"}, "name.givenName": "B"}),
        json!({"name.givenName": "A", "NAME.givenname": "B"}),
        json!({ENTERPRISE_URN: {"department": "R"}, format!("{ENTERPRISE_URN}:department"): "S"}),
        json!({"manager": "1", format!("{ENTERPRISE_URN}:manager"): "2"}),
        json!({"manager": "1", "manager.value": "2"}),
        json!({"emails[type eq \"work\"].value": "a", "EMAILS[type eq \"work\"].VALUE": "b"}),
        json!({"shoeSize": 1, "shoesize": 2}),
        json!({"urn:x:2.0:User": {"a": 1}, "urn:x:2.0:User:A": 2}),
        json!({"title ": "a", "title": "b"}),
    ];
    for value in values {
        for op in ["add", "replace"] {
            let operations = json!([{"op": op, "value": value}]);
            is_refused(patched(&USER, json!({"userName": "ada"}), operations), &value);
        }
        let mut body = object(value.clone());
        body.insert("userName".into(), json!("ada"));
        is_refused(normalise(&USER, body), &value);
    }
    let inside = json!([{"op": "add", "path": USER_URN, "value": {"title": "a", "TITLE": "b"}}]);
    is_refused(patched(&USER, json!({"userName": "ada"}), inside), &"the schema as path");
}

#[test]
fn br14_what_differs_may_stand_together() {
    let user = user_after(
        json!({"userName": "ada"}),
        json!([
            {"op": "add", "value": {"name.givenName": "A", "name.familyName": "K", "emails[type eq \"work\"].value": "w",
                "emails[type eq \"home\"].value": "h", "urn:x:2.0:User": {"title": 1}, "title": "T"}},
            // The next operation may set it again.
            {"op": "replace", "value": {"TITLE": "U"}}
        ]),
    );
    assert_eq!((&user["title"], &user["name"]), (&json!("U"), &json!({"givenName": "A", "familyName": "K"})));
    assert_eq!((user["emails"].as_array().unwrap().len(), &user["urn:x:2.0:User"]), (2, &json!({"title": 1})));
}

#[test]
fn br15_a_number_stays_what_it_is() {
    let read = |number: &str| parse_object(format!("{{\"x\":{number}}}").as_bytes(), &Limits::default());
    for number in [
        "123456789012345678901234567890",
        "12345678901234567.5",
        "-9223372036854775809",
        "0.1000000000000000055511151231257827",
        "3.14159265358979323846",
        "1e-400",
    ] {
        is_refused(read(number), &number);
        is_refused(read(&format!("[{{\"y\":[{number}]}}]")), &number);
        assert!(read(&format!("\"{number}\"")).is_ok(), "{number} as text");
        let bulk =
            format!(r#"{{"Operations":[{{"method":"POST","path":"/Users","bulkId":"a","data":{{"x":{number}}}}}]}}"#);
        is_refused(BulkRequest::parse(bulk.as_bytes(), &Registry::default(), &Limits::default()), &number);
    }
    for (number, expected) in [
        ("18446744073709551615", json!(u64::MAX)),
        ("-9223372036854775808", json!(i64::MIN)),
        ("1.50", json!(1.5)),
        ("0.1", json!(0.1)),
        ("1e300", json!(1e300)),
        ("12345678.9012345", json!(12_345_678.901_234_5)),
    ] {
        assert_eq!(Value::Object(read(number).unwrap())["x"], expected, "{number}");
    }
}

/// An undeclared attribute is found in any letter case, too, and keeps its name.
#[test]
fn br14_a_stored_name_has_no_twin() {
    let user = json!({"userName": "ada", "shoeSize": 7, "urn:x:2.0:User": {"Badge": {"No": 1}, "tags": ["a"]}});
    let after = |operation: Value| {
        let after = user_after(user.clone(), json!([operation]));
        assert_eq!(normalise(&USER, object(after.clone())), Ok(object(after.clone())));
        after
    };
    for (operation, pointer, expected) in [
        (json!({"op": "replace", "path": "SHOESIZE", "value": 8}), "/shoeSize", json!(8)),
        (json!({"op": "add", "value": {"shoesize": 8}}), "/shoeSize", json!(8)),
        (
            json!({"op": "add", "path": "urn:X:2.0:User:BADGE.NO", "value": 2}),
            "/urn:x:2.0:User/Badge",
            json!({"No": 2}),
        ),
        (json!({"op": "add", "value": {"URN:X:2.0:USER": {"Tags": "b"}}}), "/urn:x:2.0:User/tags", json!(["a", "b"])),
        (
            json!({"op": "add", "path": "urn:x:2.0:user:tags", "value": ["b"]}),
            "/urn:x:2.0:User/tags",
            json!(["a", "b"]),
        ),
    ] {
        assert_eq!(after(operation.clone()).pointer(pointer), Some(&expected), "{operation}");
    }
    assert!(after(json!({"op": "remove", "path": "ShoeSize"})).get("shoeSize").is_none());
    assert!(after(json!({"op": "remove", "path": "urn:X:2.0:User"})).get("urn:x:2.0:User").is_none());
    let both = json!([{"op": "add", "path": "x", "value": 1}, {"op": "add", "path": "X", "value": 2}]);
    assert_eq!(user_after(json!({"userName": "ada"}), both), json!({"userName": "ada", "x": 2}));
    let made = json!([{"op": "add", "path": "emails[note eq 1 and NOTE eq 2].value", "value": "a"}]);
    assert_eq!(user_after(json!({"userName": "ada"}), made)["emails"], json!([{"note": 2, "value": "a"}]));
}
