//! §2.1: look-ups.

use scim::filter::{CompareOp, Filter, Literal, parse};
use scim::path::AttributePath;
use scim::schema::{ENTERPRISE_URN, GROUP, ResourceType, USER, USER_URN};
use scim::{Error, Limits};
use serde_json::json;

use super::{ada, object, scim_type};

fn matches(resource_type: &ResourceType, resource: serde_json::Value, text: &str) -> bool {
    parse(text, &Limits::default()).unwrap().matches(&object(resource), resource_type)
}

fn finds_ada(text: &str) -> bool {
    let mut user = ada();
    user["id"] = json!("9a1d");
    user[ENTERPRISE_URN] = json!({"employeeNumber": "701984", "manager": {"value": "2f6f"}});
    matches(&USER, user, text)
}

#[test]
fn user_name_is_found_in_any_letter_case() {
    assert!(finds_ada(r#"userName eq "ada@corp.example""#));
    assert!(finds_ada(r#"USERNAME EQ "ADA@CORP.EXAMPLE""#));
    assert!(!finds_ada(r#"userName eq "b7e4c0d2-5d0f-4f0b-9f60-3a1f0c7d9e11""#));
}

#[test]
fn external_id_is_found_in_its_letter_case_only() {
    assert!(finds_ada(r#"externalId eq "5d1c3f0e-0000-4a55-b1de-7f1d0c7ae901""#));
    assert!(!finds_ada(r#"externalId eq "5D1C3F0E-0000-4A55-B1DE-7F1D0C7AE901""#));
}

#[test]
fn a_comparison_behind_a_value_path_speaks_of_the_same_value() {
    assert!(finds_ada(r#"emails[type eq "work"].value eq "ADA@corp.example""#));
    assert!(!finds_ada(r#"emails[type eq "home"].value eq "ada@corp.example""#));
    let name = |attribute: &str| AttributePath { schema: None, attribute: attribute.into(), sub_attribute: None };
    let equal = |attribute: &str, value: &str| {
        Box::new(Filter::compare(name(attribute), CompareOp::Eq, Literal::String(value.into())))
    };
    let expected = Filter::ValuePath {
        path: name("emails"),
        filter: Box::new(Filter::And(equal("type", "work"), equal("value", "x"))),
    };
    assert_eq!(parse(r#"emails[type eq "work"].value eq "x""#, &Limits::default()).unwrap(), expected);
}

#[test]
fn urn_qualified_attributes() {
    assert!(finds_ada(&format!(r#"{USER_URN}:userName eq "ada@corp.example""#)));
    assert!(finds_ada(&format!(r#"{ENTERPRISE_URN}:employeeNumber eq "701984""#)));
    assert!(finds_ada(&format!(r#"{}:manager.VALUE eq "2f6f""#, ENTERPRISE_URN.to_uppercase())));
    assert!(!finds_ada(&format!(r#"{ENTERPRISE_URN}:employeeNumber eq "1""#)));
}

#[test]
fn reference_checks_compare_the_value() {
    assert!(finds_ada(r#"id eq "9a1d" and manager eq "2f6f""#));
    assert!(!finds_ada(r#"id eq "9a1d" and manager eq "0000""#));
    let group = json!({"id": "g", "displayName": "EDU All personal", "members": [{"value": "u1"}, {"value": "u2"}]});
    assert!(matches(&GROUP, group.clone(), r#"id eq "g" and members eq "u2""#));
    assert!(!matches(&GROUP, group.clone(), r#"id eq "g" and members eq "u3""#));
    assert!(matches(&GROUP, group, r#"displayName eq "edu all PERSONAL""#));
}

#[test]
fn unquoted_values_and_repeated_spaces() {
    assert!(finds_ada("userName eq ada@corp.example"));
    assert!(finds_ada("  userName   eq\t\"ada@corp.example\"  "));
    assert!(finds_ada("externalId eq 5d1c3f0e-0000-4a55-b1de-7f1d0c7ae901"));
    assert!(finds_ada(&format!("{ENTERPRISE_URN}:employeeNumber eq 701984")));
    assert!(finds_ada("userName sw a and displayName co byron"));
    assert!(matches(
        &USER,
        json!({"externalId": "123456789012345678901234"}),
        "externalId eq 123456789012345678901234"
    ));
}

#[test]
fn booleans_in_every_spelling() {
    for text in ["active eq true", "active eq True", r#"active eq "True""#, "emails[primary eq \"True\"]"] {
        assert!(finds_ada(text), "{text}");
    }
    assert!(!finds_ada("active eq False"));
    assert!(finds_ada("active ne False"));
}

#[test]
fn escapes_are_those_of_json() {
    let user = json!({"userName": "a\"b\\c\u{e9}"});
    assert!(matches(&USER, user, r#"userName eq "a\"b\\c\u00E9""#));
}

#[test]
fn a_filter_that_cannot_be_read_is_an_invalid_filter() {
    for text in [
        "",
        " ",
        "userName",
        "userName eq",
        "userName eq \"a",
        "userName is \"a\"",
        "userName eq \"a\" or",
        "(userName eq \"a\"",
        "emails[type eq \"work\"",
        "emails[type eq \"work\"].value",
        "userName eq \"a\" \"b\"",
        "userName eq \"a\\u0000\"",
        "eq \"a\"",
        "userName eq \"\\ud800\"",
        "emails[ims[a pr]]",
        "a pr b pr",
        "userName eq ()",
        "not userName pr",
        "a.b.c pr",
        "urn: pr",
        "emails.value[type pr]",
        "]",
        ")",
        "\"",
        "emails[].value eq 1",
    ] {
        let error = Error::from(parse(text, &Limits::default()).unwrap_err());
        assert_eq!(scim_type(error), "invalidFilter", "{text}");
    }
}
