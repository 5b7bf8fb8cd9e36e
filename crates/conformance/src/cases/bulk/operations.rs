//! Operations that are carried out, and the answer to each.

use super::{PATCH, bulk, create, statuses};
use crate::{
    Case,
    cases::{GROUP, USER},
};
use serde_json::json;

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case::new(
            "rfc7644-3.7-creations",
            "Each creation is carried out, and answered with method, bulkId, location, version and status.",
            |t| async move {
                let answer = bulk(&t, json!([create(&t, "one"), create(&t, "two")])).await?;
                statuses(&answer, &["201", "201"])?;
                for (at, bulk_id) in [(0, "one"), (1, "two")] {
                    answer
                        .is(&format!("/Operations/{at}/method"), "POST")?
                        .is(&format!("/Operations/{at}/bulkId"), bulk_id)?;
                    let location = answer.text_at(&format!("/Operations/{at}/location"))?;
                    let path = location.rfind("/Users/").map(|at| location[at..].to_owned()).unwrap_or_default();
                    let read = t.get(&path).expect(200).await?;
                    let name = read.text_at("/userName")?;
                    read.ensure(name.starts_with(t.tag()) && name.ends_with(bulk_id), "the user that was created")?;
                    read.is("/meta/location", location)?;
                }
                Ok(())
            },
        ),
        Case::new("rfc7644-3.7-every-method", "POST, PUT, PATCH and DELETE may be in one request.", |t| async move {
            let (put, patch, delete) = (t.user().await?, t.user().await?, t.user().await?);
            let answer = bulk(&t, json!([
                create(&t, "made"),
                {"method": "PUT", "path": put.path, "data": {"schemas": [USER], "userName": put.name, "title": "Put"}},
                {"method": "PATCH", "path": patch.path, "data": {"schemas": [PATCH], "Operations": [{"op": "add", "path": "title", "value": "Patched"}]}},
                {"method": "DELETE", "path": delete.path}
            ])).await?;
            let found: Vec<String> = answer
                .list_at("/Operations")?
                .iter()
                .map(|operation| operation["status"].as_str().unwrap_or_default().to_owned())
                .collect();
            let done = found.len() == 4
                && found[0] == "201"
                && found[1] == "200"
                && ["200", "204"].contains(&found[2].as_str())
                && found[3] == "204";
            answer.ensure(done, "201, 200, 200 or 204, 204")?;
            t.get(&put.path).expect(200).await?.is("/title", "Put")?;
            t.get(&patch.path).expect(200).await?.is("/title", "Patched")?;
            t.get(&delete.path).refused(404, "").await.map(drop)
        }),
        Case::new(
            "rfc7644-3.7-locations-of-changes",
            "location is the resource's URI for PUT, PATCH and DELETE, too.",
            |t| async move {
                let user = t.user().await?;
                let location = user.answer.text_at("/meta/location")?;
                let answer = bulk(&t, json!([
                {"method": "PATCH", "path": user.path, "data": {"schemas": [PATCH], "Operations": [{"op": "add", "path": "title", "value": "x"}]}},
                {"method": "DELETE", "path": user.path}
            ])).await?;
                answer.is("/Operations/0/location", location.as_str())?.is("/Operations/1/location", location)?;
                answer.is("/Operations/0/method", "PATCH")?.is("/Operations/1/method", "DELETE").map(drop)
            },
        ),
        Case::new("rfc7644-3.7-groups", "Operations may be on any resource type.", |t| async move {
            let (user, name) = (t.user().await?, t.name("bulk"));
            let answer = bulk(&t, json!([{"method": "POST", "path": "/Groups", "bulkId": "g", "data": {"schemas": [GROUP], "displayName": name, "members": [{"value": user.id}]}}])).await?;
            statuses(&answer, &["201"])?;
            let found = t.filter("/Groups", &format!("displayName eq \"{name}\"")).expect(200).await?;
            found.total(1)?.has("/Resources/0/members", json!({"value": user.id})).map(drop)
        }),
        Case::new(
            "rfc7644-3.7-operations-go-in-order",
            "A later operation sees what an earlier one did.",
            |t| async move {
                let user = t.user().await?;
                let title = |value: &str| json!({"method": "PATCH", "path": user.path, "data": {"schemas": [PATCH], "Operations": [{"op": "replace", "path": "title", "value": value}]}});
                bulk(&t, json!([title("one"), title("two"), title("three")])).await?;
                t.get(&user.path).expect(200).await?.is("/title", "three").map(drop)
            },
        ),
        Case::new(
            "rfc7644-3.7-patch-as-a-plain-list",
            "The data of a PATCH may be the list of its operations, as in the RFC's example.",
            |t| async move {
                let user = t.user().await?;
                let data =
                    json!([{"op": "add", "path": "title", "value": "Listed"}, {"op": "remove", "path": "nickName"}]);
                bulk(&t, json!([{"method": "PATCH", "path": user.path, "data": data}])).await?;
                t.get(&user.path).expect(200).await?.is("/title", "Listed").map(drop)
            },
        ),
        Case::new(
            "rfc7644-3.7-version-is-obeyed",
            "version is the ETag that the resource must have.",
            |t| async move {
                let user = t.user().await?;
                let version = user.answer.text_at("/meta/version")?;
                let title = |version: &str, value: &str| json!({"method": "PATCH", "path": user.path, "version": version, "data": {"schemas": [PATCH], "Operations": [{"op": "replace", "path": "title", "value": value}]}});
                let answer = bulk(
                    &t,
                    json!([title(&version, "right"), title(&version, "stale"), title("W/\"another\"", "wrong")]),
                )
                .await?;
                answer.is("/Operations/1/status", "412")?.is("/Operations/2/status", "412")?;
                t.get(&user.path).expect(200).await?.is("/title", "right").map(drop)
            },
        ),
        Case::new(
            "rfc7644-3.7-success-has-a-version",
            "version in an answer is the resource's ETag.",
            |t| async move {
                let answer = bulk(&t, json!([create(&t, "one")])).await?;
                let location = answer.text_at("/Operations/0/location")?;
                let path = location.rfind("/Users/").map(|at| location[at..].to_owned()).unwrap_or_default();
                let read = t.get(&path).expect(200).await?;
                answer
                    .is("/Operations/0/version", read.at("/meta/version").clone())?
                    .present("/Operations/0/version")
                    .map(drop)
            },
        ),
    ]
}
