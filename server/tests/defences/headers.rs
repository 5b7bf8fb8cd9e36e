//! A27 and the headers of every answer, graded by the rules of the MDN HTTP Observatory.
//!
//! The score starts at 100. Of the extra points, a product cannot get those for HSTS preloading (5), and subresource
//! integrity (5) is for scripts of other origins, of which there are none; the rest adds up to 135 if a cookie is set.

use crate::{
    defences::routes::{self, bare},
    support::{Answer, TestApp},
};
use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use std::collections::HashMap;

on_both!(a27_nobody_frames_us, the_observatory_gives_full_marks);

async fn answers(app: &TestApp) -> Vec<(String, Answer)> {
    let (user, group) = routes::inhabited(app).await;
    let assets = routes::assets(app).await;
    let others = [
        "/",
        "/login",
        "/logout",
        "/healthz",
        "/readyz",
        "/nothing",
        "/scim",
        "/Users",
        "/scim/v2/nothing",
        "/admin/nothing",
    ];
    let others = others.map(str::to_owned).to_vec();
    let secret = app.break_glass("gate-test").await;
    let cookie = app.sign_in("gate-test", &secret).await;
    let mut answers = Vec::new();
    let paths = [routes::scim(&user, &group), routes::pages(&user, &group), routes::functions(), assets, others];
    for path in paths.concat() {
        for method in ["GET", "HEAD", "POST", "DELETE", "OPTIONS"] {
            answers.push((format!("{method} {path}"), bare(app, method, &path).await));
        }
        answers.push((format!("signed in {path}"), app.page(&path, Some(&cookie)).await));
        if let Some(path) = path.strip_prefix("/scim/v2") {
            answers.push((format!("with token {path}"), app.scim(Method::GET, path, None).await));
        }
        let request = Request::get(&path).header(header::HOST, "evil.example").body(Body::empty()).unwrap();
        answers.push((format!("another name {path}"), app.send(request).await));
    }
    let large = app.form("/login", None, &format!("name={}", "x".repeat(100_000))).await;
    answers.push(("too large".into(), large.expect(StatusCode::PAYLOAD_TOO_LARGE)));
    let wrong = app.form("/login", None, "name=x&secret=y").await;
    answers.push(("wrong secret".into(), wrong));
    answers
}

async fn a27_nobody_frames_us(app: TestApp) {
    let answers = answers(&app).await;
    assert!(answers.len() > 200);
    for (what, answer) in answers {
        let policies: Vec<_> = answer.headers.get_all(header::CONTENT_SECURITY_POLICY).iter().collect();
        assert_eq!(policies.len(), 1, "{what}");
        let policy = directives(answer.header(header::CONTENT_SECURITY_POLICY));
        assert_eq!(policy.get("frame-ancestors"), Some(&vec!["'none'"]), "{what}");
        assert_eq!(answer.header(header::X_FRAME_OPTIONS), "DENY", "{what}");
    }
}

async fn the_observatory_gives_full_marks(app: TestApp) {
    for (what, answer) in answers(&app).await {
        assert_eq!(score(&answer), 130, "{what}: {:?}", answer.headers);
        for name in
            [header::SERVER, header::ACCESS_CONTROL_ALLOW_ORIGIN, header::HeaderName::from_static("x-powered-by")]
        {
            assert!(!answer.headers.contains_key(&name), "{what}: {name}");
        }
        let html = answer.header(header::CONTENT_TYPE).starts_with("text/html");
        assert!(
            answer.header(header::CONTENT_TYPE).is_empty()
                || !html
                || answer.text.is_empty()
                || answer.text.contains("<!")
        );
    }
    let secret = app.break_glass("gate-two").await;
    let signed_in = app.form("/login", None, &format!("name=gate-two&secret={secret}&next=")).await;
    assert_eq!(score(&signed_in), 135, "{:?}", signed_in.headers);
    let cookie = signed_in.cookie().unwrap();
    let signed_out = app.form("/logout", Some(&cookie), "").await;
    assert!(score(&signed_out) >= 130, "{:?}", signed_out.headers);
}

#[test]
fn the_grader_sees_what_is_missing() {
    let answer = |headers: &[(&'static str, &'static str)]| Answer {
        status: StatusCode::OK,
        headers: headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect(),
        text: String::new(),
    };
    assert_eq!(score(&answer(&[])), 100 - 25 - 20 - 5 - 20);
    let good = [
        ("content-security-policy", "default-src 'none'; form-action 'self'; frame-ancestors 'none'"),
        ("strict-transport-security", "max-age=63072000"),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-resource-policy", "same-origin"),
    ];
    assert_eq!(score(&answer(&good)), 130);
    for (n, bad) in [
        ("content-security-policy", "default-src 'none'; script-src 'unsafe-inline'; form-action 'self'"),
        ("strict-transport-security", "max-age=60"),
        ("x-content-type-options", "sniff"),
        ("referrer-policy", "unsafe-url"),
        ("cross-origin-resource-policy", "cross-origin"),
    ]
    .into_iter()
    .enumerate()
    {
        let mut worse = good;
        worse[n] = bad;
        assert!(score(&answer(&worse)) < 130, "{bad:?}");
    }
    let mut cookie = good.to_vec();
    cookie.push(("set-cookie", "session=x; Path=/; Secure; HttpOnly"));
    assert_eq!(score(&answer(&cookie)), 130, "no SameSite, no extra points");
}

fn directives(policy: &str) -> HashMap<&str, Vec<&str>> {
    let parts = policy.split(';').filter_map(|part| {
        let mut words = part.split_ascii_whitespace();
        Some((words.next()?, words.collect()))
    });
    parts.collect()
}

/// Points by the rules of the Observatory. Extra points count only from 90 points upwards without them.
fn score(answer: &Answer) -> i32 {
    let tests = [content_policy, transport, content_type, referrer, frames, resource, cookies, cors];
    let points: Vec<i32> = tests.iter().map(|test| test(answer)).collect();
    let lost = 100 + points.iter().filter(|points| **points < 0).sum::<i32>();
    let extra: i32 = points.iter().filter(|points| **points > 0).sum();
    if lost >= 90 { lost + extra } else { lost.max(0) }
}

fn content_policy(answer: &Answer) -> i32 {
    let policy = directives(answer.header(header::CONTENT_SECURITY_POLICY));
    if policy.is_empty() {
        return -25;
    }
    let of = |name: &str| policy.get(name).or(policy.get("default-src")).cloned().unwrap_or(vec!["*"]);
    let broad = |source: &&str| {
        source.starts_with("http:")
            || source.starts_with("ftp:")
            || matches!(*source, "*" | "https:" | "https://*" | "data:" | "'unsafe-inline'")
    };
    if of("script-src").iter().any(broad) || of("object-src").iter().any(broad) {
        return -20;
    }
    if [of("script-src"), of("style-src")].concat().contains(&"'unsafe-eval'") {
        return -10;
    }
    let forms = policy.get("form-action").cloned().unwrap_or(vec!["*"]);
    let closed = policy.get("default-src") == Some(&vec!["'none'"]) && !forms.iter().any(broad);
    match (of("style-src").iter().any(broad) || of("img-src").iter().any(broad), closed) {
        (true, _) => 0,
        (false, true) => 10,
        (false, false) => 5,
    }
}

fn transport(answer: &Answer) -> i32 {
    let value = answer.header(header::STRICT_TRANSPORT_SECURITY);
    let age = value.split(';').find_map(|part| part.trim().strip_prefix("max-age=")?.parse::<u64>().ok());
    match age {
        Some(age) if age >= 15_768_000 => 0,
        Some(_) => -10,
        None => -20,
    }
}

fn content_type(answer: &Answer) -> i32 {
    if answer.header(header::X_CONTENT_TYPE_OPTIONS) == "nosniff" { 0 } else { -5 }
}

fn referrer(answer: &Answer) -> i32 {
    match answer.header(header::REFERRER_POLICY) {
        "no-referrer" | "same-origin" | "strict-origin" | "strict-origin-when-cross-origin" => 5,
        "" => 0,
        _ => -5,
    }
}

fn frames(answer: &Answer) -> i32 {
    let policy = directives(answer.header(header::CONTENT_SECURITY_POLICY));
    match (policy.get("frame-ancestors"), answer.header(header::X_FRAME_OPTIONS)) {
        (Some(sources), _) if !sources.contains(&"*") => 5,
        (_, "DENY" | "SAMEORIGIN") => 5,
        _ => -20,
    }
}

fn resource(answer: &Answer) -> i32 {
    match answer.header("cross-origin-resource-policy") {
        "same-origin" | "same-site" => 10,
        "" | "cross-origin" => 0,
        _ => -5,
    }
}

fn cookies(answer: &Answer) -> i32 {
    let set: Vec<String> =
        answer.headers.get_all(header::SET_COOKIE).iter().map(|value| value.to_str().unwrap().to_lowercase()).collect();
    let all = |part: &str| set.iter().all(|cookie| cookie.contains(part));
    match (set.is_empty(), all("; secure"), all("; httponly"), all("samesite=lax") || all("samesite=strict")) {
        (true, ..) => 0,
        (_, false, ..) => -40,
        (_, _, false, _) => -30,
        (.., false) => 0,
        (.., true) => 5,
    }
}

fn cors(answer: &Answer) -> i32 {
    if answer.headers.contains_key(header::ACCESS_CONTROL_ALLOW_CREDENTIALS) { -50 } else { 0 }
}
