//! How much the changes of one token may store in an hour.

use crate::{
    guarantees::common::{assert_same, count, events, of_changes, tables, token_id},
    support::{TestApp, Value, entra_user, json},
};
use axum::http::{Method, StatusCode, header};
use domain::{TokenId, directory::Directory, user::Profile};
use std::time::Duration;
use tokio::time::{sleep, timeout};

on_both!(
    r01c_a_spent_budget_refuses_changes_until_the_next_hour,
    r01c_processes_share_a_budget_and_a_restart_keeps_it,
    r01c_a_bulk_request_ends_where_the_budget_does,
    r01c_a_caller_that_hangs_up_is_charged,
    r01c_what_is_counted_bounds_what_the_database_grows_by,
    r01c_a_budget_is_shown_and_changed,
);

const MIB: u64 = 1024 * 1024;

/// Long enough for any machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// What the token has stored in this hour, as recorded.
pub(crate) async fn stored(app: &TestApp, id: TokenId) -> u64 {
    app.recorder.flush().await;
    let hour = app.env.now().millis() / 3_600_000;
    let work = app.env.store.read((id, hour), |(id, hour), tx| Box::pin(async move { tx.spent(*id, *hour).await }));
    work.await.unwrap()
}

/// As if another process had recorded this total for the token.
async fn fill_up(app: &TestApp, id: TokenId, to: u64) {
    let (more, hour) = (to - stored(app, id).await, app.env.now().millis() / 3_600_000);
    let work = app
        .env
        .store
        .write((id, hour, more), |(id, hour, more), tx| Box::pin(async move { tx.spend(*id, *hour, *more).await }));
    assert_eq!(work.await.unwrap(), to);
}

async fn r01c_a_spent_budget_refuses_changes_until_the_next_hour(app: TestApp) {
    let (console, id) = (app.console("gate-0001").await, token_id(&app).await);
    console.set_token_budget(id, 16, 60).await.unwrap();
    let ada = app.user("ada@corp.example").await;
    let team = app.group("Team").await;

    fill_up(&app, id, 8 * MIB - 1).await;
    app.user("half@corp.example").await;
    app.user("more@corp.example").await;
    assert!(stored(&app, id).await > 8 * MIB);
    assert_eq!((count(&app, "token.half_spent").await, count(&app, "token.spent").await), (1, 0));

    fill_up(&app, id, 16 * MIB - 1).await;
    app.user("last@corp.example").await;
    assert!(stored(&app, id).await > 16 * MIB);
    assert_eq!((count(&app, "token.half_spent").await, count(&app, "token.spent").await), (1, 1));

    let before = of_changes(tables(&app).await);
    let rename = json!({"Operations": [{"op": "replace", "path": "displayName", "value": "Ada"}]});
    let bulk = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": [
        {"method": "POST", "path": "/Users", "bulkId": "1", "data": entra_user("bulk@corp.example")}]});
    for (method, path, body) in [
        (Method::POST, "/Users".to_owned(), Some(entra_user("eve@corp.example"))),
        (Method::PUT, format!("/Users/{ada}"), Some(entra_user("ada@corp.example"))),
        (Method::PATCH, format!("/Users/{ada}"), Some(rename.clone())),
        (Method::DELETE, format!("/Users/{ada}"), None),
        (Method::POST, "/Groups".to_owned(), Some(json!({"displayName": "Others"}))),
        (Method::PATCH, format!("/Groups/{team}"), Some(rename)),
        (Method::DELETE, format!("/Groups/{team}"), None),
        (Method::POST, "/Bulk".to_owned(), Some(bulk)),
    ] {
        let answer = app.scim(method.clone(), &path, body).await.expect(StatusCode::TOO_MANY_REQUESTS);
        let error = answer.json();
        assert_eq!((error["status"].as_str(), &error["scimType"]), (Some("429"), &Value::Null), "{method} {path}");
        let detail = error["detail"].as_str().unwrap();
        assert!(detail.contains("16 MiB") && detail.contains("the token’s page"), "{detail}");
        let wait: u64 = answer.header(header::RETRY_AFTER).parse().unwrap();
        assert!((1..=3_600).contains(&wait), "{wait}");
    }
    assert_same(&before, &of_changes(tables(&app).await), "a spent budget");
    // Reads are free, including those that are sent by POST.
    app.get(&format!("/Users/{ada}")).await.expect(StatusCode::OK);
    app.get("/Groups?filter=displayName+eq+%22Team%22").await.expect(StatusCode::OK);
    let search = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"]});
    app.post("/Users/.search", search).await.expect(StatusCode::OK);

    console.set_token_budget(id, 17, 60).await.unwrap();
    app.user("raised@corp.example").await;
    console.set_token_budget(id, 16, 60).await.unwrap();
    app.post("/Users", entra_user("lowered@corp.example")).await.expect(StatusCode::TOO_MANY_REQUESTS);
    app.clock.advance_minutes(60);
    app.user("next@corp.example").await;
    assert!(stored(&app, id).await < MIB);
}

async fn r01c_processes_share_a_budget_and_a_restart_keeps_it(app: TestApp) {
    let (console, id) = (app.console("gate-0001").await, token_id(&app).await);
    console.set_token_budget(id, 16, 60).await.unwrap();
    app.user("ada@corp.example").await;
    fill_up(&app, id, 16 * MIB).await;
    // Each process learns the sum when it first records what it has stored itself.
    for (number, process) in [&app.another().await, &app].into_iter().enumerate() {
        process.user(&format!("first-of-{number}@corp.example")).await;
        process.recorder.flush().await;
        process.post("/Users", entra_user("eve@corp.example")).await.expect(StatusCode::TOO_MANY_REQUESTS);
    }
}

async fn r01c_a_bulk_request_ends_where_the_budget_does(app: TestApp) {
    let (console, id) = (app.console("gate-0001").await, token_id(&app).await);
    console.set_token_budget(id, 16, 60).await.unwrap();
    fill_up(&app, id, 16 * MIB - 4_096).await;
    app.user("ada@corp.example").await;
    assert!(stored(&app, id).await < 16 * MIB);
    let operation = |number| {
        let user = entra_user(&format!("bulk-{number}@corp.example"));
        json!({"method": "POST", "path": "/Users", "bulkId": format!("{number}"), "data": user})
    };
    let operations: Vec<Value> = (0..20).map(operation).collect();
    let schemas = ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"];
    let answer = app.post("/Bulk", json!({"schemas": schemas, "Operations": operations})).await.expect(StatusCode::OK);
    let statuses: Vec<String> = answer.json()["Operations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|done| done["status"].as_str().unwrap().into())
        .collect();
    let made = statuses.iter().take_while(|status| *status == "201").count();
    assert!((1..10).contains(&made) && statuses[made..].iter().all(|status| status == "429"), "{statuses:?}");
}

async fn r01c_a_caller_that_hangs_up_is_charged(app: TestApp) {
    let id = token_id(&app).await;
    let directory = Directory::open(&app.env, Some(&app.token), None).await.unwrap();
    let mut number = 0;
    let mut abandoned = async || {
        number += 1;
        let user_name = format!("person-{number}@corp.example");
        let document = json!({"userName": user_name, "title": "x".repeat(20_000)}).to_string();
        let profile = Profile {
            user_name,
            external_id: None,
            display_name: None,
            given_name: None,
            family_name: None,
            employee_number: None,
            manager: None,
            active: true,
            emails: Vec::new(),
            values: Some(Vec::new()),
            document,
        };
        timeout(Duration::ZERO, directory.create_user(profile)).await.is_err()
    };
    let before = stored(&app, id).await;
    while !abandoned().await {}
    let charged = async {
        while stored(&app, id).await < before + 20_000 {
            sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(PATIENCE, charged).await.expect("a unit that was handed over is charged");
}

/// The size of the database, in bytes, after all writes.
async fn size(app: &TestApp) -> u64 {
    use sqlx::{Connection, PgConnection, SqliteConnection};
    app.recorder.flush().await;
    let url = app.database.url();
    let size: i64 = if url.starts_with("sqlite") {
        let mut connection = SqliteConnection::connect(url).await.unwrap();
        let pages = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()";
        sqlx::query_scalar(pages).fetch_one(&mut connection).await.unwrap()
    } else {
        let mut connection = PgConnection::connect(url).await.unwrap();
        sqlx::query_scalar("SELECT pg_database_size(current_database())").fetch_one(&mut connection).await.unwrap()
    };
    size.unsigned_abs()
}

async fn r01c_what_is_counted_bounds_what_the_database_grows_by(app: TestApp) {
    let id = token_id(&app).await;
    let work = async |from: usize, to: usize| {
        let group = app.group(&format!("Group {from}")).await;
        for number in from..to {
            let user = app.user(&format!("person-{number}@corp.example")).await;
            let member = json!([{"op": "add", "path": "members", "value": [{"value": user}]}]);
            app.patch(&format!("/Groups/{group}"), member).await;
            let title = json!([{"op": "replace", "path": "title", "value": format!("Analyst {number}")}]);
            app.patch(&format!("/Users/{user}"), title.clone()).await.expect(StatusCode::OK);
            app.patch(&format!("/Users/{user}"), title).await.expect(StatusCode::OK);
            if number % 4 == 0 {
                app.delete(&format!("/Users/{user}")).await.expect(StatusCode::NO_CONTENT);
            }
        }
    };
    // By then, tables and indexes have their first pages.
    work(0, 20).await;
    measure(&app, id, "ordinary changes", async || work(20, 220).await).await;
    // What makes a document most expensive: every value is stored in several forms.
    let addresses = async |from: usize, to: usize| {
        for number in from..to {
            let email = |at: usize| json!({"type": "other", "value": format!("{at}-of-{number}-{}@corp.example", "x".repeat(40))});
            let mut user = entra_user(&format!("many-{number}@corp.example"));
            user["emails"] = (0..400).map(email).collect();
            app.post("/Users", user).await.expect(StatusCode::CREATED);
        }
    };
    addresses(0, 5).await;
    measure(&app, id, "people of many addresses", async || addresses(5, 35).await).await;
}

/// Compares the count with the growth of the database.
async fn measure(app: &TestApp, id: TokenId, what: &str, work: impl AsyncFnOnce()) {
    let (size_before, stored_before) = (size(app).await, stored(app, id).await);
    work().await;
    let (grown, counted) = (size(app).await - size_before, stored(app, id).await - stored_before);
    println!("{what}: {counted} bytes counted, {grown} bytes grown: {:.2}", grown as f64 / counted as f64);
    assert!(grown <= counted * 3 / 2, "{what}: {counted} bytes counted, {grown} bytes grown");
}

async fn r01c_a_budget_is_shown_and_changed(app: TestApp) {
    let cookie = app.administrator("gate-0001").await;
    let id = token_id(&app).await;
    let page = async || app.page(&format!("/admin/sso/tokens/{id}"), Some(&cookie)).await.expect(StatusCode::OK).text;
    assert!(page().await.contains("of 1,024 MiB"));
    for wrong in ["mib=15&refusals=60", "mib=1048577&refusals=60", "mib=64&refusals=0", "mib=64&refusals=6001"] {
        let answer = app.form("/admin/api/set_token_budget", Some(&cookie), &format!("id={id}&{wrong}")).await;
        assert!(answer.status.is_client_error(), "{wrong}: {answer:?}");
    }
    let body = format!("id={id}&mib=64&refusals=7");
    app.form("/admin/api/set_token_budget", Some(&cookie), &body).await.expect(StatusCode::OK);
    let shown = page().await;
    assert!(shown.contains("of 64 MiB"), "{shown}");
    let entry = events(&app).await.pop().unwrap();
    assert_eq!(entry.event.action.as_str(), "token.changed");
    assert_eq!(entry.event.before.as_deref(), Some(r#"{"budget":1024,"refusals":60}"#));
    assert_eq!(entry.event.after.as_deref(), Some(r#"{"budget":64,"refusals":7}"#));
}
