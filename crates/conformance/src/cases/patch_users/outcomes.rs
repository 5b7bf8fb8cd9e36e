//! The outcome of a request: no change, a refusal, or an answer.

use super::emails;
use crate::{
    Case,
    cases::{
        ENTERPRISE, NOBODY, USER,
        patch::{keeps, refuses},
    },
};
use serde_json::{Value, json};

/// RFC 7644 §3.5.2.1: adding a value that is there already SHALL NOT change the modify timestamp.
pub(super) fn unchanged() -> Vec<Case> {
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
        let rule = "An operation that asks for the present state changes neither the resource nor lastModified.";
        Case::new(format!("rfc7644-3.5.2.1-no-change-by-{label}"), rule, move |t| async move {
            let user = t.user_with(before()).await?;
            keeps(&t, &user, json!([operation])).await
        })
    })
    .into()
}

/// RFC 7644 §3.12: `invalidFilter` is for filters in paths, too.
const PATH_OR_FILTER: &str = "invalidFilter|invalidPath";

/// RFC 7644 §3.5.2 and §3.12. Each is refused together with a good operation before it.
pub(super) fn refusals() -> Vec<Case> {
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
        ("path-open-bracket", set("emails[type eq \"work\"", json!("x")), PATH_OR_FILTER),
        ("path-closed-bracket", set("emails]", json!("x")), "invalidPath"),
        ("path-empty-brackets", set("emails[].value", json!("x")), PATH_OR_FILTER),
        ("path-bad-filter", set("emails[type like \"work\"].value", json!("x")), PATH_OR_FILTER),
        ("path-no-value-in-filter", set("emails[type eq].value", json!("x")), PATH_OR_FILTER),
        ("path-double-dot", set("name..givenName", json!("x")), "invalidPath"),
        ("path-trailing-dot", set("name.", json!("x")), "invalidPath"),
        ("path-leading-dot", set(".title", json!("x")), "invalidPath"),
        ("path-text-behind-bracket", set("emails[type eq \"work\"]value", json!("x")), "invalidPath"),
        ("path-two-filters", set("emails[type eq \"work\"][value pr]", json!("x")), PATH_OR_FILTER),
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
        ("other-key", json!({"patchOperationList": [{"op": "replace", "path": "title", "value": "x"}]})),
        ("bare-operation", json!({"op": "replace", "path": "title", "value": "x"})),
        ("resource", json!({"schemas": [USER], "title": "x"})),
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

pub(super) fn answers() -> Vec<Case> {
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
            "What a PATCH has set is found at once; what it replaced is not.",
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
