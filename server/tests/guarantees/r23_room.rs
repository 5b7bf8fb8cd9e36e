//! Disk space: what is left when it is low belongs to the rescuer, and if nothing can be written, that is reported.

use crate::{
    guarantees::{
        common::events,
        rescuer::Rescuer,
        small_disk::{Filler, is_inside, reserve},
    },
    support::{Answer, TestApp, Value, entra_user},
};
use axum::http::StatusCode;
use domain::{
    UserId,
    alert::{next, register, tried},
    audit::{Action, Event, Lane},
    health::Watch,
    identity::Who,
};
use sqlx::{Connection, PgConnection};
use std::{os::unix::fs::PermissionsExt, process::Output, time::Duration};
use tokio::{process::Command, time::sleep};

/// Tries to create users until one is created.
async fn until_directories_write(app: &TestApp) {
    for number in 0..120 {
        let answer = app.post("/Users", entra_user(&format!("later{number}@corp.example"))).await;
        if answer.status == StatusCode::CREATED {
            return;
        }
        assert_refused(&answer);
        sleep(Duration::from_millis(500)).await;
    }
    panic!("directories are refused for ever");
}

#[track_caller]
fn assert_refused(answer: &Answer) {
    assert_eq!(answer.status, StatusCode::INSUFFICIENT_STORAGE, "{}", answer.text);
    assert_eq!(answer.json()["status"], Value::from("507"));
    assert!(answer.json()["detail"].as_str().unwrap().contains("Free some space"), "{}", answer.text);
    assert!(!answer.header("retry-after").is_empty());
}

async fn ready(app: &TestApp) -> (StatusCode, String) {
    let answer = app.page("/readyz", None).await;
    (answer.status, answer.text)
}

/// Adds half a megabyte to the audit log, as an administrator.
async fn write_much(app: &TestApp) -> domain::Result<()> {
    let event = Event::new(app.env.now(), Who::Host, None, Action::SignedOut);
    let event = event.on(Default::default(), &"x".repeat(500_000));
    app.env.store.write(event, |event, tx| Box::pin(async move { tx.append_event(event).await })).await
}

async fn told(app: &TestApp) -> Vec<&'static str> {
    let actions = events(app).await.into_iter().map(|entry| entry.event.action.as_str());
    actions.filter(|action| action.starts_with("storage.")).collect()
}

/// What a host command prints, on the database of the test.
async fn host(app: &TestApp, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_postern"));
    command.args(arguments).env("POSTERN_DATABASE_URL", app.database.url()).output().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn r01d_a_full_disk_stops_directories_and_nobody_else() {
    if !is_inside() {
        return;
    }
    let app = TestApp::sqlite().await;
    let (mut rescuer, mut watch) = (Rescuer::new(&app).await, Watch::default());
    let (deleted, token) = (app.user("ada@corp.example").await, app.host.tokens().await.unwrap()[0].id);
    app.delete(&format!("/Users/{deleted}")).await.expect(StatusCode::NO_CONTENT);
    let console = app.console("gate-0002").await;
    app.env.store.keep_reserve().await;
    register(&app.env, vec!["mail".to_owned()]).await.unwrap();
    let reserve = reserve(app.database.url());
    assert_eq!(reserve.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    watch.look(&app.env).await.unwrap();
    assert!(told(&app).await.is_empty());

    let filler = Filler::new();
    assert_refused(&app.post("/Users", entra_user("grace@corp.example")).await);
    let page = rescuer.gets_in(&app).await;
    assert!(page.text.contains("SCIM is read-only: disk space is low"));
    for _ in 0..4 {
        write_much(&app).await.unwrap();
    }
    assert!(!reserve.exists(), "that took the reserve");
    assert_refused(&app.post("/Users", entra_user("grace@corp.example")).await);
    let (status, said) = ready(&app).await;
    assert!(status == StatusCode::OK && said.contains("disk space is low"), "{status} {said}");
    watch.look(&app.env).await.unwrap();
    assert_eq!(told(&app).await, ["storage.read_only"]);
    let mut actions = Vec::new();
    while let Some((channel, entry)) = next(&app.env, "mail", Lane::Urgent).await.unwrap() {
        actions.push(entry.event.action);
        tried(&app.env, channel, &entry, None).await.unwrap();
    }
    assert!(actions.contains(&Action::StorageReadOnly), "alerts are sent on a full disk too: {actions:?}");
    console.restore_user(UserId(deleted.parse().unwrap())).await.unwrap();
    rescuer.gets_in(&app).await;
    app.get("/Users").await.expect(StatusCode::OK);
    app.host.set_provisioning(false).await.unwrap();
    app.host.set_provisioning(true).await.unwrap();

    drop(filler);
    until_directories_write(&app).await;
    app.env.store.keep_reserve().await;
    assert!(reserve.exists());
    for _ in 0..2 {
        watch.look(&app.env).await.unwrap();
        assert_eq!(told(&app).await, ["storage.read_only"], "not before it has lasted");
    }
    app.clock.advance_minutes(2);
    watch.look(&app.env).await.unwrap();
    assert_eq!(told(&app).await, ["storage.read_only", "storage.writable"]);
    app.host.revoke_token(token).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn r01d_the_host_rescues_on_a_full_disk() {
    if !is_inside() {
        return;
    }
    let app = TestApp::sqlite().await;
    app.break_glass("gate-7f3k").await;
    let token = app.host.tokens().await.unwrap()[0].id.to_string();
    // With and without a running server.
    for server_runs in [true, false] {
        app.env.store.keep_reserve().await;
        if !server_runs {
            app.env.store.close().await;
        }
        let filler = Filler::new();
        for command in [&["break-glass", "recover"][..], &["token", "revoke", &token], &["scim", "disable"]] {
            let output = host(&app, command).await;
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(output.status.success(), "{command:?}, with a server: {server_runs}: {said}");
        }
        drop(filler);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn r23_a_server_that_cannot_write_says_so() {
    if !is_inside() {
        return;
    }
    let app = TestApp::sqlite().await;
    let (cookie, mut watch) = (app.administrator("gate-7f3k").await, Watch::default());
    assert_eq!(ready(&app).await.0, StatusCode::OK);
    let filler = Filler::new();
    // There is no reserve.
    while write_much(&app).await.is_ok() {}
    let (status, said) = ready(&app).await;
    assert!(status == StatusCode::SERVICE_UNAVAILABLE && said.contains("read-only"), "{status} {said}");
    let page = app.page("/admin/users", Some(&cookie)).await.expect(StatusCode::OK);
    assert!(page.text.contains("Postern is read-only"));
    assert!(watch.look(&app.env).await.is_err(), "there is no room to tell it");
    drop(filler);
    watch.look(&app.env).await.unwrap();
    assert_eq!(told(&app).await, ["storage.read_only"], "told as soon as it can be");
    assert_eq!(ready(&app).await.0, StatusCode::OK);
}

const NO_ROOM: &str = "CREATE SEQUENCE tries;
    CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        PERFORM nextval('tries');
        RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full';
    END $$;
    CREATE TRIGGER no_room BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION no_room()";

const READ_ONLY: &str = "CREATE FUNCTION read_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        RAISE EXCEPTION 'cannot execute INSERT in a read-only transaction' USING ERRCODE = 'read_only_sql_transaction';
    END $$;
    CREATE TRIGGER read_only BEFORE INSERT ON audit_pending FOR EACH ROW EXECUTE FUNCTION read_only()";

#[tokio::test]
async fn r01d_a_server_without_room_is_left_alone_by_directories() {
    let app = TestApp::postgres().await;
    let mut rescuer = Rescuer::new(&app).await;
    let mut connection = PgConnection::connect(app.database.url()).await.unwrap();
    sqlx::raw_sql(NO_ROOM).execute(&mut connection).await.unwrap();
    for _ in 0..20 {
        assert_refused(&app.post("/Users", entra_user("ada@corp.example")).await);
    }
    let tries: i64 = sqlx::query_scalar("SELECT last_value FROM tries").fetch_one(&mut connection).await.unwrap();
    assert!((1..20).contains(&tries), "{tries} of 20 were tried");
    let page = rescuer.gets_in(&app).await;
    assert!(page.text.contains("SCIM is read-only: disk space is low"));
    assert!(ready(&app).await.1.contains("disk space is low"));
    sqlx::raw_sql("DROP TRIGGER no_room ON users").execute(&mut connection).await.unwrap();
    until_directories_write(&app).await;
    assert_eq!(ready(&app).await.1, "ready\n");
}

#[tokio::test]
async fn r23_a_database_that_only_reads_is_told_of() {
    let app = TestApp::postgres().await;
    let cookie = app.administrator("gate-7f3k").await;
    let mut connection = PgConnection::connect(app.database.url()).await.unwrap();
    sqlx::raw_sql(READ_ONLY).execute(&mut connection).await.unwrap();
    assert!(write_much(&app).await.is_err());
    let (status, said) = ready(&app).await;
    assert!(status == StatusCode::SERVICE_UNAVAILABLE && said.contains("read-only"), "{status} {said}");
    let page = app.page("/admin/users", Some(&cookie)).await.expect(StatusCode::OK);
    assert!(page.text.contains("Postern is read-only"));
    sqlx::raw_sql("DROP TRIGGER read_only ON audit_pending").execute(&mut connection).await.unwrap();
    write_much(&app).await.unwrap();
    assert_eq!(ready(&app).await.0, StatusCode::OK);
}
