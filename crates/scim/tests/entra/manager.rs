//! §2.5: the manager, in every form.

use scim::schema::ENTERPRISE_URN;
use serde_json::json;

use super::{ada, minimal, patched};

fn paths() -> [String; 4] {
    [
        format!("{ENTERPRISE_URN}:manager"),
        "manager".into(),
        "manager.value".into(),
        format!("{}:Manager.Value", ENTERPRISE_URN.to_uppercase()),
    ]
}

#[test]
fn set_by_text() {
    for path in paths() {
        for op in ["Add", "Replace", "add", "replace"] {
            let user = patched(&minimal(), json!([{"op": op, "path": path, "value": "2f6f"}]));
            assert_eq!(user[ENTERPRISE_URN], json!({"manager": {"value": "2f6f"}}), "{op} {path}");
        }
    }
}

#[test]
fn set_by_object_or_list() {
    for path in &paths()[..2] {
        for value in [json!({"value": "2f6f"}), json!([{"value": "2f6f"}]), json!(["2f6f"])] {
            let user = patched(&minimal(), json!([{"op": "add", "path": path, "value": value}]));
            assert_eq!(user[ENTERPRISE_URN], json!({"manager": {"value": "2f6f"}}));
        }
    }
    let value = json!([{"$ref": "https://app.example.test/scim/v2/Users/2f6f", "value": "2f6f"}]);
    let user = patched(&minimal(), json!([{"op": "Add", "path": "manager", "value": value}]));
    assert_eq!(user[ENTERPRISE_URN]["manager"], value[0]);
}

#[test]
fn set_without_path() {
    for value in [
        json!({"manager": "2f6f"}),
        json!({"manager": {"value": "2f6f"}}),
        json!({"manager.value": "2f6f"}),
        json!({format!("{ENTERPRISE_URN}:manager"): "2f6f"}),
        json!({format!("{ENTERPRISE_URN}:manager"): {"value": "2f6f"}}),
        json!({ENTERPRISE_URN: {"manager": {"value": "2f6f"}}}),
        json!({ENTERPRISE_URN: {"manager.value": "2f6f"}}),
    ] {
        let user = patched(&minimal(), json!([{"op": "replace", "value": value}]));
        assert_eq!(user[ENTERPRISE_URN], json!({"manager": {"value": "2f6f"}}), "{value}");
    }
}

#[test]
fn a_new_manager_takes_nothing_over_from_the_old_one() {
    let old = json!({"value": "2f6f", "$ref": "https://app.example.test/scim/v2/Users/2f6f"});
    let user = patched(&minimal(), json!([{"op": "add", "path": "manager", "value": old}]));
    for value in [json!("7b1c"), json!({"value": "7b1c"})] {
        let user = patched(&user, json!([{"op": "Replace", "path": "manager", "value": value}]));
        assert_eq!(user[ENTERPRISE_URN]["manager"], json!({"value": "7b1c"}));
    }
}

#[test]
fn unset_by_an_empty_value_or_a_removal() {
    let user = patched(&ada(), json!([{"op": "Add", "path": "manager", "value": "2f6f"}]));
    assert!(user.get(ENTERPRISE_URN).is_some());
    for path in paths() {
        for value in [json!(""), json!(null), json!([])] {
            let without = patched(&user, json!([{"op": "replace", "path": path, "value": value}]));
            assert_eq!(without, ada(), "{path} {value}");
        }
        assert_eq!(patched(&user, json!([{"op": "Remove", "path": path}])), ada());
        assert_eq!(patched(&user, json!([{"op": "Remove", "path": path, "value": "2f6f"}])), ada());
    }
    for path in &paths()[..2] {
        for value in [json!({"value": ""}), json!({"value": null}), json!({}), json!([{"value": ""}])] {
            assert_eq!(patched(&user, json!([{"op": "replace", "path": path, "value": value}])), ada(), "{value}");
        }
    }
}

#[test]
fn a_removal_keeps_the_rest_of_the_extension() {
    let user =
        patched(&ada(), json!([{"op": "add", "value": {ENTERPRISE_URN: {"department": "R", "manager": "2f6f"}}}]));
    let user = patched(&user, json!([{"op": "replace", "path": format!("{ENTERPRISE_URN}:manager"), "value": ""}]));
    assert_eq!(user[ENTERPRISE_URN], json!({"department": "R"}));
}

#[test]
fn the_read_only_name_of_the_manager_is_ignored() {
    let user =
        patched(&ada(), json!([{"op": "Add", "path": "manager", "value": {"value": "2f6f", "displayName": "M"}}]));
    assert_eq!(user[ENTERPRISE_URN]["manager"], json!({"value": "2f6f"}));
    for operation in [
        json!({"op": "replace", "path": "manager.displayName", "value": "N"}),
        json!({"op": "replace", "path": "manager", "value": {"displayName": "N"}}),
    ] {
        assert_eq!(patched(&user, json!([operation])), user);
    }
}
