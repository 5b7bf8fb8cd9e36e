//! What happens to a user: deactivation, a new name, deletion.

use super::ada;
use crate::{Case, cases::patch::gives};
use serde_json::json;

/// §2.6.
pub(super) fn deactivation() -> Vec<Case> {
    let rows = [
        ("legacy", json!([{"op": "Replace", "path": "active", "value": "False"}])),
        ("compliant", json!([{"op": "replace", "path": "active", "value": false}])),
        ("lower-case-text", json!([{"op": "replace", "path": "active", "value": "false"}])),
        ("added", json!([{"op": "Add", "path": "active", "value": "False"}])),
        ("pathless", json!([{"op": "replace", "value": {"active": false}}])),
        ("pathless-text", json!([{"op": "Replace", "value": {"active": "False"}}])),
        ("pathless-capital", json!([{"op": "replace", "value": {"Active": "False"}}])),
        ("in-a-list", json!([{"op": "replace", "path": "active", "value": [false]}])),
        (
            "qualified",
            json!([{"op": "replace", "path": "urn:ietf:params:scim:schemas:core:2.0:User:active", "value": "False"}]),
        ),
        ("without-op", json!([{"value": {"active": false}}])),
        (
            "beside-an-unknown-path",
            json!([{"op": "Replace", "path": "favouriteColour", "value": "green"}, {"op": "Replace", "path": "active", "value": "False"}]),
        ),
        (
            "beside-a-missing-address",
            json!([{"op": "Replace", "path": "addresses[type eq \"work\"].country", "value": "GB"}, {"op": "Replace", "path": "active", "value": "False"}]),
        ),
        ("beside-an-unknown-key", json!([{"op": "Replace", "path": "active", "value": "False", "name": "disable"}])),
    ];
    let rows = rows.map(|(label, operations)| {
        let rule = "Each form of deactivating and reactivating a user works.";
        Case::new(format!("entra-2.6-deactivation-{label}"), rule, move |t| async move {
            let user = ada(&t).await?;
            gives(&t, &user, operations, &json!({"active": false})).await?;
            t.filter("/Users", &format!("userName eq \"{}\"", user.name)).expect(200).await?.finds(&[&user.id])?;
            gives(&t, &user, json!([{"op": "Replace", "path": "active", "value": "True"}]), &json!({"active": true}))
                .await
        })
    });
    let kept = Case::new(
        "entra-2.6-memberships-of-the-inactive-are-kept",
        "A user who is deactivated and reactivated is in the same groups.",
        |t| async move {
            let user = ada(&t).await?;
            let group = t.group_of(&[&user]).await?;
            for active in ["False", "True"] {
                t.patch(&user.path, json!([{"op": "Replace", "path": "active", "value": active}]))
                    .expect_any(&[200, 204])
                    .await?;
                t.get(&group.path).expect(200).await?.has("/members", json!({"value": user.id}))?;
            }
            Ok(())
        },
    );
    let tombstone = Case::new(
        "entra-2.6-tombstone-keeps-the-address",
        "The name that Entra gives a deleted user is accepted, and the address stays.",
        |t| async move {
            let user = ada(&t).await?;
            let name = format!("5d1c3f0e00004a55b1de7f1d0c7ae901{}", user.name);
            let operations = json!([{"op": "Replace", "path": "userName", "value": name}, {"op": "Replace", "path": "active", "value": "False"}]);
            gives(
                &t,
                &user,
                operations,
                &json!({"userName": name, "active": false, "emails": [{"value": user.name, "type": "work"}]}),
            )
            .await?;
            let back = json!([{"op": "Replace", "path": "userName", "value": user.name}, {"op": "Replace", "path": "active", "value": "True"}]);
            gives(&t, &user, back, &json!({"userName": user.name, "active": true})).await
        },
    );
    rows.into_iter().chain([kept, tombstone]).collect()
}

/// §2.7.
pub(super) fn renames() -> Vec<Case> {
    vec![
        Case::new(
            "entra-2.7-rename-keeps-the-id",
            "A new userName, by path or without, keeps the id.",
            |t| async move {
                let user = ada(&t).await?;
                let (one, two) = (t.name("one"), t.name("two"));
                gives(
                    &t,
                    &user,
                    json!([{"op": "Replace", "path": "userName", "value": one}]),
                    &json!({"userName": one}),
                )
                .await?;
                gives(
                    &t,
                    &user,
                    json!([{"op": "replace", "value": {"userName": two}}]),
                    &json!({"userName": two, "id": user.id}),
                )
                .await
            },
        ),
        Case::new(
            "entra-2.7-rename-to-a-taken-name-is-409",
            "A userName that another user has gets 409 uniqueness, without a path, too.",
            |t| async move {
                let (one, two) = (ada(&t).await?, ada(&t).await?);
                t.patch(&two.path, json!([{"op": "replace", "value": {"userName": one.name}}]))
                    .refused(409, "uniqueness")
                    .await?;
                t.get(&two.path).expect(200).await?.is("", two.answer.json().clone()).map(drop)
            },
        ),
        Case::new(
            "entra-2.7-same-name-again-is-no-conflict",
            "The name that a user has already is no conflict.",
            |t| async move {
                let user = ada(&t).await?;
                gives(
                    &t,
                    &user,
                    json!([{"op": "Replace", "path": "userName", "value": user.name}]),
                    &json!({"userName": user.name}),
                )
                .await
            },
        ),
    ]
}

/// §2.6.
pub(super) fn deletion() -> Vec<Case> {
    vec![Case::new(
        "entra-2.6-deletion-is-404-afterwards",
        "DELETE is answered 204, a later GET or DELETE 404.",
        |t| async move {
            let user = ada(&t).await?;
            t.delete(&user.path).without("user-agent").expect(204).await?;
            t.get(&user.path).refused(404, "").await?;
            t.delete(&user.path).refused(404, "").await.map(drop)
        },
    )]
}
