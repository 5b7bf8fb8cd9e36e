//! §2.3, §2.4, §2.6, §2.7: PATCH of a user without the flag, with it, and the mix.

use scim::schema::{ENTERPRISE_URN, USER_URN};
use serde_json::{Value, json};

use super::{ada, minimal, patch, patched, scim_type};

#[test]
fn legacy_dialect() {
    let user = patched(
        &ada(),
        json!([
            {"op": "Replace", "path": "displayName", "value": "Ada King"},
            {"op": "Replace", "path": "name.familyName", "value": "King"},
            {"op": "Add", "path": "title", "value": "Countess"},
            {"op": "Replace", "path": "emails[type eq \"work\"].value", "value": "ada.king@corp.example"},
            {"op": "Add", "path": "phoneNumbers[type eq \"mobile\"].value", "value": "+44 7700 900001"},
            {"op": "Add", "path": "addresses[type eq \"work\"].postalCode", "value": "N1 9GU"},
            {"op": "Replace", "path": format!("{ENTERPRISE_URN}:department"), "value": "Engines"},
            {"op": "Replace", "path": "active", "value": "False"}
        ]),
    );
    assert_eq!(
        user,
        json!({
            "externalId": "5d1c3f0e-0000-4a55-b1de-7f1d0c7ae901",
            "userName": "ada@corp.example",
            "active": false,
            "displayName": "Ada King",
            "emails": [{"primary": true, "type": "work", "value": "ada.king@corp.example"}],
            "name": {"formatted": "Ada Byron", "familyName": "King", "givenName": "Ada"},
            "title": "Countess",
            "phoneNumbers": [{"type": "mobile", "value": "+44 7700 900001"}],
            "addresses": [{"type": "work", "postalCode": "N1 9GU"}],
            ENTERPRISE_URN: {"department": "Engines"},
        })
    );
}

#[test]
fn compliant_dialect() {
    let user = patched(
        &ada(),
        json!([
            {"op": "replace", "path": "emails[type eq \"work\"].value", "value": "ada.king@corp.example"},
            {"op": "replace", "value": {
                "displayName": "Ada King",
                "name.familyName": "King",
                "active": true,
                format!("{ENTERPRISE_URN}:department"): "Engines"
            }},
            {"op": "add", "value": {"title": "Countess", format!("{ENTERPRISE_URN}:employeeNumber"): "701984"}},
            {"op": "add", "path": "nickName", "value": "Ada"}
        ]),
    );
    assert_eq!(user["name"], json!({"formatted": "Ada Byron", "familyName": "King", "givenName": "Ada"}));
    assert_eq!(user["emails"][0]["value"], "ada.king@corp.example");
    assert_eq!(user[ENTERPRISE_URN], json!({"department": "Engines", "employeeNumber": "701984"}));
    assert_eq!(
        (&user["title"], &user["nickName"], &user["displayName"]),
        (&"Countess".into(), &"Ada".into(), &"Ada King".into())
    );
}

#[test]
fn every_form_of_deactivation() {
    for operation in [
        json!({"op": "Replace", "path": "active", "value": "False"}),
        json!({"op": "replace", "path": "active", "value": false}),
        json!({"op": "Replace", "path": "active", "value": "false"}),
        json!({"op": "Add", "path": "active", "value": "False"}),
        json!({"op": "replace", "value": {"active": false}}),
        json!({"op": "replace", "value": {"active": "False"}}),
        json!({"op": "replace", "value": {"Active": "False"}}),
        json!({"op": "replace", "value": [{"active": false}]}),
        json!({"path": "active", "value": false}),
        json!({"OP": "REPLACE", "Path": "ACTIVE", "VALUE": ["False"]}),
        json!({"op": "replace", "path": format!("{USER_URN}:active"), "value": false}),
        json!({"op": "replace", "path": USER_URN, "value": {"active": false}}),
        json!({"op": "replace", "value": {USER_URN: {"active": false}}}),
        json!({"op": "replace", "value": {format!("{USER_URN}:active"): false}}),
        json!({"op": "replace", "path": null, "value": {"active": false}}),
        json!({"op": "replace", "path": "", "value": {"active": false}}),
    ] {
        let user = patched(&ada(), json!([operation]));
        assert_eq!(user["active"], json!(false), "{operation}");
        let user = patched(&user, json!([{"op": "Replace", "path": "active", "value": "True"}]));
        assert_eq!(user, ada());
    }
}

#[test]
fn active_takes_nothing_but_booleans() {
    for value in [json!("no"), json!(0), json!(""), json!({"value": false}), json!([true, false])] {
        let error = patch(&ada(), json!([{"op": "Replace", "path": "active", "value": value}])).unwrap_err();
        assert_eq!(scim_type(error), "invalidValue", "{value}");
    }
}

#[test]
fn nested_object_is_merged() {
    for operation in [
        json!({"op": "replace", "value": {"name": {"familyName": "King"}}}),
        json!({"op": "Replace", "path": "name", "value": {"familyName": "King"}}),
        json!({"op": "add", "path": "NAME", "value": [{"FamilyName": "King"}]}),
        json!({"op": "add", "path": format!("{USER_URN}:name.familyName"), "value": "King"}),
    ] {
        let user = patched(&ada(), json!([operation]));
        assert_eq!(user["name"], json!({"formatted": "Ada Byron", "familyName": "King", "givenName": "Ada"}));
    }
    let user =
        patched(&ada(), json!([{"op": "replace", "path": "name", "value": {"familyName": null, "formatted": ""}}]));
    assert_eq!(user["name"], json!({"givenName": "Ada"}));
}

#[test]
fn a_value_without_path_touches_the_named_attributes_only() {
    let user = patched(&ada(), json!([{"op": "replace", "value": {"userName": "ada.king@corp.example"}}]));
    let mut expected = ada();
    expected["userName"] = json!("ada.king@corp.example");
    assert_eq!(user, expected);
}

#[test]
fn bare_urn_with_an_object() {
    for operation in [
        json!({"op": "add", "path": ENTERPRISE_URN, "value": {"department": "R", "costCenter": "7"}}),
        json!({"op": "replace", "value": {ENTERPRISE_URN.to_lowercase(): {"Department": "R", "costCenter": "7"}}}),
    ] {
        let user = patched(&minimal(), json!([operation]));
        assert_eq!(user[ENTERPRISE_URN], json!({"department": "R", "costCenter": "7"}));
        let user = patched(&user, json!([{"op": "replace", "path": ENTERPRISE_URN, "value": {"department": "S"}}]));
        assert_eq!(user[ENTERPRISE_URN], json!({"department": "S", "costCenter": "7"}));
        assert_eq!(patched(&user, json!([{"op": "remove", "path": ENTERPRISE_URN}])), minimal());
    }
}

#[test]
fn filtered_path_without_a_match_creates_the_value() {
    for op in ["Add", "Replace", "add", "replace"] {
        for (path, expected) in [
            ("phoneNumbers[type eq \"mobile\"].value", json!([{"type": "mobile", "value": "x"}])),
            ("phoneNumbers[type eq mobile].value", json!([{"type": "mobile", "value": "x"}])),
            ("PhoneNumbers[Type EQ \"mobile\"].Value", json!([{"type": "mobile", "value": "x"}])),
            ("phoneNumbers[primary eq \"True\"].value", json!([{"primary": true, "value": "x"}])),
            ("phoneNumbers[primary eq true].value", json!([{"primary": true, "value": "x"}])),
            ("phoneNumbers[primary eq True].display", json!([{"primary": true, "display": "x"}])),
            (
                "phoneNumbers[type eq \"work\" and primary eq \"false\"].value",
                json!([{"type": "work", "primary": false, "value": "x"}]),
            ),
            (&format!("{USER_URN}:phoneNumbers[type eq \"fax\"].value"), json!([{"type": "fax", "value": "x"}])),
        ] {
            let user = patched(&minimal(), json!([{"op": op, "path": path, "value": "x"}]));
            assert_eq!(user["phoneNumbers"], expected, "{op} {path}");
        }
    }
    let user = patched(&minimal(), json!([{"op": "add", "value": {"emails[type eq \"work\"].value": "x"}}]));
    assert_eq!(user["emails"], json!([{"type": "work", "value": "x"}]));
}

#[test]
fn a_created_value_does_not_steal_primary() {
    let user = patched(&ada(), json!([{"op": "Add", "path": "emails[type eq \"home\"].value", "value": "h"}]));
    let expected =
        json!([{"primary": true, "type": "work", "value": "ada@corp.example"}, {"type": "home", "value": "h"}]);
    assert_eq!(user["emails"], expected);
}

#[test]
fn a_new_primary_takes_it_from_the_old_one() {
    for operation in [
        json!({"op": "add", "path": "emails", "value": [{"type": "home", "value": "h", "primary": "True"}]}),
        json!({"op": "add", "path": "emails[type eq \"home\"]", "value": {"value": "h", "primary": true}}),
    ] {
        let user = patched(&ada(), json!([operation]));
        assert_eq!(user["emails"][0]["primary"], json!(false));
        assert_eq!(user["emails"][1]["primary"], json!(true));
        let user =
            patched(&user, json!([{"op": "Replace", "path": "emails[type eq \"work\"].primary", "value": "True"}]));
        assert_eq!((&user["emails"][0]["primary"], &user["emails"][1]["primary"]), (&json!(true), &json!(false)));
    }
}

#[test]
fn filtered_path_with_an_object_is_replaced() {
    let replace = |value: Value| json!([{"op": "Replace", "path": "emails[type eq \"work\"]", "value": value}]);
    let user = patched(&ada(), replace(json!({"value": "new@corp.example", "display": "New"})));
    assert_eq!(user["emails"], json!([{"type": "work", "value": "new@corp.example", "display": "New"}]));
    let user = patched(&user, replace(json!({"value": "new@corp.example", "primary": "True", "display": ""})));
    assert_eq!(user["emails"], json!([{"type": "work", "value": "new@corp.example", "primary": true}]));
    let add = json!([{"op": "Add", "path": "emails[type eq \"work\"]", "value": {"display": "New"}}]);
    assert_eq!(patched(&user, add)["emails"][0]["value"], "new@corp.example");
    let user = patched(&ada(), json!([{"op": "add", "path": "emails[type eq \"home\"]", "value": "plain"}]));
    assert_eq!(user["emails"][1], json!({"type": "home", "value": "plain"}));
}

#[test]
fn scalar_in_a_list_of_one() {
    let user = patched(
        &ada(),
        json!([
            {"op": "add", "path": "title", "value": ["Countess"]},
            {"op": "replace", "path": "emails[type eq \"work\"].value", "value": ["x"]},
            {"op": "replace", "value": {"nickName": ["A"]}}
        ]),
    );
    assert_eq!(
        (&user["title"], &user["emails"][0]["value"], &user["nickName"]),
        (&json!("Countess"), &json!("x"), &json!("A"))
    );
}

#[test]
fn unknown_keys_of_an_operation_are_ignored() {
    let operation = json!({"name": "addMember", "op": "Add", "path": "title", "value": "Countess"});
    assert_eq!(patched(&ada(), json!([operation]))["title"], "Countess");
}

#[test]
fn no_operations_change_nothing() {
    assert_eq!(patched(&ada(), json!([])), ada());
    assert_eq!(patched(&ada(), json!(null)), ada());
}

#[test]
fn an_unknown_path_does_not_stop_the_deactivation() {
    let user = patched(
        &ada(),
        json!([
            {"op": "Add", "path": "shoeSize", "value": "42"},
            {"op": "Add", "path": "urn:example:custom:2.0:User:badge", "value": "7"},
            {"op": "Replace", "path": "favourites[type eq \"song\"].value", "value": "x"},
            {"op": "Remove", "path": "unheardOf"},
            {"op": "Replace", "path": "id", "value": "other"},
            {"op": "Replace", "path": "groups", "value": [{"value": "admins"}]},
            {"op": "Replace", "path": "meta.version", "value": "x"},
            {"op": "Replace", "path": "schemas", "value": ["x"]},
            {"op": "Replace", "path": "password", "value": "s3cret"},
            {"op": "Replace", "path": "active", "value": "False"}
        ]),
    );
    let mut expected = ada();
    expected["active"] = json!(false);
    expected["shoeSize"] = json!("42");
    expected["urn:example:custom:2.0:User"] = json!({"badge": "7"});
    expected["favourites"] = json!([{"type": "song", "value": "x"}]);
    assert_eq!(user, expected);
    let undo = json!([
        {"op": "replace", "value": {"active": true}},
        {"op": "remove", "path": "shoeSize"},
        {"op": "remove", "path": "favourites[value eq \"x\"]"},
        {"op": "replace", "path": "urn:example:custom:2.0:User:badge", "value": ""}
    ]);
    assert_eq!(patched(&user, undo), ada());
}

#[test]
fn custom_extensions_in_every_shape() {
    const CUSTOM: &str = "urn:ietf:params:scim:schemas:extension:Acme:2.0:User";
    for value in [
        json!({CUSTOM: {"badge": "7", "desk": {"floor": "2"}}}),
        json!({format!("{CUSTOM}:badge"): "7", format!("{CUSTOM}:desk"): {"floor": "2"}}),
        json!({format!("{CUSTOM}:badge"): "7", format!("{CUSTOM}:desk.floor"): "2"}),
    ] {
        let user = patched(&minimal(), json!([{"op": "add", "value": value}]));
        assert_eq!(user[CUSTOM], json!({"badge": "7", "desk": {"floor": "2"}}), "{value}");
        assert_eq!(patched(&user, json!([{"op": "remove", "path": CUSTOM}])), minimal());
    }
}

#[test]
fn roles_in_both_dialects() {
    let text = "{\"id\":\"06b0\",\"value\":\"Admin\",\"displayName\":\"Admin\"}";
    let user = patched(&ada(), json!([{"op": "Add", "path": "roles", "value": [{"value": text}]}]));
    assert_eq!(user["roles"], json!([{"value": text}]));
    assert_eq!(patched(&user, json!([{"op": "Add", "path": "roles", "value": [{"value": text}]}])), user);
    let user = patched(
        &ada(),
        json!([
            {"op": "Add", "path": "roles[primary eq \"True\"].display", "value": "Admin"},
            {"op": "Add", "path": "roles[primary eq \"True\"].value", "value": "admin"},
            {"op": "Add", "path": "roles[primary eq \"True\"].type", "value": "WindowsAzureActiveDirectoryRole"}
        ]),
    );
    let expected =
        json!([{"primary": true, "display": "Admin", "value": "admin", "type": "WindowsAzureActiveDirectoryRole"}]);
    assert_eq!(user["roles"], expected);
    let assertive = json!([{"value": "Reader", "primary": false}]);
    let user = patched(&user, json!([{"op": "replace", "path": "roles", "value": assertive}]));
    assert_eq!(user["roles"], assertive);
}

#[test]
fn operations_on_the_same_attribute_apply_in_order() {
    let user = patched(
        &ada(),
        json!([
            {"op": "remove", "path": "userName"},
            {"op": "add", "path": "userName", "value": "first"},
            {"op": "replace", "path": "userName", "value": "second"}
        ]),
    );
    assert_eq!(user["userName"], "second");
}

#[test]
fn a_tombstone_name_is_stored_as_sent() {
    let name = "5d1c3f0e00004a55b1de7f1d0c7ae901ada@corp.example";
    let user = patched(
        &ada(),
        json!([{"op": "Replace", "path": "userName", "value": name}, {"op": "Replace", "path": "active", "value": "False"}]),
    );
    assert_eq!((&user["userName"], &user["active"]), (&json!(name), &json!(false)));
}
