//! R40: what is stored is bounded by what is sent, even if keys are longer than their texts.

use crate::support::{TestApp, Value, json};
use axum::http::StatusCode;
use sqlx::{Connection, PgConnection, SqliteConnection};

on_both!(
    r40_no_character_makes_the_database_grow_far_more_than_what_is_sent,
    r40_a_text_of_characters_that_stand_for_many_is_refused,
    r40_long_texts_that_people_write_are_accepted,
    r40_who_has_such_a_text_already_can_still_be_changed,
);

/// Phrases and words in one character, ligatures, marks, fullwidth letters, Hangul in one and in several parts.
const KINDS: [&str; 8] =
    ["\u{fdfa}", "\u{fdfb}", "\u{1d160}", "\u{fb2c}", "\u{fb03}", "\u{390}", "Ａ", "\u{1100}\u{1161}\u{11a8}"];

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// A body with a text in each attribute that a key is made from, and with many if it is a list.
fn bodies(name: &str, kind: &str, repeated: usize) -> Vec<(&'static str, Value)> {
    let (text, user) = (kind.repeat(repeated), format!("user {name}"));
    let most = (40_000 / (text.len() + 40)).min(1_000);
    let list: Vec<String> = (0..most).map(|at| format!("{text}{at}")).collect();
    let values: Vec<Value> = list.iter().map(|text| json!({"value": text, "type": "work"})).collect();
    let types: Vec<Value> = list.iter().map(|text| json!({"value": "a", "type": text})).collect();
    vec![
        ("/Users", json!({"userName": &user, "emails": values})),
        ("/Users", json!({"userName": &user, "emails": types})),
        ("/Users", json!({"userName": &user, "phoneNumbers": values})),
        ("/Users", json!({"userName": format!("{text} {name}")})),
        ("/Users", json!({"userName": &user, "displayName": &text, "title": &text, "nickName": &text})),
        ("/Users", json!({"userName": &user, "externalId": &text, "userType": &text})),
        ("/Users", json!({"userName": &user, "name": {"givenName": &text, "familyName": &text, "formatted": &text}})),
        (
            "/Users",
            json!({"userName": &user, ENTERPRISE: {
                "employeeNumber": &text, "department": &text, "costCenter": &text, "manager": {"value": &text},
            }}),
        ),
        ("/Groups", json!({"displayName": format!("{text} {name}"), "externalId": &text})),
    ]
}

async fn r40_no_character_makes_the_database_grow_far_more_than_what_is_sent(app: TestApp) {
    let mut worst = (0., String::new());
    for (at, kind) in KINDS.iter().enumerate() {
        for repeated in [31, 61, 167] {
            for (of, (path, body)) in bodies(&format!("{at}-{repeated}"), kind, repeated).into_iter().enumerate() {
                let before = stored(&app).await;
                let answer = app.post(path, body.clone()).await;
                app.recorder.flush().await;
                let (sent, stored) = (body.to_string().len() as f64, (stored(&app).await - before) as f64);
                let is_known =
                    [StatusCode::CREATED, StatusCode::BAD_REQUEST, StatusCode::CONFLICT].contains(&answer.status);
                let words =
                    format!("{kind:?} × {repeated}, body {of}: {sent} sent, {stored} stored, {}", answer.status);
                assert!(is_known, "{words}: {}", answer.text);
                let share = stored / (20. * sent + 8_192. + SLACK);
                if share > worst.0 {
                    worst = (share, words);
                }
                if answer.status == StatusCode::CREATED {
                    let gone = app.delete(&format!("{path}/{}", answer.id())).await;
                    gone.expect(StatusCode::NO_CONTENT);
                }
            }
        }
    }
    println!("the worst: {} ({:.0} %)", worst.1, 100. * worst.0);
    assert!(worst.0 <= 1., "{}", worst.1);
}

/// Databases grow by whole pages, and several tables and indexes may need one for the same call.
const SLACK: f64 = 64. * 1_024.;

/// The bytes of the pages in use.
async fn stored(app: &TestApp) -> i64 {
    let url = app.database.url();
    if url.starts_with("sqlite") {
        let mut connection = SqliteConnection::connect(url).await.unwrap();
        let pages = "SELECT (p.page_count - f.freelist_count) * s.page_size
            FROM pragma_page_count AS p, pragma_freelist_count AS f, pragma_page_size AS s";
        return sqlx::query_scalar(pages).fetch_one(&mut connection).await.unwrap();
    }
    let mut connection = PgConnection::connect(url).await.unwrap();
    let sizes = "SELECT SUM(pg_relation_size(oid))::bigint FROM pg_class WHERE relkind IN ('r', 'i', 't')";
    sqlx::query_scalar(sizes).fetch_one(&mut connection).await.unwrap()
}

fn expanding() -> String {
    "\u{fdfa}".repeat(31)
}

async fn r40_a_text_of_characters_that_stand_for_many_is_refused(app: TestApp) {
    let id = app.user("ada").await;
    let group = app.post("/Groups", json!({"displayName": "Staff"})).await.expect(StatusCode::CREATED).id();
    let (user, group) = (format!("/Users/{id}"), format!("/Groups/{group}"));
    let replace = |path: &str, value: Value| json!([{"op": "replace", "path": path, "value": value}]);
    let emails = json!([{"value": expanding()}]);
    let bulk = json!({"Operations": [
        {"method": "POST", "path": "/Users", "bulkId": "a", "data": {"userName": expanding()}},
    ]});
    for (attribute, answer) in [
        ("userName", app.post("/Users", json!({"userName": expanding()})).await),
        ("emails", app.put(&user, json!({"userName": "ada", "emails": emails})).await),
        ("emails", app.patch(&user, replace("emails", emails.clone())).await),
        ("title", app.patch(&user, replace("title", json!(expanding()))).await),
        ("formatted", app.patch(&user, replace("name.formatted", json!(expanding()))).await),
        ("phoneNumbers", app.patch(&user, replace("phoneNumbers", emails.clone())).await),
        ("displayName", app.post("/Groups", json!({"displayName": expanding()})).await),
        ("displayName", app.patch(&group, replace("displayName", json!(expanding()))).await),
        ("displayName", app.put(&group, json!({"displayName": expanding()})).await),
    ] {
        let answer = answer.expect(StatusCode::BAD_REQUEST);
        assert!(answer.text.contains("invalidValue") && answer.text.contains(attribute), "{}", answer.text);
    }
    let answer = app.post("/Bulk", bulk).await.expect(StatusCode::OK);
    assert!(answer.text.contains("invalidValue"), "{}", answer.text);
    // A text that no key is made from may be of any kind.
    app.patch(&user, replace("urn:x:Test:note", json!(expanding()))).await.expect(StatusCode::OK);
}

async fn r40_long_texts_that_people_write_are_accepted(app: TestApp) {
    let plain = "a".repeat(2_000);
    let emails = [format!("{plain}@corp.example"), "각".repeat(600), "Ａ".repeat(600), "محمد ﷺ".to_owned(), "ﷺ".into()];
    let user = json!({"userName": plain, "displayName": "د. محمد ﷺ", "emails": emails, "title": "㍿山田"});
    let user = app.post("/Users", user).await.expect(StatusCode::CREATED).json();
    for email in emails {
        let filter = format!("/Users?filter=emails.value%20eq%20%22{}%22", percent(&email));
        let found = app.get(&filter).await.expect(StatusCode::OK).json();
        assert_eq!(found["Resources"][0]["id"], user["id"], "{email:.20}");
    }
}

fn percent(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

async fn r40_who_has_such_a_text_already_can_still_be_changed(app: TestApp) {
    let id = app.user("ada").await;
    let document = json!({"userName": "ada", "title": expanding()}).to_string();
    let sql = "UPDATE users SET document = $1";
    let url = app.database.url();
    if url.starts_with("sqlite") {
        let mut connection = SqliteConnection::connect(url).await.unwrap();
        sqlx::query(sql).bind(document).execute(&mut connection).await.unwrap();
    } else {
        let mut connection = PgConnection::connect(url).await.unwrap();
        sqlx::query(sql).bind(document).execute(&mut connection).await.unwrap();
    }
    let user = format!("/Users/{id}");
    let replace = |path: &str, value: Value| json!([{"op": "replace", "path": path, "value": value}]);
    app.patch(&user, replace("active", json!(false))).await.expect(StatusCode::OK);
    let whole = json!({"userName": "ada", "title": expanding(), "displayName": "Ada"});
    app.put(&user, whole).await.expect(StatusCode::OK);
    app.patch(&user, replace("nickName", json!(expanding()))).await.expect(StatusCode::BAD_REQUEST);
    app.patch(&user, replace("title", json!("Countess"))).await.expect(StatusCode::OK);
}
