//! §2.2 and §2.8: bodies of POST and PUT.

use scim::patch::take_members;
use scim::schema::{ENTERPRISE_URN, GROUP, GROUP_URN, USER, USER_URN};
use serde_json::json;

use super::{ada, create, object, scim_type};

#[test]
fn default_mapping_keeps_everything_but_what_the_server_owns() {
    assert_eq!(
        ada(),
        json!({
            "externalId": "5d1c3f0e-0000-4a55-b1de-7f1d0c7ae901",
            "userName": "ada@corp.example",
            "active": true,
            "displayName": "Ada Byron",
            "emails": [{"primary": true, "type": "work", "value": "ada@corp.example"}],
            "name": {"formatted": "Ada Byron", "familyName": "Byron", "givenName": "Ada"},
        })
    );
}

#[test]
fn enterprise_extension_is_nested_under_its_urn() {
    let enterprise = json!({"employeeNumber": "701984", "department": "Research", "manager": {"value": "2f6f"}});
    let user = create(&USER, json!({"userName": "ada", ENTERPRISE_URN: enterprise})).unwrap();
    assert_eq!(user[ENTERPRISE_URN], enterprise);
}

#[test]
fn active_as_text_becomes_a_boolean() {
    for (text, expected) in [("True", true), ("False", false), ("true", true), ("FALSE", false)] {
        assert_eq!(create(&USER, json!({"userName": "a", "active": text})).unwrap()["active"], json!(expected));
    }
}

#[test]
fn active_as_anything_else_is_refused() {
    for odd in [json!("yes"), json!("1"), json!(1), json!(0), json!({"value": true}), json!("")] {
        assert_eq!(scim_type(create(&USER, json!({"userName": "a", "active": odd})).unwrap_err()), "invalidValue");
    }
}

#[test]
fn primary_as_text_becomes_a_boolean() {
    let user = create(&USER, json!({"userName": "a", "roles": [{"value": "Admin", "primary": "True"}]})).unwrap();
    assert_eq!(user["roles"], json!([{"value": "Admin", "primary": true}]));
}

#[test]
fn at_most_one_value_is_primary_and_the_last_one_wins() {
    let emails = json!([{"value": "a", "primary": true}, {"value": "b", "primary": "True"}, {"value": "c"}]);
    let user = create(&USER, json!({"userName": "a", "emails": emails})).unwrap();
    let expected = json!([{"value": "a", "primary": false}, {"value": "b", "primary": true}, {"value": "c"}]);
    assert_eq!(user["emails"], expected);
}

#[test]
fn null_and_empty_values_count_as_absent() {
    let body = json!({"userName": "a", "addresses": null, "phoneNumbers": [], "title": "", "name": {},
        "emails": [{"value": ""}, null], "nickName": null, "roles": [{}], ENTERPRISE_URN: {"department": ""},
        "urn:example:ext:2.0:User": {"x": null}, "unknown": null});
    assert_eq!(create(&USER, body).unwrap(), json!({"userName": "a"}));
}

#[test]
fn names_are_taken_in_any_letter_case() {
    let body = json!({"UserName": "a", "Active": "True", "EMAILS": [{"Value": "a@b", "Primary": "true"}],
        "NAME": {"GIVENNAME": "Ada"}, ENTERPRISE_URN.to_uppercase(): {"DEPARTMENT": "R"}});
    let expected = json!({"userName": "a", "active": true, "emails": [{"value": "a@b", "primary": true}],
        "name": {"givenName": "Ada"}, ENTERPRISE_URN: {"department": "R"}});
    assert_eq!(create(&USER, body).unwrap(), expected);
}

#[test]
fn dotted_and_urn_keys_are_expanded() {
    let body = json!({"userName": "a", "name.givenName": "Ada", "name.familyName": "King",
        format!("{ENTERPRISE_URN}:department"): "R", format!("{USER_URN}:title"): "Countess"});
    let expected = json!({"userName": "a", "name": {"givenName": "Ada", "familyName": "King"},
        ENTERPRISE_URN: {"department": "R"}, "title": "Countess"});
    assert_eq!(create(&USER, body).unwrap(), expected);
}

#[test]
fn manager_in_any_shape_is_nested_under_the_extension() {
    let expected = json!({"userName": "a", ENTERPRISE_URN: {"manager": {"value": "2f6f"}}});
    for manager in [json!("2f6f"), json!({"value": "2f6f"}), json!([{"value": "2f6f"}]), json!(["2f6f"])] {
        assert_eq!(create(&USER, json!({"userName": "a", "manager": manager})).unwrap(), expected);
        let nested = json!({"userName": "a", ENTERPRISE_URN: {"manager": manager}});
        assert_eq!(create(&USER, nested).unwrap(), expected);
    }
}

#[test]
fn one_value_stands_for_a_list_of_one_and_the_other_way_round() {
    let body = json!({"userName": ["a"], "emails": {"value": "a@b", "type": "work"}, "roles": ["Admin"], "ims": "x"});
    let expected = json!({"userName": "a", "emails": [{"value": "a@b", "type": "work"}],
        "roles": [{"value": "Admin"}], "ims": [{"value": "x"}]});
    assert_eq!(create(&USER, body).unwrap(), expected);
}

#[test]
fn values_of_a_wrong_type_are_refused() {
    for body in [
        json!({"userName": 7}),
        json!({"userName": true}),
        json!({"userName": {"value": "a"}}),
        json!({"userName": ["a", "b"]}),
        json!({"userName": "a", "externalId": 5}),
        json!({"userName": "a", "name": "Ada"}),
        json!({"userName": "a", "name": [{"givenName": "A"}, {"givenName": "B"}]}),
        json!({"userName": "a", "emails": [5]}),
        json!({"userName": "a", "emails": [[{"value": "a"}, {"value": "b"}]]}),
        json!({"userName": "a", "emails": [{"value": false}]}),
        json!({"userName": "a", "emails": [{"value": "x", "primary": "maybe"}]}),
    ] {
        assert_eq!(scim_type(create(&USER, body).unwrap_err()), "invalidValue");
    }
}

#[test]
fn required_attributes_are_demanded() {
    for body in [json!({}), json!({"userName": ""}), json!({"userName": "  "}), json!({"userName": null})] {
        assert_eq!(scim_type(create(&USER, body.clone()).unwrap_err()), "invalidValue");
        assert_eq!(scim_type(create(&GROUP, body).unwrap_err()), "invalidValue");
    }
}

#[test]
fn what_the_server_owns_and_passwords_are_dropped() {
    let body = json!({"userName": "a", "id": "other", "meta": {"version": "x"}, "schemas": [], "password": "s3cret",
        "groups": [{"value": "g"}], "Password": "s3cret", format!("{USER_URN}:password"): "s3cret"});
    assert_eq!(create(&USER, body).unwrap(), json!({"userName": "a"}));
}

#[test]
fn unknown_attributes_and_extensions_are_kept_as_sent() {
    let body = json!({"userName": "a", "shoeSize": 42, "oddName": [1, {"a": null}], "misspelt": {"x": [true]},
        "urn:example:ext:2.0:User": {"badge": "7", "Flags": [1, 2]}});
    assert_eq!(create(&USER, body.clone()).unwrap(), body);
}

#[test]
fn roles_as_json_in_text_are_kept_as_sent() {
    let roles = json!([{"value": "{\"id\":\"06b0\",\"value\":\"Admin\",\"displayName\":\"Admin\"}"}]);
    assert_eq!(create(&USER, json!({"userName": "a", "roles": roles})).unwrap()["roles"], roles);
}

#[test]
fn group_with_the_adscim_schema_and_no_members() {
    let body = json!({
        "schemas": [GROUP_URN, "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"],
        "externalId": "8aa1a0c0", "displayName": "Engine Owners", "meta": {"resourceType": "Group"}, "members": []});
    let group = create(&GROUP, body).unwrap();
    assert_eq!(group, json!({"externalId": "8aa1a0c0", "displayName": "Engine Owners"}));
}

#[test]
fn members_are_taken_out_of_a_group_body() {
    let members = json!([{"$ref": null, "value": "a"}, "b", {"value": "a", "type": "User"}]);
    let group = create(&GROUP, json!({"displayName": "G", "members": members})).unwrap();
    let mut group = object(group);
    assert_eq!(take_members(&mut group).unwrap(), ["a", "b"]);
    assert_eq!(group, object(json!({"displayName": "G"})));
    assert!(take_members(&mut group).unwrap().is_empty());
}

#[test]
fn a_member_without_identifier_is_refused() {
    let body = json!({"displayName": "G", "members": [{"display": "nobody"}]});
    assert_eq!(scim_type(create(&GROUP, body).unwrap_err()), "invalidValue");
}
