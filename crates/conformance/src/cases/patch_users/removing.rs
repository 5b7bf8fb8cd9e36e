//! remove (RFC 7644 §3.5.2.2).

use super::{emails, row};
use crate::{Case, cases::ENTERPRISE};
use serde_json::json;

pub(super) fn cases() -> Vec<Case> {
    let remove = |path: &str| json!([{"op": "remove", "path": path}]);
    let both = || json!({ENTERPRISE: {"division": "D", "costCenter": "C"}, "title": "Ms"});
    let rows = [
        (
            "remove-unassigns-an-attribute",
            "remove leaves a single-valued attribute without a value.",
            json!({"title": "Ms", "nickName": "A"}),
            remove("title"),
            json!({"title": null, "nickName": "A"}),
        ),
        (
            "remove-unassigns-a-complex-attribute",
            "remove removes all sub-attributes.",
            json!({"name": {"givenName": "Ada", "familyName": "King"}, "nickName": "A"}),
            remove("name"),
            json!({"name": null, "nickName": "A"}),
        ),
        (
            "remove-of-a-sub-attribute",
            "remove of a sub-attribute keeps the others.",
            json!({"name": {"givenName": "Ada", "familyName": "King"}}),
            remove("name.familyName"),
            json!({"name": {"givenName": "Ada", "familyName": null}}),
        ),
        (
            "remove-of-the-last-sub-attribute",
            "A complex attribute without sub-attributes has no value.",
            json!({"name": {"givenName": "Ada"}, "nickName": "A"}),
            remove("name.givenName"),
            json!({"name": null, "nickName": "A"}),
        ),
        (
            "remove-of-a-list",
            "remove of a multi-valued attribute removes all values.",
            json!({"emails": emails(), "nickName": "A"}),
            remove("emails"),
            json!({"emails": null, "nickName": "A"}),
        ),
        (
            "remove-of-the-value-that-matches",
            "A value path names the values that are removed.",
            json!({"emails": emails()}),
            remove("emails[type eq \"home\"]"),
            json!({"emails": [{"value": "w@x.example", "type": "work", "primary": true}]}),
        ),
        (
            "remove-by-a-filter-with-and",
            "All of the filter must match one value.",
            json!({"emails": emails()}),
            remove("emails[type eq \"home\" and value eq \"w@x.example\"]"),
            json!({"emails": emails()}),
        ),
        (
            "remove-by-a-filter-with-or",
            "All values that match are removed.",
            json!({"emails": emails(), "nickName": "A"}),
            remove("emails[type eq \"home\" or type eq \"work\"]"),
            json!({"emails": null, "nickName": "A"}),
        ),
        (
            "remove-by-a-filter-with-not",
            "The filter of a value path may use not.",
            json!({"emails": emails()}),
            remove("emails[not (type eq \"home\")]"),
            json!({"emails": [{"value": "h@x.example", "type": "home"}]}),
        ),
        (
            "remove-of-the-last-value",
            "A multi-valued attribute without values has no value.",
            json!({"phoneNumbers": [{"value": "1", "type": "work"}], "nickName": "A"}),
            remove("phoneNumbers[type eq \"work\"]"),
            json!({"phoneNumbers": null, "nickName": "A"}),
        ),
        (
            "remove-of-a-sub-attribute-of-the-value-that-matches",
            "A value path with a sub-attribute names it in the values that match.",
            json!({"emails": [{"value": "w@x.example", "type": "work", "display": "W"}, {"value": "h@x.example", "type": "home", "display": "H"}]}),
            remove("emails[type eq \"home\"].display"),
            json!({"emails": [{"value": "w@x.example", "display": "W"}, {"value": "h@x.example", "display": null}]}),
        ),
        (
            "remove-of-what-is-not-there",
            "remove of an attribute without a value changes nothing.",
            json!({"nickName": "A"}),
            remove("title"),
            json!({"title": null, "nickName": "A"}),
        ),
        (
            "remove-of-an-extension-attribute",
            "An extension's attribute is named with its URN.",
            both(),
            remove(&format!("{ENTERPRISE}:division")),
            json!({ENTERPRISE: {"division": null, "costCenter": "C"}, "title": "Ms"}),
        ),
        (
            "remove-of-an-extension",
            "An extension is removed by its URN.",
            both(),
            remove(ENTERPRISE),
            json!({ENTERPRISE: null, "title": "Ms"}),
        ),
        (
            "remove-of-external-id",
            "externalId can be removed like other attributes.",
            json!({"nickName": "A"}),
            json!([{"op": "add", "path": "externalId", "value": "e"}, {"op": "remove", "path": "externalId"}]),
            json!({"externalId": null, "nickName": "A"}),
        ),
    ];
    let mut cases: Vec<Case> =
        rows.map(|(label, rule, before, operations, after)| row("2", label, rule, before, operations, after)).into();
    cases.push(Case::new(
        "rfc7644-3.5.2.2-remove-of-an-extension-takes-its-urn",
        "schemas does not name an extension that is no longer in use.",
        |t| async move {
            let user = t.user_with(json!({ENTERPRISE: {"division": "D"}})).await?;
            t.patch(&user.path, json!([{"op": "remove", "path": ENTERPRISE}])).expect_any(&[200, 204]).await?;
            t.get(&user.path)
                .expect(200)
                .await?
                .without(&format!("/{ENTERPRISE}"))?
                .lacks("/schemas", ENTERPRISE)
                .map(drop)
        },
    ));
    cases
}
