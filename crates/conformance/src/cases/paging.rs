//! Pages by index (RFC 7644 §3.4.2.4) and the list message itself (§3.4.2).

use crate::{Answer, Case, CreatedResource, Result, T};
use futures_util::future::try_join_all;
use serde_json::{Value, json};
use std::collections::BTreeSet;

pub(super) fn cases() -> Vec<Case> {
    [("/Users", "user"), ("/Groups", "group")]
        .into_iter()
        .flat_map(|(endpoint, kind)| {
            let cases = [pages(endpoint, kind), refusals(endpoint, kind), walks(endpoint, kind)];
            cases.into_iter().flatten()
        })
        .collect()
}

/// Creates five resources whose names begin with the tag.
pub(super) async fn five(t: &T, endpoint: &str) -> Result<Vec<CreatedResource>> {
    try_join_all((0..5).map(|n| make(t, endpoint, n))).await
}

pub(super) async fn make(t: &T, endpoint: &str, n: usize) -> Result<CreatedResource> {
    let name = json!(t.name(&format!("page{n}")));
    if endpoint == "/Users" {
        t.user_with(json!({"userName": name})).await
    } else {
        t.group_with(json!({"displayName": name})).await
    }
}

/// A filter that finds only what this case created.
pub(super) fn own(t: &T, endpoint: &str) -> String {
    let name = if endpoint == "/Users" { "userName" } else { "displayName" };
    format!("{name} sw \"{}\"", t.tag())
}

/// RFC 7644 §3.4.2: `itemsPerPage` is the number of resources in the answer.
pub(super) fn page(answer: &Answer, items: usize, total: usize) -> Result<()> {
    answer.is_scim()?.total(total as u64)?.count("/Resources", items)?;
    answer.is("/itemsPerPage", items).map(drop)
}

fn pages(endpoint: &'static str, kind: &str) -> Vec<Case> {
    let rows: [(&str, &str, &str, usize, u64); 14] = [
        ("all", "Without parameters the list starts at 1.", "", 5, 1),
        ("count-limits", "No more than count are returned.", "count=2", 2, 1),
        ("count-beyond-the-end", "No more are returned than there are.", "count=50", 5, 1),
        ("count-0", "A count of 0 returns the total without resources.", "count=0", 0, 1),
        ("count-negative", "A negative count is interpreted as 0.", "count=-1", 0, 1),
        ("count-huge", "A server may return fewer than count, and does not fail.", "count=1000000000", 5, 1),
        ("start-1", "startIndex is 1-based.", "startIndex=1", 5, 1),
        ("start-in-the-middle", "startIndex names the first resource that is returned.", "startIndex=3", 3, 3),
        ("start-and-count", "startIndex and count together.", "startIndex=3&count=2", 2, 3),
        ("start-at-the-last", "The last page may be short.", "startIndex=5&count=2", 1, 5),
        ("start-beyond-the-end", "Beyond the end is an empty page with the total.", "startIndex=6&count=2", 0, 6),
        (
            "start-far-beyond-the-end",
            "Far beyond the end is an empty page with the total.",
            "startIndex=999999999",
            0,
            999_999_999,
        ),
        ("start-0", "A startIndex below 1 is interpreted as 1.", "startIndex=0&count=2", 2, 1),
        ("start-negative", "A startIndex below 1 is interpreted as 1.", "startIndex=-3&count=2", 2, 1),
    ];
    rows.map(|(label, rule, query, items, start)| {
        Case::new(format!("rfc7644-3.4.2.4-{kind}-page-{label}"), rule, move |t| async move {
            five(&t, endpoint).await?;
            let answer = t.filter(&format!("{endpoint}?{query}"), &own(&t, endpoint)).expect(200).await?;
            page(&answer, items, 5)?;
            answer.is("/startIndex", start).map(drop)
        })
    })
    .into()
}

fn refusals(endpoint: &'static str, kind: &str) -> Vec<Case> {
    ["startIndex=first", "startIndex=1.5", "count=many", "count=1e2", "count=0x10"]
        .map(|query| {
            let label = query.replace(['=', '.'], "-").to_lowercase();
            let rule = "startIndex and count are integers.";
            Case::new(format!("rfc7644-3.4.2.4-{kind}-refused-{label}"), rule, move |t| async move {
                t.get(endpoint).query("count", 1).expect(200).await?;
                t.get(&format!("{endpoint}?{query}")).refused(400, "").await.map(drop)
            })
        })
        .into()
}

fn walks(endpoint: &'static str, kind: &str) -> Vec<Case> {
    vec![
        Case::new(
            format!("rfc7644-3.4.2.4-{kind}-pages-hold-everything-once"),
            "The pages together are the list.",
            move |t| async move {
                let made = five(&t, endpoint).await?;
                let mut seen = Vec::new();
                for start in [1, 3, 5] {
                    let path = format!("{endpoint}?startIndex={start}&count=2");
                    let answer = t.filter(&path, &own(&t, endpoint)).expect(200).await?;
                    seen.extend(answer.ids());
                }
                let unique: BTreeSet<&String> = seen.iter().collect();
                let expected: BTreeSet<&String> = made.iter().map(|one| &one.id).collect();
                made[0]
                    .answer
                    .ensure(seen.len() == 5 && unique == expected, format!("each of five once, not {seen:?}"))
                    .map(drop)
            },
        ),
        Case::new(
            format!("rfc7644-3.4.2.4-{kind}-order-is-stable"),
            "The same query gives the same order.",
            move |t| async move {
                five(&t, endpoint).await?;
                let first = t.filter(endpoint, &own(&t, endpoint)).expect(200).await?;
                let second = t.filter(endpoint, &own(&t, endpoint)).expect(200).await?;
                second
                    .ensure(first.ids().len() == 5 && first.ids() == second.ids(), format!("{:?}", first.ids()))
                    .map(drop)
            },
        ),
        Case::new(
            format!("rfc7644-3.4.2-{kind}-list-without-filter"),
            "A list without a filter holds complete resources of this type.",
            move |t| async move {
                let made = make(&t, endpoint, 0).await?;
                let list = t.get(endpoint).query("count", 3).expect(200).await?;
                let total = list.number_at("/totalResults")?;
                let items = list.list_at("/Resources")?.len();
                list.ensure(
                    total >= 1 && (1..=3).contains(&items) && list.ids().len() == items,
                    "1 to 3 resources with ids",
                )?;
                let kind = made.answer.at("/meta/resourceType").clone();
                list.ensure(list.each("/meta/resourceType").iter().all(|found| *found == kind), "one type").map(drop)
            },
        ),
        Case::new(
            format!("rfc7644-3.4.2-{kind}-of-a-list-is-as-read-by-id"),
            "A resource in a list has the same attributes as when it is read alone.",
            move |t| async move {
                let made = make(&t, endpoint, 0).await?;
                let list = t.filter(endpoint, &format!("id eq \"{}\"", made.id)).expect(200).await?;
                let read = t.get(&made.path).expect(200).await?;
                list.finds(&[&made.id])?.is("/Resources/0", read.json().clone()).map(drop)
            },
        ),
        Case::new(
            format!("rfc7644-3.4.2-no-{kind}-has-an-empty-resources"),
            "An empty result has totalResults 0, an empty Resources and startIndex 1.",
            move |t| async move {
                make(&t, endpoint, 0).await?;
                let none = t
                    .filter(endpoint, &own(&t, endpoint).replace(t.tag(), &format!("{}none", t.tag())))
                    .expect(200)
                    .await?;
                page(&none, 0, 0)?;
                none.is("/Resources", Value::Array(vec![]))?.is("/startIndex", 1).map(drop)
            },
        ),
        Case::new(
            format!("rfc7644-3.4.2-{kind}-total-grows-and-shrinks"),
            "totalResults counts what is there now.",
            move |t| async move {
                let made = five(&t, endpoint).await?;
                t.filter(&format!("{endpoint}?count=0"), &own(&t, endpoint)).expect(200).await?.total(5)?;
                t.delete(&made[2].path).expect(204).await?;
                t.filter(&format!("{endpoint}?count=0"), &own(&t, endpoint)).expect(200).await?.total(4)?;
                make(&t, endpoint, 7).await?;
                t.filter(&format!("{endpoint}?count=0"), &own(&t, endpoint)).expect(200).await?.total(5).map(drop)
            },
        ),
    ]
}
