//! Both dialects of PATCH, the shapes that the validators send, and the flag that chooses between the dialects.

use super::ada;
use crate::{
    Case,
    cases::{ENTERPRISE, USER, patch::gives},
};
use serde_json::json;

/// §2.3, §2.4, §5a.
pub(super) fn cases() -> Vec<Case> {
    let department = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department";
    let name = json!({"formatted": "Ada Byron", "familyName": "King", "givenName": "Ada"});
    let rows = [
        (
            "2.3-add-overwrites-single-value",
            "Add of a single-valued attribute overwrites it.",
            json!([{"op": "Add", "path": "displayName", "value": "Ada King"}]),
            json!({"displayName": "Ada King"}),
        ),
        (
            "2.3-replace-of-what-is-missing-creates",
            "Replace of an attribute without a value sets it.",
            json!([{"op": "Replace", "path": "title", "value": "Countess"}]),
            json!({"title": "Countess"}),
        ),
        (
            "2.3-add-to-a-missing-value-creates",
            "A filtered path that matches no value creates it from the filter.",
            json!([{"op": "Add", "path": "phoneNumbers[type eq \"mobile\"].value", "value": "+44 7700"}]),
            json!({"phoneNumbers": [{"type": "mobile", "value": "+44 7700"}]}),
        ),
        (
            "2.3-replace-of-a-missing-value-creates",
            "A filtered path that matches no value creates it, even with Replace.",
            json!([{"op": "Replace", "path": "phoneNumbers[type eq \"work\"].value", "value": "1"}]),
            json!({"phoneNumbers": [{"type": "work", "value": "1"}]}),
        ),
        (
            "2.3-value-is-created-beside-others",
            "Creating a value leaves the others, and none of them loses primary.",
            json!([{"op": "Add", "path": "emails[type eq \"home\"].value", "value": "h@x.example"}]),
            json!({"emails": [{"type": "work", "primary": true}, {"type": "home", "value": "h@x.example", "primary": null}]}),
        ),
        (
            "2.3-value-is-built-by-several-operations",
            "Several operations build up one value.",
            json!([{"op": "Add", "path": "addresses[type eq \"work\"].country", "value": "GB"}, {"op": "Add", "path": "addresses[type eq \"work\"].locality", "value": "London"}]),
            json!({"addresses": [{"type": "work", "country": "GB", "locality": "London"}]}),
        ),
        (
            "2.3-value-is-created-by-primary",
            "A path by primary creates a primary value.",
            json!([{"op": "Add", "path": "roles[primary eq \"True\"].value", "value": "Admin"}, {"op": "Add", "path": "roles[primary eq \"True\"].display", "value": "Administrator"}]),
            json!({"roles": [{"primary": true, "value": "Admin", "display": "Administrator"}]}),
        ),
        (
            "2.3-remove-of-a-missing-value-is-nothing",
            "Remove of no value changes nothing.",
            json!([{"op": "Remove", "path": "phoneNumbers[type eq \"fax\"].value"}]),
            json!({"phoneNumbers": null, "displayName": "Ada Byron"}),
        ),
        (
            "2.3-value-in-a-list-of-one",
            "A single value may be sent in a list of one.",
            json!([{"op": "Replace", "path": "displayName", "value": ["Ada King"]}]),
            json!({"displayName": "Ada King"}),
        ),
        (
            "2.3-core-path-with-urn",
            "Core attributes may be named with their URN, whose dots are no separators.",
            json!([{"op": "Add", "path": "urn:ietf:params:scim:schemas:core:2.0:User:title", "value": "Countess"}]),
            json!({"title": "Countess"}),
        ),
        (
            "2.3-extension-path",
            "Attributes of the extension are named with its URN.",
            json!([{"op": "Replace", "path": department, "value": "Engines"}]),
            json!({ENTERPRISE: {"department": "Engines"}}),
        ),
        (
            "2.3-empty-text-unassigns",
            "An empty text leaves an optional attribute without a value.",
            json!([{"op": "replace", "path": "displayName", "value": ""}]),
            json!({"displayName": null}),
        ),
        (
            "2.3-null-unassigns",
            "null leaves an optional attribute without a value.",
            json!([{"op": "replace", "path": "displayName", "value": null}]),
            json!({"displayName": null}),
        ),
        (
            "2.3-unknown-path-is-kept",
            "An unknown path is not an error.",
            json!([{"op": "Add", "path": "favouriteColour", "value": "green"}, {"op": "Add", "path": "title", "value": "x"}]),
            json!({"favouriteColour": "green", "title": "x"}),
        ),
        (
            "2.3-no-operations-change-nothing",
            "An empty list of operations changes nothing.",
            json!([]),
            json!({"displayName": "Ada Byron"}),
        ),
        (
            "2.2-roles-as-json-in-a-text",
            "A role that is JSON in a text is kept.",
            json!([{"op": "Add", "path": "roles", "value": [{"value": "{\"id\":\"06b0\",\"value\":\"Admin\",\"displayName\":\"Admin\"}"}]}]),
            json!({"roles": [{"value": "{\"id\":\"06b0\",\"value\":\"Admin\",\"displayName\":\"Admin\"}"}]}),
        ),
        (
            "2.4-dotted-keys-merge",
            "Dotted keys without a path keep the other parts.",
            json!([{"op": "replace", "value": {"name.familyName": "King", "displayName": "Ada King"}}]),
            json!({"name": name, "displayName": "Ada King"}),
        ),
        (
            "2.4-nested-objects-merge",
            "A nested object without a path keeps the other parts.",
            json!([{"op": "replace", "value": {"name": {"familyName": "King"}}}]),
            json!({"name": name}),
        ),
        (
            "2.4-urn-keys",
            "A key may be a URN with an attribute.",
            json!([{"op": "add", "value": {department: "Engines", "title": "Countess"}}]),
            json!({ENTERPRISE: {"department": "Engines"}, "title": "Countess"}),
        ),
        (
            "2.4-urn-objects",
            "A key may be a URN with an object.",
            json!([{"op": "add", "value": {ENTERPRISE: {"department": "Engines"}}}]),
            json!({ENTERPRISE: {"department": "Engines"}}),
        ),
        (
            "2.4-keys-in-any-case",
            "Keys are case-insensitive.",
            json!([{"op": "replace", "value": {"DISPLAYNAME": "Ada King", "Name.FamilyName": "King"}}]),
            json!({"displayName": "Ada King", "name": name}),
        ),
        (
            "2.4-filtered-keys",
            "A key may be a path with a filter.",
            json!([{"op": "replace", "value": {"emails[type eq \"work\"].value": "w@x.example"}}]),
            json!({"emails": [{"type": "work", "value": "w@x.example", "primary": true}]}),
        ),
        (
            "2.4-mixed-request",
            "Filtered paths and an operation without a path may be combined.",
            json!([{"op": "replace", "path": "emails[type eq \"work\"].value", "value": "w@x.example"}, {"op": "replace", "value": {"displayName": "Ada King", "name.familyName": "King", "active": false}}, {"op": "add", "path": "nickName", "value": "Ada"}]),
            json!({"emails": [{"value": "w@x.example"}], "displayName": "Ada King", "name": name, "active": false, "nickName": "Ada"}),
        ),
        (
            "2.4-pathless-touches-only-its-keys",
            "What an operation without a path does not name stays.",
            json!([{"op": "replace", "value": {"title": "Countess"}}]),
            json!({"title": "Countess", "displayName": "Ada Byron", "emails": [{"type": "work", "primary": true}], "active": true}),
        ),
        (
            "5a-several-operations-on-one-attribute",
            "Of several operations on one attribute the last wins.",
            json!([{"op": "remove", "path": "displayName"}, {"op": "add", "path": "displayName", "value": "One"}, {"op": "replace", "path": "displayName", "value": "Two"}]),
            json!({"displayName": "Two"}),
        ),
        (
            "8-read-only-is-passed-over",
            "id, meta, schemas and groups are ignored.",
            json!([{"op": "replace", "value": {"id": "x", "meta": {"created": "x"}, "schemas": ["x"], "groups": [{"value": "x"}], "title": "Countess"}}]),
            json!({"schemas": [USER], "groups": null, "title": "Countess"}),
        ),
    ];
    rows.map(|(label, rule, operations, after)| {
        Case::new(format!("entra-{label}"), rule, move |t| async move {
            let user = ada(&t).await?;
            gives(&t, &user, operations, &after).await
        })
    })
    .into()
}

/// §2.9: the flag in the tenant URL means nothing to a server.
pub(super) fn flag() -> Vec<Case> {
    let forms = [
        "aadOptscim062020",
        "aadOptscim062020=true",
        "AADOPTSCIM062020=",
        "AzureAdScimPatch062020",
        "AzureAdScimPatch2017",
    ];
    forms
        .into_iter()
        .enumerate()
        .map(|(at, flag)| {
            let rule = format!("{flag} in the query changes no answer, wherever it is.");
            Case::new(format!("entra-2.9-flag-{at}-changes-nothing"), rule, move |t| async move {
                let user = t.user().await?;
                let read = t.get(&format!("{}?{flag}", user.path)).expect(200).await?;
                read.is("", user.answer.json().clone())?;
                let filter = format!("filter=userName+eq+%22{}%22", user.name);
                t.get(&format!("/Users?{flag}&{filter}")).expect(200).await?.finds(&[&user.id])?;
                t.get(&format!("/Users?{filter}&{flag}")).expect(200).await?.finds(&[&user.id])?;
                let operations = json!([{"op": "Replace", "path": "active", "value": "False"}]);
                t.patch(&format!("{}?{flag}", user.path), operations).expect_any(&[200, 204]).await?;
                t.get(&user.path).expect(200).await?.is("/active", false)?;
                let made = t.post(&format!("/Users?{flag}"), json!({"userName": t.name("x")})).expect(201).await?;
                made.present("/id").map(drop)
            })
        })
        .collect()
}
