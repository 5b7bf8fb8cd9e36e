//! Operations that fail, and requests that are refused as a whole.

use super::{REQUEST, bulk, bulk_until, create, statuses};
use crate::{
    Case,
    cases::{NOBODY, USER},
};
use serde_json::json;

const ERROR: &str = "urn:ietf:params:scim:api:messages:2.0:Error";

/// RFC 7644 §3.7.3.
pub(super) fn cases() -> Vec<Case> {
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
        Case::new(
            "rfc7644-3.7.3-errors-undo-nothing",
            "What was done before an error stays done.",
            move |t| async move {
                let answer = bulk(&t, json!([create(&t, "one"), bad()])).await?;
                statuses(&answer, &["201", "400"])?;
                t.filter("/Users", &format!("userName sw \"{}\"", t.tag())).expect(200).await?.total(1).map(drop)
            },
        ),
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
            "The second of two creations of one name gets 409 uniqueness.",
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
            "An operation on an unknown endpoint fails, and no other.",
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
        Case::new(
            "rfc7644-3.7-bulk-in-bulk-fails",
            "A bulk request cannot be an operation of another.",
            |t| async move {
                let inner = json!({"schemas": [REQUEST], "Operations": [create(&t, "inner")]});
                let answer = bulk(
                    &t,
                    json!([{"method": "POST", "path": "/Bulk", "bulkId": "b", "data": inner}, create(&t, "one")]),
                )
                .await?;
                let status = answer.at("/Operations/0/status").as_str().unwrap_or_default();
                answer.ensure(status.starts_with('4'), "an error for the first")?.is("/Operations/1/status", "201")?;
                t.filter("/Users", &format!("userName sw \"{}\"", t.tag())).expect(200).await?.total(1).map(drop)
            },
        ),
    ]
}

pub(super) fn refusals() -> Vec<Case> {
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
            "More than maxOperations operations are refused with 413, and none is carried out.",
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
            "A body larger than maxPayloadSize is refused with 413, and nothing is done.",
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
