//! Pages by cursor (RFC 9865).

use super::paging::{five, make, own, page};
use crate::{Answer, Capability, Case, Result, T};
use serde_json::{Value, json};
use std::collections::BTreeSet;

pub(super) fn cases() -> Vec<Case> {
    let kinds = [("/Users", "user"), ("/Groups", "group")];
    let cases = kinds.into_iter().flat_map(|(endpoint, kind)| [pages(endpoint, kind), refusals(endpoint, kind)]);
    cases.flatten().chain(config()).map(|case| case.needs(Capability::Cursor)).collect()
}

/// The page of two resources at a cursor; an empty cursor means the first page.
async fn at(t: &T, endpoint: &str, cursor: &str) -> Result<Answer> {
    t.filter(&format!("{endpoint}?count=2"), &own(t, endpoint)).query("cursor", cursor).expect(200).await
}

/// Reads all pages and returns the ids of each.
async fn walk(t: &T, endpoint: &str) -> Result<Vec<Vec<String>>> {
    let (mut cursor, mut pages) = (String::new(), Vec::new());
    loop {
        let answer = at(t, endpoint, &cursor).await?;
        pages.push(answer.ids());
        match answer.at("/nextCursor") {
            Value::Null => return Ok(pages),
            Value::String(next) if pages.len() < 20 && *next != cursor => cursor.clone_from(next),
            _ => return Err(answer.fails("a walk that ends")),
        }
    }
}

fn pages(endpoint: &'static str, kind: &str) -> Vec<Case> {
    let name = |label: &str| format!("rfc9865-2-{kind}-{label}");
    vec![
        Case::new(
            name("empty-cursor-is-the-first-page"),
            "An empty cursor starts a walk; nextCursor continues it.",
            move |t| async move {
                five(&t, endpoint).await?;
                let first = at(&t, endpoint, "").await?;
                page(&first, 2, 5)?;
                first.text_at("/nextCursor").map(drop)
            },
        ),
        Case::new(
            name("walk-holds-everything-once"),
            "Following nextCursor returns each resource once; the last page has no nextCursor.",
            move |t| async move {
                let made = five(&t, endpoint).await?;
                let pages = walk(&t, endpoint).await?;
                let seen: Vec<&String> = pages.iter().flatten().collect();
                let unique: BTreeSet<&String> = seen.iter().copied().collect();
                let all = unique == made.iter().map(|one| &one.id).collect();
                made[0]
                    .answer
                    .ensure(pages.len() == 3 && seen.len() == 5 && all, format!("each of five once, not {pages:?}"))
                    .map(drop)
            },
        ),
        Case::new(
            name("previous-cursor-leads-back"),
            "previousCursor, if there is one, leads to the previous page.",
            move |t| async move {
                five(&t, endpoint).await?;
                let first = at(&t, endpoint, "").await?;
                let second = at(&t, endpoint, &first.text_at("/nextCursor")?).await?;
                let Some(previous) = second.at("/previousCursor").as_str() else { return page(&second, 2, 5) };
                let back = at(&t, endpoint, previous).await?;
                back.ensure(
                    back.ids() == first.ids() && back.ids().len() == 2,
                    format!("the first page again: {:?}", first.ids()),
                )
                .map(drop)
            },
        ),
        Case::new(
            name("first-page-has-no-previous-cursor"),
            "previousCursor is absent on the first page.",
            move |t| async move {
                five(&t, endpoint).await?;
                let first = at(&t, endpoint, "").await?;
                page(&first, 2, 5)?;
                first.without("/previousCursor").map(drop)
            },
        ),
        Case::new(
            name("single-page-has-no-next-cursor"),
            "nextCursor is absent if there is no more.",
            move |t| async move {
                five(&t, endpoint).await?;
                let all = t
                    .filter(&format!("{endpoint}?count=50"), &own(&t, endpoint))
                    .query("cursor", "")
                    .expect(200)
                    .await?;
                page(&all, 5, 5)?;
                all.without("/nextCursor").map(drop)
            },
        ),
        Case::new(
            name("cursor-can-be-used-again"),
            "The same cursor returns the same page if nothing has changed.",
            move |t| async move {
                five(&t, endpoint).await?;
                let next = at(&t, endpoint, "").await?.text_at("/nextCursor")?;
                let (one, two) = (at(&t, endpoint, &next).await?, at(&t, endpoint, &next).await?);
                two.ensure(one.ids() == two.ids() && one.ids().len() == 2, format!("{:?} again", one.ids())).map(drop)
            },
        ),
        Case::new(
            name("walk-survives-deletions"),
            "Deleting a resource before or at the cursor makes no other resource disappear from the walk.",
            move |t| async move {
                let made = five(&t, endpoint).await?;
                let first = at(&t, endpoint, "").await?;
                let gone = first.ids();
                for one in made.iter().filter(|one| gone.contains(&one.id)) {
                    t.delete(&one.path).expect(204).await?;
                }
                let mut seen = Vec::new();
                let mut cursor = first.text_at("/nextCursor")?;
                for _ in 0..3 {
                    let answer = at(&t, endpoint, &cursor).await?;
                    seen.extend(answer.ids());
                    match answer.at("/nextCursor").as_str() {
                        Some(next) => cursor = next.to_owned(),
                        None => break,
                    }
                }
                let left: BTreeSet<&String> = made.iter().map(|one| &one.id).filter(|id| !gone.contains(id)).collect();
                let same = seen.len() == 3 && seen.iter().collect::<BTreeSet<_>>() == left;
                first.ensure(same, format!("the other three once, not {seen:?}")).map(drop)
            },
        ),
        Case::new(
            name("walk-survives-insertions"),
            "Resources added in the meantime neither duplicate nor hide others.",
            move |t| async move {
                let made = five(&t, endpoint).await?;
                let first = at(&t, endpoint, "").await?;
                make(&t, endpoint, 8).await?;
                make(&t, endpoint, 9).await?;
                let mut seen = first.ids();
                let mut cursor = first.text_at("/nextCursor")?;
                for _ in 0..5 {
                    let answer = at(&t, endpoint, &cursor).await?;
                    seen.extend(answer.ids());
                    match answer.at("/nextCursor").as_str() {
                        Some(next) => cursor = next.to_owned(),
                        None => break,
                    }
                }
                let unique: BTreeSet<&String> = seen.iter().collect();
                let kept = made.iter().all(|one| unique.contains(&one.id));
                first.ensure(kept && unique.len() == seen.len(), format!("each of five once, not {seen:?}")).map(drop)
            },
        ),
        Case::new(name("cursor-in-a-search"), "A search request accepts cursor and count, too.", move |t| async move {
            five(&t, endpoint).await?;
            let body = |cursor: &str| json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "filter": own(&t, endpoint), "count": 2, "cursor": cursor});
            let first = t.post(&format!("{endpoint}/.search"), body("")).expect(200).await?;
            page(&first, 2, 5)?;
            let second =
                t.post(&format!("{endpoint}/.search"), body(&first.text_at("/nextCursor")?)).expect(200).await?;
            page(&second, 2, 5)?;
            second
                .ensure(
                    second.ids().iter().all(|id| !first.ids().contains(id)),
                    "resources other than those on the first page",
                )
                .map(drop)
        }),
        Case::new(
            name("no-cursor-is-index-paging"),
            "Without cursor the default method applies, and its message has startIndex.",
            move |t| async move {
                five(&t, endpoint).await?;
                let config = t.get("/ServiceProviderConfig").expect(200).await?;
                let list = t.filter(&format!("{endpoint}?count=2"), &own(&t, endpoint)).expect(200).await?;
                page(&list, 2, 5)?;
                match config.at("/pagination/defaultPaginationMethod").as_str() {
                    Some("cursor") => list.text_at("/nextCursor").map(drop),
                    _ => list.is("/startIndex", 1).map(drop),
                }
            },
        ),
        Case::new(
            name("cursor-keeps-the-projection"),
            "attributes apply to each page of a walk.",
            move |t| async move {
                five(&t, endpoint).await?;
                let next = at(&t, endpoint, "").await?.text_at("/nextCursor")?;
                let call =
                    t.filter(&format!("{endpoint}?count=2&attributes=id"), &own(&t, endpoint)).query("cursor", next);
                let second = call.expect(200).await?;
                page(&second, 2, 5)?;
                second.without("/Resources/0/userName")?.without("/Resources/0/displayName").map(drop)
            },
        ),
    ]
}

fn refusals(endpoint: &'static str, kind: &str) -> Vec<Case> {
    let name = |label: &str| format!("rfc9865-2.1-{kind}-{label}");
    let garbage =
        [("word", "garbage"), ("base64", "AAAAAAAAAAAAAAAA"), ("signs", "%00' OR 1=1 --"), ("long", "zzzzzzzzzz")];
    let mut cases: Vec<Case> = garbage
        .map(|(label, cursor)| {
            let rule = "A cursor that the server never issued is refused with 400 invalidCursor.";
            Case::new(name(&format!("garbage-{label}-is-an-invalid-cursor")), rule, move |t| async move {
                five(&t, endpoint).await?;
                at(&t, endpoint, "").await?;
                let cursor = if label == "long" { cursor.repeat(100) } else { cursor.to_owned() };
                t.filter(endpoint, &own(&t, endpoint))
                    .query("cursor", cursor)
                    .refused(400, "invalidCursor")
                    .await
                    .map(drop)
            })
        })
        .into();
    cases.extend([
        Case::new(
            name("cursor-of-another-filter-is-invalid"),
            "A cursor belongs to its query: another filter is 400 invalidCursor.",
            move |t| async move {
                five(&t, endpoint).await?;
                let next = at(&t, endpoint, "").await?.text_at("/nextCursor")?;
                let other = format!("{}-", own(&t, endpoint).trim_end_matches('"')) + "\"";
                t.filter(endpoint, &other).query("cursor", &next).refused(400, "invalidCursor").await?;
                t.get(endpoint).query("cursor", &next).refused(400, "invalidCursor").await.map(drop)
            },
        ),
        Case::new(
            name("cursor-of-another-type-is-invalid"),
            "A cursor belongs to its endpoint: another one is 400 invalidCursor.",
            move |t| async move {
                five(&t, endpoint).await?;
                let next = t.get(&format!("{endpoint}?count=1&cursor=")).expect(200).await?.text_at("/nextCursor")?;
                let other = if endpoint == "/Users" { "/Groups" } else { "/Users" };
                t.get(other).query("cursor", next).refused(400, "invalidCursor").await.map(drop)
            },
        ),
        Case::new(
            name("changed-cursor-is-invalid"),
            "A cursor that was tampered with is refused or leads to a page of the same query.",
            move |t| async move {
                let made = five(&t, endpoint).await?;
                let next = at(&t, endpoint, "").await?.text_at("/nextCursor")?;
                let changed: String = next.chars().rev().collect();
                let answer =
                    t.filter(&format!("{endpoint}?count=2"), &own(&t, endpoint)).query("cursor", changed).await?;
                let known = answer.ids().iter().all(|id| made.iter().any(|one| one.id == *id));
                let kept = answer.status == 200 && known && !answer.ids().is_empty();
                answer
                    .ensure(
                        kept || (answer.status == 400 && answer.at("/scimType") == "invalidCursor"),
                        "400 invalidCursor",
                    )
                    .map(drop)
            },
        ),
        Case::new(
            name("count-of-no-number-is-an-invalid-count"),
            "A count that is not a number gets 400 invalidCount.",
            move |t| async move {
                five(&t, endpoint).await?;
                at(&t, endpoint, "").await?;
                t.get(&format!("{endpoint}?cursor=&count=many")).refused(400, "invalidCount").await.map(drop)
            },
        ),
        Case::new(
            name("count-of-nothing-gives-the-total"),
            "With a cursor, too, a count of 0 or below returns the total without resources, and no nextCursor.",
            move |t| async move {
                five(&t, endpoint).await?;
                for count in ["0", "-1"] {
                    let path = format!("{endpoint}?cursor=&count={count}");
                    let found = t.filter(&path, &own(&t, endpoint)).expect(200).await?;
                    found.total(5)?.count("/Resources", 0)?.absent("/nextCursor")?;
                }
                Ok(())
            },
        ),
    ]);
    cases
}

fn config() -> Vec<Case> {
    vec![Case::new(
        "rfc9865-4-config-describes-pagination",
        "pagination says which methods are supported and how large a page is.",
        |t| async move {
            let config = t.get("/ServiceProviderConfig").expect(200).await?;
            config.is("/pagination/cursor", true)?;
            config.ensure(config.at("/pagination/index").is_boolean(), "a Boolean at /pagination/index")?;
            if let Some(method) = config.at("/pagination/defaultPaginationMethod").as_str() {
                config.ensure(["cursor", "index"].contains(&method), "cursor or index")?;
            }
            let size = |name: &str| config.at(&format!("/pagination/{name}")).as_u64();
            if let (Some(default), Some(max)) = (size("defaultPageSize"), size("maxPageSize")) {
                config.ensure(default >= 1 && default <= max, "a defaultPageSize from 1 to maxPageSize")?;
            }
            Ok(())
        },
    )]
}
