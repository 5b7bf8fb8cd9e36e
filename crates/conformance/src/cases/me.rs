//! `/Me` (RFC 7644 §3.11): the user that a token belongs to, a redirection to it, or 501.

use super::USER;
use crate::{Case, Failure};
use serde_json::json;

pub(super) fn cases() -> Vec<Case> {
    let methods = ["PUT", "PATCH", "DELETE", "POST"].map(|method| {
        let rule = "If there is no /Me for this token, every method is answered 501.";
        Case::new(format!("rfc7644-3.11-me-{}", method.to_lowercase()), rule, move |t| async move {
            t.user().await?;
            // The token's own account is left alone.
            if [200, 308].contains(&t.get("/Me").await?.status) {
                return Err(Failure::absence("the token belongs to a user"));
            }
            let body = match method {
                "PATCH" => json!({"Operations": [{"op": "replace", "path": "title", "value": "x"}]}),
                _ => json!({"schemas": [USER], "userName": t.name("me")}),
            };
            t.call(method, "/Me").json(&body).refused(501, "").await.map(drop)
        })
    });
    let get = Case::new(
        "rfc7644-3.11-me-get",
        "GET is answered with the user at its own Location, with 308, or with 501.",
        |t| async move {
            t.user().await?;
            let me = t.get("/Me").await?;
            match me.status {
                200 => me
                    .is_scim()?
                    .is("/meta/resourceType", "User")?
                    .is("/meta/location", me.header("location"))
                    .map(drop),
                308 => me.ensure(me.header("location").contains("/Users/"), "the user's Location").map(drop),
                _ => t.get("/Me").refused(501, "").await.map(drop),
            }
        },
    );
    methods.into_iter().chain([get]).collect()
}
