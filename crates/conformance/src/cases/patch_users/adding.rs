//! add (RFC 7644 §3.5.2.1).

use super::{emails, row};
use crate::{
    Case,
    cases::{ENTERPRISE, NOBODY},
};
use serde_json::{Value, json};

pub(super) fn cases() -> Vec<Case> {
    let add = |path: &str, value: Value| json!([{"op": "add", "path": path, "value": value}]);
    let pathless = |value: Value| json!([{"op": "add", "value": value}]);
    let rows = [
        (
            "add-sets-a-missing-attribute",
            "add to a target that has no value sets it.",
            json!({}),
            add("title", json!("Dr")),
            json!({"title": "Dr"}),
        ),
        (
            "add-replaces-a-single-value",
            "add to a single-valued attribute replaces its value.",
            json!({"title": "Ms"}),
            add("title", json!("Dr")),
            json!({"title": "Dr"}),
        ),
        (
            "add-keeps-other-attributes",
            "add changes nothing but its target.",
            json!({"title": "Ms", "nickName": "A"}),
            add("displayName", json!("Ada")),
            json!({"title": "Ms", "nickName": "A", "displayName": "Ada"}),
        ),
        (
            "add-merges-a-complex-value",
            "add of sub-attributes keeps the others.",
            json!({"name": {"givenName": "Ada", "familyName": "Byron"}}),
            add("name", json!({"familyName": "King"})),
            json!({"name": {"givenName": "Ada", "familyName": "King"}}),
        ),
        (
            "add-sets-a-sub-attribute",
            "The path may name a sub-attribute.",
            json!({"name": {"givenName": "Ada"}}),
            add("name.familyName", json!("King")),
            json!({"name": {"givenName": "Ada", "familyName": "King"}}),
        ),
        (
            "add-makes-a-complex-value",
            "A sub-attribute is set even if its attribute has no value.",
            json!({}),
            add("name.familyName", json!("King")),
            json!({"name": {"familyName": "King"}}),
        ),
        (
            "add-appends-to-a-list",
            "add to a multi-valued attribute adds a value.",
            json!({"emails": emails()}),
            add("emails", json!([{"value": "o@x.example", "type": "other"}])),
            json!({"emails": [{"value": "w@x.example", "type": "work"}, {"value": "h@x.example"}, {"value": "o@x.example", "type": "other"}]}),
        ),
        (
            "add-appends-several",
            "Several values are added at once.",
            json!({"emails": emails()}),
            add("emails", json!([{"value": "o@x.example", "type": "other"}, {"value": "p@x.example"}])),
            json!({"emails": [{"value": "w@x.example"}, {"value": "h@x.example"}, {"value": "o@x.example"}, {"value": "p@x.example"}]}),
        ),
        (
            "add-makes-a-list",
            "add to a multi-valued attribute without values creates the first one.",
            json!({}),
            add("phoneNumbers", json!([{"value": "1", "type": "work"}])),
            json!({"phoneNumbers": [{"value": "1", "type": "work"}]}),
        ),
        (
            "add-to-the-value-that-matches",
            "A value path names the values to add to.",
            json!({"emails": emails()}),
            add("emails[type eq \"home\"]", json!({"display": "Home"})),
            json!({"emails": [{"value": "w@x.example", "display": null}, {"value": "h@x.example", "type": "home", "display": "Home"}]}),
        ),
        (
            "add-to-a-sub-attribute-of-the-value-that-matches",
            "A value path with a sub-attribute names it in the values that match.",
            json!({"emails": emails()}),
            add("emails[type eq \"home\"].display", json!("Home")),
            json!({"emails": [{"value": "w@x.example", "display": null}, {"value": "h@x.example", "type": "home", "display": "Home"}]}),
        ),
        (
            "add-of-a-primary-demotes-the-other",
            "A value that becomes primary makes the others not primary.",
            json!({"emails": emails()}),
            add("emails", json!([{"value": "o@x.example", "primary": true}])),
            json!({"emails": [{"value": "w@x.example", "primary": false}, {"value": "h@x.example"}, {"value": "o@x.example", "primary": true}]}),
        ),
        (
            "add-of-primary-to-a-match-demotes-the-other",
            "primary set by a value path makes the others not primary.",
            json!({"emails": emails()}),
            add("emails[type eq \"home\"].primary", json!(true)),
            json!({"emails": [{"value": "w@x.example", "primary": false}, {"value": "h@x.example", "primary": true}]}),
        ),
        (
            "add-without-path",
            "Without a path the value holds the attributes to add.",
            json!({"title": "Ms"}),
            pathless(json!({"displayName": "Ada", "nickName": "A"})),
            json!({"title": "Ms", "displayName": "Ada", "nickName": "A"}),
        ),
        (
            "add-without-path-appends",
            "Without a path, values are added to a list.",
            json!({"emails": emails()}),
            pathless(json!({"emails": [{"value": "o@x.example"}], "nickName": "A"})),
            json!({"emails": [{"value": "w@x.example"}, {"value": "h@x.example"}, {"value": "o@x.example"}], "nickName": "A"}),
        ),
        (
            "add-without-path-merges",
            "Without a path, a complex value is merged.",
            json!({"name": {"givenName": "Ada"}}),
            pathless(json!({"name": {"familyName": "King"}})),
            json!({"name": {"givenName": "Ada", "familyName": "King"}}),
        ),
        (
            "add-to-an-extension",
            "An extension's attribute is named with its URN.",
            json!({}),
            add(&format!("{ENTERPRISE}:department"), json!("Engines")),
            json!({ENTERPRISE: {"department": "Engines"}}),
        ),
        (
            "add-to-a-complex-of-an-extension",
            "A sub-attribute of an extension is named with its URN.",
            json!({}),
            add(&format!("{ENTERPRISE}:manager.value"), json!(NOBODY)),
            json!({ENTERPRISE: {"manager": {"value": NOBODY}}}),
        ),
        (
            "add-keeps-the-rest-of-an-extension",
            "add changes nothing else in the extension.",
            json!({ENTERPRISE: {"division": "D", "costCenter": "C"}}),
            add(&format!("{ENTERPRISE}:division"), json!("E")),
            json!({ENTERPRISE: {"division": "E", "costCenter": "C"}}),
        ),
        (
            "add-without-path-to-an-extension",
            "Without a path, an extension is an object under its URN.",
            json!({ENTERPRISE: {"division": "D"}}),
            pathless(json!({ENTERPRISE: {"costCenter": "C"}})),
            json!({ENTERPRISE: {"division": "D", "costCenter": "C"}}),
        ),
        (
            "add-by-a-qualified-core-path",
            "A core attribute may be named with its URN.",
            json!({}),
            add("urn:ietf:params:scim:schemas:core:2.0:User:title", json!("Dr")),
            json!({"title": "Dr"}),
        ),
        (
            "add-by-a-qualified-value-path",
            "A value path may begin with the URN.",
            json!({"emails": emails()}),
            add("urn:ietf:params:scim:schemas:core:2.0:User:emails[type eq \"home\"].display", json!("Home")),
            json!({"emails": [{"value": "w@x.example"}, {"value": "h@x.example", "display": "Home"}]}),
        ),
        (
            "add-path-in-any-case",
            "Names in a path are case-insensitive.",
            json!({"name": {"givenName": "Ada"}}),
            add("NAME.FAMILYNAME", json!("King")),
            json!({"name": {"givenName": "Ada", "familyName": "King"}}),
        ),
    ];
    rows.map(|(label, rule, before, operations, after)| row("1", label, rule, before, operations, after)).into()
}
