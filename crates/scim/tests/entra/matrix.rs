//! §8: the rest of the acceptance matrix, and §5b: clearing.

use scim::patch::PatchRequest;
use scim::schema::{ENTERPRISE_URN, USER};
use scim::{Error, Limits};
use serde_json::json;

use super::{ada, minimal, object, patch, patched, scim_type};

#[test]
fn a_missing_op_is_a_replace_and_an_unknown_op_is_refused() {
    assert_eq!(patched(&ada(), json!([{"path": "title", "value": "x"}]))["title"], "x");
    for op in [json!("delete"), json!(""), json!(1), json!(null)] {
        let error = patch(&ada(), json!([{"op": op, "path": "title", "value": "x"}])).unwrap_err();
        assert_eq!(scim_type(error), "invalidSyntax");
    }
}

#[test]
fn odd_requests() {
    let parse = |body| PatchRequest::parse(object(body), &Limits::default());
    let changes = |body| scim::patch::normalise(&USER, &parse(body).unwrap()).unwrap().len();
    assert_eq!((changes(json!({})), changes(json!({"operations": []}))), (0, 0));
    assert_eq!(changes(json!({"OPERATIONS": [{"path": "title", "value": "x"}]})), 1);
    for body in [json!({"Operations": {}}), json!({"Operations": "x"}), json!({"Operations": ["x"]})] {
        assert_eq!(scim_type(parse(body).unwrap_err()), "invalidSyntax");
    }
    assert_eq!(scim_type(parse(json!({"Operations": [{"path": 5}]})).unwrap_err()), "invalidPath");
}

#[test]
fn malformed_paths_are_refused() {
    for path in [
        "a.b.c",
        "emails[type eq \"work\"",
        "emails[type eq \"work\"]value",
        "1x",
        "a b",
        "emails]",
        "[type eq \"work\"].value",
        "emails.value[type eq \"work\"]",
        "urn:",
        "userName[a pr]",
        "userName.x",
        "name[formatted eq \"x\"].givenName",
        "emails[type eq \"work\"].a.b",
    ] {
        let error = patch(&ada(), json!([{"op": "add", "path": path, "value": "x"}])).unwrap_err();
        assert_eq!(scim_type(error), "invalidPath", "{path}");
    }
    for path in ["emails[type eq]", "emails[a[b pr]]"] {
        let error = patch(&ada(), json!([{"op": "add", "path": path, "value": "x"}])).unwrap_err();
        assert_eq!(scim_type(error), "invalidFilter", "{path}");
    }
}

#[test]
fn operations_without_value_or_target_are_refused() {
    for (operation, expected) in [
        (json!({"op": "add", "path": "title"}), "invalidValue"),
        (json!({"op": "replace"}), "invalidValue"),
        (json!({"op": "replace", "value": "x"}), "invalidValue"),
        (json!({"op": "remove"}), "noTarget"),
    ] {
        assert_eq!(scim_type(patch(&ada(), json!([operation])).unwrap_err()), expected);
    }
}

/// §5b test 16: for each optional attribute a replace by "" or null must read back empty.
#[test]
fn an_empty_value_unsets_every_optional_attribute() {
    let paths = [
        "displayName".to_owned(),
        "title".into(),
        "name.givenName".into(),
        "externalId".into(),
        "emails[type eq \"work\"].value".into(),
        "phoneNumbers[type eq \"mobile\"].value".into(),
        "addresses[type eq \"work\"].locality".into(),
        format!("{ENTERPRISE_URN}:department"),
        "preferredLanguage".into(),
    ];
    let set: Vec<_> = paths.iter().map(|path| json!({"op": "add", "path": path, "value": "x"})).collect();
    for empty in [json!(""), json!(null), json!([])] {
        for op in ["replace", "add"] {
            let unset: Vec<_> = paths.iter().map(|path| json!({"op": op, "path": path, "value": empty})).collect();
            let user = patched(&minimal(), json!(set));
            assert_eq!(patched(&user, json!(unset)), minimal());
        }
    }
    let user = patched(&minimal(), json!(set));
    let remove: Vec<_> = paths.iter().map(|path| json!({"op": "Remove", "path": path})).collect();
    assert_eq!(patched(&user, json!(remove)), minimal());
}

#[test]
fn required_attributes_cannot_be_unset() {
    for value in [json!(""), json!(null), json!([]), json!("  ")] {
        for op in ["replace", "add"] {
            assert!(patch(&ada(), json!([{"op": op, "path": "userName", "value": value}])).is_err());
        }
    }
    let error = patch(&ada(), json!([{"op": "replace", "value": {"userName": ""}}])).unwrap_err();
    assert_eq!(scim_type(error), "invalidValue");
    assert_eq!(scim_type(patch(&ada(), json!([{"op": "Remove", "path": "userName"}])).unwrap_err()), "mutability");
}

#[test]
fn a_refused_operation_leaves_no_trace() {
    let error = patch(
        &ada(),
        json!([{"op": "add", "path": "title", "value": "x"}, {"op": "add", "path": "active", "value": "?"}]),
    );
    assert_eq!(scim_type(error.unwrap_err()), "invalidValue");
}

#[test]
fn a_removal_without_a_match_changes_nothing() {
    for operation in [
        json!({"op": "remove", "path": "emails[type eq \"home\"]"}),
        json!({"op": "remove", "path": "emails[type eq \"home\"].value"}),
        json!({"op": "Remove", "path": "phoneNumbers[type eq \"mobile\"].value"}),
        json!({"op": "remove", "path": "title"}),
        json!({"op": "remove", "path": "phoneNumbers"}),
        json!({"op": "remove", "path": "name.middleName"}),
        json!({"op": "remove", "path": format!("{ENTERPRISE_URN}:department")}),
        json!({"op": "remove", "path": "emails", "value": [{"value": "other"}]}),
        json!({"op": "remove", "path": "emails", "value": []}),
        json!({"op": "remove", "path": "emails", "value": [{"value": null}]}),
        json!({"op": "replace", "path": "emails[type eq \"home\"].value", "value": ""}),
        json!({"op": "replace", "path": "emails[type eq \"home\"]", "value": null}),
        json!({"op": "add", "path": "emails", "value": []}),
    ] {
        assert_eq!(patched(&ada(), json!([operation])), ada(), "{operation}");
    }
}

#[test]
fn removals_take_out_what_they_name() {
    let emails =
        json!([{"type": "work", "value": "w"}, {"type": "home", "value": "h"}, {"type": "other", "value": "o"}]);
    let user = patched(&minimal(), json!([{"op": "add", "path": "emails", "value": emails}]));
    for (operation, left) in [
        (json!({"op": "remove", "path": "emails"}), json!(null)),
        // RFC 7643 §2.5: null is the same as no value.
        (json!({"op": "remove", "path": "emails", "value": null}), json!(null)),
        (json!({"op": "remove", "value": {"emails": null}}), json!(null)),
        (json!({"op": "remove", "path": "emails[type eq \"work\"]"}), json!([emails[1], emails[2]])),
        (json!({"op": "remove", "path": "emails[value eq \"h\" or value eq \"o\"]"}), json!([emails[0]])),
        (json!({"op": "Remove", "path": "emails", "value": [{"value": "H"}]}), json!([emails[0], emails[2]])),
        (json!({"op": "Remove", "path": "emails", "value": "o"}), json!([emails[0], emails[1]])),
        (json!({"op": "Remove", "value": {"emails": [{"value": "w"}, "h"]}}), json!([emails[2]])),
        (
            json!({"op": "remove", "path": "emails[type eq \"work\"].type"}),
            json!([{"value": "w"}, emails[1], emails[2]]),
        ),
    ] {
        let user = patched(&user, json!([operation]));
        assert_eq!(user.get("emails").cloned().unwrap_or_default(), left, "{operation}");
    }
}

#[test]
fn adding_to_a_list_is_a_union() {
    let add = |value| patched(&ada(), json!([{"op": "Add", "path": "emails", "value": value}]))["emails"].clone();
    let work = json!({"primary": true, "type": "work", "value": "ada@corp.example"});
    assert_eq!(add(json!([{"value": "ADA@corp.example"}]))[0]["type"], "work");
    assert_eq!(add(json!([{"type": "work", "value": "ada@corp.example"}])), json!([work]));
    assert_eq!(
        add(json!({"type": "home", "value": "ada@corp.example"})),
        json!([work, {"type": "home", "value": "ada@corp.example"}])
    );
    assert_eq!(add(json!(["b", "b"])), json!([work, {"value": "b"}]));
}

#[test]
fn replacing_a_list_replaces_it() {
    let user = patched(&ada(), json!([{"op": "Replace", "path": "emails", "value": [{"value": "n", "type": "home"}]}]));
    assert_eq!(user["emails"], json!([{"value": "n", "type": "home"}]));
    assert!(patched(&ada(), json!([{"op": "replace", "path": "emails", "value": []}])).get("emails").is_none());
}

#[test]
fn a_sub_attribute_without_filter_speaks_of_every_value() {
    let user = patched(&minimal(), json!([{"op": "replace", "path": "emails.value", "value": "x"}]));
    assert_eq!(user["emails"], json!([{"value": "x"}]));
    let user = patched(&user, json!([{"op": "add", "path": "emails", "value": [{"value": "y", "type": "home"}]}]));
    let user = patched(&user, json!([{"op": "replace", "path": "emails.display", "value": "d"}]));
    assert_eq!(user["emails"], json!([{"value": "x", "display": "d"}, {"value": "y", "type": "home", "display": "d"}]));
    let user = patched(&user, json!([{"op": "remove", "path": "emails.display"}]));
    assert_eq!(user["emails"], json!([{"value": "x"}, {"value": "y", "type": "home"}]));
    assert_eq!(patched(&user, json!([{"op": "remove", "path": "emails.value"}])), minimal());
}

#[test]
fn a_filter_that_determines_no_value_creates_none() {
    for path in
        ["emails[type eq \"a\" or type eq \"b\"].value", "emails[not (type pr)].value", "emails[value co \"@@\"].type"]
    {
        let error: Error = patch(&minimal(), json!([{"op": "replace", "path": path, "value": "x"}])).unwrap_err();
        assert_eq!(scim_type(error), "noTarget");
    }
}

#[test]
fn a_removal_that_names_sub_attributes_keeps_the_others() {
    for operation in [
        json!({"op": "remove", "value": {"name": {"FamilyName": "Byron", "formatted": null}}}),
        json!({"op": "remove", "path": "name", "value": {"familyName": "Byron", "formatted": ""}}),
        json!({"op": "remove", "value": {"name.familyName": "Byron", "name.formatted": null}}),
    ] {
        assert_eq!(patched(&ada(), json!([operation]))["name"], json!({"givenName": "Ada"}));
    }
}

#[test]
fn a_removal_keeps_values_that_are_not_complete_yet() {
    let user = patched(
        &ada(),
        json!([
            {"op": "add", "path": "emails[type eq \"home\"].primary", "value": "False"},
            {"op": "remove", "path": "emails[type eq \"work\"].value"},
            {"op": "add", "path": "emails[type eq \"home\"].value", "value": "h"}
        ]),
    );
    assert_eq!(user["emails"], json!([{"type": "home", "primary": false, "value": "h"}]));
}
