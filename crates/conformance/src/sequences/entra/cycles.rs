//! The two cycles of a provisioning job.

use super::{
    super::script::{Step, get, patch, post},
    dialect::{Dialect, ENTERPRISE, USER},
    group, user,
};
use serde_json::{Value, json};

/// The first cycle: match every user, create those that are missing, then set the references.
pub(super) fn initial(dialect: Dialect) -> Vec<Step> {
    let manager = format!("{ENTERPRISE}:manager");
    vec![
        get("the probe finds no user", "/Users?filter=userName+eq+%22<guid:probe>%22").total(0),
        get("Ada is not there", "/Users?filter=userName+eq+%22ada.<tag>%40corp.example%22").total(0),
        full_user(),
        reads_back(get("Ada reads as she was sent", "/Users/<ada>")),
        get("Ada is found by name in another case", "/Users?filter=userName+eq+%22ADA.<tag>%40Corp.Example%22")
            .total(1)
            .is("/Resources/0/id", "<ada>")
            .is("/Resources/0/userName", "ada.<tag>@corp.example"),
        get("Grace is not there", "/Users?filter=userName+eq+%22Grace.<tag>%40corp.example%22").total(0),
        user("Grace is created", "Grace"),
        get(
            "the group is not there",
            "/Groups?excludedAttributes=members&filter=displayName+eq+%22Engine+Owners+<tag>%22",
        )
        .total(0),
        group("the group is created"),
        get("the group is read without members", "/Groups/<group>?excludedAttributes=members")
            .is("/displayName", "Engine Owners <tag>")
            .without("/members"),
        patch("Ada gets her manager", "/Users/<ada>", json!(dialect.add(&[(manager.as_str(), json!("<Grace>"))]))),
        get("the manager is nested in the extension", "/Users/<ada>")
            .is("/urn:ietf:params:scim:schemas:extension:enterprise:2.0:User/manager/value", "<Grace>"),
        get(
            "Ada is found with her manager",
            "/Users?filter=id+eq+%22<ada>%22+and+manager+eq+%22<Grace>%22&attributes=id",
        )
        .total(1)
        .is("/Resources/0/id", "<ada>"),
        get("the group lacks Ada", "/Groups?filter=id+eq+%22<group>%22+and+members+eq+%22<ada>%22&attributes=id")
            .total(0),
        patch("both join the group", "/Groups/<group>", dialect.add_members(&["<ada>", "<Grace>"])),
        get("the group has Ada", "/Groups?filter=id+eq+%22<group>%22+and+members+eq+%22<ada>%22&attributes=id")
            .total(1)
            .is("/Resources/0/id", "<group>"),
        get("the group has two members", "/Groups/<group>")
            .length("/members", 2)
            .has("/members", json!({"value": "<Grace>"})),
    ]
}

/// A user with every attribute of the default mapping, explicit nulls and empty lists included.
fn full_user() -> Step {
    let body = json!({
        "schemas": [USER, ENTERPRISE],
        "externalId": "<guid:ada>",
        "userName": "ada.<tag>@corp.example",
        "active": true,
        "displayName": "Ada Byron",
        "title": "Analyst",
        "preferredLanguage": "en-GB",
        "nickName": null,
        "emails": [{"primary": true, "type": "work", "value": "ada.<tag>@corp.example"}],
        "name": {"formatted": "Ada Byron", "familyName": "Byron", "givenName": "Ada"},
        "phoneNumbers": [
            {"primary": true, "type": "work", "value": "+44 20 7946 0000"},
            {"type": "mobile", "value": "+44 7700 900000"}
        ],
        "addresses": [{
            "type": "work", "streetAddress": "1 Example St", "locality": "London", "postalCode": "N1 1AA",
            "country": "GB", "formatted": "London office"
        }],
        "ims": null,
        "roles": [],
        "meta": {"resourceType": "User"},
        ENTERPRISE: {"employeeNumber": "701984", "department": "Research"}
    });
    reads_back(post("Ada is created", "/Users", body)).keep("ada", "/id")
}

/// A value that is not returned as it was sent is sent again in every cycle.
fn reads_back(step: Step) -> Step {
    step.is("/userName", "ada.<tag>@corp.example")
        .is("/externalId", "<guid:ada>")
        .is("/active", true)
        .is("/displayName", "Ada Byron")
        .is("/title", "Analyst")
        .is("/preferredLanguage", "en-GB")
        .absent("/nickName")
        .is("/name", json!({"formatted": "Ada Byron", "familyName": "Byron", "givenName": "Ada"}))
        .length("/emails", 1)
        .has("/emails", json!({"primary": true, "type": "work", "value": "ada.<tag>@corp.example"}))
        .has("/phoneNumbers", json!({"type": "work", "value": "+44 20 7946 0000"}))
        .has("/phoneNumbers", json!({"type": "mobile", "value": "+44 7700 900000"}))
        .has("/addresses", json!({"type": "work", "postalCode": "N1 1AA", "country": "GB"}))
        .is("/urn:ietf:params:scim:schemas:extension:enterprise:2.0:User/employeeNumber", "701984")
        .is("/urn:ietf:params:scim:schemas:extension:enterprise:2.0:User/department", "Research")
        .is("/meta/resourceType", "User")
}

/// A later cycle: only what has changed in the directory.
pub(super) fn incremental(dialect: Dialect) -> Vec<Step> {
    let department = format!("{ENTERPRISE}:department");
    let replaced = dialect.replace(&[
        ("displayName", json!("Ada King")),
        ("name.familyName", json!("King")),
        ("emails[type eq \"work\"].value", json!("ada.king.<tag>@corp.example")),
        ("active", json!(true)),
    ]);
    let added = dialect.add(&[
        ("title", json!("Countess")),
        ("phoneNumbers[type eq \"mobile\"].value", json!("+44 7700 900001")),
        ("addresses[type eq \"work\"].postalCode", json!("N1 9GU")),
        (department.as_str(), json!("Engines")),
    ]);
    vec![
        user("Ada is there", "Ada"),
        user("Grace is there", "Grace"),
        get("Ada is compared", "/Users/<Ada>").is("/displayName", "Ada Byron"),
        patch("new and changed attributes come in one PATCH", "/Users/<Ada>", together(replaced, added)),
        changed(get("all of them read back", "/Users/<Ada>")),
        patch("an attribute that was there is added", "/Users/<Ada>", json!(dialect.add(&[("title", json!("Lady"))]))),
        get("the new value is kept", "/Users/<Ada>").is("/title", "Lady"),
        patch("the same is sent again", "/Users/<Ada>", json!(dialect.replace(&[("title", json!("Lady"))]))),
        patch("a new name is sent", "/Users/<Ada>", rename(dialect, "king.<tag>@corp.example")),
        get("the old name finds no user", "/Users?filter=userName+eq+%22Ada.<tag>%40corp.example%22").total(0),
        get("the new name finds the same user", "/Users?filter=userName+eq+%22king.<tag>%40corp.example%22")
            .total(1)
            .is("/Resources/0/id", "<Ada>"),
        patch("a name that Grace has is refused", "/Users/<Ada>", rename(dialect, "Grace.<tag>@corp.example"))
            .refused(409, "uniqueness"),
        patch("an unknown attribute does not stop a deactivation", "/Users/<Ada>", unknown_and_inactive(dialect)),
        get("Ada is inactive and still there", "/Users/<Ada>").is("/active", false).is("/title", "Lady"),
        get("the look-up finds her", "/Users?filter=externalId+eq+%22<guid:Ada>%22")
            .total(1)
            .is("/Resources/0/active", false),
        patch("she comes back", "/Users/<Ada>", json!(dialect.replace(&[("active", json!(true))]))),
        get("she is active", "/Users/<Ada>").is("/active", true),
    ]
}

fn changed(step: Step) -> Step {
    step.is("/displayName", "Ada King")
        .is("/name", json!({"formatted": "Ada Byron", "familyName": "King", "givenName": "Ada"}))
        .is("/title", "Countess")
        .length("/emails", 1)
        .has("/emails", json!({"type": "work", "primary": true, "value": "ada.king.<tag>@corp.example"}))
        .has("/phoneNumbers", json!({"type": "mobile", "value": "+44 7700 900001"}))
        .has("/addresses", json!({"type": "work", "postalCode": "N1 9GU"}))
        .is("/urn:ietf:params:scim:schemas:extension:enterprise:2.0:User/department", "Engines")
        .is("/userName", "Ada.<tag>@corp.example")
        .is("/active", true)
}

fn rename(dialect: Dialect, name: &str) -> Value {
    json!(dialect.replace(&[("userName", json!(name))]))
}

fn unknown_and_inactive(dialect: Dialect) -> Value {
    json!(dialect.replace(&[("extensionAttribute<tag>", json!("x")), ("active", json!(false))]))
}

fn together(mut operations: Vec<Value>, more: Vec<Value>) -> Value {
    operations.extend(more);
    Value::Array(operations)
}
