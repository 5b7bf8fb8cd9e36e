//! A plain form that is posted before the secret was given again, or after the session has ended, need not be typed
//! twice.

use crate::support::{Answer, TestApp, URL};
use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};

on_both!(
    a_stale_form_is_done_once_the_secret_is_given,
    a_form_outlives_its_session,
    a_reason_outlives_its_session,
    what_waits_is_no_way_round_the_secret,
);

const GUARD: &str = "mode=hold&count=17&percent=30&cap=60&minutes=45";
const PAGE: &str = "/admin/sso/guard?from=2026-11-29T08%3A00&until=2026-11-29T09%3A00";

/// Posts a form as a browser without script does.
async fn plain(app: &TestApp, path: &str, cookie: Option<&str>, body: &str) -> Answer {
    let request = Request::post(path)
        .header(header::ORIGIN, URL)
        .header("sec-fetch-site", "same-origin")
        .header(header::REFERER, format!("{URL}{PAGE}"))
        .header(header::ACCEPT, "text/html,application/xhtml+xml,*/*;q=0.8")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let request = cookie.into_iter().fold(request, |request, cookie| request.header(header::COOKIE, cookie));
    app.send(request.body(Body::from(body.to_owned())).unwrap()).await
}

/// The fields of a page's form, ready to be posted with what is typed.
fn fields(page: &str, typed: &[(&str, &str)]) -> String {
    let carried = ["next", "reason", "waiting"].into_iter().filter_map(|name| Some((name, carried(page, name)?)));
    let carried = carried.filter(|(name, _)| typed.iter().all(|(typed, _)| typed != name));
    let typed = typed.iter().map(|(name, value)| (*name, (*value).to_owned()));
    carried.chain(typed).map(|(name, value)| format!("{name}={}", encode(&value))).collect::<Vec<_>>().join("&")
}

fn carried(page: &str, name: &str) -> Option<String> {
    let (_, rest) = page.split_once(&format!("name=\"{name}\" value=\""))?;
    Some(rest.split('"').next()?.replace("&amp;", "&"))
}

fn encode(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

async fn count(app: &TestApp) -> u32 {
    app.console("gate-look").await.guard().await.unwrap().guard.count
}

async fn a_stale_form_is_done_once_the_secret_is_given(app: TestApp) {
    let secret = app.break_glass("gate-test").await;
    let cookie = app.sign_in("gate-test", &secret).await;
    let cookie = app.confirm(&cookie, "", "set+up+Entra").await.cookie().unwrap();
    app.clock.advance_minutes(6);
    let asked = plain(&app, "/admin/api/set_guard", Some(&cookie), GUARD).await.expect(StatusCode::OK);
    assert!(asked.text.contains("Confirm that it is you") && asked.text.contains("is carried out after you confirm"));
    let wrong = plain(&app, "/admin/confirm", Some(&cookie), &fields(&asked.text, &[("secret", "wrong")])).await;
    let wrong = wrong.expect(StatusCode::UNPROCESSABLE_ENTITY);
    let right = fields(&wrong.text, &[("secret", &secret)]);
    let done = plain(&app, "/admin/confirm", Some(&cookie), &right).await.expect(StatusCode::FOUND);
    assert_eq!(done.header(header::LOCATION), PAGE);
    assert!(done.cookie().is_some());
    assert_eq!(count(&app).await, 17);
}

async fn a_form_outlives_its_session(app: TestApp) {
    let secret = app.break_glass("gate-test").await;
    let asked = plain(&app, "/admin/api/set_guard", None, GUARD).await.expect(StatusCode::OK);
    assert!(asked.text.contains("Your session has ended, and nothing was changed"));
    let typed = [("name", "gate-test"), ("secret", &*secret)];
    let signed_in = plain(&app, "/login", None, &fields(&asked.text, &typed)).await.expect(StatusCode::OK);
    let cookie = signed_in.cookie().unwrap();
    let reason = fields(&signed_in.text, &[("reason", "set up Entra")]);
    let done = plain(&app, "/admin/confirm", Some(&cookie), &reason).await.expect(StatusCode::FOUND);
    assert_eq!(done.header(header::LOCATION), PAGE);
    assert_eq!(count(&app).await, 17);
}

async fn a_reason_outlives_its_session(app: TestApp) {
    let secret = app.break_glass("gate-test").await;
    let body = "secret=half-typed&reason=Somebody+is+locked+out&next=/admin/sessions&waiting=";
    let asked = plain(&app, "/admin/confirm", None, body).await.expect(StatusCode::OK);
    assert!(!asked.text.contains("half-typed"), "a secret is not carried");
    let typed = [("name", "gate-test"), ("secret", &*secret)];
    let signed_in = plain(&app, "/login", None, &fields(&asked.text, &typed)).await.expect(StatusCode::OK);
    assert!(signed_in.text.contains("value=\"A colleague is locked out\""), "{}", signed_in.text);
    let cookie = signed_in.cookie().unwrap();
    let said = fields(&signed_in.text, &[("reason", "A colleague is locked out")]);
    let done = plain(&app, "/admin/confirm", Some(&cookie), &said).await.expect(StatusCode::SEE_OTHER);
    assert_eq!(done.header(header::LOCATION), "/admin/sessions");
}

async fn what_waits_is_no_way_round_the_secret(app: TestApp) {
    let secret = app.break_glass("gate-test").await;
    let cookie = app.sign_in("gate-test", &secret).await;
    let cookie = app.confirm(&cookie, "", "set+up+Entra").await.cookie().unwrap();
    app.clock.advance_minutes(6);
    let waiting = format!("/admin/api/set_guard?{GUARD}");
    for typed in [[("reason", "set up Entra"), ("waiting", &*waiting)], [("secret", "wrong"), ("waiting", &*waiting)]] {
        plain(&app, "/admin/confirm", Some(&cookie), &fields("", &typed))
            .await
            .expect(StatusCode::UNPROCESSABLE_ENTITY);
    }
    assert_eq!(count(&app).await, 10);
    // Only server functions are carried out.
    let elsewhere =
        fields("", &[("secret", &*secret), ("waiting", "/admin/audit/export.csv?x=y"), ("next", "/admin/users")]);
    let led = plain(&app, "/admin/confirm", Some(&cookie), &elsewhere).await.expect(StatusCode::SEE_OTHER);
    assert_eq!(led.header(header::LOCATION), "/admin/users");
}
