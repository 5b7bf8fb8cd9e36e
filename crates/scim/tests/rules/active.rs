//! Whether a user is active can be read, unless it was removed.

use scim::resource::normalise;
use scim::schema::{GROUP, USER, USER_URN};
use serde_json::{Value, json};

use super::{object, patched, refusal, user_after};

fn user(active: bool) -> Value {
    json!({"userName": "ada", "title": "T", "active": active})
}

/// RFC 7644 §3.4.2.2: a filter matches the value that was returned.
#[test]
fn ra11_br9_what_counts_is_shown_when_active_is_unset() {
    for operation in [
        json!({"op": "replace", "path": "active", "value": null}),
        json!({"op": "replace", "path": "active", "value": []}),
        json!({"op": "replace", "path": "active", "value": [null]}),
        json!({"op": "add", "path": "active", "value": null}),
        json!({"op": "replace", "value": {"active": null}}),
        json!({"op": "replace", "value": {"Active": []}}),
        json!({"op": "add", "path": USER_URN, "value": {"active": null}}),
    ] {
        for active in [true, false] {
            assert_eq!(user_after(user(active), json!([operation])), user(active), "{operation}");
        }
    }
    let removal = |value: Value| json!([{"op": "remove", "value": {"active": value}}]);
    assert_eq!(refusal(user(true), removal(json!(false))), (400, "noTarget"));
    // A removed value is not returned: scim2-tester requires this.
    for operation in [
        json!({"op": "remove", "path": "active"}),
        json!({"op": "Remove", "path": "ACTIVE"}),
        json!({"op": "remove", "path": format!("{USER_URN}:active")}),
    ] {
        assert_eq!(user_after(user(true), json!([operation])), json!({"userName": "ada", "title": "T"}), "{operation}");
    }
    let both = json!([{"op": "remove", "path": "active"}, {"op": "replace", "path": "active", "value": "False"}]);
    assert_eq!(user_after(user(true), both), user(false));
}

#[test]
fn br9_active_is_true_or_false() {
    for value in [
        json!({}),
        json!({"value": false}),
        json!([{}]),
        json!([{"value": true}]),
        json!([true, false]),
        json!(""),
        json!([""]),
        json!("no"),
        json!("null"),
        json!(" true"),
        json!(0),
    ] {
        for operation in [
            json!({"op": "replace", "path": "active", "value": value}),
            json!({"op": "add", "value": {"active": value}}),
        ] {
            assert_eq!(refusal(user(true), json!([operation])), (400, "invalidValue"), "{operation}");
        }
        let error = normalise(&USER, object(json!({"userName": "ada", "active": value}))).unwrap_err();
        assert_eq!(error.scim_type.unwrap().as_str(), "invalidValue", "{value}");
    }
}

#[test]
fn br9_only_a_user_is_active() {
    let group = || json!({"displayName": "g", "active": true, "urn:x:2.0:Group": {"active": true}});
    let removed = patched(&GROUP, group(), json!([{"op": "remove", "path": "active"}])).unwrap();
    assert_eq!(removed.get("active"), None);
    let inner = json!({"userName": "ada", "urn:x:2.0:User": {"active": true}});
    let after = user_after(inner, json!([{"op": "remove", "path": "urn:x:2.0:User:active"}]));
    assert_eq!(after, json!({"userName": "ada"}));
}
