//! Versions (RFC 7644 §3.14).

use super::{GROUP, USER};
use crate::{Answer, Capability, Case, CreatedResource, RequestBuilder, Result, T};
use serde_json::{Value, json};

pub(super) fn cases() -> Vec<Case> {
    let kinds = [("/Users", "user"), ("/Groups", "group")];
    let cases = kinds
        .into_iter()
        .flat_map(|(endpoint, kind)| [tags(endpoint, kind), reads(endpoint, kind), writes(endpoint, kind)]);
    cases.flatten().chain(membership()).map(|case| case.needs(Capability::Etag)).collect()
}

async fn make(t: &T, endpoint: &str) -> Result<CreatedResource> {
    if endpoint == "/Users" { t.user().await } else { t.group().await }
}

/// The resource as a body, with another `externalId`.
fn body(endpoint: &str, made: &CreatedResource, external: &str) -> Value {
    match endpoint {
        "/Users" => json!({"schemas": [USER], "userName": made.name, "externalId": external}),
        _ => json!({"schemas": [GROUP], "displayName": made.name, "externalId": external}),
    }
}

fn change(external: &str) -> Value {
    json!([{"op": "replace", "path": "externalId", "value": external}])
}

/// The entity tag of an answer, which `meta.version` must equal.
fn tag(answer: &Answer) -> Result<String> {
    let tag = answer.header("etag").to_owned();
    let form = tag.strip_prefix("W/").unwrap_or(&tag);
    answer.ensure(form.len() >= 2 && form.starts_with('"') && form.ends_with('"'), "an ETag header")?;
    answer.is("/meta/version", tag.as_str())?;
    Ok(tag)
}

async fn now(t: &T, made: &CreatedResource) -> Result<String> {
    tag(&t.get(&made.path).expect(200).await?)
}

fn tags(endpoint: &'static str, kind: &str) -> Vec<Case> {
    let name = |label: &str| format!("rfc7644-3.14-{kind}-{label}");
    vec![
        Case::new(
            name("creation-has-an-etag"),
            "The answer to a creation has an ETag, which is meta.version.",
            move |t| async move { tag(&make(&t, endpoint).await?.answer).map(drop) },
        ),
        Case::new(
            name("retrieval-has-an-etag"),
            "A resource that is read has an ETag, which is meta.version.",
            move |t| async move {
                let made = make(&t, endpoint).await?;
                now(&t, &made).await.map(drop)
            },
        ),
        Case::new(name("put-has-an-etag"), "The answer to a replacement has the new ETag.", move |t| async move {
            let made = make(&t, endpoint).await?;
            let put = t.put(&made.path, body(endpoint, &made, &t.name("e"))).expect(200).await?;
            let (put, read) = (tag(&put)?, t.get(&made.path).expect(200).await?);
            read.header_is("etag", &put).map(drop)
        }),
        Case::new(
            name("list-has-versions"),
            "meta.version in a list is the ETag of the resource.",
            move |t| async move {
                let made = make(&t, endpoint).await?;
                let etag = now(&t, &made).await?;
                let list = t.filter(endpoint, &format!("id eq \"{}\"", made.id)).expect(200).await?;
                list.finds(&[&made.id])?.is("/Resources/0/meta/version", etag).map(drop)
            },
        ),
        Case::new(
            name("change-changes-the-etag"),
            "A change leads to another ETag; without a change it stays the same.",
            move |t| async move {
                let made = make(&t, endpoint).await?;
                let external = t.name("e");
                let first = now(&t, &made).await?;
                t.patch(&made.path, change(&external)).expect_any(&[200, 204]).await?;
                let second = now(&t, &made).await?;
                t.patch(&made.path, change(&external)).expect_any(&[200, 204]).await?;
                let third = t.get(&made.path).expect(200).await?;
                third
                    .ensure(first != second, format!("an ETag other than {first}"))?
                    .header_is("etag", &second)
                    .map(drop)
            },
        ),
    ]
}

/// Label, rule, `If-None-Match` as made from the resource's tag, and the status.
type Read = (&'static str, &'static str, fn(&str) -> String, u16);

fn reads(endpoint: &'static str, kind: &str) -> Vec<Case> {
    let rows: [Read; 6] = [
        ("same", "If-None-Match with the resource's ETag is answered 304 without a body.", |tag| tag.to_owned(), 304),
        ("star", "If-None-Match: * is answered 304 for a resource that exists.", |_| "*".to_owned(), 304),
        ("among-others", "If-None-Match may list several tags.", |tag| format!("W/\"x\", {tag}"), 304),
        ("without-weakness", "If-None-Match compares weakly.", |tag| tag.trim_start_matches("W/").to_owned(), 304),
        ("other", "Another ETag is answered with the resource.", |_| "W/\"another\"".to_owned(), 200),
        ("older", "An older ETag is answered with the resource.", |_| "@".to_owned(), 200),
    ];
    rows.map(|(label, rule, value, status)| {
        Case::new(format!("rfc7644-3.14-{kind}-if-none-match-{label}"), rule, move |t| async move {
            let made = make(&t, endpoint).await?;
            let first = now(&t, &made).await?;
            let value = if value(&first) == "@" {
                t.patch(&made.path, change(&t.name("e"))).expect_any(&[200, 204]).await?;
                first
            } else {
                value(&first)
            };
            let read = t.get(&made.path).header("if-none-match", value).expect(status).await?;
            match status {
                304 => read.is_empty().map(drop),
                _ => read.is("/id", made.id).map(drop),
            }
        })
    })
    .into()
}

fn writes(endpoint: &'static str, kind: &str) -> Vec<Case> {
    let call = move |t: &T, made: &CreatedResource, method: &str, external: &str| -> RequestBuilder {
        match method {
            "put" => t.put(&made.path, body(endpoint, made, external)),
            "patch" => t.patch(&made.path, change(external)),
            _ => t.delete(&made.path),
        }
    };
    let mut cases = Vec::new();
    for method in ["put", "patch", "delete"] {
        let name = |label: &str| format!("rfc7644-3.14-{kind}-{method}-if-match-{label}");
        cases.push(Case::new(
            name("other-is-412"),
            "If-Match with another ETag is answered 412 and changes nothing.",
            move |t| async move {
                let made = make(&t, endpoint).await?;
                let before = t.get(&made.path).expect(200).await?;
                call(&t, &made, method, &t.name("e")).header("if-match", "W/\"another\"").refused(412, "").await?;
                t.get(&made.path).expect(200).await?.is("", before.json().clone()).map(drop)
            },
        ));
        cases.push(Case::new(
            name("older-is-412"),
            "If-Match with an ETag from before another change is answered 412.",
            move |t| async move {
                let made = make(&t, endpoint).await?;
                let old = now(&t, &made).await?;
                let first = t.name("first");
                t.patch(&made.path, change(&first)).expect_any(&[200, 204]).await?;
                call(&t, &made, method, &t.name("second")).header("if-match", old).refused(412, "").await?;
                t.get(&made.path).expect(200).await?.is("/externalId", first).map(drop)
            },
        ));
        for (label, star) in [("same", false), ("star", true)] {
            let rule = "If-Match with the resource's ETag, or *, allows the change.";
            cases.push(Case::new(name(label), rule, move |t| async move {
                let made = make(&t, endpoint).await?;
                let external = t.name("e");
                let etag = if star { "*".to_owned() } else { now(&t, &made).await? };
                call(&t, &made, method, &external).header("if-match", etag).expect_any(&[200, 204]).await?;
                match method {
                    "delete" => t.get(&made.path).refused(404, "").await.map(drop),
                    _ => t.get(&made.path).expect(200).await?.is("/externalId", external).map(drop),
                }
            }));
        }
    }
    let rule = "If-None-Match: * for a resource that exists is answered 412 and changes nothing.";
    cases.push(Case::new(format!("rfc9110-13.1.2-{kind}-put-if-none-match-star-is-412"), rule, move |t| async move {
        let made = make(&t, endpoint).await?;
        let before = t.get(&made.path).expect(200).await?;
        t.put(&made.path, body(endpoint, &made, &t.name("e"))).header("if-none-match", "*").refused(412, "").await?;
        t.get(&made.path).expect(200).await?.is("", before.json().clone()).map(drop)
    }));
    cases
}

fn membership() -> Vec<Case> {
    vec![
        Case::new(
            "rfc7644-3.14-etag-covers-groups",
            "After a user has joined a group, its earlier ETag is not answered 304.",
            |t| async move {
                let (user, group) = (t.user().await?, t.group().await?);
                let before = now(&t, &user).await?;
                let add = json!([{"op": "add", "path": "members", "value": [{"value": user.id}]}]);
                t.patch(&group.path, add).expect_any(&[200, 204]).await?;
                let read = t.get(&user.path).header("if-none-match", before).expect(200).await?;
                read.has("/groups", json!({"value": group.id})).map(drop)
            },
        ),
        Case::new(
            "rfc7644-3.14-etag-covers-members",
            "After a group has a new member, its earlier ETag is not answered 304.",
            |t| async move {
                let (user, group) = (t.user().await?, t.group().await?);
                let before = now(&t, &group).await?;
                let add = json!([{"op": "add", "path": "members", "value": [{"value": user.id}]}]);
                t.patch(&group.path, add).expect_any(&[200, 204]).await?;
                let read = t.get(&group.path).header("if-none-match", before).expect(200).await?;
                read.has("/members", json!({"value": user.id})).map(drop)
            },
        ),
        Case::new(
            "rfc7644-3.14-joining-a-group-does-not-break-if-match",
            "Membership belongs to the group: the user can still be changed with its earlier ETag.",
            |t| async move {
                let (user, group) = (t.user().await?, t.group().await?);
                let before = now(&t, &user).await?;
                let add = json!([{"op": "add", "path": "members", "value": [{"value": user.id}]}]);
                t.patch(&group.path, add).expect_any(&[200, 204]).await?;
                let external = t.name("e");
                t.patch(&user.path, change(&external)).header("if-match", before).expect_any(&[200, 204]).await?;
                t.get(&user.path).expect(200).await?.is("/externalId", external).map(drop)
            },
        ),
    ]
}
