//! How Entra looks users and groups up: the connection test (§1), look-ups (§2.1), and pages (§5b).

use super::ada;
use crate::{
    Case,
    cases::{ENTERPRISE, NOBODY},
};
use serde_json::{Value, json};

/// §1: the connection test.
pub(super) fn probes() -> Vec<Case> {
    let rows = [
        ("user-name", format!("/Users?filter=userName+eq+%22{NOBODY}%22")),
        ("user-external-id", format!("/Users?filter=externalId+eq+%22{NOBODY}%22")),
        ("user-address", format!("/Users?filter=emails%5Btype+eq+%22work%22%5D.value+eq+%22{NOBODY}%22")),
        ("group-name", format!("/Groups?excludedAttributes=members&filter=displayName+eq+%22{NOBODY}%22")),
        ("group-external-id", format!("/Groups?excludedAttributes=members&filter=externalId+eq+%22{NOBODY}%22")),
        ("groups", "/Groups?startIndex=1&count=1&filter=displayName%20eq%20%22none%20of%20this%20name%22".to_owned()),
    ];
    rows.map(|(label, path)| {
        let rule = "A look-up of a user that does not exist, without User-Agent and with + for blanks, is answered 200 with an empty list.";
        Case::new(format!("entra-1-probe-{label}-is-an-empty-list"), rule, move |t| async move {
            t.user().await?;
            let found = t.get(&path).without("user-agent").without("accept").expect(200).await?;
            found.is_scim()?.finds(&[])?.is("/Resources", Value::Array(vec![]))?;
            found.is("/startIndex", 1)?.is("/itemsPerPage", 0).map(drop)
        })
    })
    .into()
}

/// §2.1.
pub(super) fn cases() -> Vec<Case> {
    let rows: [(&str, &str); 9] = [
        ("by-name-with-plus", "/Users?filter=userName+eq+%22@%22"),
        ("by-name-with-percent", "/Users?filter=userName%20eq%20%22@%22"),
        ("by-name-with-many-blanks", "/Users?filter=userName++eq++%22@%22"),
        ("by-name-behind-a-slash", "/Users/?filter=userName+eq+%22@%22"),
        ("by-bare-name", "/Users?filter=userName+eq+@"),
        (
            "by-qualified-name",
            "/Users?filter=urn%3Aietf%3Aparams%3Ascim%3Aschemas%3Acore%3A2.0%3AUser%3AuserName+eq+%22@%22",
        ),
        ("by-work-address", "/Users?filter=emails%5Btype+eq+%22work%22%5D.value+eq+%22@%22"),
        ("by-address", "/Users?filter=emails.value+eq+%22@%22"),
        ("by-name-in-capitals", "/Users?FILTER=USERNAME+EQ+%22@%22"),
    ];
    let rows = rows.map(|(label, path)| {
        Case::new(
            format!("entra-2.1-look-up-{label}"),
            "Each form in which Entra looks up a user or a group finds it.",
            move |t| async move {
                let (user, _other) = (ada(&t).await?, ada(&t).await?);
                let name = crate::encode::encode(&user.name);
                t.get(&path.replace('@', &name)).expect(200).await?.finds(&[&user.id]).map(drop)
            },
        )
    });
    let others = vec![
        Case::new(
            "entra-2.1-address-of-another-type-is-not-found",
            "Type and value belong to the same address.",
            |t| async move {
                let user = ada(&t).await?;
                t.filter("/Users", &format!("emails[type eq \"home\"].value eq \"{}\"", user.name))
                    .expect(200)
                    .await?
                    .finds(&[])
                    .map(drop)
            },
        ),
        Case::new(
            "entra-2.1-address-ignores-case",
            "Addresses compare without regard to letter case.",
            |t| async move {
                let user = ada(&t).await?;
                let filter = format!("emails[type eq \"WORK\"].value eq \"{}\"", user.name.to_uppercase());
                t.filter("/Users", &filter).expect(200).await?.finds(&[&user.id]).map(drop)
            },
        ),
        Case::new(
            "entra-2.1-reference-check-of-a-member",
            "Entra asks by id and members whether a group has a member.",
            |t| async move {
                let (user, other) = (t.user().await?, t.user().await?);
                let group = t.group_of(&[&user]).await?;
                let ask = |id: &str| {
                    t.filter("/Groups", &format!("id eq \"{}\" and members eq \"{id}\"", group.id))
                        .query("attributes", "id")
                };
                ask(&other.id).expect(200).await?.finds(&[])?;
                ask(&user.id).expect(200).await?.finds(&[&group.id])?.without("/Resources/0/members").map(drop)
            },
        ),
        Case::new(
            "entra-2.1-reference-check-of-a-manager",
            "Entra asks by id and manager whether a user has a manager.",
            |t| async move {
                let boss = t.user().await?;
                let user = t.user_with(json!({ENTERPRISE: {"manager": {"value": boss.id}}})).await?;
                let ask = |id: &str| {
                    t.filter("/Users", &format!("id eq \"{}\" and manager eq \"{id}\"", user.id))
                        .query("attributes", "id")
                };
                ask(NOBODY).expect(200).await?.finds(&[])?;
                ask(&boss.id).expect(200).await?.finds(&[&user.id]).map(drop)
            },
        ),
        Case::new(
            "entra-2.1-inactive-users-are-found",
            "A user who is not active is found and read.",
            |t| async move {
                let user = t.user_with(json!({"active": false})).await?;
                t.filter("/Users", &format!("userName eq \"{}\"", user.name))
                    .expect(200)
                    .await?
                    .finds(&[&user.id])?
                    .is("/Resources/0/active", false)?;
                t.get(&user.path).expect(200).await?.is("/active", false).map(drop)
            },
        ),
        Case::new("entra-2.1-name-with-a-plus-sign", "%2B is a plus sign and + is a blank.", |t| async move {
            let user = t.user_with(json!({"userName": format!("{}+tag@x.example", t.tag())})).await?;
            t.get(&format!("/Users?filter=userName+eq+%22{}%2Btag%40x.example%22", t.tag()))
                .expect(200)
                .await?
                .finds(&[&user.id])?;
            t.get(&format!("/Users?filter=userName+eq+%22{}+tag%40x.example%22", t.tag()))
                .expect(200)
                .await?
                .finds(&[])
                .map(drop)
        }),
    ];
    rows.into_iter().chain(others).collect()
}

/// §5b.
pub(super) fn pages() -> Vec<Case> {
    vec![Case::new(
        "entra-5b-pages-of-users-are-walked",
        "A walk by startIndex and count=5 over eleven users: the index is echoed, and each user is returned once.",
        |t| async move {
            futures_util::future::try_join_all((0..11).map(|_| t.user())).await?;
            let mut seen = Vec::new();
            for (start, items) in [(1, 5), (6, 5), (11, 1)] {
                let page = t
                    .filter(&format!("/Users?startIndex={start}&count=5"), &format!("userName sw \"{}\"", t.tag()))
                    .expect(200)
                    .await?;
                page.total(11)?.is("/startIndex", start)?.is("/itemsPerPage", items)?;
                seen.extend(page.ids());
            }
            seen.sort();
            seen.dedup();
            t.get("/Users?count=0").expect(200).await?.ensure(seen.len() == 11, "eleven users").map(drop)
        },
    )]
}
