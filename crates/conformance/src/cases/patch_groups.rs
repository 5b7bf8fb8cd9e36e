//! PATCH of a group (RFC 7644 §3.5.2): names and members, in each form.

use super::{
    GROUP, NOBODY,
    patch::{gives, keeps, refuses},
};
use crate::{Case, CreatedResource, Result, T};
use futures_util::future::try_join_all;
use serde_json::{Value, json};

pub(super) fn cases() -> Vec<Case> {
    [membership(), attributes(), unchanged(), refusals(), together()].into_iter().flatten().collect()
}

/// Operations in which `A`, `B` and `C` stand for the ids of three users and `X` for an id that does not exist.
/// `before` and `after` name the members.
fn row(name: String, rule: &str, before: &'static str, operations: Value, after: &'static str) -> Case {
    Case::new(name, rule, move |t| async move {
        let (group, users) = group(&t, before).await?;
        gives(&t, &group, named(&operations, &users), &members(&users, after)).await
    })
}

async fn group(t: &T, before: &str) -> Result<(CreatedResource, [CreatedResource; 3])> {
    let users = [t.user().await?, t.user().await?, t.user().await?];
    let inside: Vec<&CreatedResource> =
        "ABC".chars().zip(&users).filter(|(key, _)| before.contains(*key)).map(|(_, u)| u).collect();
    Ok((t.group_of(&inside).await?, users))
}

fn members(users: &[CreatedResource; 3], after: &str) -> Value {
    let inside = "ABC".chars().zip(users).filter(|(key, _)| after.contains(*key));
    let inside: Vec<Value> = inside.map(|(_, user)| json!({"value": user.id})).collect();
    json!({"members": if inside.is_empty() { Value::Null } else { inside.into() }})
}

fn named(operations: &Value, users: &[CreatedResource; 3]) -> Value {
    let [a, b, c] = users;
    let id = |text: &str| {
        let text = text.replace("@A", &a.id).replace("@B", &b.id).replace("@C", &c.id);
        text.replace("@X", NOBODY)
    };
    match operations {
        Value::String(text) => id(text).into(),
        Value::Array(items) => items.iter().map(|item| named(item, users)).collect(),
        Value::Object(map) => map.iter().map(|(name, value)| (name.clone(), named(value, users))).collect(),
        other => other.clone(),
    }
}

fn membership() -> Vec<Case> {
    let add = |value: Value| json!([{"op": "add", "path": "members", "value": value}]);
    let rows = [
        ("1-add-one-member", "add of a member keeps the others.", "A", add(json!([{"value": "@B"}])), "AB"),
        (
            "1-add-many-members",
            "Several members are added at once.",
            "",
            add(json!([{"value": "@A"}, {"value": "@B"}, {"value": "@C"}])),
            "ABC",
        ),
        (
            "1-add-a-member-without-path",
            "Without a path, members are added to the existing ones.",
            "A",
            json!([{"op": "add", "value": {"members": [{"value": "@B"}]}}]),
            "AB",
        ),
        (
            "1-add-a-member-by-several-operations",
            "Several operations each add a member.",
            "",
            json!([{"op": "add", "path": "members", "value": [{"value": "@A"}]}, {"op": "add", "path": "members", "value": [{"value": "@B"}]}]),
            "AB",
        ),
        (
            "1-add-a-member-with-all-it-says",
            "display, type and $ref of a member are accepted with it.",
            "",
            add(json!([{"value": "@A", "display": "Ada", "type": "User", "$ref": "https://other.example/Users/@A"}])),
            "A",
        ),
        (
            "1-add-by-a-qualified-path",
            "members may be named with the URN of its schema.",
            "A",
            json!([{"op": "add", "path": format!("{GROUP}:members"), "value": [{"value": "@B"}]}]),
            "AB",
        ),
        (
            "1-add-a-member-in-capitals",
            "Names in a path ignore case.",
            "A",
            json!([{"op": "add", "path": "MEMBERS", "value": [{"value": "@B"}]}]),
            "AB",
        ),
        (
            "2-remove-a-member",
            "A value path names the member that is removed.",
            "ABC",
            json!([{"op": "remove", "path": "members[value eq \"@B\"]"}]),
            "AC",
        ),
        (
            "2-remove-several-members-by-or",
            "All members that match are removed.",
            "ABC",
            json!([{"op": "remove", "path": "members[value eq \"@A\" or value eq \"@C\"]"}]),
            "B",
        ),
        (
            "2-remove-several-members-by-operations",
            "Several operations each remove a member.",
            "ABC",
            json!([{"op": "remove", "path": "members[value eq \"@A\"]"}, {"op": "remove", "path": "members[value eq \"@C\"]"}]),
            "B",
        ),
        (
            "2-remove-the-last-member",
            "members has no value if no member is left.",
            "A",
            json!([{"op": "remove", "path": "members[value eq \"@A\"]"}]),
            "",
        ),
        (
            "2-remove-all-members",
            "remove of members removes all of them.",
            "ABC",
            json!([{"op": "remove", "path": "members"}]),
            "",
        ),
        (
            "2-remove-a-member-by-a-qualified-path",
            "members may be named with the URN of its schema.",
            "AB",
            json!([{"op": "remove", "path": format!("{GROUP}:members[value eq \"@B\"]")}]),
            "A",
        ),
        (
            "3-replace-with-none",
            "replace with an empty list removes all members.",
            "AB",
            json!([{"op": "replace", "path": "members", "value": []}]),
            "",
        ),
        (
            "3-replace-a-member",
            "replace with a value filter replaces the member that matches.",
            "AB",
            json!([{"op": "replace", "path": "members[value eq \"@A\"]", "value": {"value": "@C"}}]),
            "BC",
        ),
        (
            "3-remove-then-add-members",
            "A later operation sees what an earlier one did.",
            "AB",
            json!([{"op": "remove", "path": "members"}, {"op": "add", "path": "members", "value": [{"value": "@C"}]}]),
            "C",
        ),
        (
            "3-add-then-remove-a-member",
            "A later operation sees what an earlier one did.",
            "A",
            json!([{"op": "add", "path": "members", "value": [{"value": "@B"}]}, {"op": "remove", "path": "members[value eq \"@B\"]"}]),
            "A",
        ),
        (
            "3-remove-then-add-the-same-member",
            "A later operation sees what an earlier one did.",
            "AB",
            json!([{"op": "remove", "path": "members[value eq \"@A\"]"}, {"op": "add", "path": "members", "value": [{"value": "@A"}]}]),
            "AB",
        ),
    ];
    rows.map(|(label, rule, before, operations, after)| {
        row(format!("rfc7644-3.5.2.{label}"), rule, before, operations, after)
    })
    .into()
}

fn attributes() -> Vec<Case> {
    let rename = |operations: fn(&str) -> Value| {
        move |t: T| async move {
            let user = t.user().await?;
            let group = t.group_of(&[&user]).await?;
            let name = t.name("renamed");
            let after = json!({"displayName": name, "members": [{"value": user.id}]});
            gives(&t, &group, operations(&name), &after).await?;
            t.filter("/Groups", &format!("displayName eq \"{name}\"")).expect(200).await?.finds(&[&group.id]).map(drop)
        }
    };
    let rule = "A new name, and the members stay.";
    vec![
        Case::new(
            "rfc7644-3.5.2.3-group-rename-by-path",
            rule,
            rename(|name| json!([{"op": "replace", "path": "displayName", "value": name}])),
        ),
        Case::new(
            "rfc7644-3.5.2.3-group-rename-without-path",
            rule,
            rename(|name| json!([{"op": "replace", "value": {"displayName": name}}])),
        ),
        Case::new(
            "rfc7644-3.5.2.1-group-rename-by-add",
            rule,
            rename(|name| json!([{"op": "add", "path": "displayName", "value": name}])),
        ),
        Case::new(
            "rfc7644-3.5.2.3-group-rename-by-qualified-path",
            rule,
            rename(|name| json!([{"op": "replace", "path": format!("{GROUP}:displayName"), "value": name}])),
        ),
        Case::new(
            "rfc7644-3.5.2-group-rename-and-members-at-once",
            "One request may rename and change members.",
            |t| async move {
                let (group, users) = group(&t, "A").await?;
                let name = t.name("renamed");
                let operations = json!([{"op": "replace", "path": "displayName", "value": name}, {"op": "add", "path": "members", "value": [{"value": "@B"}]}]);
                let mut after = members(&users, "AB");
                after["displayName"] = json!(name);
                gives(&t, &group, named(&operations, &users), &after).await
            },
        ),
        Case::new("rfc7644-3.5.2-group-external-id", "externalId is set, replaced and removed.", |t| async move {
            let group = t.group().await?;
            let (one, two) = (t.name("one"), t.name("two"));
            let set = |op: &str, value: &str| json!([{"op": op, "path": "externalId", "value": value}]);
            gives(&t, &group, set("add", &one), &json!({"externalId": one})).await?;
            gives(&t, &group, set("replace", &two), &json!({"externalId": two})).await?;
            gives(&t, &group, json!([{"op": "remove", "path": "externalId"}]), &json!({"externalId": null})).await
        }),
        Case::new(
            "rfc7644-3.5.2-group-patch-with-attributes-has-a-body",
            "With attributes, a PATCH of members is answered 200 with them.",
            |t| async move {
                let user = t.user().await?;
                let group = t.group().await?;
                let add = json!([{"op": "add", "path": "members", "value": [{"value": user.id}]}]);
                let patched = t.patch(&group.path, add).query("attributes", "members").expect(200).await?;
                patched.has("/members", json!({"value": user.id}))?.without("/displayName").map(drop)
            },
        ),
        Case::new(
            "rfc7644-3.5.2-members-patch-moves-last-modified",
            "A change of members is a change of the group.",
            |t| async move {
                let (user, group) = (t.user().await?, t.group().await?);
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
                let add = json!([{"op": "add", "path": "members", "value": [{"value": user.id}]}]);
                t.patch(&group.path, add).expect_any(&[200, 204]).await?;
                let read = t.get(&group.path).expect(200).await?;
                let (before, after) =
                    (group.answer.text_at("/meta/lastModified")?, read.text_at("/meta/lastModified")?);
                read.ensure(after > before, format!("a lastModified after {before}")).map(drop)
            },
        ),
    ]
}

fn unchanged() -> Vec<Case> {
    let rows = [
        ("add-of-a-member", json!([{"op": "add", "path": "members", "value": [{"value": "@A"}]}])),
        ("remove-of-no-member", json!([{"op": "remove", "path": "members[value eq \"@C\"]"}])),
        ("remove-of-nobody", json!([{"op": "remove", "path": "members[value eq \"@X\"]"}])),
        (
            "add-and-remove",
            json!([{"op": "add", "path": "members", "value": [{"value": "@A"}]}, {"op": "remove", "path": "members[value eq \"@C\"]"}]),
        ),
    ];
    let mut cases: Vec<Case> = rows
        .map(|(label, operations)| {
            let rule =
                "A change of members that asks for the present state changes neither the group nor lastModified.";
            Case::new(format!("rfc7644-3.5.2.1-group-no-change-by-{label}"), rule, move |t| async move {
                let (group, users) = group(&t, "AB").await?;
                keeps(&t, &group, named(&operations, &users)).await
            })
        })
        .into();
    let rule = "Setting the name the group already has changes neither the group nor lastModified.";
    cases.push(Case::new("rfc7644-3.5.2.1-group-no-change-by-the-same-name", rule, |t| async move {
        let (group, _) = group(&t, "AB").await?;
        keeps(&t, &group, json!([{"op": "replace", "path": "displayName", "value": group.name}])).await
    }));
    cases
}

fn refusals() -> Vec<Case> {
    let rows = [
        ("remove-of-the-name", json!({"op": "remove", "path": "displayName"}), "mutability"),
        ("null-for-the-name", json!({"op": "replace", "path": "displayName", "value": null}), ""),
        ("number-for-the-name", json!({"op": "replace", "path": "displayName", "value": 7}), "invalidValue"),
        ("members-number", json!({"op": "add", "path": "members", "value": 7}), "invalidValue"),
        ("member-without-value", json!({"op": "add", "path": "members", "value": [{"display": "x"}]}), "invalidValue"),
        ("member-number", json!({"op": "add", "path": "members", "value": [{"value": 7}]}), "invalidValue"),
        ("open-bracket", json!({"op": "remove", "path": "members[value eq \"x\""}), "invalidFilter|invalidPath"),
        ("empty-brackets", json!({"op": "remove", "path": "members[]"}), "invalidFilter|invalidPath"),
        ("bad-filter", json!({"op": "remove", "path": "members[value is \"x\"]"}), "invalidFilter|invalidPath"),
        ("unknown-op", json!({"op": "merge", "path": "members", "value": []}), "invalidSyntax"),
        ("remove-without-path", json!({"op": "remove"}), "noTarget"),
        (
            "no-member-to-be-replaced",
            json!({"op": "replace", "path": "members[value eq \"@X\"]", "value": {"value": "@A"}}),
            "noTarget",
        ),
        (
            "member-value-changed",
            json!({"op": "replace", "path": "members[value eq \"@A\"].value", "value": "@C"}),
            "mutability",
        ),
    ];
    rows.map(|(label, bad, kind)| {
        let rule = "A PATCH with an operation that cannot be done is refused as a whole: all or nothing.";
        Case::new(format!("rfc7644-3.5.2-group-patch-refused-{label}"), rule, move |t| async move {
            let (group, users) = group(&t, "AB").await?;
            let join = json!({"op": "add", "path": "members", "value": [{"value": "@C"}]});
            refuses(&t, &group, named(&json!([join, bad]), &users), 400, kind).await
        })
    })
    .into()
}

fn together() -> Vec<Case> {
    vec![
        Case::new(
            "entra-2.8-parallel-additions-lose-nobody",
            "Members added to one group at the same time are all in it.",
            |t| async move {
                let group = t.group().await?;
                let users = try_join_all((0..12).map(|_| t.user())).await?;
                try_join_all(users.iter().map(|user| {
                    let add = json!([{"op": "Add", "path": "members", "value": [{"value": user.id}]}]);
                    t.patch(&group.path, add).expect_any(&[200, 204]).into_future()
                }))
                .await?;
                let read = t.get(&group.path).expect(200).await?;
                users.iter().try_for_each(|user| read.has("/members", json!({"value": user.id})).map(drop))?;
                read.count("/members", 12).map(drop)
            },
        ),
        Case::new(
            "entra-2.8-parallel-removals-leave-nobody",
            "Members removed from one group at the same time are all out of it.",
            |t| async move {
                let users = try_join_all((0..12).map(|_| t.user())).await?;
                let all: Vec<&CreatedResource> = users.iter().collect();
                let group = t.group_of(&all).await?;
                try_join_all(users[1..].iter().map(|user| {
                    let remove =
                        json!([{"op": "Remove", "path": "members", "value": [{"$ref": null, "value": user.id}]}]);
                    t.patch(&group.path, remove).expect_any(&[200, 204]).into_future()
                }))
                .await?;
                let read = t.get(&group.path).expect(200).await?;
                read.count("/members", 1)?.has("/members", json!({"value": users[0].id})).map(drop)
            },
        ),
        Case::new(
            "a33-parallel-creations-of-one-name-give-one-user",
            "Of concurrent creations of one name, one succeeds and the others are answered 409.",
            |t| async move {
                let name = t.name("x");
                let names = (0..12).map(|n| if n % 2 == 0 { name.clone() } else { name.to_uppercase() });
                let answers =
                    try_join_all(names.map(|name| t.post("/Users", json!({"userName": name})).into_future())).await?;
                let count = |status| answers.iter().filter(|answer| answer.status == status).count();
                answers[0].ensure(count(201) == 1 && count(409) == 11, "one 201 and eleven 409")?;
                t.filter("/Users", &format!("userName eq \"{name}\""))
                    .expect(200)
                    .await?
                    .is("/totalResults", 1)
                    .map(drop)
            },
        ),
        Case::new("entra-2.8-many-members-in-one-patch", "A PATCH may name a hundred members.", |t| async move {
            let group = t.group().await?;
            let users = try_join_all((0..100).map(|_| t.user())).await?;
            let members: Vec<Value> = users.iter().map(|user| json!({"value": user.id})).collect();
            t.patch(&group.path, json!([{"op": "add", "path": "members", "value": members}]))
                .expect_any(&[200, 204])
                .await?;
            t.get(&group.path).expect(200).await?.count("/members", 100)?.has("/members", members[99].clone()).map(drop)
        }),
    ]
}
