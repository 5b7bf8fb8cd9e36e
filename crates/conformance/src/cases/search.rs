//! Queries by POST (RFC 7644 §3.4.3) and over all resource types (§3.4.2.1).

use super::{GROUP, USER};
use crate::{Case, CreatedResource, Result, T};
use serde_json::{Value, json};

const SEARCH: &str = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";

pub(super) fn cases() -> Vec<Case> {
    below().into_iter().chain(root()).collect()
}

fn request(mut parameters: Value) -> Value {
    parameters["schemas"] = json!([SEARCH]);
    parameters
}

fn below() -> Vec<Case> {
    let mut cases = Vec::new();
    for (kind, endpoint) in [("user", "/Users"), ("group", "/Groups")] {
        let path = format!("{endpoint}/.search");
        let name = |label: &str| format!("rfc7644-3.4.3-{kind}-{label}");
        let at = path.clone();
        cases.push(Case::new(
            name("search-is-a-list"),
            "A search is answered 200 with a list response.",
            move |t| async move {
                let made = one(&t, endpoint).await?;
                let found =
                    t.post(&at, request(json!({"filter": format!("id eq \"{}\"", made.id)}))).expect(200).await?;
                found.is_scim()?.finds(&[&made.id]).map(drop)
            },
        ));
        let at = path.clone();
        cases.push(Case::new(
            name("search-is-the-same-as-a-get"),
            "A search returns what the same GET returns.",
            move |t| async move {
                let (one, other) = (one(&t, endpoint).await?, one(&t, endpoint).await?);
                let filter = format!("id eq \"{}\" or id eq \"{}\"", one.id, other.id);
                let found = t.post(&at, request(json!({"filter": filter}))).expect(200).await?;
                let got = t.filter(endpoint, &filter).expect(200).await?;
                found.finds(&[&one.id, &other.id])?.is("", got.json().clone()).map(drop)
            },
        ));
        let at = path.clone();
        cases.push(Case::new(
            name("search-pages"),
            "startIndex and count are numbers in the body.",
            move |t| async move {
                let (one, other) = (one(&t, endpoint).await?, one(&t, endpoint).await?);
                let filter = format!("id eq \"{}\" or id eq \"{}\"", one.id, other.id);
                let found =
                    t.post(&at, request(json!({"filter": filter, "startIndex": 2, "count": 1}))).expect(200).await?;
                found.total(2)?.count("/Resources", 1)?.is("/startIndex", 2)?.is("/itemsPerPage", 1).map(drop)
            },
        ));
        let at = path.clone();
        cases.push(Case::new(
            name("search-refuses-a-bad-filter"),
            "What is not a filter gets 400 invalidFilter here, too.",
            move |t| async move {
                t.post(&at, request(json!({"count": 1}))).expect(200).await?;
                t.post(&at, request(json!({"filter": "shoeSize eq \"42\""}))).refused(400, "invalidFilter").await?;
                t.post(&at, request(json!({"filter": "userName"}))).refused(400, "invalidFilter").await.map(drop)
            },
        ));
        let at = path.clone();
        cases.push(Case::new(
            name("search-ignores-the-query-of-the-url"),
            "The query is in the body.",
            move |t| async move {
                let made = one(&t, endpoint).await?;
                let path = format!("{at}?filter=id%20eq%20%22nobody%22");
                let found =
                    t.post(&path, request(json!({"filter": format!("id eq \"{}\"", made.id)}))).expect(200).await?;
                found.finds(&[&made.id]).map(drop)
            },
        ));
        let at = path.clone();
        cases.push(Case::new(
            name("search-needs-an-object"),
            "The body of a search is a JSON object.",
            move |t| async move {
                t.post(&at, request(json!({"count": 1}))).expect(200).await?;
                t.post(&at, json!(["filter"])).refused(400, "invalidSyntax").await?;
                t.call("POST", &at).text("not json").refused(400, "invalidSyntax").await.map(drop)
            },
        ));
        let at = path.clone();
        cases.push(Case::new(
            name("search-refuses-parameters-of-another-type"),
            "A filter that is not a string is refused with 400, and never finds all users. null counts as no filter.",
            move |t| async move {
                let made = one(&t, endpoint).await?;
                for (parameter, wrong) in [
                    ("filter", json!(true)),
                    ("filter", json!({"id": made.id})),
                    ("filter", json!([format!("id eq \"{}\"", made.id)])),
                    ("sortBy", json!(1)),
                    ("attributes", json!({"id": true})),
                    ("count", json!("many")),
                ] {
                    t.post(&at, request(json!({ parameter: wrong }))).refused(400, "").await?;
                }
                t.post(&at, request(json!({"filter": null, "count": 1}))).expect(200).await.map(drop)
            },
        ));
    }
    cases
}

async fn one(t: &T, endpoint: &str) -> Result<CreatedResource> {
    if endpoint == "/Users" { t.user().await } else { t.group().await }
}

/// A user and a group with the same externalId.
async fn pair(t: &T) -> Result<(CreatedResource, CreatedResource, String)> {
    let external = t.name("pair");
    let user = t.user_with(json!({"externalId": external})).await?;
    let group = t.group_with(json!({"externalId": external})).await?;
    Ok((user, group, format!("externalId eq \"{external}\"")))
}

fn root() -> Vec<Case> {
    let name = |label: &str| format!("rfc7644-3.4.2.1-{label}");
    vec![
        Case::new(
            name("root-search-finds-both-types"),
            "A search at the base URL covers all resource types.",
            |t| async move {
                let (user, group, filter) = pair(&t).await?;
                let found = t.post("/.search", request(json!({"filter": filter}))).expect(200).await?;
                found.is_scim()?.finds(&[&user.id, &group.id]).map(drop)
            },
        ),
        Case::new(
            name("root-query-finds-both-types"),
            "A query at the base URL covers all resource types.",
            |t| async move {
                let (user, group, filter) = pair(&t).await?;
                let found = t.filter("/", &filter).expect(200).await?;
                found.is_scim()?.finds(&[&user.id, &group.id]).map(drop)
            },
        ),
        Case::new(
            name("root-results-say-what-they-are"),
            "schemas and meta.resourceType tell the types apart.",
            |t| async move {
                let (user, group, filter) = pair(&t).await?;
                let found = t.post("/.search", request(json!({"filter": filter}))).expect(200).await?;
                let of = |id: &str, kind: &str, schema: &str| json!({"id": id, "schemas": [schema], "meta": {"resourceType": kind}});
                found
                    .has("/Resources", of(&user.id, "User", USER))?
                    .has("/Resources", of(&group.id, "Group", GROUP))
                    .map(drop)
            },
        ),
        Case::new(name("root-filter-by-type"), "meta.resourceType chooses one type.", |t| async move {
            let (user, group, filter) = pair(&t).await?;
            for (kind, id) in [("User", &user.id), ("Group", &group.id)] {
                let filter = format!("{filter} and meta.resourceType eq \"{kind}\"");
                t.post("/.search", request(json!({"filter": filter}))).expect(200).await?.finds(&[id])?;
            }
            Ok(())
        }),
        Case::new(name("root-filter-by-both-types"), "An or of types finds both.", |t| async move {
            let (user, group, filter) = pair(&t).await?;
            let filter = format!("{filter} and (meta.resourceType eq \"User\" or meta.resourceType eq \"Group\")");
            t.post("/.search", request(json!({"filter": filter})))
                .expect(200)
                .await?
                .finds(&[&user.id, &group.id])
                .map(drop)
        }),
        Case::new(
            name("root-filter-by-an-attribute-of-one-type"),
            "An attribute that a type lacks has no value there.",
            |t| async move {
                let (user, _group, filter) = pair(&t).await?;
                let filter = format!("{filter} and userName eq \"{}\"", user.name);
                t.post("/.search", request(json!({"filter": filter}))).expect(200).await?.finds(&[&user.id]).map(drop)
            },
        ),
        Case::new(
            name("root-unknown-attribute-is-refused"),
            "An attribute that no type has gets 400 invalidFilter.",
            |t| async move {
                t.post("/.search", request(json!({"count": 1}))).expect(200).await?;
                t.post("/.search", request(json!({"filter": "shoeSize eq \"42\""})))
                    .refused(400, "invalidFilter")
                    .await
                    .map(drop)
            },
        ),
        Case::new(name("root-search-pages"), "Pages cover all types together.", |t| async move {
            let (user, group, filter) = pair(&t).await?;
            let mut seen = Vec::new();
            for start in [1, 2] {
                let body = request(json!({"filter": filter, "startIndex": start, "count": 1}));
                let found = t.post("/.search", body).expect(200).await?;
                found.total(2)?.count("/Resources", 1)?.is("/startIndex", start)?;
                seen.extend(found.ids());
            }
            seen.sort();
            let mut expected = [user.id, group.id];
            expected.sort();
            user.answer.ensure(seen == expected, format!("{expected:?}, not {seen:?}")).map(drop)
        }),
        Case::new(name("root-search-projects"), "attributes apply to both types.", |t| async move {
            let (user, group, filter) = pair(&t).await?;
            let body = request(json!({"filter": filter, "attributes": ["displayName"]}));
            let found = t.post("/.search", body).expect(200).await?;
            found.finds(&[&user.id, &group.id])?.says_not(&user.name)?;
            found.has("/Resources", json!({"id": group.id, "displayName": group.name})).map(drop)
        }),
        Case::new(name("root-search-finds-nothing"), "If nothing is found, the list is empty.", |t| async move {
            t.user().await?;
            let body = request(json!({"filter": format!("externalId eq \"{}\"", t.name("none"))}));
            t.post("/.search", body).expect(200).await?.finds(&[]).map(drop)
        }),
    ]
}
