//! Bounds on what a client may send, and bodies that are traps (security model A20, A21).

use super::USER;
use crate::{Case, Result, T};
use serde_json::{Value, json};

pub(super) fn cases() -> Vec<Case> {
    [filters(), bodies(), sizes(), harmless()].into_iter().flatten().collect()
}

/// Bodies are made when they are needed, since some are large.
type Text = fn() -> String;
type Bytes = fn() -> Vec<u8>;

fn filters() -> Vec<Case> {
    let rows: [(&str, Text); 9] = [
        ("parentheses", || format!("{}active eq true{}", "(".repeat(60), ")".repeat(60))),
        ("open-parentheses", || "(".repeat(2000)),
        ("negations", || format!("{}active eq true{}", "not (".repeat(60), ")".repeat(60))),
        ("brackets", || format!("emails{}", "[emails".repeat(60))),
        ("bracketed-parentheses", || format!("emails[{}type eq \"x\"{}]", "(".repeat(60), ")".repeat(60))),
        ("terms-of-or", || vec!["userName eq \"x\""; 300].join(" or ")),
        ("terms-of-and", || vec!["active eq true"; 300].join(" and ")),
        ("long-value", || format!("userName eq \"{}\"", "x".repeat(9000))),
        ("long-name", || format!("{} eq \"x\"", "a".repeat(9000))),
    ];
    let mut cases = Vec::new();
    for (label, filter) in rows {
        let rule = "A filter beyond the bounds is refused with 400 invalidFilter, before it costs anything.";
        cases.push(Case::new(format!("a20-filter-of-many-{label}-is-refused"), rule, move |t| async move {
            t.get("/Users?count=1").expect(200).await?;
            let refused = t.filter("/Users", &filter()).refused(400, "invalidFilter").await?;
            refused.ensure(refused.text.len() < 1000, "a short message").map(drop)
        }));
        cases.push(Case::new(format!("a20-search-of-many-{label}-is-refused"), rule, move |t| async move {
            t.post("/Users/.search", json!({"count": 1})).expect(200).await?;
            let refused = t.post("/Users/.search", json!({"filter": filter()})).refused(400, "invalidFilter").await?;
            refused.ensure(refused.text.len() < 1000, "a short message").map(drop)
        }));
    }
    for (label, depth) in [("parentheses", 20), ("negations", 20)] {
        let rule = "Nesting as deep as clients write it is served.";
        cases.push(Case::new(format!("a20-filter-of-some-{label}-is-served"), rule, move |t| async move {
            let user = t.user().await?;
            let open = if label == "negations" { "not (" } else { "(" };
            let filter = format!("{}userName eq \"{}\"{}", open.repeat(depth), user.name, ")".repeat(depth));
            t.filter("/Users", &filter).expect(200).await?.finds(&[&user.id]).map(drop)
        }));
    }
    let rule = "Fifty ids in one filter are served.";
    cases.push(Case::new("a20-filter-of-some-terms-is-served", rule, |t| async move {
        let user = t.user().await?;
        let filter = format!("{} or userName eq \"{}\"", vec!["id eq \"x\""; 50].join(" or "), user.name);
        t.filter("/Users", &filter).expect(200).await?.finds(&[&user.id]).map(drop)
    }));
    cases
}

/// Bodies that parsers read differently, cannot be stored, or exhaust a stack. `@` is a new name.
fn bodies() -> Vec<Case> {
    let rows: [(&str, Bytes); 25] = [
        ("no-json", || b"userName=@".to_vec()),
        ("empty", Vec::new),
        ("blank", || b"   ".to_vec()),
        ("truncated", || b"{\"userName\":\"@\"".to_vec()),
        ("trailing", || b"{\"userName\":\"@\"} x".to_vec()),
        ("two-objects", || b"{\"userName\":\"@\"}{\"userName\":\"@b\"}".to_vec()),
        ("list", || b"[{\"userName\":\"@\"}]".to_vec()),
        ("text", || b"\"@\"".to_vec()),
        ("number", || b"7".to_vec()),
        ("null", || b"null".to_vec()),
        ("key-twice", || b"{\"userName\":\"@\",\"userName\":\"@b\"}".to_vec()),
        ("key-twice-inside", || b"{\"userName\":\"@\",\"name\":{\"givenName\":\"a\",\"givenName\":\"b\"}}".to_vec()),
        ("key-twice-by-escape", || b"{\"userName\":\"@\",\"user\\u004eame\":\"@b\"}".to_vec()),
        ("nul", || b"{\"userName\":\"@\\u0000x\"}".to_vec()),
        ("nul-in-a-key", || b"{\"userName\":\"@\",\"a\\u0000\":1}".to_vec()),
        ("raw-control", || b"{\"userName\":\"@\nx\"}".to_vec()),
        ("lone-surrogate", || b"{\"userName\":\"@\\ud800\"}".to_vec()),
        ("no-utf8", || b"{\"userName\":\"@\xff\xfe\"}".to_vec()),
        ("infinite-number", || b"{\"userName\":\"@\",\"n\":1e400}".to_vec()),
        ("nan", || b"{\"userName\":\"@\",\"n\":NaN}".to_vec()),
        ("comment", || b"{\"userName\":\"@\"/* x */}".to_vec()),
        ("single-quotes", || b"{'userName':'@'}".to_vec()),
        ("trailing-comma", || b"{\"userName\":\"@\",}".to_vec()),
        ("deep-objects", || {
            format!("{{\"userName\":\"@\",\"a\":{}1{}}}", "{\"a\":".repeat(200), "}".repeat(200)).into_bytes()
        }),
        ("deep-lists", || {
            format!("{{\"userName\":\"@\",\"a\":{}{}}}", "[".repeat(50_000), "]".repeat(50_000)).into_bytes()
        }),
    ];
    let mut cases = Vec::new();
    for (label, body) in rows {
        let rule = "A body that is not a plain JSON object is refused with 400 invalidSyntax, and nothing is created or changed.";
        cases.push(Case::new(format!("a21-body-{label}-is-refused"), rule, move |t| async move {
            let user = t.user().await?;
            let name = t.name("trap");
            let body = filled(&body(), &name);
            t.call("POST", "/Users").text(body.clone()).refused(400, "invalidSyntax").await?;
            t.call("PUT", &user.path).text(body).refused(400, "invalidSyntax").await?;
            t.filter("/Users", &format!("userName sw \"{name}\"")).expect(200).await?.total(0)?;
            t.get(&user.path).expect(200).await?.is("", user.answer.json().clone()).map(drop)
        }));
        cases.push(Case::new(format!("a21-patch-body-{label}-is-refused"), rule, move |t| async move {
            let user = t.user().await?;
            let body = filled(&body(), &t.name("trap"));
            // A body with a fault somewhere inside must not be half-read for its operations.
            let body = String::from_utf8_lossy(&body).replacen(
                '{',
                "{\"Operations\":[{\"op\":\"add\",\"path\":\"title\",\"value\":\"x\"}],",
                1,
            );
            t.call("PATCH", &user.path).text(body).refused(400, "invalidSyntax").await?;
            t.get(&user.path).expect(200).await?.is("", user.answer.json().clone()).map(drop)
        }));
    }
    // After the replacement above these are well-formed.
    cases.retain(|case| case.name != "a21-patch-body-no-utf8-is-refused");
    cases
}

fn filled(body: &[u8], name: &str) -> Vec<u8> {
    body.iter().flat_map(|&byte| if byte == b'@' { name.as_bytes().to_vec() } else { vec![byte] }).collect()
}

fn sizes() -> Vec<Case> {
    vec![
        Case::new(
            "a21-huge-user-is-413",
            "A user of several megabytes is refused with 413, and not created.",
            |t| async move {
                t.user().await?;
                let name = t.name("huge");
                let body = json!({"schemas": [USER], "userName": name, "displayName": "x".repeat(6 * 1024 * 1024)});
                t.post("/Users", body).refused(413, "").await?;
                t.filter("/Users", &format!("userName eq \"{name}\"")).expect(200).await?.total(0).map(drop)
            },
        ),
        Case::new(
            "a21-huge-replacement-is-413",
            "A replacement of several megabytes is refused with 413, and nothing changes.",
            |t| async move {
                let user = t.user().await?;
                let body =
                    json!({"schemas": [USER], "userName": user.name, "displayName": "x".repeat(6 * 1024 * 1024)});
                t.put(&user.path, body).refused(413, "").await?;
                t.get(&user.path).expect(200).await?.is("", user.answer.json().clone()).map(drop)
            },
        ),
        Case::new(
            "a21-many-operations-are-413",
            "A PATCH with thousands of operations is refused with 413, and nothing changes.",
            |t| async move {
                let user = t.user().await?;
                let operations = vec![json!({"op": "add", "path": "title", "value": "x"}); 5000];
                t.patch(&user.path, operations.into()).refused(413, "").await?;
                t.get(&user.path).expect(200).await?.is("", user.answer.json().clone()).map(drop)
            },
        ),
        Case::new(
            "a21-many-values-are-refused",
            "Thousands of values of one attribute are refused, and nothing is created.",
            |t| async move {
                t.user().await?;
                let name = t.name("many");
                let emails: Vec<Value> = (0..5000).map(|n| json!({"value": format!("{n}@x.example")})).collect();
                t.post("/Users", json!({"schemas": [USER], "userName": name, "emails": emails}))
                    .refused_any(&[400, 413], "")
                    .await?;
                t.filter("/Users", &format!("userName eq \"{name}\"")).expect(200).await?.total(0).map(drop)
            },
        ),
        Case::new(
            "a21-many-attributes-are-refused",
            "Thousands of attributes are refused, and nothing is created.",
            |t| async move {
                t.user().await?;
                let name = t.name("wide");
                let mut body = json!({"schemas": [USER], "userName": name});
                (0..5000).for_each(|n| body[format!("attribute{n}")] = json!(n));
                t.post("/Users", body).refused_any(&[400, 413], "").await?;
                t.filter("/Users", &format!("userName eq \"{name}\"")).expect(200).await?.total(0).map(drop)
            },
        ),
        Case::new(
            "a21-many-names-in-attributes-are-no-failure",
            "A long list of attributes is served or refused, never a failure.",
            |t| async move {
                let user = t.user().await?;
                let names = vec!["title"; 1000].join(",");
                let read = t.get(&user.path).query("attributes", names).await?;
                read.ensure([200, 400, 414].contains(&read.status), "200, 400 or 414").map(drop)
            },
        ),
        Case::new(
            "rfc7644-3.12-long-query-is-refused-in-json",
            "A query of tens of kilobytes is served, or refused with an error in JSON.",
            |t| async move {
                let user = t.user().await?;
                let read = t.get(&user.path).query("attributes", "x".repeat(40_000)).await?;
                if read.status == 200 { Ok(()) } else { read.is_refusal(&[400, 413, 414, 431], None) }
            },
        ),
        Case::new(
            "a21-path-of-a-patch-is-bounded",
            "A path of many kilobytes is refused with 400 invalidPath.",
            |t| async move {
                let user = t.user().await?;
                let path = format!("emails[type eq \"{}\"].value", "x".repeat(20_000));
                t.patch(&user.path, json!([{"op": "replace", "path": path, "value": "x"}]))
                    .refused(400, "invalidPath")
                    .await
                    .map(drop)
            },
        ),
    ]
}

/// Bodies that look dangerous but are harmless.
fn harmless() -> Vec<Case> {
    let rows: [(&str, &str, Value); 8] = [
        ("null-in-unknown", "displayName", json!("null")),
        ("digits", "displayName", json!("0012345678901234567890")),
        ("long-text", "displayName", json!("x".repeat(2000))),
        ("direction-marks", "displayName", json!("a\u{202e}b\u{200b}c")),
        ("replacement-character", "displayName", json!("a\u{fffd}b")),
        ("noncharacter", "displayName", json!("a\u{ffff}b")),
        ("beyond-the-plane", "displayName", json!("\u{1f468}\u{200d}\u{1f469}\u{10fffd}")),
        ("template", "displayName", json!("${jndi:ldap://x} {{7*7}} <%= 1 %> %s%n")),
    ];
    let texts = rows.into_iter().map(|(label, attribute, value)| {
        let rule = "A text is kept unchanged.";
        Case::new(format!("a21-text-{label}-is-kept"), rule, move |t| async move {
            let user = t.user_with(json!({attribute: value.clone()})).await?;
            t.get(&user.path).expect(200).await?.is(&format!("/{attribute}"), value).map(drop)
        })
    });
    let blanks =
        Case::new("a21-blanks-around-a-body-are-none", "White space around JSON means nothing.", |t| async move {
            let name = t.name("x");
            let made =
                t.call("POST", "/Users").text(format!("\r\n\t {{ \"userName\" : \"{name}\" }} \n")).expect(201).await?;
            made.is("/userName", name).map(drop)
        });
    let still_there = Case::new(
        "a21-a-trap-leaves-the-server-as-it-was",
        "After many bad bodies at once, a good one is served.",
        |t| async move {
            let bad: Vec<_> = (0..10)
                .map(|_| t.call("POST", "/Users").text("[".repeat(100_000)).refused(400, "").into_future())
                .collect();
            futures_util::future::try_join_all(bad).await?;
            good(&t).await
        },
    );
    texts.chain([blanks, still_there]).collect()
}

async fn good(t: &T) -> Result<()> {
    let user = t.user().await?;
    t.get(&user.path).expect(200).await?.is("/userName", user.name).map(drop)
}
