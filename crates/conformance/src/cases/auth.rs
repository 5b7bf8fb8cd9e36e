//! Who gets access (RFC 7644 §2, RFC 6750, security model A1, A2).

use super::USER;
use crate::{Case, Result, T};
use serde_json::json;

pub(super) fn cases() -> Vec<Case> {
    [nobody(), tricks(), tokens()].into_iter().flatten().collect()
}

/// RFC 7644 §3.12: 401 with an error message. RFC 6750 §3: with WWW-Authenticate as well.
fn nobody() -> Vec<Case> {
    let rows = [
        ("users", "GET", "/Users"),
        ("user", "GET", "/Users/@"),
        ("groups", "GET", "/Groups"),
        ("creation", "POST", "/Users"),
        ("replacement", "PUT", "/Users/@"),
        ("modification", "PATCH", "/Users/@"),
        ("deletion", "DELETE", "/Users/@"),
        ("search", "POST", "/Users/.search"),
        ("root-search", "POST", "/.search"),
        ("bulk", "POST", "/Bulk"),
        ("me", "GET", "/Me"),
        ("unknown", "GET", "/Robots"),
        ("head", "HEAD", "/Users/@"),
        ("options", "OPTIONS", "/Users"),
    ];
    rows.map(|(label, method, path)| {
        let rule = "Without a token: 401 with WWW-Authenticate, no data, and no effect.";
        Case::new(format!("rfc7644-2-no-token-{label}-is-401"), rule, move |t| async move {
            let user = t.user().await?;
            let call = t.call(method, &path.replace('@', &user.id)).token(None);
            let call = match method {
                "GET" | "HEAD" | "DELETE" | "OPTIONS" => call,
                "PATCH" => call.json(&json!({"Operations": [{"op": "replace", "path": "title", "value": "x"}]})),
                _ => call.json(&json!({"schemas": [USER], "userName": t.name("nobody")})),
            };
            let call = if method == "HEAD" { call.expect(401) } else { call.refused(401, "") };
            let refused = call.await?;
            let asks = refused.header("www-authenticate").to_lowercase().starts_with("bearer");
            refused.ensure(asks, "WWW-Authenticate: Bearer")?.says_not(&user.name)?;
            t.get(&user.path).expect(200).await?.is("", user.answer.json().clone()).map(drop)
        })
    })
    .into()
}

/// Requests that get past a check in some servers: another spelling of the path, another method, another header.
fn tricks() -> Vec<Case> {
    let rows = [
        ("encoded-letter", "/%55sers/@"),
        ("double-encoded", "/%2555sers/@"),
        ("encoded-slash", "/Users%2F@"),
        ("double-slash", "//Users/@"),
        ("dot-segment", "/./Users/@"),
        ("trailing-slash", "/Users/@/"),
        ("parameter", "/Users;x=y/@"),
        ("lower-case", "/users/@"),
        ("upper-case", "/USERS/@"),
        ("query-token", "/Users/@?token=x"),
        ("file-name", "/Users/@.json"),
        ("list-with-file-name", "/Users.json"),
    ];
    let paths = rows.into_iter().map(|(label, path)| {
        let rule = "No spelling of a path gets past the token.";
        Case::new(format!("a2-path-{label}-needs-a-token"), rule, move |t| shut(t, "GET", path, None))
    });
    let headers = [
        ("x-http-method-override", "GET"),
        ("x-original-url", "/scim/v2/Users"),
        ("x-rewrite-url", "/scim/v2/Users"),
        ("x-forwarded-for", "127.0.0.1"),
        ("x-forwarded-user", "admin"),
        ("x-remote-user", "admin"),
    ];
    let headers = headers.into_iter().map(|(name, value)| {
        let rule = "No other header replaces the token.";
        Case::new(format!("a2-header-{name}-is-no-token"), rule, move |t| {
            shut(t, "POST", "/Users/@", Some((name, value)))
        })
    });
    paths.chain(headers).collect()
}

async fn shut(t: T, method: &str, path: &str, header: Option<(&'static str, &'static str)>) -> Result<()> {
    let user = t.user().await?;
    let path = path.replace('@', &user.id);
    let call = t.call(method, &path).token(None);
    let call = header.into_iter().fold(call, |call, (name, value)| call.header(name, value));
    let refused = call.await?;
    refused.ensure(refused.status == 401 || refused.status == 404 || refused.status == 400, "401, 404 or 400")?;
    refused.says_not(&user.name).map(drop)
}

/// A label, and a function that makes what is sent instead of the token.
type Wrong = (&'static str, fn(&str) -> String);

fn tokens() -> Vec<Case> {
    let wrong: [Wrong; 9] = [
        ("another", |_| "Bearer not-the-token".to_owned()),
        ("empty", |_| "Bearer ".to_owned()),
        ("no-scheme", |token| token.to_owned()),
        ("scheme-alone", |_| "Bearer".to_owned()),
        ("basic", |token| format!("Basic {token}")),
        ("cut", |token| format!("Bearer {}", &token[..token.len() - 1])),
        ("longer", |token| format!("Bearer {token}x")),
        ("other-case", |token| format!("Bearer {}", token.to_uppercase())),
        ("twice", |token| format!("Bearer {token} {token}")),
    ];
    let wrong = wrong.into_iter().map(|(label, value)| {
        let rule = "Anything but the token is answered 401 and returns no data.";
        Case::new(format!("a1-token-{label}-is-401"), rule, move |t| async move {
            let user = t.user().await?;
            let sent = value(t.target().token());
            let refused = t.get(&user.path).header("authorization", sent).refused(401, "").await?;
            refused.says_not(&user.name)?.says_not(t.target().token()).map(drop)
        })
    });
    let others = [
        Case::new(
            "rfc9110-11.1-scheme-ignores-case",
            "The name of an authentication scheme is case-insensitive.",
            |t| async move {
                let user = t.user().await?;
                let token = t.target().token().to_owned();
                t.get(&user.path).header("authorization", format!("bearer {token}")).expect(200).await?;
                t.get(&user.path)
                    .header("authorization", format!("BEARER {token}"))
                    .expect(200)
                    .await?
                    .is("/id", user.id)
                    .map(drop)
            },
        ),
        Case::new(
            "rfc6750-2.3-token-in-the-query-is-refused",
            "A token in the URL grants nothing, and is not repeated.",
            |t| async move {
                let user = t.user().await?;
                let token = t.target().token().to_owned();
                let refused = t.get(&user.path).query("access_token", &token).token(None).await?;
                refused
                    .ensure([400, 401].contains(&refused.status), "400 or 401")?
                    .says_not(&user.name)?
                    .says_not(&token)
                    .map(drop)
            },
        ),
        Case::new(
            "rfc6750-2-token-sent-twice-is-refused",
            "Two Authorization headers are ambiguous.",
            |t| async move {
                let user = t.user().await?;
                let refused = t.get(&user.path).also("authorization", "Bearer another").await?;
                refused.ensure([400, 401].contains(&refused.status), "400 or 401")?.says_not(&user.name).map(drop)
            },
        ),
        Case::new("rfc7644-7.5-token-is-in-no-answer", "No answer repeats the token.", |t| async move {
            let user = t.user().await?;
            let token = t.target().token().to_owned();
            t.get(&user.path).expect(200).await?.says_not(&token)?;
            t.get("/ServiceProviderConfig").expect(200).await?.says_not(&token)?;
            t.get("/Robots").refused(404, "").await?.says_not(&token).map(drop)
        }),
        Case::new(
            "entra-3-no-cookies-and-no-redirects",
            "A SCIM endpoint sets no cookie and does not redirect.",
            |t| async move {
                let user = t.user().await?;
                for path in
                    ["/Users?count=1", "/Users/?count=1", "/Groups/?count=1", "/Schemas/", &format!("{}/", user.path)]
                {
                    let answer = t.get(path).expect(200).await?;
                    answer.header_is("set-cookie", "")?.header_is("location", "")?;
                }
                Ok(())
            },
        ),
    ];
    wrong.chain(others).collect()
}
