//! R15: the guard's page, with its undo button, costs the same however long the audit log is.

use crate::{
    guarantees::a09_guard::{deactivate, people},
    support::{Database, TestApp},
};
use axum::http::StatusCode;
use domain::guard::Undone;
use sqlx::{Connection, PgConnection, SqliteConnection};

on_both!(r15_guard_page_says_what_an_undo_did_without_the_log, r15_guard_page_undoes_any_time_and_some_people);

async fn forget_the_log(database: &Database) {
    let url = database.url();
    if url.starts_with("sqlite") {
        let mut connection = SqliteConnection::connect(url).await.unwrap();
        sqlx::query("DELETE FROM audit_events").execute(&mut connection).await.unwrap();
    } else {
        let mut connection = PgConnection::connect(url).await.unwrap();
        sqlx::query("DELETE FROM audit_events").execute(&mut connection).await.unwrap();
    }
}

async fn r15_guard_page_says_what_an_undo_did_without_the_log(app: TestApp) {
    let users = people(&app, 30).await;
    for id in &users[..12] {
        deactivate(&app, id).await.expect(StatusCode::OK);
    }
    let console = app.console("gate-0001").await;
    let batch = console.guard().await.unwrap().batches[0].batch.id;
    console.undo_batch(batch, false, None).await.unwrap();
    forget_the_log(&app.database).await;
    let batch = console.guard().await.unwrap().batches.remove(0).batch;
    assert_eq!(batch.undone, Some(Undone { restored: 12, failed: 0 }));
    let cookie = app.administrator("gate-0002").await;
    let page = app.page("/admin/sso/guard", Some(&cookie)).await.expect(StatusCode::OK).text;
    assert!(page.contains("12 people lost access"), "{page}");
}

async fn r15_guard_page_undoes_any_time_and_some_people(app: TestApp) {
    let users = people(&app, 30).await;
    for id in &users[..3] {
        deactivate(&app, id).await.expect(StatusCode::OK);
    }
    let now = app.env.now();
    let minute = |moment: domain::Timestamp| moment.to_string()[..16].to_owned();
    let (from, until) = (minute(now.plus_days(-1)), minute(now));
    let cookie = app.administrator("gate-0001").await;
    let address = format!("/admin/sso/guard?token=&from={from}&until={until}");
    let page = app.page(&address, Some(&cookie)).await.expect(StatusCode::OK).text;
    assert!(page.contains("3 people lost access") && page.contains("name=\"people[2]\""), "{page}");
    let span = format!("token=&from={from}&until={until}");
    let some = format!("{span}&chosen=true&people[0]={}&people[2]={}", users[0], users[2]);
    let undo = async |body: &str| app.form("/admin/api/undo_span", Some(&cookie), body).await;
    let none = undo(&format!("{span}&chosen=true")).await;
    assert_eq!(none.json()["kind"], "invalid", "{}", none.text);
    assert_eq!(app.get("/Users?filter=active%20eq%20false").await.total(), 3);
    undo(&some).await;
    assert_eq!(app.get("/Users?filter=active%20eq%20false").await.total(), 1);
    undo(&span).await;
    assert_eq!(app.get("/Users?filter=active%20eq%20false").await.total(), 0);
}
