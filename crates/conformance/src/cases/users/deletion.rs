//! Deletion (RFC 7644 §3.6).

use crate::{
    Case,
    cases::{NOBODY, USER},
};
use serde_json::json;

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case::new("rfc7644-3.6-user-is-deleted-with-204", "DELETE is answered 204 without a body.", |t| async move {
            let user = t.user().await?;
            t.delete(&user.path).expect(204).await?.is_empty().map(drop)
        }),
        Case::new(
            "rfc7644-3.6-deleted-user-is-404-for-all",
            "All operations on a deleted resource are answered 404.",
            |t| async move {
                let user = t.user().await?;
                t.delete(&user.path).expect(204).await?;
                t.get(&user.path).refused(404, "").await?;
                t.put(&user.path, json!({"schemas": [USER], "userName": user.name})).refused(404, "").await?;
                t.patch(&user.path, json!([{"op": "add", "path": "title", "value": "x"}])).refused(404, "").await?;
                t.delete(&user.path).refused(404, "").await.map(drop)
            },
        ),
        Case::new(
            "rfc7644-3.6-deleted-user-is-in-no-list",
            "A deleted resource is in no result of a query.",
            |t| async move {
                let user = t.user().await?;
                t.delete(&user.path).expect(204).await?;
                t.filter("/Users", &format!("userName eq \"{}\"", user.name)).expect(200).await?.total(0)?;
                t.filter("/Users", &format!("id eq \"{}\"", user.id)).expect(200).await?.total(0).map(drop)
            },
        ),
        Case::new(
            "rfc7644-3.6-deleted-user-leaves-its-groups",
            "A deleted user is no longer a member of any group.",
            |t| async move {
                let (user, other) = (t.user().await?, t.user().await?);
                let group = t.group_of(&[&user, &other]).await?;
                t.delete(&user.path).expect(204).await?;
                let read = t.get(&group.path).expect(200).await?;
                read.count("/members", 1)?.has("/members", json!({"value": other.id})).map(drop)
            },
        ),
        Case::new(
            "rfc7644-3.6-unknown-user-cannot-be-deleted",
            "DELETE of an unknown id is answered 404.",
            |t| async move {
                t.user().await?;
                t.delete(&format!("/Users/{NOBODY}")).refused(404, "").await.map(drop)
            },
        ),
        Case::new(
            "rfc7644-3.6-deletion-takes-no-one-else",
            "DELETE removes the named resource and no other.",
            |t| async move {
                let (user, other) = (t.user().await?, t.user().await?);
                t.delete(&user.path).expect(204).await?;
                t.get(&other.path).expect(200).await?.is("/userName", other.name).map(drop)
            },
        ),
    ]
}
