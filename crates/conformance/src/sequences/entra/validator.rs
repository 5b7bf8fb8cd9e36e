//! What Microsoft's SCIM Validator sends for users, test by test, in the standard dialect.

use super::{
    super::script::{Step, delete, get, patch, post},
    dialect::{ENTERPRISE, USER},
    user,
};
use serde_json::{Value, json};

/// Tests 1, 5, 6 and 7, and the empty values of the tests for the application gallery.
pub(super) fn replaces() -> Vec<Step> {
    vec![
        everything("a user with every attribute is created"),
        get("the look-up ignores case and keeps it", "/Users?filter=userName+eq+%22EVE.<tag>%40CORP.EXAMPLE%22")
            .total(1)
            .is("/Resources/0/userName", "eve.<tag>@corp.example")
            .is("/Resources/0/roles/0/primary", true),
        patch("attributes are replaced, merged", "/Users/<eve>", merged()),
        replaced(get("all of them read back", "/Users/<eve>")).length("/phoneNumbers", 3),
        patch("attributes are replaced, one by one", "/Users/<eve>", verbose()),
        get("those read back too", "/Users/<eve>")
            .is("/displayName", "Eve Verbose")
            .is("/title", "Director")
            .is("/name/givenName", "Evelyn")
            .is("/urn:ietf:params:scim:schemas:extension:enterprise:2.0:User/costCenter", "77")
            .length("/emails", 1)
            .has("/emails", json!({"type": "work", "primary": true, "value": "verbose.<tag>@corp.example"}))
            .has("/phoneNumbers", json!({"type": "fax", "value": "+44 20 7946 0009"}))
            .length("/roles", 1)
            .has("/roles", json!({"primary": true, "display": "Owner", "value": "owner"})),
        patch("an empty text clears", "/Users/<eve>", json!([{"op": "replace", "path": "title", "value": ""}])),
        get("the title is cleared", "/Users/<eve>").absent("/title"),
        patch("a null clears", "/Users/<eve>", json!([{"op": "replace", "path": "nickName", "value": null}])),
        get("the nickname is cleared too", "/Users/<eve>").absent("/nickName").is("/displayName", "Eve Verbose"),
    ]
}

fn everything(name: &'static str) -> Step {
    let body = json!({
        "schemas": [USER, ENTERPRISE],
        "externalId": "<guid:eve>",
        "userName": "eve.<tag>@corp.example",
        "active": true,
        "displayName": "Eve",
        "nickName": "Eve",
        "title": "Clerk",
        "userType": "Staff",
        "preferredLanguage": "fr",
        "locale": "fr-FR",
        "timezone": "Europe/Paris",
        "profileUrl": "https://corp.example/eve",
        "name": {"givenName": "Eve", "familyName": "Doe", "formatted": "Eve Doe", "middleName": "X"},
        "emails": [{"type": "work", "primary": true, "value": "eve.<tag>@corp.example"}],
        "phoneNumbers": [
            {"type": "work", "value": "+44 20 7946 0001"},
            {"type": "mobile", "value": "+44 7700 900001"},
            {"type": "fax", "value": "+44 20 7946 0002"}
        ],
        "addresses": [{"type": "work", "streetAddress": "1 Rue X", "locality": "Paris", "country": "FR"}],
        "roles": [{"primary": "True", "display": "Member", "value": "member", "type": "app"}],
        ENTERPRISE: {"employeeNumber": "1", "department": "A", "costCenter": "1", "organization": "O", "division": "D"}
    });
    post(name, "/Users", body).is("/roles/0/primary", true).length("/phoneNumbers", 3).keep("eve", "/id")
}

fn merged() -> Value {
    json!([
        {"op": "replace", "path": "emails[type eq \"work\"].value", "value": "new.<tag>@corp.example"},
        {"op": "replace", "path": "addresses[type eq \"work\"].locality", "value": "Lyon"},
        {"op": "replace", "path": "phoneNumbers[type eq \"fax\"].value", "value": "+44 20 7946 0003"},
        {"op": "replace", "value": {
            "displayName": "Eve Merged",
            "name.givenName": "Evita",
            "name.familyName": "Merged",
            "timezone": "Europe/London",
            (format!("{ENTERPRISE}:department")): "B",
            (format!("{ENTERPRISE}:employeeNumber")): "2"
        }}
    ])
}

fn replaced(step: Step) -> Step {
    step.is("/displayName", "Eve Merged")
        .is("/name", json!({"givenName": "Evita", "familyName": "Merged", "formatted": "Eve Doe", "middleName": "X"}))
        .is("/timezone", "Europe/London")
        .is("/urn:ietf:params:scim:schemas:extension:enterprise:2.0:User/department", "B")
        .is("/urn:ietf:params:scim:schemas:extension:enterprise:2.0:User/employeeNumber", "2")
        .is("/urn:ietf:params:scim:schemas:extension:enterprise:2.0:User/costCenter", "1")
        .has("/emails", json!({"type": "work", "value": "new.<tag>@corp.example"}))
        .has("/addresses", json!({"type": "work", "locality": "Lyon", "country": "FR"}))
        .has("/phoneNumbers", json!({"type": "fax", "value": "+44 20 7946 0003"}))
}

fn verbose() -> Value {
    let cost_center = format!("{ENTERPRISE}:costCenter");
    let values = [
        ("displayName", json!("Eve Verbose")),
        ("title", json!("Director")),
        ("name.givenName", json!("Evelyn")),
        ("emails[type eq \"work\"].value", json!("verbose.<tag>@corp.example")),
        ("emails[type eq \"work\"].primary", json!(true)),
        ("phoneNumbers[type eq \"fax\"].value", json!("+44 20 7946 0009")),
        ("roles[primary eq \"True\"].display", json!("Owner")),
        ("roles[primary eq \"True\"].value", json!("owner")),
        (cost_center.as_str(), json!("77")),
    ];
    values.iter().map(|(path, value)| json!({"op": "replace", "path": path, "value": value})).collect()
}

/// Tests 8 and 9: everything is added to a user that has nothing but a name.
pub(super) fn additions() -> Vec<Step> {
    let bare = json!({"schemas": [USER], "userName": "<n>.<tag>@corp.example"});
    let path = |path: &str, value: &str| json!({"op": "add", "path": path, "value": value});
    let filtered = [
        path("emails[type eq \"work\"].value", "added.<tag>@corp.example"),
        path("phoneNumbers[type eq \"mobile\"].value", "+44 7700 900002"),
        path("addresses[type eq \"work\"].country", "GB"),
        path("roles[primary eq \"True\"].value", "owner"),
    ];
    let plain = json!({"op": "add", "value": {
        "displayName": "Added", "name.familyName": "Added", (format!("{ENTERPRISE}:department")): "C"
    }});
    let each = [
        path("displayName", "Added"),
        path("name.familyName", "Added"),
        path(&format!("{ENTERPRISE}:department"), "C"),
    ];
    let merged: Vec<_> = filtered.iter().cloned().chain([plain]).collect();
    let verbose: Vec<_> = filtered.into_iter().chain(each).collect();
    vec![
        post("two bare users are created", "/Users", bare).times(2).keep("user-<n>", "/id"),
        patch("attributes are added, merged", "/Users/<user-1>", json!(merged)),
        added(get("the attributes are there", "/Users/<user-1>")),
        patch("attributes are added, one by one", "/Users/<user-2>", json!(verbose)),
        added(get("the same attributes are there", "/Users/<user-2>")),
    ]
}

fn added(step: Step) -> Step {
    step.is("/displayName", "Added")
        .is("/name/familyName", "Added")
        .is("/urn:ietf:params:scim:schemas:extension:enterprise:2.0:User/department", "C")
        .length("/emails", 1)
        .has("/emails", json!({"type": "work", "value": "added.<tag>@corp.example"}))
        .has("/phoneNumbers", json!({"type": "mobile", "value": "+44 7700 900002"}))
        .has("/addresses", json!({"type": "work", "country": "GB"}))
        .has("/roles", json!({"primary": true, "value": "owner"}))
}

/// Tests 2, 4, 10, 11 and 15, and the preview tests P1 to P4.
pub(super) fn life() -> Vec<Step> {
    let twice = json!({"schemas": [USER], "userName": "Eve.<tag>@corp.example"});
    let order = json!([
        {"op": "remove", "path": "displayName"},
        {"op": "add", "path": "displayName", "value": "first"},
        {"op": "replace", "path": "displayName", "value": "last"}
    ]);
    let several = json!([
        {"op": "add", "path": "title", "value": "Clerk"},
        {"op": "replace", "path": "name.familyName", "value": "King"},
        {"op": "remove", "path": "name.givenName"}
    ]);
    vec![
        user("a user is created", "Eve"),
        post("a second user with the name is refused", "/Users", twice).refused(409, "uniqueness"),
        get("an unknown name finds no user", "/Users?filter=userName+eq+%22<guid:nobody>%22").total(0),
        patch("three operations on three attributes", "/Users/<Eve>", several),
        get("each operation took effect", "/Users/<Eve>")
            .is("/title", "Clerk")
            .is("/name/familyName", "King")
            .absent("/name/givenName"),
        patch("three operations on one attribute", "/Users/<Eve>", order),
        get("the last one wins", "/Users/<Eve>").is("/displayName", "last"),
        patch(
            "the name is changed",
            "/Users/<Eve>",
            json!([
                {"op": "replace", "value": {"userName": "renamed.<tag>@corp.example"}}
            ]),
        ),
        get("it has changed", "/Users/<Eve>").is("/userName", "renamed.<tag>@corp.example"),
        patch("the user is disabled", "/Users/<Eve>", json!([{"op": "replace", "path": "active", "value": false}])),
        get("the disabled user is found", "/Users?filter=userName+eq+%22renamed.<tag>%40corp.example%22")
            .total(1)
            .is("/Resources/0/active", false),
        delete("the user is deleted", "/Users/<Eve>"),
        get("the user is gone", "/Users/<Eve>").refused(404, ""),
        delete("it cannot be deleted twice", "/Users/<Eve>").refused(404, ""),
        delete("an unknown user cannot be deleted", "/Users/<guid:nobody>").refused(404, ""),
    ]
}
