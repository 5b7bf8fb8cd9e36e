//! replace (RFC 7644 §3.5.2.3).

use super::{emails, row};
use crate::{Case, cases::ENTERPRISE};
use serde_json::{Value, json};

pub(super) fn cases() -> Vec<Case> {
    let replace = |path: &str, value: Value| json!([{"op": "replace", "path": path, "value": value}]);
    let pathless = |value: Value| json!([{"op": "replace", "value": value}]);
    let rows = [
        (
            "replace-sets-a-value",
            "replace sets the target's value.",
            json!({"title": "Ms"}),
            replace("title", json!("Dr")),
            json!({"title": "Dr"}),
        ),
        (
            "replace-of-a-missing-attribute-adds",
            "replace of a target without a value is an add.",
            json!({}),
            replace("title", json!("Dr")),
            json!({"title": "Dr"}),
        ),
        (
            "replace-of-a-missing-sub-attribute-adds",
            "replace of a sub-attribute without a value is an add.",
            json!({"name": {"givenName": "Ada"}}),
            replace("name.familyName", json!("King")),
            json!({"name": {"givenName": "Ada", "familyName": "King"}}),
        ),
        (
            "replace-keeps-other-attributes",
            "replace changes nothing but its target.",
            json!({"title": "Ms", "nickName": "A", "emails": emails()}),
            replace("title", json!("Dr")),
            json!({"title": "Dr", "nickName": "A", "emails": emails()}),
        ),
        (
            "replace-of-a-complex-value-sets-its-parts",
            "replace of sub-attributes sets them.",
            json!({"name": {"givenName": "Ada", "familyName": "Byron"}}),
            replace("name", json!({"familyName": "King"})),
            json!({"name": {"familyName": "King"}}),
        ),
        (
            "replace-of-a-sub-attribute",
            "The path may name a sub-attribute.",
            json!({"name": {"givenName": "Ada", "familyName": "Byron"}}),
            replace("name.familyName", json!("King")),
            json!({"name": {"givenName": "Ada", "familyName": "King"}}),
        ),
        (
            "replace-of-a-list-replaces-all",
            "replace of a multi-valued attribute replaces all its values.",
            json!({"emails": emails()}),
            replace("emails", json!([{"value": "n@x.example", "type": "work"}])),
            json!({"emails": [{"value": "n@x.example", "type": "work"}]}),
        ),
        (
            "replace-of-the-value-that-matches",
            "A value path names the values that are replaced.",
            json!({"emails": emails()}),
            replace("emails[type eq \"home\"]", json!({"value": "n@x.example", "type": "home"})),
            json!({"emails": [{"value": "w@x.example", "type": "work", "primary": true}, {"value": "n@x.example", "type": "home"}]}),
        ),
        (
            "replace-of-the-value-that-matches-leaves-nothing-of-it",
            "A value that is replaced keeps nothing that the new one lacks.",
            json!({"addresses": [{"type": "work", "locality": "Hollywood", "region": "CA"}, {"type": "home", "region": "NY"}]}),
            replace("addresses[type eq \"work\"]", json!({"type": "work", "locality": "Paris"})),
            json!({"addresses": [{"type": "work", "locality": "Paris", "region": null}, {"type": "home", "region": "NY"}]}),
        ),
        (
            "replace-of-a-sub-attribute-of-the-value-that-matches",
            "A value path with a sub-attribute names it in the values that match.",
            json!({"emails": emails()}),
            replace("emails[type eq \"home\"].value", json!("n@x.example")),
            json!({"emails": [{"value": "w@x.example", "type": "work", "primary": true}, {"value": "n@x.example", "type": "home"}]}),
        ),
        (
            "replace-by-a-filter-with-and",
            "The filter of a value path may use and.",
            json!({"emails": emails()}),
            replace("emails[type eq \"home\" and value eq \"h@x.example\"].display", json!("Home")),
            json!({"emails": [{"value": "w@x.example", "display": null}, {"value": "h@x.example", "display": "Home"}]}),
        ),
        (
            "replace-by-a-filter-with-or",
            "All values that match are changed.",
            json!({"emails": emails()}),
            replace("emails[type eq \"home\" or type eq \"work\"].display", json!("Both")),
            json!({"emails": [{"value": "w@x.example", "display": "Both"}, {"value": "h@x.example", "display": "Both"}]}),
        ),
        (
            "replace-by-a-filter-with-not",
            "The filter of a value path may use not.",
            json!({"emails": emails()}),
            replace("emails[not (type eq \"work\")].display", json!("Other")),
            json!({"emails": [{"value": "w@x.example", "display": null}, {"value": "h@x.example", "display": "Other"}]}),
        ),
        (
            "replace-by-a-filter-with-co",
            "The filter of a value path may use any operator.",
            json!({"emails": emails()}),
            replace("emails[value sw \"h@\"].display", json!("H")),
            json!({"emails": [{"value": "w@x.example", "display": null}, {"value": "h@x.example", "display": "H"}]}),
        ),
        (
            "replace-by-a-filter-on-primary",
            "The filter of a value path may compare a Boolean.",
            json!({"emails": emails()}),
            replace("emails[primary eq true].value", json!("n@x.example")),
            json!({"emails": [{"value": "n@x.example", "primary": true}, {"value": "h@x.example"}]}),
        ),
        (
            "replace-of-primary-demotes-the-other",
            "A value that becomes primary makes the others not primary.",
            json!({"emails": emails()}),
            replace("emails[type eq \"home\"].primary", json!(true)),
            json!({"emails": [{"value": "w@x.example", "primary": false}, {"value": "h@x.example", "primary": true}]}),
        ),
        (
            "replace-without-path",
            "Without a path the value holds the attributes to replace.",
            json!({"title": "Ms", "nickName": "A"}),
            pathless(json!({"title": "Dr", "displayName": "Ada"})),
            json!({"title": "Dr", "nickName": "A", "displayName": "Ada"}),
        ),
        (
            "replace-without-path-replaces-lists",
            "Without a path, a list replaces the list.",
            json!({"emails": emails()}),
            pathless(json!({"emails": [{"value": "n@x.example"}]})),
            json!({"emails": [{"value": "n@x.example"}]}),
        ),
        (
            "replace-of-an-extension-attribute",
            "An extension's attribute is named with its URN.",
            json!({ENTERPRISE: {"division": "D", "costCenter": "C"}}),
            replace(&format!("{ENTERPRISE}:division"), json!("E")),
            json!({ENTERPRISE: {"division": "E", "costCenter": "C"}}),
        ),
        (
            "replace-of-an-extension-without-path",
            "Without a path, an extension is an object under its URN.",
            json!({ENTERPRISE: {"division": "D", "costCenter": "C"}}),
            pathless(json!({ENTERPRISE: {"division": "E"}})),
            json!({ENTERPRISE: {"division": "E"}}),
        ),
        (
            "replace-of-active",
            "A Boolean is replaced.",
            json!({"active": true}),
            replace("active", json!(false)),
            json!({"active": false}),
        ),
        (
            "replace-with-null-unassigns",
            "A value of null leaves the attribute without a value.",
            json!({"title": "Ms", "nickName": "A"}),
            replace("title", json!(null)),
            json!({"title": null, "nickName": "A"}),
        ),
        (
            "replace-with-an-empty-list-unassigns",
            "An empty list leaves the attribute without a value.",
            json!({"emails": emails(), "nickName": "A"}),
            replace("emails", json!([])),
            json!({"emails": null, "nickName": "A"}),
        ),
        (
            "replace-by-a-qualified-core-path",
            "A core attribute may be named with its URN.",
            json!({"name": {"givenName": "A"}}),
            replace("urn:ietf:params:scim:schemas:core:2.0:User:name.givenName", json!("Ada")),
            json!({"name": {"givenName": "Ada"}}),
        ),
    ];
    rows.map(|(label, rule, before, operations, after)| row("3", label, rule, before, operations, after)).into()
}
