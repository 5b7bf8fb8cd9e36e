//! Whom a request may affect (security model A3, A5, A11): no identifier from a client becomes one of ours, no
//! attribute confers a right, and no user inherits anything from an earlier owner of the name.

use super::{ENTERPRISE, USER};
use crate::Case;
use serde_json::{Value, json};

pub(super) fn cases() -> Vec<Case> {
    [external_ids(), attributes(), recycling()].into_iter().flatten().collect()
}

fn external_ids() -> Vec<Case> {
    let values = ["0", "1", "-1", "admin", "null", "true", "[]", "1e3", "0x1", "undefined", "../1", "*", "%"];
    let mut cases: Vec<Case> = values
        .into_iter()
        .enumerate()
        .map(|(at, value)| {
            let rule = format!("An externalId of {value} is just the client's text and refers to no other resource.");
            Case::new(format!("a3-external-id-{at}-is-no-id"), rule, move |t| async move {
                let user = t.user_with(json!({"externalId": value})).await?;
                user.answer.is("/externalId", value)?.is_not("/id", value)?;
                let read = t.get(&format!("/Users/{}", crate::encode::encode(value))).await?;
                read.ensure(read.status == 404, "404")?;
                let filter = format!("externalId eq {} and id eq \"{}\"", Value::from(value), user.id);
                t.filter("/Users", &filter).expect(200).await?.finds(&[&user.id]).map(drop)
            })
        })
        .collect();
    let wrong =
        [("number", json!(1)), ("object", json!({"a": 1})), ("boolean", json!(true)), ("two", json!(["1", "2"]))];
    cases.extend(wrong.map(|(label, value)| {
        let rule = "externalId is a string: anything else is 400, in POST, PUT and PATCH.";
        Case::new(format!("a3-external-id-{label}-is-refused"), rule, move |t| async move {
            let user = t.user().await?;
            t.post("/Users", json!({"userName": t.name("x"), "externalId": value}))
                .refused(400, "invalidValue")
                .await?;
            t.put(&user.path, json!({"userName": user.name, "externalId": value})).refused(400, "invalidValue").await?;
            t.patch(&user.path, json!([{"op": "add", "path": "externalId", "value": value}]))
                .refused(400, "invalidValue")
                .await?;
            t.get(&user.path).expect(200).await?.is("", user.answer.json().clone()).map(drop)
        })
    }));
    cases.extend([
        Case::new(
            "a3-id-of-another-in-a-body-changes-nobody",
            "The resource that is changed is the one in the path.",
            |t| async move {
                let (victim, user) = (t.user().await?, t.user().await?);
                t.put(&user.path, json!({"schemas": [USER], "id": victim.id, "userName": user.name, "title": "taken"}))
                    .expect(200)
                    .await?;
                t.get(&victim.path).expect(200).await?.is("", victim.answer.json().clone())?;
                t.get(&user.path).expect(200).await?.is("/title", "taken")?.is("/id", user.id).map(drop)
            },
        ),
        Case::new(
            "a3-creation-with-the-id-of-another-changes-nobody",
            "A creation makes a new resource, whatever id it names.",
            |t| async move {
                let victim = t.user().await?;
                let user = t.user_with(json!({"id": victim.id})).await?;
                user.answer.is_not("/id", victim.id.as_str())?;
                t.get(&victim.path).expect(200).await?.is("", victim.answer.json().clone()).map(drop)
            },
        ),
        Case::new(
            "a3-shared-address-links-nobody",
            "Two users may share an e-mail address and remain two.",
            |t| async move {
                let emails = json!([{"value": format!("{}@corp.example", t.tag()), "type": "work"}]);
                let one = t.user_with(json!({"emails": emails})).await?;
                let two = t.user_with(json!({"emails": emails})).await?;
                two.answer.is_not("/id", one.id.as_str())?;
                t.get(&one.path).expect(200).await?.is("", one.answer.json().clone()).map(drop)
            },
        ),
    ]);
    cases
}

/// A client may send anything; none of it confers a right, and attributes that the server does not understand are kept.
fn attributes() -> Vec<Case> {
    let rows = [
        ("roles", json!({"roles": [{"value": "admin", "type": "role"}]})),
        ("entitlements", json!({"entitlements": [{"value": "all"}]})),
        ("user-type", json!({"userType": "Administrator"})),
        ("is-admin", json!({"isAdmin": true, "admin": true, "role": "admin"})),
        ("unknown-extension", json!({"urn:example:scim:schemas:extension:rights:1.0:User": {"superuser": true}})),
    ];
    let mut cases: Vec<Case> = rows
        .map(|(label, attributes)| {
            let rule = "An attribute is data: the user is created like any other and can be deleted like any other.";
            Case::new(format!("a5-{label}-is-data"), rule, move |t| async move {
                let user = t.user_with(attributes.clone()).await?;
                let read = t.get(&user.path).expect(200).await?;
                read.ensure(crate::includes(read.json(), &attributes), format!("{attributes}"))?;
                t.patch(&user.path, json!([{"op": "replace", "path": "active", "value": false}]))
                    .expect_any(&[200, 204])
                    .await?;
                t.delete(&user.path).expect(204).await.map(drop)
            })
        })
        .into();
    cases.push(Case::new(
        "a5-prototype-keys-are-data",
        "Names with a meaning in a programming language have none here.",
        |t| async move {
            let user =
                t.user_with(json!({"__proto__": {"admin": true}, "constructor": {"prototype": {"x": 1}}})).await?;
            let other = t.user().await?;
            other.answer.without("/admin")?.without("/x")?;
            t.get(&user.path).expect(200).await?.is("/userName", user.name).map(drop)
        },
    ));
    cases
}

fn recycling() -> Vec<Case> {
    vec![
        Case::new(
            "a11-recycled-name-is-another-user",
            "A new user with the name of a deleted one has another id and none of the old values.",
            |t| async move {
                let old = t
                    .user_with(
                        json!({"externalId": t.name("e"), "title": "Director", ENTERPRISE: {"department": "Board"}}),
                    )
                    .await?;
                t.delete(&old.path).expect(204).await?;
                let new =
                    t.user_with(json!({"userName": old.name, "externalId": old.answer.at("/externalId")})).await?;
                new.answer.is_not("/id", old.id.as_str())?.absent("/title")?.without(&format!("/{ENTERPRISE}"))?;
                t.get(&old.path).refused(404, "").await.map(drop)
            },
        ),
        Case::new(
            "a11-recycled-name-is-in-no-group",
            "A new user with the name of a deleted one is in none of the old groups.",
            |t| async move {
                let old = t.user().await?;
                let group = t.group_of(&[&old]).await?;
                t.delete(&old.path).expect(204).await?;
                let new = t.user_with(json!({"userName": old.name})).await?;
                t.get(&new.path).expect(200).await?.absent("/groups")?;
                t.get(&group.path).expect(200).await?.absent("/members").map(drop)
            },
        ),
        Case::new(
            "a11-recycled-group-has-no-members",
            "A new group with the name of a deleted one has none of the old members.",
            |t| async move {
                let user = t.user().await?;
                let old = t.group_of(&[&user]).await?;
                t.delete(&old.path).expect(204).await?;
                let new = t.group_with(json!({"displayName": old.name})).await?;
                new.answer.is_not("/id", old.id.as_str())?.absent("/members")?;
                t.get(&user.path).expect(200).await?.absent("/groups").map(drop)
            },
        ),
        Case::new(
            "a11-recycled-three-times",
            "A name can be used again after a deletion any number of times.",
            |t| async move {
                let name = t.name("again");
                let mut ids = Vec::new();
                for _ in 0..3 {
                    let user = t.user_with(json!({"userName": name})).await?;
                    t.delete(&user.path).expect(204).await?;
                    ids.push(user.id);
                }
                ids.sort();
                ids.dedup();
                let last = t.filter("/Users", &format!("userName eq \"{name}\"")).expect(200).await?;
                last.total(0)?.ensure(ids.len() == 3, "three ids").map(drop)
            },
        ),
        Case::new("a11-renamed-name-is-free", "A name that was given up can be taken by another.", |t| async move {
            let user = t.user().await?;
            t.patch(&user.path, json!([{"op": "replace", "path": "userName", "value": t.name("gone")}]))
                .expect_any(&[200, 204])
                .await?;
            let other = t.user_with(json!({"userName": user.name})).await?;
            other.answer.is_not("/id", user.id).map(drop)
        }),
    ]
}
