//! Errors (RFC 7644 §3.12), media types (§3.1) and methods.

use super::{NOBODY, USER};
use crate::Case;
use serde_json::json;

pub(super) fn cases() -> Vec<Case> {
    [methods(), unknown(), media_types(), messages()].into_iter().flatten().collect()
}

fn methods() -> Vec<Case> {
    let rows: [(&str, &str, &[&str], &str); 6] = [
        ("users", "/Users", &["PUT", "PATCH", "DELETE"], "POST"),
        ("groups", "/Groups", &["PUT", "PATCH", "DELETE"], "POST"),
        ("user", "/Users/@", &["POST"], "PATCH"),
        ("group", "/Groups/@", &["POST"], "PATCH"),
        ("user-search", "/Users/.search", &["PUT", "PATCH"], "POST"),
        ("group-search", "/Groups/.search", &["PUT", "PATCH"], "POST"),
    ];
    let mut cases = Vec::new();
    for (label, path, methods, allowed) in rows {
        for &method in methods {
            let name = format!("rfc9110-15.5.6-{label}-{}-is-405", method.to_lowercase());
            let rule = "A method that an endpoint does not support is answered 405, with the supported ones in Allow.";
            cases.push(Case::new(name, rule, move |t| async move {
                let made = if path.starts_with("/Users") { t.user().await? } else { t.group().await? };
                let refused = t.call(method, &path.replace('@', &made.id)).json(&json!({})).refused(405, "").await?;
                refused.ensure(refused.header("allow").contains(allowed), format!("Allow with {allowed}"))?;
                t.get(&made.path).expect(200).await?.is("", made.answer.json().clone()).map(drop)
            }));
        }
    }
    cases
}

fn unknown() -> Vec<Case> {
    let rows = [
        ("resource-type", "GET", "/Robots"),
        ("resource", "GET", "/Robots/1"),
        ("created", "POST", "/Robots"),
        ("below-a-user", "GET", "/Users/@/emails"),
        ("below-a-group", "GET", "/Groups/@/members/1"),
        ("deep", "GET", "/a/b/c/d/e"),
        ("user-of-another-form", "GET", "/Users/1"),
        ("user-of-odd-signs", "GET", "/Users/%27%20OR%201=1%20--"),
        ("user-of-a-path", "GET", "/Users/..%2f..%2fetc%2fpasswd"),
        ("user-of-no-utf8", "GET", "/Users/%ff%fe"),
        ("user-of-nul", "GET", "/Users/%00"),
        ("put", "PUT", "/Users/1"),
        ("patch", "PATCH", "/Users/1"),
        ("delete", "DELETE", "/Users/1"),
    ];
    rows.map(|(label, method, path)| {
        let rule = "What does not exist is answered 404 with an error message.";
        Case::new(format!("rfc7644-3.12-unknown-{label}-is-404"), rule, move |t| async move {
            let user = t.user().await?;
            let body = match method {
                "PATCH" => json!({"Operations": [{"op": "replace", "path": "title", "value": "x"}]}),
                _ => json!({"schemas": [USER], "userName": t.name("x")}),
            };
            let call = t.call(method, &path.replace('@', &user.id));
            let call = if method == "GET" || method == "DELETE" { call } else { call.json(&body) };
            call.refused(404, "").await.map(drop)
        })
    })
    .into()
}

fn media_types() -> Vec<Case> {
    let taken = [
        "application/scim+json",
        "application/json",
        "application/json; charset=utf-8",
        "APPLICATION/SCIM+JSON",
        "application/scim+json;charset=UTF-8",
    ];
    let taken = taken.into_iter().enumerate().map(|(at, media)| {
        let rule = "application/scim+json and application/json are accepted, with parameters and in any letter case.";
        Case::new(format!("rfc7644-3.1-media-type-{at}-is-taken"), rule, move |t| async move {
            let body = json!({"schemas": [USER], "userName": t.name("x")});
            let made = t.post("/Users", body).header("content-type", media).expect(201).await?;
            t.get(&format!("/Users/{}", made.id()?)).expect(200).await?.is_scim()?.is("/id", made.id()?).map(drop)
        })
    });
    let refused = [
        ("text", "text/plain"),
        ("form", "application/x-www-form-urlencoded"),
        ("xml", "application/xml"),
        ("multipart", "multipart/form-data; boundary=x"),
    ];
    let refused = refused.into_iter().map(|(label, media)| {
        let rule = "A body of another media type is refused with 415 and nothing is created.";
        Case::new(format!("rfc7644-3.1-media-type-{label}-is-415"), rule, move |t| async move {
            t.user().await?;
            let name = t.name("other");
            let body = json!({"schemas": [USER], "userName": name});
            t.post("/Users", body).header("content-type", media).refused(415, "").await?;
            t.filter("/Users", &format!("userName eq \"{name}\"")).expect(200).await?.total(0).map(drop)
        })
    });
    let accepted = [
        ("scim", "application/scim+json"),
        ("json", "application/json"),
        ("any", "*/*"),
        ("several", "text/html;q=0.5, application/scim+json"),
    ];
    let accepted = accepted.into_iter().map(|(label, accept)| {
        let rule = "A client that accepts JSON gets JSON.";
        Case::new(format!("rfc7644-3.8-accept-{label}"), rule, move |t| async move {
            let user = t.user().await?;
            let read = t.get(&user.path).header("accept", accept).expect(200).await?;
            read.ensure(read.header("content-type").contains("json"), "a JSON media type")?.is("/id", user.id).map(drop)
        })
    });
    let gzip = Case::new(
        "rfc9110-8.4-unknown-coding-is-415",
        "A body in an unknown content coding is refused with 415.",
        |t| async move {
            t.user().await?;
            let body = json!({"schemas": [USER], "userName": t.name("x")});
            t.post("/Users", body).header("content-encoding", "x-unknown").refused(415, "").await.map(drop)
        },
    );
    taken.chain(refused).chain(accepted).chain([gzip]).collect()
}

fn messages() -> Vec<Case> {
    let canary = "zqCanary7";
    vec![
        Case::new("rfc7644-3.12-every-error-has-a-detail", "detail says what is wrong.", |t| async move {
            let user = t.user().await?;
            let errors = [
                t.get(&format!("/Users/{NOBODY}")).refused(404, "").await?,
                t.post("/Users", json!({"userName": user.name})).refused(409, "").await?,
                t.filter("/Users", "userName").refused(400, "invalidFilter").await?,
                t.call("POST", "/Users").text("{").refused(400, "invalidSyntax").await?,
            ];
            errors.iter().try_for_each(|error| error.ensure(error.text_at("/detail")?.len() > 9, "a detail").map(drop))
        }),
        Case::new(
            "a23-errors-repeat-nothing-that-was-sent",
            "No error repeats what a client sent.",
            move |t| async move {
                let user = t.user_with(json!({"userName": format!("{}{canary}", t.tag())})).await?;
                let bad = |path: &str| json!([{"op": "replace", "path": path, "value": canary}]);
                let errors = [
                    t.post("/Users", json!({"userName": user.name})).refused(409, "").await?,
                    t.filter("/Users", &format!("{canary} eq \"x\"")).refused(400, "").await?,
                    t.filter("/Users", &format!("userName {canary} \"x\"")).refused(400, "").await?,
                    t.get(&format!("/Users/{canary}")).refused(404, "").await?,
                    t.get(&format!("/{canary}")).refused(404, "").await?,
                    t.patch(&user.path, bad("active")).refused(400, "").await?,
                    t.patch(&user.path, bad("emails[")).refused(400, "").await?,
                    t.call("POST", "/Users").text(format!("{{\"{canary}\"")).refused(400, "").await?,
                    t.get(&format!("/Users?startIndex={canary}")).refused(400, "").await?,
                ];
                errors.iter().try_for_each(|error| error.says_not(canary).map(drop))
            },
        ),
        Case::new(
            "rfc7644-3.12-errors-say-nothing-of-the-inside",
            "No error shows a statement, a file or a stack.",
            |t| async move {
                t.user().await?;
                let errors = [
                    t.filter("/Users", "userName eq \"'\" and").refused(400, "").await?,
                    t.get("/Users/%27").refused(404, "").await?,
                    t.call("POST", "/Users").text("[1").refused(400, "").await?,
                ];
                let words = ["SELECT", "sqlx", "sqlite", "postgres", ".rs:", "panicked", "Exception", "at line"];
                errors.iter().try_for_each(|error| words.iter().try_for_each(|word| error.says_not(word).map(drop)))
            },
        ),
    ]
}
