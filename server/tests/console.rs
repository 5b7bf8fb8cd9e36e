//! The entrances of the console: who gets in, what a page shows, what a server function refuses.

mod activity;
mod carried;
mod channel;
mod common;
mod compression;
mod counts;
mod overview;
mod people;
mod rotation;
mod search;
mod tombstones;

use crate::support::{
    TestApp, URL, entra_user, json,
    pages::{is_one_page, pages},
};
use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use domain::{
    Error, Refusal,
    settings::{GuardMode, GuardSettings},
};

on_both!(
    a02_nobody_sees_a_page_without_a_session,
    signing_in_opens_the_console,
    a14_unknown_and_wrong_get_the_same_answer,
    a18_every_server_function_is_guarded,
    a_session_ends_after_half_an_hour,
    a17_a_session_that_was_ended_stays_ended,
    a17_signing_out_ends_what_a_confirmation_made,
    a16_a_planted_session_id_gets_no_rights,
    a_reset_secret_ends_sessions,
    provisioning_needs_two_proven_ways_back,
    a_token_is_shown_once_and_can_be_revoked,
    pages_show_what_the_directory_sent,
    a19_hostile_names_are_shown_as_text,
    a27_every_answer_carries_the_headers,
    what_waits_for_a_decision_stands_on_every_page,
    br7_a_page_that_is_gone_leads_back,
    br8_a_form_without_a_session_leads_to_the_sign_in,
);

async fn signed_in(app: &TestApp) -> String {
    app.administrator("gate-test").await
}

async fn what_waits_for_a_decision_stands_on_every_page(app: TestApp) {
    let cookie = signed_in(&app).await;
    let console = app.console("gate-0001").await;
    let mut people = Vec::new();
    for number in 0..30 {
        people.push(app.user(&format!("person-{number}")).await);
    }
    let mut gone = people.iter();
    for (mode, words, chip) in [
        (GuardMode::Alert, "Many people or groups left at once", "Connected"),
        (GuardMode::Hold, "The guard is holding back your directory", "Held"),
    ] {
        for path in ["/admin/users", "/admin/sessions"] {
            let page = app.page(path, Some(&cookie)).await.expect(StatusCode::OK).text;
            assert!(!page.contains(words), "{path}: {page}");
        }
        console.set_guard(GuardSettings { mode, count: 3, percent: 1, cap: 3, minutes: 40 }).await.unwrap();
        for id in gone.by_ref().take(6) {
            app.patch(&format!("/Users/{id}"), json!([{"op": "replace", "path": "active", "value": false}])).await;
        }
        for path in ["/admin/users", "/admin/sessions", "/admin/activity", "/admin/audit"] {
            let page = app.page(path, Some(&cookie)).await.expect(StatusCode::OK).text;
            assert!(page.contains(words) && page.contains("href=\"/admin/sso/guard\""), "{path}: {page}");
        }
        app.recorder.flush().await;
        let tab = app.page("/admin/sso/scim", Some(&cookie)).await.expect(StatusCode::OK).text;
        assert!(tab.contains(chip), "{chip}: {tab}");
    }
}

async fn br7_a_page_that_is_gone_leads_back(app: TestApp) {
    const BEYOND: &str = "after=1.ffffffff-ffff-ffff-ffff-ffffffffffff";
    const BEYOND_ALL: &str = "after=n1.ffffffff-ffff-ffff-ffff-ffffffffffff";
    const BEYOND_ALL_FOUND: &str = "after=0";
    let cookie = signed_in(&app).await;
    let id = app.user("ada@corp.example").await;
    app.patch(&format!("/Users/{id}"), json!([{"op": "replace", "path": "active", "value": false}])).await;
    let group = json!({"displayName": "Staff", "members": [{"value": id}]});
    let group = app.post("/Groups", group).await.expect(StatusCode::CREATED).id();
    for (path, beyond, back) in [
        ("/admin/users?".to_owned(), BEYOND_ALL, "/admin/users?".to_owned()),
        ("/admin/users?q=corp&".to_owned(), BEYOND_ALL_FOUND, "?q=corp".to_owned()),
        ("/admin/users?status=suspended&".to_owned(), BEYOND_ALL, "?status=suspended".to_owned()),
        ("/admin/groups?q=sta&".to_owned(), BEYOND, "?q=sta".to_owned()),
        ("/admin/groups?".to_owned(), BEYOND, "?".to_owned()),
        (format!("/admin/groups/{group}?"), BEYOND, format!("/admin/groups/{group}")),
    ] {
        let page = app.page(&format!("{path}{beyond}"), Some(&cookie)).await.expect(StatusCode::OK).text;
        assert!(page.contains("The list ends before this page"), "{path}: {page}");
        let way = format!("href=\"{}\">Go to the first page", back.replace("/admin/users?", "?"));
        assert!(page.contains(&way), "{path} {way}: {page}");
        assert!(!page.contains("No person") && !page.contains("No group"), "{path}");
    }
    for path in ["/admin/users?q=nobody&", "/admin/groups?q=nothing&"] {
        let page = app.page(&format!("{path}{BEYOND}"), Some(&cookie)).await.expect(StatusCode::OK).text;
        assert!(page.contains("matches “"), "{path}");
    }
}

async fn br8_a_form_without_a_session_leads_to_the_sign_in(app: TestApp) {
    signed_in(&app).await;
    let post = async |path: &str, referer: Option<&str>, accept: &str| {
        let request = Request::post(path).header(header::ORIGIN, URL).header("sec-fetch-site", "same-origin");
        let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let mut request = request.header(header::ACCEPT, accept);
        if let Some(referer) = referer {
            request = request.header(header::REFERER, referer);
        }
        app.send(request.body(Body::from("enabled=false")).unwrap()).await
    };
    let html = "text/html,application/xhtml+xml,*/*;q=0.8";
    for (path, page) in [
        ("/admin/api/set_provisioning", "/admin/sso/scim"),
        ("/admin/api/create_token", "/admin/sso/scim"),
        ("/admin/api/end_session", "/admin/sessions"),
        ("/admin/api/undo_span", "/admin/sso/guard?from=2026-11-29T08%3A00&amp;until=x"),
    ] {
        let referer = format!("{URL}{}", page.replace("&amp;", "&"));
        let answer = post(path, Some(&referer), html).await.expect(StatusCode::OK);
        assert!(answer.text.contains(&format!("name=\"next\" value=\"{page}\"")), "{path}: {}", answer.text);
    }
    let answer = post("/admin/audit/export.csv", Some(&format!("{URL}/admin/audit")), html).await;
    assert_eq!(answer.expect(StatusCode::SEE_OTHER).header(header::LOCATION), "/login?next=/admin/audit");
    let from_elsewhere = post("/admin/api/set_provisioning", Some("https://evil.example/x"), html).await;
    assert!(!from_elsewhere.expect(StatusCode::OK).text.contains("evil"));
    // Scripts get the answer in their own form.
    post("/admin/api/set_provisioning", None, "application/json").await.expect(StatusCode::UNAUTHORIZED);
}

async fn a02_nobody_sees_a_page_without_a_session(app: TestApp) {
    for path in
        ["/admin/sso/scim", "/admin/users", "/admin/users/x", "/admin/groups", "/admin/groups/x", "/admin/other"]
    {
        for cookie in [None, Some("__Host-postern=AAAAAAAAAAAAAAAAAAAAAA"), Some("__Host-postern=x")] {
            let answer = app.page(path, cookie).await.expect(StatusCode::SEE_OTHER);
            assert_eq!(answer.header(header::LOCATION), format!("/login?next={path}"));
        }
    }
    app.page("/login", None).await.expect(StatusCode::OK);
}

async fn signing_in_opens_the_console(app: TestApp) {
    let secret = app.break_glass("gate-test").await;
    let typed = secret.to_lowercase().replace('-', "+");
    let answer = app.form("/login", None, &format!("name=GATE-test&secret={typed}&next=/admin/users")).await;
    let answer = answer.expect(StatusCode::SEE_OTHER);
    assert_eq!(answer.header(header::LOCATION), "/admin/users");
    let set = answer.headers.get_all(header::SET_COOKIE).iter().map(|set| set.to_str().unwrap());
    let set = set.filter(|set| set.starts_with("__Host-postern=")).collect::<String>();
    for part in ["__Host-postern=", "HttpOnly", "SameSite=Lax", "Secure", "Path=/"] {
        assert!(set.contains(part), "{set}");
    }
    assert!(!set.contains("Domain"), "{set}");
    let page = app.page("/admin/users", answer.cookie().as_deref()).await.expect(StatusCode::OK);
    assert!(page.text.contains("gate-test"));
}

async fn a14_unknown_and_wrong_get_the_same_answer(app: TestApp) {
    app.break_glass("gate-test").await;
    let wrong =
        app.form("/login", None, "name=gate-test&secret=wrong&next=").await.expect(StatusCode::UNPROCESSABLE_ENTITY);
    let unknown =
        app.form("/login", None, "name=gate-none&secret=wrong&next=").await.expect(StatusCode::UNPROCESSABLE_ENTITY);
    let without_nonce = |answer: &crate::support::Answer| {
        let nonce =
            answer.header(header::CONTENT_SECURITY_POLICY).split("nonce-").nth(1).unwrap().split('\'').next().unwrap();
        answer.text.replace(nonce, "").replace("gate-none", "gate-test")
    };
    assert_eq!(without_nonce(&wrong), without_nonce(&unknown));
    assert!(wrong.cookie().is_none() && unknown.cookie().is_none());
    assert!(wrong.text.contains("do not go together"));
}

async fn a18_every_server_function_is_guarded(app: TestApp) {
    let cookie = signed_in(&app).await;
    let functions: Vec<_> = leptos::server_fn::axum::server_fn_paths().collect();
    assert!(functions.len() >= 3, "{functions:?}");
    for (path, method) in functions {
        assert!(path.starts_with("/admin/api/"), "{path}");
        assert_eq!(method, "POST", "{path}");
        let without = app.form(path, None, "").await.expect(StatusCode::UNAUTHORIZED);
        assert!(without.text.contains("unauthorized"), "{}", without.text);
        for (site, origin, content_type) in [
            (Some("cross-site"), Some("https://evil.example"), "application/x-www-form-urlencoded"),
            (Some("cross-site"), None, "text/plain"),
            (Some("same-site"), Some(URL), "multipart/form-data"),
            (Some("none"), None, "application/x-www-form-urlencoded"),
            (None, Some("null"), "application/x-www-form-urlencoded"),
            (None, None, "application/json"),
        ] {
            let mut request =
                Request::post(path).header(header::COOKIE, &cookie).header(header::CONTENT_TYPE, content_type);
            if let Some(site) = site {
                request = request.header("sec-fetch-site", site);
            }
            if let Some(origin) = origin {
                request = request.header(header::ORIGIN, origin);
            }
            let answer = app.send(request.body(Body::from("on=false&name=x")).unwrap()).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path} {site:?} {origin:?}");
        }
    }
    assert!(app.host.scim().await.unwrap().settings.provisioning);
    assert_eq!(app.host.tokens().await.unwrap().len(), 1);
    app.form("/admin/api/no_such_function", Some(&cookie), "").await.expect(StatusCode::NOT_FOUND);
}

async fn a_session_ends_after_half_an_hour(app: TestApp) {
    let cookie = signed_in(&app).await;
    for _ in 0..29 {
        app.clock.advance_minutes(1);
        app.page("/admin/users", Some(&cookie)).await.expect(StatusCode::OK);
    }
    app.clock.advance_minutes(2);
    app.page("/admin/users", Some(&cookie)).await.expect(StatusCode::SEE_OTHER);
}

async fn a17_a_session_that_was_ended_stays_ended(app: TestApp) {
    let cookie = signed_in(&app).await;
    let answer = app.form("/logout", Some(&cookie), "").await.expect(StatusCode::SEE_OTHER);
    let removals: Vec<_> =
        answer.headers.get_all(header::SET_COOKIE).iter().map(|value| value.to_str().unwrap()).collect();
    assert!(removals.iter().any(|set| set.contains("Max-Age=0") && set.contains("Secure") && set.contains("HttpOnly")));
    app.page("/admin/users", Some(&cookie)).await.expect(StatusCode::SEE_OTHER);
}

async fn a17_signing_out_ends_what_a_confirmation_made(app: TestApp) {
    let secret = app.break_glass("gate-test").await;
    let before = app.sign_in("gate-test", &secret).await;
    let other = app.sign_in("gate-test", &secret).await;
    let confirmed = app.confirm(&before, "", "set+up+Entra").await.cookie().unwrap();
    app.form("/logout", Some(&confirmed), "").await.expect(StatusCode::SEE_OTHER);
    for cookie in [&before, &confirmed] {
        app.page("/admin/users", Some(cookie)).await.expect(StatusCode::SEE_OTHER);
    }
    app.page("/admin/users", Some(&other)).await.expect(StatusCode::OK);
}

async fn a16_a_planted_session_id_gets_no_rights(app: TestApp) {
    let secret = app.break_glass("gate-test").await;
    let planted = app.sign_in("gate-test", &secret).await;
    let answer = app.form("/login", Some(&planted), &format!("name=gate-test&secret={secret}&next=")).await;
    let cookie = answer.expect(StatusCode::SEE_OTHER).cookie().unwrap();
    assert_ne!(cookie, planted);
    app.page("/admin/users", Some(&planted)).await.expect(StatusCode::SEE_OTHER);
    app.page("/admin/users", Some(&cookie)).await.expect(StatusCode::OK);
}

async fn a_reset_secret_ends_sessions(app: TestApp) {
    let cookie = signed_in(&app).await;
    app.host.reset_break_glass("gate-test", "$argon2id$none").await.unwrap();
    app.page("/admin/users", Some(&cookie)).await.expect(StatusCode::SEE_OTHER);
}

async fn provisioning_needs_two_proven_ways_back(app: TestApp) {
    app.host.set_provisioning(false).await.unwrap();
    let is_on = async || app.host.scim().await.unwrap().settings.provisioning;
    let cookie = app.administrator("gate-0001").await;
    let switch = async || app.form("/admin/api/set_provisioning", Some(&cookie), "on=true").await;
    assert!(switch().await.text.contains("Two break-glass accounts") || !is_on().await, "one is not enough");
    let unproven = app.break_glass("gate-0002").await;
    switch().await;
    assert!(!is_on().await, "one that nobody has signed in with does not count");
    app.sign_in("gate-0002", &unproven).await;
    switch().await;
    assert!(is_on().await);

    app.host.set_provisioning(false).await.unwrap();
    app.clock.advance_minutes(91 * 24 * 60);
    let late = app.console("gate-0003").await;
    let refused = late.set_provisioning(true).await;
    assert!(
        matches!(refused, Err(Error::Refused(Refusal::NoProvenWayBack))),
        "the others are too long ago: {refused:?}"
    );
    app.sign_in("gate-0002", &unproven).await;
    late.set_provisioning(true).await.unwrap();
}

async fn a_token_is_shown_once_and_can_be_revoked(app: TestApp) {
    let cookie = signed_in(&app).await;
    let made = app.form("/admin/api/create_token", Some(&cookie), "name=Entra+staging").await.expect(StatusCode::OK);
    let secret = made.json()["secret"].as_str().unwrap().to_owned();
    app.scim_as(&secret, axum::http::Method::GET, "/Users", None).await.expect(StatusCode::OK);
    let page = app.page("/admin/sso/scim", Some(&cookie)).await.expect(StatusCode::OK);
    assert!(page.text.contains("Entra staging") && !page.text.contains(&secret));
    assert!(page.text.contains(&format!("{URL}/scim/v2?aadOptscim062020")));
    let id = app.host.tokens().await.unwrap()[0].id;
    app.form("/admin/api/revoke_token", Some(&cookie), &format!("id={id}")).await;
    app.scim_as(&secret, axum::http::Method::GET, "/Users", None).await.expect(StatusCode::UNAUTHORIZED);
    let empty = app.form("/admin/api/create_token", Some(&cookie), "name=+").await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", empty.text);
}

async fn pages_show_what_the_directory_sent(app: TestApp) {
    let cookie = signed_in(&app).await;
    let (id, group) = (app.user("ada@corp.example").await, app.group("Engine Owners").await);
    app.patch(&format!("/Groups/{group}"), json!([{"op": "add", "path": "members", "value": [{"value": id}]}])).await;
    app.patch(&format!("/Users/{id}"), json!([{"op": "replace", "path": "active", "value": false}])).await;
    let show = async |path: &str| app.page(path, Some(&cookie)).await.expect(StatusCode::OK).text;
    for (path, words) in [
        ("/admin/users".to_owned(), vec!["Ada Byron", "ada@corp.example", "Suspended"]),
        ("/admin/users?q=byron&status=suspended".into(), vec!["Ada Byron"]),
        (format!("/admin/users/{id}"), vec!["Ada Byron", "Engine Owners", "ext-ada@corp.example"]),
        ("/admin/groups".into(), vec!["Engine Owners"]),
        (format!("/admin/groups/{group}"), vec!["Engine Owners", "Ada Byron"]),
    ] {
        let page = show(&path).await;
        for word in words {
            assert!(page.contains(word), "{path} lacks {word}");
        }
    }
    assert!(!show("/admin/users?q=nobody").await.contains("Ada Byron"));
    assert!(!show("/admin/users?status=active").await.contains("Ada Byron"));
    app.page("/admin/users/none", Some(&cookie)).await.expect(StatusCode::NOT_FOUND);
    app.page("/admin/groups/none", Some(&cookie)).await.expect(StatusCode::NOT_FOUND);
    app.page("/admin/nothing", Some(&cookie)).await.expect(StatusCode::NOT_FOUND);
}

async fn a19_hostile_names_are_shown_as_text(app: TestApp) {
    let cookie = signed_in(&app).await;
    let hostile = "</title><script>alert(1)</script>\"'><img src=x onerror=alert(2)>";
    let mut user = entra_user("evil");
    user["displayName"] = json!(hostile);
    user["title"] = json!(hostile);
    let id = app.post("/Users", user).await.id();
    let group = app.post("/Groups", json!({"displayName": hostile})).await.id();
    // Shorter, as the names of tokens are.
    let name = "</title><script>alert(1)</script><img src=x>";
    app.form("/admin/api/create_token", Some(&cookie), &format!("name={name}")).await.expect(StatusCode::OK);
    let tokens = app.host.tokens().await.unwrap();
    let token = tokens.iter().find(|token| token.name == name).unwrap().id.to_string();
    app.recorder.flush().await;
    let last = app.host.audit_head().await.unwrap().unwrap().0;
    let filled = |path: String| {
        let of = |parent| match parent {
            "users" => vec![id.clone()],
            "groups" => vec![group.clone()],
            "tokens" => vec![token.clone()],
            // No drill was done.
            "drills" => vec![],
            "activity" => vec!["1".to_owned(), "2".to_owned()],
            "audit" => (1..=last).map(|seq| seq.to_string()).collect(),
            other => panic!("an id of {other} with a hostile name"),
        };
        let (parent, _) = path.rsplit_once('/').unwrap();
        let ids = if is_one_page(&path) { None } else { Some(of(parent.rsplit('/').next().unwrap())) };
        ids.map_or_else(|| vec![path.clone()], |ids| ids.iter().map(|id| format!("{parent}/{id}")).collect())
    };
    let asked =
        ["/admin/users?q=", "/login?next=%22%3E"].map(|path| format!("{path}%3Cscript%3Ealert(1)%3C/script%3E"));
    let paths: Vec<String> = pages().into_iter().flat_map(filled).chain(asked).collect();
    for path in paths {
        let page = app.page(&path, Some(&cookie)).await.expect(StatusCode::OK);
        let raw = ["<script>alert", "<img src=x"].iter().find_map(|part| page.text.find(part));
        assert_eq!(raw.map(|at| &page.text[at.saturating_sub(200)..at + 40]), None, "{path}");
    }
}

async fn a27_every_answer_carries_the_headers(app: TestApp) {
    for path in ["/login", "/healthz", "/readyz", "/nothing", "/scim/v2/Users", "/admin/users"] {
        let answer = app.page(path, None).await;
        let policy = answer.header(header::CONTENT_SECURITY_POLICY);
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
        assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{path}: {policy}");
        assert_eq!(answer.header(header::X_FRAME_OPTIONS), "DENY", "{path}");
        assert_eq!(answer.header(header::X_CONTENT_TYPE_OPTIONS), "nosniff", "{path}");
        assert!(answer.header(header::STRICT_TRANSPORT_SECURITY).starts_with("max-age="), "{path}");
        assert!(!answer.header(header::CACHE_CONTROL).is_empty(), "{path}");
    }
    let (first, second) = (app.page("/login", None).await, app.page("/login", None).await);
    assert_ne!(first.header(header::CONTENT_SECURITY_POLICY), second.header(header::CONTENT_SECURITY_POLICY));
}
