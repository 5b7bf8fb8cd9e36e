//! Order of results (RFC 7644 §3.4.2.3).

use super::ENTERPRISE;
use crate::{Capability, Case, CreatedResource, Result, T};
use serde_json::{Value, json};

pub(super) fn cases() -> Vec<Case> {
    let columns = COLUMNS.iter().flat_map(column);
    columns.chain(times()).chain(others()).map(|case| case.needs(Capability::Sort)).collect()
}

/// Endpoint, label, path, where the value is in a body, and whether letter case counts.
type Column = (&'static str, &'static str, &'static str, fn(&str) -> Value, bool);

const COLUMNS: [Column; 6] = [
    ("/Users", "user-username", "userName", |text| json!({"userName": text}), false),
    ("/Users", "user-displayname", "displayName", |text| json!({"displayName": text}), false),
    ("/Users", "user-externalid", "externalId", |text| json!({"externalId": text}), true),
    ("/Groups", "group-displayname", "displayName", |text| json!({"displayName": text}), false),
    ("/Groups", "group-externalid", "externalId", |text| json!({"externalId": text}), true),
    (
        "/Users",
        "user-qualified",
        "urn:ietf:params:scim:schemas:core:2.0:User:userName",
        |text| json!({"userName": text}),
        false,
    ),
];

/// Created in an order that is neither ascending nor descending. `b` sorts before `C` only where letter case does not
/// count.
const VALUES: [&str; 3] = ["C-three", "a-one", "b-two"];

async fn make(t: &T, endpoint: &str, body: Value) -> Result<CreatedResource> {
    if endpoint == "/Users" { t.user_with(body).await } else { t.group_with(body).await }
}

async fn three(t: &T, column: &Column) -> Result<Vec<CreatedResource>> {
    let mut made = Vec::new();
    for value in VALUES {
        made.push(make(t, column.0, (column.3)(&format!("{}{value}", t.tag()))).await?);
    }
    Ok(made)
}

fn scope(made: &[CreatedResource]) -> String {
    made.iter().map(|one| format!("id eq \"{}\"", one.id)).collect::<Vec<_>>().join(" or ")
}

fn column(column: &'static Column) -> Vec<Case> {
    let (endpoint, label, path, _, exact) = *column;
    // Indices into VALUES, in ascending order.
    let ascending: [usize; 3] = if exact { [0, 1, 2] } else { [1, 2, 0] };
    let sorted = move |t: T, order: Option<&'static str>, descending: bool| async move {
        let made = three(&t, column).await?;
        let mut call = t.filter(endpoint, &scope(&made)).query("sortBy", path);
        if let Some(order) = order {
            call = call.query("sortOrder", order);
        }
        let mut expected: Vec<&str> = ascending.iter().map(|&at| made[at].id.as_str()).collect();
        if descending {
            expected.reverse();
        }
        let answer = call.expect(200).await?;
        answer.ensure(answer.ids() == expected, format!("{path} in the order {expected:?}"))?.total(3).map(drop)
    };
    let name = |what: &str| format!("rfc7644-3.4.2.3-{label}-{what}");
    vec![
        Case::new(name("ascending"), format!("sortOrder ascending by {path}, according to its caseExact."), move |t| {
            sorted(t, Some("ascending"), false)
        }),
        Case::new(
            name("descending"),
            format!("sortOrder descending by {path}, according to its caseExact."),
            move |t| sorted(t, Some("descending"), true),
        ),
        Case::new(name("default-is-ascending"), "sortBy without sortOrder is ascending.", move |t| {
            sorted(t, None, false)
        }),
        Case::new(name("pages"), "Pages follow the order.", move |t| async move {
            let made = three(&t, column).await?;
            let mut seen = Vec::new();
            for start in 1..=3 {
                let path = format!("{endpoint}?count=1&startIndex={start}&sortOrder=descending");
                seen.extend(t.filter(&path, &scope(&made)).query("sortBy", column.2).expect(200).await?.ids());
            }
            let expected: Vec<String> = ascending.iter().rev().map(|&at| made[at].id.clone()).collect();
            made[0].answer.ensure(seen == expected, format!("{expected:?}, not {seen:?}")).map(drop)
        }),
    ]
}

fn times() -> Vec<Case> {
    let mut cases = Vec::new();
    for (endpoint, kind) in [("/Users", "user"), ("/Groups", "group")] {
        for path in ["meta.created", "meta.lastModified", "id"] {
            let name = format!("rfc7644-3.4.2.3-{kind}-{}", path.to_lowercase());
            cases.push(Case::new(name, format!("{path} orders both ways."), move |t| async move {
                let mut made = Vec::new();
                for _ in 0..3 {
                    made.push(make(&t, endpoint, json!({})).await?);
                    tokio::time::sleep(std::time::Duration::from_millis(3)).await;
                }
                let mut expected: Vec<String> = made.iter().map(|one| one.id.clone()).collect();
                if path == "id" {
                    expected.sort();
                }
                for order in ["ascending", "descending"] {
                    let call = t.filter(endpoint, &scope(&made)).query("sortBy", path).query("sortOrder", order);
                    let answer = call.expect(200).await?;
                    answer.ensure(answer.ids() == expected, format!("{order} by {path}: {expected:?}"))?;
                    expected.reverse();
                }
                Ok(())
            }));
        }
    }
    cases
}

fn others() -> Vec<Case> {
    let missing = |order: &'static str, last: bool| {
        let rule = "Resources without a value come last in ascending order and first in descending order.";
        Case::new(format!("rfc7644-3.4.2.3-no-value-{order}"), rule, move |t: T| async move {
            let (with, without) = (t.user_with(json!({"displayName": t.name("x")})).await?, t.user().await?);
            let filter = format!("id eq \"{}\" or id eq \"{}\"", with.id, without.id);
            let call = t.filter("/Users", &filter).query("sortBy", "displayName").query("sortOrder", order);
            let expected = if last { [&with.id, &without.id] } else { [&without.id, &with.id] };
            let answer = call.expect(200).await?;
            answer.ensure(answer.ids().iter().eq(expected), format!("{expected:?}")).map(drop)
        })
    };
    vec![
        missing("ascending", true),
        missing("descending", false),
        Case::new(
            "rfc7644-3.4.2.3-any-case",
            "Names of attributes are case-insensitive in sortBy, too.",
            |t| async move {
                let made = three(&t, &COLUMNS[0]).await?;
                let answer = t
                    .filter("/Users", &scope(&made))
                    .query("sortBy", "USERNAME")
                    .query("sortOrder", "descending")
                    .expect(200)
                    .await?;
                let expected = [&made[0].id, &made[2].id, &made[1].id];
                answer.ensure(answer.ids().iter().eq(expected), format!("{expected:?}")).map(drop)
            },
        ),
        Case::new(
            "rfc7644-3.4.2.3-in-a-search",
            "A search request accepts sortBy and sortOrder, too.",
            |t| async move {
                let made = three(&t, &COLUMNS[0]).await?;
                let body = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "filter": scope(&made), "sortBy": "userName", "sortOrder": "descending"});
                let answer = t.post("/Users/.search", body).expect(200).await?;
                let expected = [&made[0].id, &made[2].id, &made[1].id];
                answer.ensure(answer.ids().iter().eq(expected), format!("{expected:?}")).map(drop)
            },
        ),
        Case::new("rfc7644-3.4.2.3-with-a-cursor", "A walk by cursor follows the order.", |t| async move {
            let made = three(&t, &COLUMNS[0]).await?;
            let (mut seen, mut cursor) = (Vec::new(), String::new());
            for _ in 0..3 {
                let call = t
                    .filter("/Users?count=1&sortBy=userName&sortOrder=descending", &scope(&made))
                    .query("cursor", &cursor);
                let answer = call.expect(200).await?;
                seen.extend(answer.ids());
                cursor = answer.at("/nextCursor").as_str().unwrap_or_default().to_owned();
            }
            let expected = [&made[0].id, &made[2].id, &made[1].id];
            made[0].answer.ensure(seen.iter().eq(expected), format!("{expected:?}, not {seen:?}")).map(drop)
        })
        .needs(Capability::Cursor),
        Case::new(
            "rfc7644-3.4.2.3-unknown-attribute-is-refused",
            "What cannot be sorted by is refused, not silently ignored.",
            |t| async move {
                t.get("/Users?count=1&sortBy=userName").expect(200).await?;
                for attribute in ["shoeSize", "password", "emails..value", ENTERPRISE] {
                    t.get("/Users?count=1").query("sortBy", attribute).refused(400, "").await?;
                }
                Ok(())
            },
        ),
        Case::new(
            "rfc7644-3.4.2.3-unknown-order-is-refused",
            "sortOrder is ascending or descending.",
            |t| async move {
                t.get("/Users?count=1&sortBy=userName&sortOrder=descending").expect(200).await?;
                t.get("/Users?count=1&sortBy=userName&sortOrder=sideways").refused(400, "").await.map(drop)
            },
        ),
    ]
}
