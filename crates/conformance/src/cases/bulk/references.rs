//! A bulkId as a reference to what another operation creates (RFC 7644 §3.7.1, §3.7.2).

use super::{PATCH, bulk, create, statuses};
use crate::{
    Case, Result, T,
    cases::{ENTERPRISE, GROUP, USER},
};
use serde_json::json;

pub(super) fn cases() -> Vec<Case> {
    let group = |t: &T, member: &str| json!({"method": "POST", "path": "/Groups", "bulkId": "group", "data": {"schemas": [GROUP], "displayName": t.name("bulk"), "members": [{"value": member}]}});
    let joined = |order: &'static str| {
        move |t: T| async move {
            let (user, group) = (create(&t, "user"), group(&t, "bulkId:user"));
            let answer = bulk(&t, if order == "after" { json!([user, group]) } else { json!([group, user]) }).await?;
            statuses(&answer, &["201", "201"])?;
            let (user, group) = if order == "after" { (0, 1) } else { (1, 0) };
            let path = |at: usize, kind: &str| -> Result<String> {
                let location = answer.text_at(&format!("/Operations/{at}/location"))?;
                Ok(location.rfind(kind).map(|at| location[at..].to_owned()).unwrap_or_default())
            };
            let user = t.get(&path(user, "/Users/")?).expect(200).await?;
            let group = t.get(&path(group, "/Groups/")?).expect(200).await?;
            group.count("/members", 1)?.has("/members", json!({"value": user.id()?})).map(drop)
        }
    };
    vec![
        Case::new(
            "rfc7644-3.7.2-reference-to-what-stands-before",
            "bulkId in a value stands for the id of the resource that was created.",
            joined("after"),
        ),
        Case::new(
            "rfc7644-3.7.2-reference-to-what-stands-behind",
            "A resource may be referred to before it is created.",
            joined("before"),
        ),
        Case::new(
            "rfc7644-3.7.2-reference-in-a-path",
            "bulkId in a path stands for the id of the resource that was created.",
            |t| async move {
                let answer = bulk(&t, json!([create(&t, "user"), {"method": "PATCH", "path": "/Users/bulkId:user", "data": {"schemas": [PATCH], "Operations": [{"op": "add", "path": "title", "value": "Referred"}]}}])).await?;
                let location = answer.text_at("/Operations/0/location")?;
                let path = location.rfind("/Users/").map(|at| location[at..].to_owned()).unwrap_or_default();
                t.get(&path).expect(200).await?.is("/title", "Referred").map(drop)
            },
        ),
        Case::new(
            "rfc7644-3.7.2-reference-in-a-patch",
            "bulkId in the value of a PATCH stands for the id.",
            |t| async move {
                let group = t.group().await?;
                bulk(&t, json!([create(&t, "user"), {"method": "PATCH", "path": group.path, "data": {"schemas": [PATCH], "Operations": [{"op": "add", "path": "members", "value": [{"value": "bulkId:user"}]}]}}])).await?;
                let read = t.get(&group.path).expect(200).await?;
                read.count("/members", 1)?.lacks("/members", json!({"value": "bulkId:user"})).map(drop)
            },
        ),
        Case::new(
            "rfc7644-3.7.2-reference-in-a-uri",
            "bulkId in a URI stands for the id, in extensions, too.",
            |t| async move {
                let manager = json!({"value": "bulkId:boss", "$ref": "../Users/bulkId:boss"});
                let worker = json!({"method": "POST", "path": "/Users", "bulkId": "worker", "data": {"schemas": [USER, ENTERPRISE], "userName": t.name("worker"), ENTERPRISE: {"manager": manager}}});
                let answer = bulk(&t, json!([create(&t, "boss"), worker])).await?;
                statuses(&answer, &["201", "201"])?;
                let location = answer.text_at("/Operations/1/location")?;
                let path = location.rfind("/Users/").map(|at| location[at..].to_owned()).unwrap_or_default();
                let read = t.get(&path).expect(200).await?;
                read.ensure(!read.text.contains("bulkId:"), "ids in place of each bulkId").map(drop)
            },
        ),
        Case::new(
            "rfc7644-3.7.2-reference-to-nothing-is-refused",
            "A reference that cannot be resolved fails its operation and no other.",
            move |t| async move {
                let answer = bulk(&t, json!([create(&t, "user"), group(&t, "bulkId:nobody")])).await?;
                answer.is("/Operations/0/status", "201")?;
                let status = answer.at("/Operations/1/status");
                answer
                    .ensure(*status == "409" || *status == "400", "409 or 400 for the second")?
                    .absent("/Operations/1/location")?;
                t.filter("/Groups", &format!("displayName sw \"{}\"", t.tag())).expect(200).await?.total(0).map(drop)
            },
        ),
        Case::new(
            "rfc7644-3.7.2-reference-to-what-failed-is-refused",
            "A reference to a resource that was not created fails its operation.",
            move |t| async move {
                let bad = json!({"method": "POST", "path": "/Users", "bulkId": "user", "data": {"schemas": [USER]}});
                let answer = bulk(&t, json!([bad, group(&t, "bulkId:user")])).await?;
                answer.is("/Operations/0/status", "400")?;
                let status = answer.at("/Operations/1/status");
                answer.ensure(*status == "409" || *status == "400", "409 or 400 for the second").map(drop)
            },
        ),
        Case::new(
            "rfc7644-3.7.1-circle-is-resolved-or-409",
            "Circular references are resolved, or their operations are answered 409.",
            |t| async move {
                let group = |own: &str, other: &str| json!({"method": "POST", "path": "/Groups", "bulkId": own, "data": {"schemas": [GROUP], "displayName": t.name(own), "members": [{"type": "Group", "value": format!("bulkId:{other}")}]}});
                let answer = bulk(&t, json!([group("one", "two"), group("two", "one"), create(&t, "user")])).await?;
                answer.is("/Operations/2/status", "201")?;
                let pair = [answer.at("/Operations/0/status"), answer.at("/Operations/1/status")];
                let found = t.filter("/Groups", &format!("displayName sw \"{}\"", t.tag())).expect(200).await?;
                if pair.iter().all(|status| **status == "409") {
                    return found.total(0).map(drop);
                }
                answer.ensure(pair.iter().all(|status| **status == "201"), "201 or 409 for both")?;
                found
                    .total(2)?
                    .present("/Resources/0/members/0/value")?
                    .present("/Resources/1/members/0/value")
                    .map(drop)
            },
        ),
    ]
}
