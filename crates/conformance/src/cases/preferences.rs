//! `Prefer: return=…` (RFC 7240 §4.2). A server may ignore it, and shows that by leaving out `Preference-Applied`.

use super::{GROUP, USER};
use crate::{Answer, Case, Failure, Result};
use serde_json::json;

fn applied(answer: &Answer, preference: &str) -> Result<()> {
    match answer.header("preference-applied") {
        "" => Err(Failure::absence("Prefer is not applied")),
        found => answer.ensure(found == preference, format!("Preference-Applied: {preference}")).map(drop),
    }
}

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (kind, endpoint, schema, naming) in
        [("user", "/Users", USER, "userName"), ("group", "/Groups", GROUP, "displayName")]
    {
        let name = |label: &str| format!("rfc7240-4.2-{kind}-{label}");
        let title = || json!([{"op": "replace", "path": "externalId", "value": "x"}]);
        cases.push(Case::new(
            name("minimal-post-has-no-body"),
            "return=minimal: 201 with Location and without a body.",
            move |t| async move {
                let body = json!({"schemas": [schema], naming: t.name("x")});
                let made = t.post(endpoint, body).header("prefer", "return=minimal").expect(201).await?;
                applied(&made, "return=minimal")?;
                made.is_empty()?;
                let location = made.header("location").to_owned();
                let at = location.rfind(endpoint).unwrap_or_default();
                t.get(&location[at..]).expect(200).await.map(drop)
            },
        ));
        cases.push(Case::new(
            name("minimal-patch-with-attributes-has-a-body"),
            "A PATCH with attributes is answered 200 with them (RFC 7644 §3.5.2), whatever is preferred.",
            move |t| async move {
                let made = if endpoint == "/Users" { t.user().await? } else { t.group().await? };
                let path = format!("{}?attributes=externalId", made.path);
                let patched = t.patch(&path, title()).header("prefer", "return=minimal").expect(200).await?;
                patched.is("/externalId", "x").map(drop)
            },
        ));
        cases.push(Case::new(name("minimal-put-has-no-body"), "return=minimal: 204.", move |t| async move {
            let made = if endpoint == "/Users" { t.user().await? } else { t.group().await? };
            let body = json!({"schemas": [schema], naming: made.name, "externalId": t.name("e")});
            let put = t.put(&made.path, body).header("prefer", "return=minimal").expect_any(&[200, 204]).await?;
            applied(&put, "return=minimal")?;
            put.ensure(put.status == 204, "204")?.is_empty()?;
            t.get(&made.path).expect(200).await?.present("/externalId").map(drop)
        }));
        cases.push(Case::new(name("minimal-patch-has-no-body"), "return=minimal: 204.", move |t| async move {
            let made = if endpoint == "/Users" { t.user().await? } else { t.group().await? };
            let patch = t.patch(&made.path, title()).header("prefer", "return=minimal").expect_any(&[200, 204]).await?;
            applied(&patch, "return=minimal")?;
            patch.ensure(patch.status == 204, "204")?.is_empty()?;
            t.get(&made.path).expect(200).await?.is("/externalId", "x").map(drop)
        }));
        cases.push(Case::new(
            name("representation-patch-has-the-resource"),
            "return=representation: 200 with the resource.",
            move |t| async move {
                let made = if endpoint == "/Users" { t.user().await? } else { t.group().await? };
                let patch = t
                    .patch(&made.path, title())
                    .header("prefer", "return=representation")
                    .expect_any(&[200, 204])
                    .await?;
                applied(&patch, "return=representation")?;
                patch.is("/externalId", "x")?.is("/id", made.id).map(drop)
            },
        ));
    }
    cases.push(Case::new(
        "rfc7240-4.2-representation-of-a-members-patch",
        "return=representation: a change of members is answered with the group, too.",
        |t| async move {
            let (user, group) = (t.user().await?, t.group().await?);
            let add = json!([{"op": "add", "path": "members", "value": [{"value": user.id}]}]);
            let patch =
                t.patch(&group.path, add).header("prefer", "return=representation").expect_any(&[200, 204]).await?;
            applied(&patch, "return=representation")?;
            patch.has("/members", json!({"value": user.id}))?.is("/displayName", group.name).map(drop)
        },
    ));
    cases.push(Case::new(
        "rfc7240-2-unknown-preference-is-passed-over",
        "A preference that is not understood changes nothing.",
        |t| async move {
            let user = t.user().await?;
            let put = t
                .put(&user.path, json!({"schemas": [USER], "userName": user.name}))
                .header("prefer", "return=some, handling=odd");
            put.expect(200).await?.is("/id", user.id).map(drop)
        },
    ));
    cases
}
