//! Many operations in one request (RFC 7644 §3.7).

use super::{GROUP, NOBODY, USER};
use crate::{Answer, Capability, Case, Result, T};
use serde_json::{Value, json};

const REQUEST: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
const RESPONSE: &str = "urn:ietf:params:scim:api:messages:2.0:BulkResponse";
const ERROR: &str = "urn:ietf:params:scim:api:messages:2.0:Error";
const PATCH: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

pub(super) fn cases() -> Vec<Case> {
    let all = [operations(), references(), errors(), refusals()];
    all.into_iter().flatten().map(|case| case.needs(Capability::Bulk)).collect()
}

async fn bulk(t: &T, operations: Value) -> Result<Answer> {
    bulk_until(t, operations, None).await
}

async fn bulk_until(t: &T, operations: Value, errors: Option<u64>) -> Result<Answer> {
    let mut body = json!({"schemas": [REQUEST], "Operations": operations});
    if let Some(errors) = errors {
        body["failOnErrors"] = json!(errors);
    }
    let answer = t.post("/Bulk", body).expect(200).await?;
    answer.is_scim()?.is("/schemas", vec![RESPONSE])?;
    Ok(answer)
}

/// RFC 7644 §3.7.3: the status of each operation, as text.
fn statuses(answer: &Answer, expected: &[&str]) -> Result<()> {
    let found: Vec<&Value> = answer.list_at("/Operations")?.iter().map(|operation| &operation["status"]).collect();
    answer.ensure(found.iter().copied().eq(expected), format!("the statuses {expected:?}")).map(drop)
}

fn create(t: &T, bulk_id: &str) -> Value {
    json!({"method": "POST", "path": "/Users", "bulkId": bulk_id, "data": {"schemas": [USER], "userName": t.name(bulk_id)}})
}

fn operations() -> Vec<Case> {
    vec![
        Case::new(
            "rfc7644-3.7-creations",
            "Each creation is done, and answered with method, bulkId, location, version and status.",
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
        Case::new(
            "rfc7644-3.7-every-method",
            "POST, PUT, PATCH and DELETE may stand in one request.",
            |t| async move {
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
            },
        ),
        Case::new(
            "rfc7644-3.7-locations-of-changes",
            "location is the resource's URI for PUT, PATCH and DELETE too.",
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

/// RFC 7644 §3.7.2.
fn references() -> Vec<Case> {
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
            "References in a circle are resolved, or their operations answered 409.",
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

/// RFC 7644 §3.7.3.
fn errors() -> Vec<Case> {
    let bad = || json!({"method": "POST", "path": "/Users", "bulkId": "bad", "data": {"schemas": [USER], "displayName": "Nameless"}});
    vec![
        Case::new(
            "rfc7644-3.7.3-error-has-a-response",
            "An operation that fails has its status and an error message as response.",
            move |t| async move {
                let answer = bulk(&t, json!([bad()])).await?;
                answer.is("/Operations/0/status", "400")?.is("/Operations/0/bulkId", "bad")?;
                answer.has("/Operations/0/response/schemas", ERROR)?.is("/Operations/0/response/status", "400")?;
                answer.is("/Operations/0/response/scimType", "invalidValue")?.absent("/Operations/0/location").map(drop)
            },
        ),
        Case::new(
            "rfc7644-3.7.3-errors-do-not-stop-the-rest",
            "Without failOnErrors all operations are done.",
            move |t| async move {
                let answer = bulk(&t, json!([bad(), create(&t, "one"), {"method": "DELETE", "path": format!("/Users/{NOBODY}")}, create(&t, "two")])).await?;
                statuses(&answer, &["400", "201", "404", "201"])
            },
        ),
        Case::new("rfc7644-3.7.3-errors-undo-nothing", "What was done before an error stays.", move |t| async move {
            let answer = bulk(&t, json!([create(&t, "one"), bad()])).await?;
            statuses(&answer, &["201", "400"])?;
            t.filter("/Users", &format!("userName sw \"{}\"", t.tag())).expect(200).await?.total(1).map(drop)
        }),
        Case::new(
            "rfc7644-3.7-fail-on-errors-stops",
            "After failOnErrors errors the rest is left undone and is not in the answer.",
            move |t| async move {
                let answer = bulk_until(&t, json!([create(&t, "one"), bad(), create(&t, "two")]), Some(1)).await?;
                statuses(&answer, &["201", "400"])?;
                t.filter("/Users", &format!("userName sw \"{}\"", t.tag())).expect(200).await?.total(1).map(drop)
            },
        ),
        Case::new(
            "rfc7644-3.7-fail-on-errors-counts",
            "failOnErrors is the number of errors, not of operations.",
            move |t| async move {
                let answer = bulk_until(&t, json!([bad(), create(&t, "one"), {"method": "DELETE", "path": format!("/Users/{NOBODY}")}, create(&t, "two")]), Some(2)).await?;
                statuses(&answer, &["400", "201", "404"])
            },
        ),
        Case::new(
            "rfc7644-3.7-duplicate-in-one-request-is-409",
            "The second of two creations of one name is 409 uniqueness.",
            |t| async move {
                let one = create(&t, "one");
                let mut two = one.clone();
                two["bulkId"] = json!("two");
                let answer = bulk(&t, json!([one, two])).await?;
                statuses(&answer, &["201", "409"])?;
                answer.is("/Operations/1/response/scimType", "uniqueness").map(drop)
            },
        ),
        Case::new(
            "rfc7644-3.7-unknown-endpoint-fails-alone",
            "An operation on no endpoint fails, and no other.",
            |t| async move {
                let answer = bulk(&t, json!([{"method": "POST", "path": "/Robots", "bulkId": "r", "data": {"schemas": [USER]}}, create(&t, "one")])).await?;
                statuses(&answer, &["404", "201"])
            },
        ),
        Case::new("rfc7644-3.7-get-is-no-bulk-method", "method is POST, PUT, PATCH or DELETE.", |t| async move {
            let user = t.user().await?;
            let answer = bulk(&t, json!([{"method": "GET", "path": user.path}, create(&t, "one")])).await?;
            let status = answer.at("/Operations/0/status");
            answer
                .ensure(*status == "400" || *status == "405", "400 or 405 for the first")?
                .is("/Operations/1/status", "201")?;
            answer.says_not(&user.name).map(drop)
        }),
        Case::new("rfc7644-3.7-creation-without-bulk-id-fails", "bulkId is required for POST.", |t| async move {
            let mut one = create(&t, "one");
            one.as_object_mut().map(|one| one.remove("bulkId"));
            let answer = bulk(&t, json!([one, create(&t, "two")])).await?;
            statuses(&answer, &["400", "201"])
        }),
        Case::new("rfc7644-3.7-bulk-in-bulk-fails", "A bulk request is no operation of another.", |t| async move {
            let inner = json!({"schemas": [REQUEST], "Operations": [create(&t, "inner")]});
            let answer =
                bulk(&t, json!([{"method": "POST", "path": "/Bulk", "bulkId": "b", "data": inner}, create(&t, "one")]))
                    .await?;
            let status = answer.at("/Operations/0/status").as_str().unwrap_or_default();
            answer.ensure(status.starts_with('4'), "an error for the first")?.is("/Operations/1/status", "201")?;
            t.filter("/Users", &format!("userName sw \"{}\"", t.tag())).expect(200).await?.total(1).map(drop)
        }),
    ]
}

fn refusals() -> Vec<Case> {
    let rows = [
        ("without-operations", json!({"schemas": [REQUEST]})),
        ("operations-object", json!({"schemas": [REQUEST], "Operations": {"method": "DELETE"}})),
        ("operations-text", json!({"schemas": [REQUEST], "Operations": "x"})),
        ("list", json!([{"method": "DELETE", "path": "/Users/x"}])),
    ];
    let mut cases: Vec<Case> = rows
        .map(|(label, body)| {
            Case::new(
                format!("rfc7644-3.7-refused-{label}"),
                "The body of a bulk request is an object with a list of Operations.",
                move |t| async move {
                    bulk(&t, json!([create(&t, "one")])).await?;
                    t.post("/Bulk", body).refused(400, "invalidSyntax").await.map(drop)
                },
            )
        })
        .into();
    cases.extend([
        Case::new(
            "rfc7644-3.7.4-too-many-operations-are-413",
            "More than maxOperations are refused with 413, and none is done.",
            |t| async move {
                let most = t.get("/ServiceProviderConfig").expect(200).await?.number_at("/bulk/maxOperations")?;
                if most > 10_000 {
                    return Err(crate::Failure::absence("maxOperations is too large to be tried"));
                }
                let mut operations = vec![create(&t, "one")];
                operations.resize_with(
                    usize::try_from(most).unwrap_or_default() + 1,
                    || json!({"method": "DELETE", "path": format!("/Users/{NOBODY}")}),
                );
                t.post("/Bulk", json!({"schemas": [REQUEST], "Operations": operations})).refused(413, "").await?;
                t.filter("/Users", &format!("userName sw \"{}\"", t.tag())).expect(200).await?.total(0).map(drop)
            },
        ),
        Case::new(
            "rfc7644-3.7.4-too-large-a-payload-is-413",
            "A body of more than maxPayloadSize is refused with 413, and nothing is done.",
            |t| async move {
                let most = t.get("/ServiceProviderConfig").expect(200).await?.number_at("/bulk/maxPayloadSize")?;
                if most > 20_000_000 {
                    return Err(crate::Failure::absence("maxPayloadSize is too large to be tried"));
                }
                let mut one = create(&t, "one");
                one["data"]["displayName"] = json!("x".repeat(usize::try_from(most).unwrap_or_default()));
                t.post("/Bulk", json!({"schemas": [REQUEST], "Operations": [one]})).refused(413, "").await?;
                t.filter("/Users", &format!("userName sw \"{}\"", t.tag())).expect(200).await?.total(0).map(drop)
            },
        ),
        Case::new(
            "rfc7644-3.7.4-limits-are-announced",
            "maxOperations and maxPayloadSize are positive integers.",
            |t| async move {
                let config = t.get("/ServiceProviderConfig").expect(200).await?;
                let limits =
                    config.number_at("/bulk/maxOperations")? > 0 && config.number_at("/bulk/maxPayloadSize")? > 0;
                config.ensure(limits, "limits above 0").map(drop)
            },
        ),
        Case::new("rfc7644-3.7-bulk-takes-only-post", "Other methods are answered 405.", |t| async move {
            bulk(&t, json!([create(&t, "one")])).await?;
            for method in ["GET", "PUT", "PATCH", "DELETE"] {
                t.call(method, "/Bulk").refused(405, "").await?;
            }
            Ok(())
        }),
    ]);
    cases
}
