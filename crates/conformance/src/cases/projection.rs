//! Which attributes are returned (RFC 7644 §3.9), on every endpoint that returns resources.

use super::{ENTERPRISE, USER};
use crate::{Answer, Case, CreatedResource, Result, T};
use serde_json::{Value, json};

pub(super) fn cases() -> Vec<Case> {
    users().into_iter().chain(everywhere()).chain(groups()).chain(always()).chain([announced()]).collect()
}

fn body(t: &T) -> Value {
    json!({
        "schemas": [USER, ENTERPRISE], "userName": t.name("ada"), "displayName": "Ada King", "title": "Countess",
        "name": {"givenName": "Ada", "familyName": "King"},
        "emails": [{"value": "w@x.example", "type": "work", "primary": true}, {"value": "h@x.example", "type": "home"}],
        ENTERPRISE: {"department": "Engines", "costCenter": "4130"}
    })
}

/// A query and its effect on a user: pointers with a value, and pointers without.
type Row = (&'static str, &'static str, &'static str, &'static [&'static str], &'static [&'static str]);

const DEPARTMENT: &str = "/urn:ietf:params:scim:schemas:extension:enterprise:2.0:User/department";
const COST_CENTER: &str = "/urn:ietf:params:scim:schemas:extension:enterprise:2.0:User/costCenter";

const ROWS: [Row; 22] = [
    (
        "one",
        "attributes names what is returned.",
        "attributes=title",
        &["/id", "/title"],
        &["/displayName", "/name", "/emails", "/userName"],
    ),
    (
        "several",
        "attributes is a comma-separated list.",
        "attributes=title,displayName",
        &["/title", "/displayName"],
        &["/name", "/emails"],
    ),
    (
        "several-with-blanks",
        "Blanks around names mean nothing.",
        "attributes=title,%20displayName",
        &["/title", "/displayName"],
        &["/name", "/emails"],
    ),
    (
        "complex",
        "A complex attribute is returned whole.",
        "attributes=name",
        &["/name/givenName", "/name/familyName"],
        &["/title", "/emails"],
    ),
    (
        "sub-attribute",
        "A sub-attribute may be named alone.",
        "attributes=name.givenName",
        &["/name/givenName"],
        &["/name/familyName", "/title"],
    ),
    (
        "sub-attribute-of-a-list",
        "A sub-attribute may be named in all values of a list.",
        "attributes=emails.value",
        &["/emails/0/value", "/emails/1/value"],
        &["/emails/0/type", "/emails/1/type", "/name"],
    ),
    (
        "any-case",
        "Names ignore case.",
        "attributes=TITLE,NAME.GIVENNAME",
        &["/title", "/name/givenName"],
        &["/name/familyName", "/displayName"],
    ),
    (
        "qualified",
        "A name may have the URN of its schema in front.",
        "attributes=urn:ietf:params:scim:schemas:core:2.0:User:title",
        &["/title"],
        &["/displayName", "/name"],
    ),
    (
        "extension-attribute",
        "An attribute of an extension has its URN in front.",
        "attributes=urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department",
        &[DEPARTMENT],
        &[COST_CENTER, "/title"],
    ),
    (
        "extension",
        "An extension may be named as a whole.",
        "attributes=urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
        &[DEPARTMENT, COST_CENTER],
        &["/title", "/name"],
    ),
    (
        "meta",
        "meta is an attribute like others.",
        "attributes=meta",
        &["/meta/resourceType", "/meta/location"],
        &["/title", "/userName"],
    ),
    (
        "meta-part",
        "A part of meta may be named.",
        "attributes=meta.created",
        &["/meta/created"],
        &["/meta/lastModified", "/title"],
    ),
    (
        "unknown",
        "An unknown name adds nothing to the answer.",
        "attributes=shoeSize,title",
        &["/title"],
        &["/shoeSize", "/displayName"],
    ),
    (
        "unknown-only",
        "With unknown names only, just what is always returned remains.",
        "attributes=shoeSize",
        &["/id"],
        &["/title", "/userName", "/emails"],
    ),
    (
        "excluded-one",
        "excludedAttributes names what is left out.",
        "excludedAttributes=title",
        &["/displayName", "/name/givenName", "/emails/0/value", "/meta/created"],
        &["/title"],
    ),
    (
        "excluded-several",
        "excludedAttributes is a comma-separated list.",
        "excludedAttributes=title,emails",
        &["/displayName", "/name/givenName"],
        &["/title", "/emails"],
    ),
    (
        "excluded-sub-attribute",
        "A sub-attribute may be left out alone.",
        "excludedAttributes=name.givenName",
        &["/name/familyName", "/title"],
        &["/name/givenName"],
    ),
    (
        "excluded-sub-attribute-of-a-list",
        "A sub-attribute may be left out of all values.",
        "excludedAttributes=emails.type",
        &["/emails/0/value", "/emails/1/value"],
        &["/emails/0/type", "/emails/1/type"],
    ),
    ("excluded-any-case", "Names ignore case.", "excludedAttributes=TITLE", &["/displayName"], &["/title"]),
    (
        "excluded-extension-attribute",
        "An attribute of an extension may be left out.",
        "excludedAttributes=urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department",
        &[COST_CENTER, "/title"],
        &[DEPARTMENT],
    ),
    (
        "excluded-extension",
        "An extension may be left out as a whole.",
        "excludedAttributes=urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
        &["/title"],
        &[DEPARTMENT, COST_CENTER],
    ),
    ("excluded-meta", "meta may be left out.", "excludedAttributes=meta", &["/title", "/userName"], &["/meta"]),
];

fn check(answer: &Answer, base: &str, with: &[&str], without: &[&str]) -> Result<()> {
    with.iter().try_for_each(|place| answer.present(&format!("{base}{place}")).map(drop))?;
    without.iter().try_for_each(|place| answer.without(&format!("{base}{place}")).map(drop))
}

/// Every row for one user and for a list.
fn users() -> Vec<Case> {
    let one = ROWS.iter().map(|&(label, rule, query, with, without)| {
        Case::new(format!("rfc7644-3.9-{label}"), rule, move |t| async move {
            let user = t.user_with(body(&t)).await?;
            let read = t.get(&format!("{}?{query}", user.path)).expect(200).await?;
            check(&read, "", with, without)
        })
    });
    let list = ROWS.iter().map(|&(label, rule, query, with, without)| {
        Case::new(format!("rfc7644-3.9-list-{label}"), rule, move |t| async move {
            let user = t.user_with(body(&t)).await?;
            let found =
                t.filter(&format!("/Users?{query}"), &format!("userName eq \"{}\"", user.name)).expect(200).await?;
            check(found.finds(&[&user.id])?, "/Resources/0", with, without)
        })
    });
    one.chain(list).collect()
}

/// RFC 7644 §3.9: the parameters apply to every answer with a resource.
fn everywhere() -> Vec<Case> {
    let with: &[&str] = &["/id", "/title"];
    let without: &[&str] = &["/displayName", "/name", "/emails"];
    let mut cases = Vec::new();
    for (label, query) in
        [("attributes", "attributes=title"), ("excluded", "excludedAttributes=displayName,name,emails")]
    {
        let rule = "attributes and excludedAttributes apply to this method too.";
        let name = |method: &str| format!("rfc7644-3.9-{method}-obeys-{label}");
        cases.push(Case::new(name("post"), rule, move |t| async move {
            check(&t.post(&format!("/Users?{query}"), body(&t)).expect(201).await?, "", with, without)
        }));
        cases.push(Case::new(name("put"), rule, move |t| async move {
            let user = t.user_with(body(&t)).await?;
            let mut body = body(&t);
            body["userName"] = json!(user.name);
            check(&t.put(&format!("{}?{query}", user.path), body).expect(200).await?, "", with, without)
        }));
        cases.push(Case::new(name("patch"), rule, move |t| async move {
            let user = t.user_with(body(&t)).await?;
            let operations = json!([{"op": "replace", "path": "title", "value": "Dr"}]);
            let patched = t.patch(&format!("{}?{query}", user.path), operations).expect(200).await?;
            check(patched.is("/title", "Dr")?, "", with, without)
        }));
        cases.push(Case::new(name("search"), rule, move |t| async move {
            let user = t.user_with(body(&t)).await?;
            let names: Vec<&str> = query.split_once('=').map_or(vec![], |(_, names)| names.split(',').collect());
            let key = if label == "excluded" { "excludedAttributes" } else { "attributes" };
            let body = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "filter": format!("id eq \"{}\"", user.id), key: names});
            let found = t.post("/Users/.search", body).expect(200).await?;
            check(found.finds(&[&user.id])?, "/Resources/0", with, without)
        }));
    }
    cases
}

fn groups() -> Vec<Case> {
    let rows: [Row; 6] = [
        (
            "group-one",
            "attributes names what is returned.",
            "attributes=displayName",
            &["/id", "/displayName"],
            &["/members", "/meta"],
        ),
        (
            "group-members",
            "members may be requested alone.",
            "attributes=members",
            &["/id", "/members/0/value"],
            &["/displayName", "/meta"],
        ),
        (
            "group-member-value",
            "A sub-attribute of members may be requested alone.",
            "attributes=members.value",
            &["/members/0/value"],
            &["/members/0/$ref", "/members/0/type", "/displayName"],
        ),
        (
            "group-excluded-members",
            "members may be left out: the key is not there.",
            "excludedAttributes=members",
            &["/id", "/displayName", "/meta/created"],
            &["/members"],
        ),
        (
            "group-excluded-any-case",
            "Names ignore case.",
            "excludedAttributes=MEMBERS",
            &["/displayName"],
            &["/members"],
        ),
        (
            "group-excluded-qualified",
            "A name may have the URN of its schema in front.",
            "excludedAttributes=urn:ietf:params:scim:schemas:core:2.0:Group:members",
            &["/displayName"],
            &["/members"],
        ),
    ];
    let mut cases = Vec::new();
    for (label, rule, query, with, without) in rows {
        cases.push(Case::new(format!("rfc7644-3.9-{label}"), rule, move |t| async move {
            let group = staffed(&t).await?;
            check(&t.get(&format!("{}?{query}", group.path)).expect(200).await?, "", with, without)
        }));
        cases.push(Case::new(format!("rfc7644-3.9-list-{label}"), rule, move |t| async move {
            let group = staffed(&t).await?;
            let found = t
                .filter(&format!("/Groups?{query}"), &format!("displayName eq \"{}\"", group.name))
                .expect(200)
                .await?;
            check(found.finds(&[&group.id])?, "/Resources/0", with, without)
        }));
    }
    cases.push(Case::new("rfc7644-3.9-user-groups-asked-for", "groups may be requested alone.", |t| async move {
        let user = t.user().await?;
        let group = t.group_of(&[&user]).await?;
        let read = t.get(&user.path).query("attributes", "groups").expect(200).await?;
        read.has("/groups", json!({"value": group.id}))?.without("/userName").map(drop)
    }));
    cases.push(Case::new("rfc7644-3.9-user-groups-left-out", "groups may be left out.", |t| async move {
        let user = t.user().await?;
        t.group_of(&[&user]).await?;
        let read = t.get(&user.path).query("excludedAttributes", "groups").expect(200).await?;
        read.is("/userName", user.name)?.without("/groups").map(drop)
    }));
    cases
}

async fn staffed(t: &T) -> Result<CreatedResource> {
    let user = t.user().await?;
    t.group_of(&[&user]).await
}

/// RFC 7643 §7: what is always returned cannot be left out.
fn always() -> Vec<Case> {
    [("user", "/Users"), ("group", "/Groups")]
        .map(|(kind, endpoint)| {
            let rule = "id and schemas are always returned, even if they are excluded or not requested.";
            Case::new(format!("rfc7643-7-{kind}-id-and-schemas-are-always-returned"), rule, move |t| async move {
                let made = if endpoint == "/Users" { t.user().await? } else { t.group().await? };
                for query in
                    ["excludedAttributes=id,schemas", "attributes=externalId", "attributes=id&excludedAttributes=id"]
                {
                    let read = t.get(&format!("{}?{query}", made.path)).expect(200).await?;
                    read.is("/id", made.id.as_str())?.present("/schemas")?;
                }
                Ok(())
            })
        })
        .into()
}

fn announced() -> Case {
    let rule = "What is returned by default according to /Schemas is returned: a member's display, if it is announced.";
    Case::new("rfc7643-7-members-display-is-returned-where-announced", rule, |t| async move {
        let schema = t.get("/Schemas/urn:ietf:params:scim:schemas:core:2.0:Group").expect(200).await?;
        let user = t.user_with(json!({"displayName": "Ada King"})).await?;
        let group = t.group_with(json!({"members": [{"value": user.id, "display": "Ada King"}]})).await?;
        let read = t.get(&group.path).expect(200).await?;
        read.has("/members", json!({"value": user.id}))?;
        let part = json!({"subAttributes": [{"name": "display", "returned": "default"}]});
        if schema.has("/attributes", part).is_err() {
            return Ok(());
        }
        read.present("/members/0/display").map(drop)
    })
}
