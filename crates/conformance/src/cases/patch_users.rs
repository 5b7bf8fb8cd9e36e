//! PATCH of a user (RFC 7644 §3.5.2): each operation on each kind of path.

use super::{
    ENTERPRISE, NOBODY,
    patch::{gives, keeps, refuses},
};
use crate::Case;
use serde_json::{Value, json};

pub(super) fn cases() -> Vec<Case> {
    [adding(), replacing(), removing(), several(), unchanged(), refusals(), answers()].into_iter().flatten().collect()
}

/// A user with these attributes gets these operations and shows this afterwards.
fn row(section: &str, label: &str, rule: &str, before: Value, operations: Value, after: Value) -> Case {
    Case::new(format!("rfc7644-3.5.2.{section}-{label}"), rule, move |t| async move {
        let user = t.user_with(before).await?;
        gives(&t, &user, operations, &after).await
    })
}

fn emails() -> Value {
    json!([{"value": "w@x.example", "type": "work", "primary": true}, {"value": "h@x.example", "type": "home"}])
}

fn adding() -> Vec<Case> {
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
            "add touches nothing but its target.",
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
            "A sub-attribute is set where its attribute has no value.",
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
            "add to a multi-valued attribute without values makes the first.",
            json!({}),
            add("phoneNumbers", json!([{"value": "1", "type": "work"}])),
            json!({"phoneNumbers": [{"value": "1", "type": "work"}]}),
        ),
        (
            "add-to-the-value-that-matches",
            "A value path names the values to which is added.",
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
            "add touches nothing else of the extension.",
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

fn replacing() -> Vec<Case> {
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
            "replace of a target without value is an add.",
            json!({}),
            replace("title", json!("Dr")),
            json!({"title": "Dr"}),
        ),
        (
            "replace-of-a-missing-sub-attribute-adds",
            "replace of a sub-attribute without value is an add.",
            json!({"name": {"givenName": "Ada"}}),
            replace("name.familyName", json!("King")),
            json!({"name": {"givenName": "Ada", "familyName": "King"}}),
        ),
        (
            "replace-keeps-other-attributes",
            "replace touches nothing but its target.",
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
            "replace-of-a-sub-attribute-of-the-value-that-matches",
            "A value path with a sub-attribute names it in the values that match.",
            json!({"emails": emails()}),
            replace("emails[type eq \"home\"].value", json!("n@x.example")),
            json!({"emails": [{"value": "w@x.example", "type": "work", "primary": true}, {"value": "n@x.example", "type": "home"}]}),
        ),
        (
            "replace-by-a-filter-with-and",
            "The filter of a value path may have and.",
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
            "The filter of a value path may have not.",
            json!({"emails": emails()}),
            replace("emails[not (type eq \"work\")].display", json!("Other")),
            json!({"emails": [{"value": "w@x.example", "display": null}, {"value": "h@x.example", "display": "Other"}]}),
        ),
        (
            "replace-by-a-filter-with-co",
            "The filter of a value path may have any operator.",
            json!({"emails": emails()}),
            replace("emails[value sw \"h@\"].display", json!("H")),
            json!({"emails": [{"value": "w@x.example", "display": null}, {"value": "h@x.example", "display": "H"}]}),
        ),
        (
            "replace-by-a-filter-on-primary",
            "The filter of a value path may ask for a Boolean.",
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
            "A value of null leaves the attribute without value.",
            json!({"title": "Ms", "nickName": "A"}),
            replace("title", json!(null)),
            json!({"title": null, "nickName": "A"}),
        ),
        (
            "replace-with-an-empty-list-unassigns",
            "An empty list leaves the attribute without value.",
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

fn removing() -> Vec<Case> {
    let remove = |path: &str| json!([{"op": "remove", "path": path}]);
    let both = || json!({ENTERPRISE: {"division": "D", "costCenter": "C"}, "title": "Ms"});
    let rows = [
        (
            "remove-unassigns-an-attribute",
            "remove leaves a single-valued attribute without value.",
            json!({"title": "Ms", "nickName": "A"}),
            remove("title"),
            json!({"title": null, "nickName": "A"}),
        ),
        (
            "remove-unassigns-a-complex-attribute",
            "remove takes all sub-attributes.",
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
            "remove of a multi-valued attribute takes all values.",
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
            "The filter of a value path may have not.",
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
            "remove of an attribute without value changes nothing.",
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
            "externalId is removed like others.",
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

fn several() -> Vec<Case> {
    let rows = [
        (
            "operations-go-in-order",
            "Operations are applied in the order in which they stand.",
            json!({}),
            json!([{"op": "add", "path": "title", "value": "a"}, {"op": "replace", "path": "title", "value": "b"}, {"op": "replace", "path": "title", "value": "c"}]),
            json!({"title": "c"}),
        ),
        (
            "remove-then-add",
            "A later operation sees what an earlier one did.",
            json!({"emails": emails()}),
            json!([{"op": "remove", "path": "emails"}, {"op": "add", "path": "emails", "value": [{"value": "n@x.example"}]}]),
            json!({"emails": [{"value": "n@x.example"}]}),
        ),
        (
            "add-then-remove",
            "A later operation sees what an earlier one did.",
            json!({"nickName": "A"}),
            json!([{"op": "add", "path": "title", "value": "a"}, {"op": "remove", "path": "title"}]),
            json!({"title": null, "nickName": "A"}),
        ),
        (
            "add-then-find",
            "A value path sees the values that an earlier operation added.",
            json!({}),
            json!([{"op": "add", "path": "emails", "value": [{"value": "n@x.example", "type": "work"}]}, {"op": "replace", "path": "emails[type eq \"work\"].value", "value": "m@x.example"}]),
            json!({"emails": [{"value": "m@x.example", "type": "work"}]}),
        ),
        (
            "one-of-each",
            "One request may add, replace and remove.",
            json!({"title": "Ms", "nickName": "A"}),
            json!([{"op": "add", "path": "displayName", "value": "Ada"}, {"op": "replace", "path": "title", "value": "Dr"}, {"op": "remove", "path": "nickName"}]),
            json!({"displayName": "Ada", "title": "Dr", "nickName": null}),
        ),
        (
            "op-in-capitals",
            "Names of operations ignore case, as errata and clients have it.",
            json!({}),
            json!([{"op": "ADD", "path": "title", "value": "Dr"}]),
            json!({"title": "Dr"}),
        ),
        (
            "read-only-beside-others",
            "readOnly attributes are passed over beside others.",
            json!({}),
            json!([{"op": "replace", "value": {"meta": {"created": "1999-01-01T00:00:00Z"}, "title": "Dr"}}]),
            json!({"title": "Dr"}),
        ),
    ];
    rows.map(|(label, rule, before, operations, after)| {
        Case::new(format!("rfc7644-3.5.2-{label}"), rule, move |t| async move {
            let user = t.user_with(before).await?;
            gives(&t, &user, operations, &after).await
        })
    })
    .into()
}

/// RFC 7644 §3.5.2.1: what is there already SHALL NOT change the modify timestamp.
fn unchanged() -> Vec<Case> {
    let before = || {
        json!({"title": "Dr", "active": true, "name": {"givenName": "Ada", "familyName": "King"}, "emails": emails(),
            ENTERPRISE: {"division": "D"}})
    };
    let rows = [
        ("add-of-the-same-text", json!({"op": "add", "path": "title", "value": "Dr"})),
        ("replace-with-the-same-text", json!({"op": "replace", "path": "title", "value": "Dr"})),
        ("replace-with-the-same-boolean", json!({"op": "replace", "path": "active", "value": true})),
        (
            "replace-with-the-same-object",
            json!({"op": "replace", "path": "name", "value": {"familyName": "King", "givenName": "Ada"}}),
        ),
        (
            "add-of-a-value-that-is-there",
            json!({"op": "add", "path": "emails", "value": [{"value": "h@x.example", "type": "home"}]}),
        ),
        ("replace-with-the-same-list", json!({"op": "replace", "path": "emails", "value": emails()})),
        (
            "replace-of-a-match-with-the-same",
            json!({"op": "replace", "path": "emails[type eq \"home\"].value", "value": "h@x.example"}),
        ),
        ("add-of-the-same-without-path", json!({"op": "add", "value": {"title": "Dr", "active": true}})),
        (
            "add-of-the-same-to-an-extension",
            json!({"op": "add", "path": format!("{ENTERPRISE}:division"), "value": "D"}),
        ),
        ("remove-of-a-missing-attribute", json!({"op": "remove", "path": "nickName"})),
        ("remove-of-a-missing-value", json!({"op": "remove", "path": "emails[type eq \"other\"]"})),
        (
            "remove-of-a-missing-extension-attribute",
            json!({"op": "remove", "path": format!("{ENTERPRISE}:costCenter")}),
        ),
    ];
    rows.map(|(label, operation)| {
        let rule = "An operation that asks for what is there changes neither the resource nor lastModified.";
        Case::new(format!("rfc7644-3.5.2.1-no-change-by-{label}"), rule, move |t| async move {
            let user = t.user_with(before()).await?;
            keeps(&t, &user, json!([operation])).await
        })
    })
    .into()
}

/// RFC 7644 §3.5.2 and §3.12. Each is refused together with a good operation in front of it.
fn refusals() -> Vec<Case> {
    let set = |path: &str, value: Value| json!({"op": "replace", "path": path, "value": value});
    let rows: [(&str, Value, &'static str); 34] = [
        ("unknown-op", json!({"op": "move", "path": "title", "value": "x"}), "invalidSyntax"),
        ("op-number", json!({"op": 1, "path": "title", "value": "x"}), "invalidSyntax"),
        ("op-empty", json!({"op": "", "path": "title", "value": "x"}), "invalidSyntax"),
        ("operation-no-object", json!("replace"), "invalidSyntax"),
        ("add-without-value", json!({"op": "add", "path": "title"}), "invalidValue"),
        ("replace-without-value", json!({"op": "replace", "path": "title"}), "invalidValue"),
        ("add-of-a-text-without-path", json!({"op": "add", "value": "x"}), "invalidValue"),
        ("replace-of-a-number-without-path", json!({"op": "replace", "value": 7}), "invalidValue"),
        ("remove-without-path", json!({"op": "remove"}), "noTarget"),
        ("remove-of-a-required-attribute", json!({"op": "remove", "path": "userName"}), "mutability"),
        ("null-for-a-required-attribute", set("userName", json!(null)), ""),
        ("empty-for-a-required-attribute", set("userName", json!("")), ""),
        ("blanks-for-a-required-attribute", set("userName", json!("  ")), ""),
        ("path-number", json!({"op": "replace", "path": 7, "value": "x"}), "invalidPath"),
        ("path-open-bracket", set("emails[type eq \"work\"", json!("x")), "invalidPath"),
        ("path-closed-bracket", set("emails]", json!("x")), "invalidPath"),
        ("path-empty-brackets", set("emails[].value", json!("x")), "invalidPath"),
        ("path-bad-filter", set("emails[type like \"work\"].value", json!("x")), "invalidPath"),
        ("path-no-value-in-filter", set("emails[type eq].value", json!("x")), "invalidPath"),
        ("path-double-dot", set("name..givenName", json!("x")), "invalidPath"),
        ("path-trailing-dot", set("name.", json!("x")), "invalidPath"),
        ("path-leading-dot", set(".title", json!("x")), "invalidPath"),
        ("path-text-behind-bracket", set("emails[type eq \"work\"]value", json!("x")), "invalidPath"),
        ("path-two-filters", set("emails[type eq \"work\"][value pr]", json!("x")), "invalidPath"),
        ("path-blank-inside", set("name givenName", json!("x")), "invalidPath"),
        ("active-word", set("active", json!("perhaps")), "invalidValue"),
        ("active-number", set("active", json!(1)), "invalidValue"),
        ("active-object", set("active", json!({"value": true})), "invalidValue"),
        ("title-number", set("title", json!(7)), "invalidValue"),
        ("title-object", set("title", json!({"a": 1})), "invalidValue"),
        ("given-name-number", set("name.givenName", json!(7)), "invalidValue"),
        ("name-number", set("name", json!(7)), "invalidValue"),
        ("primary-word", set("emails[type eq \"work\"].primary", json!("often")), "invalidValue"),
        ("email-number", set("emails[type eq \"work\"].value", json!(7)), "invalidValue"),
    ];
    let case = |(label, bad, kind): (&str, Value, &'static str)| {
        let rule = "A PATCH with an operation that cannot be done is refused as a whole: all or nothing.";
        Case::new(format!("rfc7644-3.5.2-patch-refused-{label}"), rule, move |t| async move {
            let user = t.user_with(json!({"title": "Ms", "emails": emails()})).await?;
            refuses(&t, &user, bad, 400, kind).await
        })
    };
    let bodies = [
        ("operations-text", json!({"Operations": "replace"})),
        ("operations-object", json!({"Operations": {"op": "replace", "path": "title", "value": "x"}})),
        ("list", json!([{"op": "replace", "path": "title", "value": "x"}])),
    ];
    let bodies = bodies.into_iter().map(|(label, body)| {
        let rule = "The body of a PATCH is an object whose Operations are a list.";
        Case::new(format!("rfc7644-3.5.2-patch-body-refused-{label}"), rule, move |t| async move {
            let user = t.user().await?;
            t.call("PATCH", &user.path).json(&body).refused(400, "invalidSyntax").await?;
            t.get(&user.path).expect(200).await?.is("", user.answer.json().clone()).map(drop)
        })
    });
    rows.into_iter().map(case).chain(bodies).collect()
}

fn answers() -> Vec<Case> {
    let title = || json!([{"op": "replace", "path": "title", "value": "Dr"}]);
    vec![
        Case::new(
            "rfc7644-3.5.2-patch-of-an-unknown-user-is-404",
            "PATCH of an unknown id is answered 404.",
            move |t| async move {
                t.user().await?;
                t.patch(&format!("/Users/{NOBODY}"), title()).refused(404, "").await.map(drop)
            },
        ),
        Case::new(
            "rfc7644-3.5.2-patch-with-attributes-has-a-body",
            "With attributes, a PATCH is answered 200 with them.",
            move |t| async move {
                let user = t.user_with(json!({"nickName": "A"})).await?;
                let patched = t.patch(&user.path, title()).query("attributes", "title").expect(200).await?;
                patched.is("/title", "Dr")?.is("/id", user.id)?.without("/nickName")?.without("/userName").map(drop)
            },
        ),
        Case::new(
            "rfc7644-3.5.2-patch-moves-last-modified",
            "A PATCH that changes something moves lastModified; created stays.",
            move |t| async move {
                let user = t.user().await?;
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
                t.patch(&user.path, title()).expect_any(&[200, 204]).await?;
                let read = t.get(&user.path).expect(200).await?;
                let (before, after) = (user.answer.text_at("/meta/lastModified")?, read.text_at("/meta/lastModified")?);
                read.ensure(after > before, format!("a lastModified after {before}"))?;
                read.is("/meta/created", user.answer.at("/meta/created").clone()).map(drop)
            },
        ),
        Case::new(
            "rfc7644-3.5.2-patch-finds-by-the-new-value",
            "What a PATCH has set is found at once, what it replaced is not.",
            move |t| async move {
                let user = t.user().await?;
                let name = t.name("renamed");
                t.patch(&user.path, json!([{"op": "replace", "path": "userName", "value": name}]))
                    .expect_any(&[200, 204])
                    .await?;
                t.filter("/Users", &format!("userName eq \"{name}\"")).expect(200).await?.finds(&[&user.id])?;
                t.filter("/Users", &format!("userName eq \"{}\"", user.name)).expect(200).await?.finds(&[]).map(drop)
            },
        ),
        Case::new("rfc7644-3.5.2-patch-never-sets-id", "id is readOnly.", move |t| async move {
            let user = t.user().await?;
            let operations = json!([{"op": "replace", "value": {"id": NOBODY, "title": "Dr"}}]);
            let patched = t.patch(&user.path, operations).await?;
            patched.ensure([200, 204, 400].contains(&patched.status), "200, 204 or 400")?;
            t.get(&user.path).expect(200).await?.is("/id", user.id)?;
            t.get(&format!("/Users/{NOBODY}")).refused(404, "").await.map(drop)
        }),
    ]
}
