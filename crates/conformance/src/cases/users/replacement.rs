//! Replacement with PUT (RFC 7644 §3.5.1).

use super::full;
use crate::{
    Case,
    cases::{GROUP, NOBODY, USER},
};
use serde_json::json;

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case::new(
            "rfc7644-3.5.1-put-replaces-what-is-given",
            "PUT sets the attributes of the body and answers 200 with the resource.",
            |t| async move {
                let user = t.user_with(full(&t)).await?;
                let put = t.put(&user.path, json!({"schemas": [USER], "userName": user.name, "title": "Countess"}));
                let put = put.expect(200).await?;
                put.is_scim()?.is("/title", "Countess")?.is("/id", user.id.as_str())?;
                t.get(&user.path).expect(200).await?.is("", put.json().clone()).map(drop)
            },
        ),
        Case::new(
            "rfc7644-3.5.1-put-clears-what-is-left-out",
            "readWrite attributes that the body leaves out may be cleared; none of them keeps a part of its old value.",
            |t| async move {
                let user = t.user_with(full(&t)).await?;
                let body = json!({"schemas": [USER], "userName": user.name, "name": {"givenName": "Augusta"}});
                let put = t.put(&user.path, body).expect(200).await?;
                put.is("/name/givenName", "Augusta")?.absent("/name/familyName")?;
                put.absent("/emails")?.absent("/addresses")?.absent("/displayName")?.absent("/externalId").map(drop)
            },
        ),
        Case::new(
            "rfc7644-3.5.1-put-ignores-read-only-attributes",
            "Values of readOnly attributes are ignored.",
            |t| async move {
                let user = t.user().await?;
                let body = json!({"schemas": [USER], "userName": user.name, "id": NOBODY,
                    "meta": {"created": "1999-01-01T00:00:00Z"}, "groups": [{"value": NOBODY}]});
                let put = t.put(&user.path, body).expect(200).await?;
                put.is("/id", user.id)?.absent("/groups")?;
                put.is("/meta/created", user.answer.at("/meta/created").clone()).map(drop)
            },
        ),
        Case::new("rfc7644-3.5.1-put-keeps-membership", "PUT of a user leaves its groups unchanged.", |t| async move {
            let user = t.user().await?;
            let group = t.group_of(&[&user]).await?;
            t.put(&user.path, json!({"schemas": [USER], "userName": user.name})).expect(200).await?;
            t.get(&user.path).expect(200).await?.has("/groups", json!({"value": group.id})).map(drop)
        }),
        Case::new("rfc7644-3.5.1-put-is-idempotent", "The same PUT twice gives the same resource.", |t| async move {
            let user = t.user().await?;
            let body = json!({"schemas": [USER], "userName": user.name, "nickName": "Twice"});
            let once = t.put(&user.path, body.clone()).expect(200).await?;
            let twice = t.put(&user.path, body).expect(200).await?;
            twice.is("/nickName", "Twice")?.is("/id", once.at("/id").clone()).map(drop)
        }),
        Case::new(
            "rfc7644-3.5.1-put-of-what-was-read-changes-nothing",
            "A resource can be put back as it was read.",
            |t| async move {
                let user = t.user_with(full(&t)).await?;
                let put = t.put(&user.path, user.answer.json().clone()).expect(200).await?;
                for name in ["/userName", "/externalId", "/name", "/emails", "/addresses", "/active", "/displayName"] {
                    put.is(name, user.answer.at(name).clone())?;
                }
                Ok(())
            },
        ),
        Case::new(
            "rfc7644-3.5.1-put-creates-nothing",
            "PUT MUST NOT be used to create: an unknown id is 404.",
            |t| async move {
                let name = t.name("x");
                t.put(&format!("/Users/{NOBODY}"), json!({"schemas": [USER], "userName": name}))
                    .refused(404, "")
                    .await?;
                t.filter("/Users", &format!("userName eq \"{name}\"")).expect(200).await?.total(0).map(drop)
            },
        ),
        Case::new(
            "rfc7644-3.5.1-put-needs-the-required-attribute",
            "PUT without a required attribute is refused.",
            |t| async move {
                let user = t.user_with(json!({"title": "Countess"})).await?;
                t.put(&user.path, json!({"schemas": [USER], "displayName": "Nameless"}))
                    .refused(400, "invalidValue")
                    .await?;
                t.get(&user.path).expect(200).await?.is("/userName", user.name)?.is("/title", "Countess").map(drop)
            },
        ),
        Case::new("rfc7644-3.5.1-put-renames", "PUT may change userName; the id stays.", |t| async move {
            let user = t.user().await?;
            let name = t.name("renamed");
            t.put(&user.path, json!({"schemas": [USER], "userName": name})).expect(200).await?;
            t.filter("/Users", &format!("userName eq \"{name}\"")).expect(200).await?.finds(&[&user.id])?;
            t.filter("/Users", &format!("userName eq \"{}\"", user.name)).expect(200).await?.total(0).map(drop)
        }),
        Case::new(
            "rfc7643-3.1-last-modified-grows-with-a-change",
            "lastModified is the time of the last change; created stays.",
            |t| async move {
                let user = t.user().await?;
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
                let put = t
                    .put(&user.path, json!({"schemas": [USER], "userName": user.name, "title": "New"}))
                    .expect(200)
                    .await?;
                let (before, after) = (user.answer.text_at("/meta/lastModified")?, put.text_at("/meta/lastModified")?);
                put.ensure(after > before, format!("a lastModified after {before}"))?;
                put.is("/meta/created", user.answer.at("/meta/created").clone()).map(drop)
            },
        ),
        Case::new(
            "rfc7644-3.5.1-put-of-another-type-is-refused",
            "A body that lacks what its type requires is refused.",
            |t| async move {
                let user = t.user().await?;
                t.put(&user.path, json!({"schemas": [GROUP], "displayName": "A group"}))
                    .refused(400, "")
                    .await
                    .map(drop)
            },
        ),
    ]
}
