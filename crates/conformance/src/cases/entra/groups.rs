//! Groups and their members (§2.8).

use crate::{
    Case,
    cases::{GROUP, patch::gives},
};
use serde_json::{Value, json};

const CLASSIC: &str = "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group";

/// `@` is a user outside the group, `+` and `-` are two in it.
pub(super) fn cases() -> Vec<Case> {
    let rows = [
        ("legacy-addition", json!([{"op": "Add", "path": "members", "value": [{"$ref": null, "value": "@"}]}]), "@+-"),
        ("compliant-addition", json!([{"op": "add", "path": "members", "value": [{"value": "@"}]}]), "@+-"),
        ("addition-of-an-object", json!([{"op": "Add", "path": "members", "value": {"value": "@"}}]), "@+-"),
        ("addition-of-a-text", json!([{"op": "Add", "path": "members", "value": "@"}]), "@+-"),
        ("addition-of-texts", json!([{"op": "Add", "path": "members", "value": ["@"]}]), "@+-"),
        ("addition-without-path", json!([{"op": "add", "value": {"members": [{"value": "@"}]}}]), "@+-"),
        (
            "addition-with-a-name",
            json!([{"name": "addMember", "op": "Add", "path": "members", "value": [{"displayName": "x", "value": "@"}]}]),
            "@+-",
        ),
        ("addition-again", json!([{"op": "Add", "path": "members", "value": [{"value": "+"}]}]), "+-"),
        (
            "addition-of-the-unknown",
            json!([{"op": "Add", "path": "members", "value": [{"value": "b7e4c0d2-5d0f-4f0b-9f60-3a1f0c7d9e11"}, {"value": "@"}]}]),
            "@+-",
        ),
        (
            "legacy-removal-takes-only-the-listed",
            json!([{"op": "Remove", "path": "members", "value": [{"$ref": null, "value": "+"}]}]),
            "-",
        ),
        ("compliant-removal", json!([{"op": "remove", "path": "members[value eq \"+\"]"}]), "-"),
        ("removal-of-a-text", json!([{"op": "Remove", "path": "members", "value": "+"}]), "-"),
        ("removal-again", json!([{"op": "Remove", "path": "members", "value": [{"value": "@"}]}]), "+-"),
        ("removal-of-an-empty-list", json!([{"op": "Remove", "path": "members", "value": []}]), "+-"),
        ("removal-of-all", json!([{"op": "Remove", "path": "members"}]), ""),
        (
            "addition-and-removal",
            json!([{"op": "add", "path": "members", "value": [{"value": "@"}]}, {"op": "remove", "path": "members[value eq \"@\"]"}]),
            "+-",
        ),
    ];
    let rows = rows.map(|(label, operations, after)| {
        let rule = "Each form of adding and removing members is understood, and affects no member that is not named.";
        Case::new(format!("entra-2.8-{label}"), rule, move |t| async move {
            let (outside, one, two) = (t.user().await?, t.user().await?, t.user().await?);
            let group = t.group_of(&[&one, &two]).await?;
            let keys = [("\"@", &outside), ("\"+", &one), ("\"-", &two)];
            let text = keys.iter().fold(operations.to_string(), |text, (key, user)| {
                text.replace(key, &format!("\"{}", user.id))
                    .replace(&format!("\\\"{}", &key[1..]), &format!("\\\"{}", user.id))
            });
            let operations: Value = serde_json::from_str(&text).unwrap_or_default();
            let members: Vec<Value> = keys
                .iter()
                .filter(|(key, _)| after.contains(&key[1..]))
                .map(|(_, user)| json!({"value": user.id}))
                .collect();
            let after = if members.is_empty() { Value::Null } else { members.into() };
            gives(&t, &group, operations, &json!({"members": after, "displayName": group.name})).await
        })
    });
    let others = vec![
        Case::new(
            "entra-2.8-classic-schema-is-taken-and-not-echoed",
            "The classic URN of a group is accepted, and is not in the answer.",
            |t| async move {
                let group = t.group_with(json!({"schemas": [GROUP, CLASSIC], "externalId": t.name("e"), "meta": {"resourceType": "Group"}, "members": []})).await?;
                group.answer.is("/schemas", vec![GROUP])?.says_not("schemas.microsoft.com")?;
                t.get(&group.path).expect(200).await?.says_not("schemas.microsoft.com").map(drop)
            },
        ),
        Case::new(
            "entra-2.8-external-id-is-added-to-a-group",
            "A group that was there before is given its externalId.",
            |t| async move {
                let group = t.group().await?;
                let external = t.name("object");
                gives(
                    &t,
                    &group,
                    json!([{"op": "Add", "path": "externalId", "value": external}]),
                    &json!({"externalId": external}),
                )
                .await?;
                t.filter("/Groups?excludedAttributes=members", &format!("externalId eq \"{external}\""))
                    .expect(200)
                    .await?
                    .finds(&[&group.id])
                    .map(drop)
            },
        ),
        Case::new(
            "entra-2.8-excluded-members-are-not-there",
            "excludedAttributes=members removes the key, by id and in a list.",
            |t| async move {
                let user = t.user().await?;
                let group = t.group_of(&[&user]).await?;
                t.get(&group.path)
                    .query("excludedAttributes", "members")
                    .expect(200)
                    .await?
                    .is("/id", group.id.as_str())?
                    .without("/members")?;
                let found = t
                    .filter("/Groups?excludedAttributes=members", &format!("displayName eq \"{}\"", group.name))
                    .expect(200)
                    .await?;
                found.finds(&[&group.id])?.without("/Resources/0/members").map(drop)
            },
        ),
        Case::new(
            "entra-3-group-name-is-unique",
            "Two groups of one name are a conflict, in any letter case.",
            |t| async move {
                let group = t.group().await?;
                t.post("/Groups", json!({"displayName": group.name})).refused(409, "uniqueness").await?;
                t.post("/Groups", json!({"displayName": group.name.to_uppercase()})).refused(409, "uniqueness").await?;
                let other = t.group().await?;
                t.patch(&other.path, json!([{"op": "Replace", "path": "displayName", "value": group.name}]))
                    .refused(409, "uniqueness")
                    .await?;
                t.get(&other.path).expect(200).await?.is("/displayName", other.name).map(drop)
            },
        ),
    ];
    rows.into_iter().chain(others).collect()
}
