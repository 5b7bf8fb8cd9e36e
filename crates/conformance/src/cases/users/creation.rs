//! What the answer to a creation says, and retrieval by id.

use super::full;
use crate::{
    Case,
    cases::{ENTERPRISE, NOBODY, USER},
};
use serde_json::json;

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case::new("rfc7644-3.3-user-is-created-with-201", "A creation is answered 201.", |t| async move {
            let user = t.user().await?;
            user.answer.is_scim()?.is("/userName", user.name.as_str())?;
            t.get(&user.path).expect(200).await.map(drop)
        }),
        Case::new(
            "rfc7644-3.3-user-has-location-header",
            "The URI of the created resource is in the Location header and in meta.location.",
            |t| async move {
                let user = t.user().await?;
                let location = user.answer.text_at("/meta/location")?;
                user.answer.header_is("location", &location)?;
                let ends = location.ends_with(&format!("{}{}", t.target().base(), user.path));
                user.answer.ensure(ends, "a location that ends with the resource's path").map(drop)
            },
        ),
        Case::new(
            "rfc7643-3.1-user-id-is-given-by-the-server",
            "id is issued by the service provider; what a client sends for it is ignored.",
            |t| async move {
                let sent = t.name("own");
                let user = t.user_with(json!({"id": sent})).await?;
                user.answer.is_not("/id", sent.as_str())?;
                t.get(&format!("/Users/{sent}")).refused(404, "").await.map(drop)
            },
        ),
        Case::new(
            "rfc7643-3.1-user-id-is-not-bulkid",
            "id MUST NOT be the keyword bulkId, and is a non-empty string.",
            |t| async move {
                let user = t.user_with(json!({"id": "bulkId"})).await?;
                user.answer.ensure(!user.id.is_empty() && user.id != "bulkId", "another id").map(drop)
            },
        ),
        Case::new("rfc7643-3.1-user-ids-differ", "id is unique across all resources.", |t| async move {
            let (one, other) = (t.user().await?, t.user().await?);
            let group = t.group().await?;
            let unique = one.id != other.id && one.id != group.id && other.id != group.id;
            other.answer.ensure(unique, "ids that differ").map(drop)
        }),
        Case::new(
            "rfc7643-3-user-schemas-names-the-core-schema",
            "schemas holds the URN of every schema in use.",
            |t| async move { t.user().await?.answer.is("/schemas", vec![USER]).map(drop) },
        ),
        Case::new(
            "rfc7643-3-user-schemas-names-the-extension-in-use",
            "schemas holds the URN of an extension whose attributes are present.",
            |t| async move {
                let schemas = json!([USER, ENTERPRISE]);
                let user = t.user_with(json!({"schemas": schemas, ENTERPRISE: {"department": "Engines"}})).await?;
                user.answer.has("/schemas", USER)?.has("/schemas", ENTERPRISE)?.count("/schemas", 2).map(drop)
            },
        ),
        Case::new(
            "rfc7643-3.1-user-meta-has-resource-type",
            "meta.resourceType is the name of the resource type.",
            |t| async move { t.user().await?.answer.is("/meta/resourceType", "User").map(drop) },
        ),
        Case::new(
            "rfc7643-3.1-user-meta-times-are-equal-at-creation",
            "lastModified is the same as created if a resource has never been modified.",
            |t| async move {
                let user = t.user().await?;
                let created = user.answer.text_at("/meta/created")?;
                let form = created.len() >= 20 && created.as_bytes()[10] == b'T';
                user.answer.ensure(form, "an RFC 3339 time")?.is("/meta/lastModified", created).map(drop)
            },
        ),
        Case::new(
            "rfc7643-3.1-user-meta-of-client-is-ignored",
            "meta is readOnly: what a client sends for it is ignored.",
            |t| async move {
                let old = "1999-01-01T00:00:00Z";
                let meta = json!({"resourceType": "Robot", "created": old, "lastModified": old, "location": "x:y"});
                let user = t.user_with(json!({"meta": meta})).await?;
                user.answer.is("/meta/resourceType", "User")?.is_not("/meta/created", old)?;
                user.answer.is_not("/meta/lastModified", old)?.is_not("/meta/location", "x:y").map(drop)
            },
        ),
        Case::new(
            "rfc7644-3.3-user-read-back-equals-what-was-answered",
            "The answer to a creation holds the resource as it was created.",
            |t| async move {
                let user = t.user_with(full(&t)).await?;
                let read = t.get(&user.path).expect(200).await?;
                read.is("", user.answer.json().clone()).map(drop)
            },
        ),
    ]
}

pub(super) fn retrieval() -> Vec<Case> {
    vec![
        Case::new(
            "rfc7644-3.4.1-user-is-read-by-id",
            "A GET on the resource's URI returns it with 200.",
            |t| async move {
                let user = t.user().await?;
                let read = t.get(&user.path).expect(200).await?;
                read.is_scim()?.is("/id", user.id)?.is("/userName", user.name).map(drop)
            },
        ),
        Case::new("rfc7644-3.4.1-unknown-user-is-404", "An unknown id is answered 404.", |t| async move {
            t.user().await?;
            t.get(&format!("/Users/{NOBODY}")).refused(404, "").await.map(drop)
        }),
        Case::new(
            "rfc7644-3.4.1-user-is-no-group",
            "An id is looked up only among resources of its own type.",
            |t| async move {
                let user = t.user().await?;
                t.get(&format!("/Groups/{}", user.id)).refused(404, "").await.map(drop)
            },
        ),
        Case::new(
            "rfc7644-3.4.1-location-leads-to-the-user",
            "meta.location is the URI of the resource.",
            |t| async move {
                let user = t.user().await?;
                let location = user.answer.text_at("/meta/location")?;
                let base = t.target().base().to_owned();
                let at = location.rfind(&format!("{base}/Users/")).unwrap_or_default();
                t.get(&location[at + base.len()..]).expect(200).await?.is("/id", user.id).map(drop)
            },
        ),
        Case::new("rfc9110-9.3.2-head-of-a-user-has-no-body", "HEAD is GET without the body.", |t| async move {
            let user = t.user().await?;
            t.call("HEAD", &user.path).expect(200).await?.is_empty().map(drop)
        }),
    ]
}
