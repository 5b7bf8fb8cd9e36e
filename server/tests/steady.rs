//! Steady state: a sync that sends only what is new is told from one that repeats itself.

use crate::support::{TestApp, Value, entra_user, json};
use axum::http::{Method, StatusCode};
use domain::{
    Clock,
    console::{Console, Expiry, SyncReport},
    cycle::Sync,
    maintenance::Maintenance,
    tally,
};
use std::time::Duration;

on_both!(
    a_noisy_sync_is_named_and_a_clean_one_is_steady,
    a_bulk_request_is_watched_like_single_calls,
    what_is_missing_of_people_is_counted,
);

/// One cycle in six hours, for 30 days.
const CYCLES: usize = 120;
const PAUSE_MINUTES: i64 = 6 * 60;

async fn patch(app: &TestApp, token: &str, path: &str, operations: Value) {
    app.scim_as(token, Method::PATCH, path, Some(json!({"Operations": operations}))).await.expect(StatusCode::OK);
}

fn replace(path: &str, value: Value) -> Value {
    json!([{"op": "Replace", "path": path, "value": value}])
}

/// Counts what was called, after a pause.
async fn pass(app: &TestApp, minutes: i64) {
    app.recorder.flush().await;
    app.clock.advance_minutes(minutes);
    tally::keep(&app.env).await.unwrap();
}

async fn report(console: &Console, name: &str) -> SyncReport {
    let found = console.steady_state().await.unwrap();
    found.syncs.into_iter().find(|sync| sync.token.name == name).unwrap()
}

async fn token(console: &Console, name: &str) -> String {
    console.create_token(name, Expiry::Never).await.unwrap().secret
}

async fn a_noisy_sync_is_named_and_a_clean_one_is_steady(app: TestApp) {
    let console = app.console("gate-0001").await;
    let noisy = token(&console, "noisy").await;
    let (rule, clean) = (token(&console, "rule").await, token(&console, "clean").await);
    let people = [app.user("ada@corp.example").await, app.user("grace@corp.example").await];
    let newcomer = app.user("new@corp.example").await;
    for cycle in 0..CYCLES {
        for id in &people {
            let path = format!("/Users/{id}");
            patch(&app, &noisy, &path, replace("manager", json!("26118915"))).await;
            patch(&app, &noisy, &path, replace("emails[type eq \"work\"].value", json!("mail@corp.example"))).await;
        }
        let ada = format!("/Users/{}", people[0]);
        patch(&app, &noisy, &ada, replace("shoeSize", json!("39"))).await;
        patch(&app, &noisy, &ada, replace("displayName", json!("Ada King"))).await;
        patch(&app, &rule, &ada, replace("displayName", json!("King, Ada"))).await;
        // A person who changes all the time is no noise.
        patch(&app, &clean, &format!("/Users/{newcomer}"), replace("title", json!(format!("Title {cycle}")))).await;
        pass(&app, PAUSE_MINUTES).await;
    }

    let found = report(&console, "noisy").await;
    assert_eq!(found.sync, Sync::Noisy { repeated: 2 });
    let named: Vec<_> =
        found.noise.iter().map(|noise| (noise.attributes.as_str(), noise.resources, noise.undone)).collect();
    let email = "emails[type eq \"work\"].value";
    assert_eq!(named, [(email, 2, 0), ("manager", 2, 0), ("displayName", 1, 1), ("shoeSize", 1, 0)]);
    assert_eq!(found.noise[0].cycles, CYCLES as u64);
    let example = found.noise[2].example.as_ref().unwrap();
    assert_eq!((example.0.to_string(), example.1.as_deref()), (people[0].clone(), Some("King, Ada")));
    assert_eq!(found.interval.map(|interval| interval / 60_000), Some(PAUSE_MINUTES));
    let found = report(&console, "rule").await;
    assert_eq!((found.sync, found.noise[0].undone), (Sync::Noisy { repeated: 1 }, 1));
    let found = report(&console, "clean").await;
    assert!(matches!(found.sync, Sync::Steady { .. }), "{:?}", found.sync);
    assert_eq!((found.cycles.len(), found.noise.len()), (20, 0));

    let cookie = app.administrator("gate-0002").await;
    let page = app.page("/admin/sso/steady", Some(&cookie)).await.expect(StatusCode::OK).text;
    for words in ["Not steady", "Steady", "enterprise:2.0:User:", "sets it back", "shoeSize"] {
        assert!(page.contains(words), "{words}");
    }
    assert!(app.page("/admin", Some(&cookie)).await.text.contains("The same changes are sent again and again"));

    // Once the mapping is right, it takes one cycle.
    let quiet = async || {
        patch(&app, &noisy, &format!("/Users/{newcomer}"), replace("nickName", json!(app.clock.now().to_string())))
            .await;
        pass(&app, PAUSE_MINUTES).await;
    };
    quiet().await;
    assert!(matches!(report(&console, "noisy").await.sync, Sync::Steady { .. }));
    // Twice the longest pause later.
    app.clock.advance_minutes(2 * PAUSE_MINUTES);
    assert!(matches!(report(&console, "noisy").await.sync, Sync::Silent { .. }));
    // After a month of silence nothing of this is kept.
    app.clock.advance_minutes(31 * 24 * 60);
    let mut maintenance = Maintenance::new(app.env.clone());
    for hours in 0..3 {
        maintenance.run(Duration::from_secs(40 * 86_400 + hours * 3_600)).await.unwrap();
    }
    assert!(console.steady_state().await.unwrap().syncs.is_empty());
}

async fn a_bulk_request_is_watched_like_single_calls(app: TestApp) {
    let id = app.user("ada@corp.example").await;
    pass(&app, 60).await;
    for _ in 0..3 {
        let data = json!({"Operations": [{"op": "replace", "path": "title", "value": "Boss"}]});
        let operation = json!({"method": "PATCH", "path": format!("/Users/{id}"), "data": data});
        app.post("/Bulk", json!({"Operations": [operation]})).await.expect(StatusCode::OK);
        app.put(&format!("/Users/{id}"), json!({"userName": "ada@corp.example", "title": "Boss"})).await;
        pass(&app, 60).await;
    }
    let found = report(&app.console("gate-0001").await, "Entra production").await;
    assert_eq!(found.sync, Sync::Noisy { repeated: 1 });
    let named: Vec<_> = found.noise.iter().map(|noise| noise.attributes.as_str()).collect();
    assert_eq!(named, ["", "title"]);
}

async fn what_is_missing_of_people_is_counted(app: TestApp) {
    app.post("/Users", entra_user("ada@corp.example")).await.expect(StatusCode::CREATED);
    app.post("/Users", json!({"userName": "bare"})).await.expect(StatusCode::CREATED);
    app.post("/Users", json!({"userName": "odd", "externalId": "ada.lovelace"})).await.expect(StatusCode::CREATED);
    let found = app.console("gate-0001").await.steady_state().await.unwrap().provisioned;
    assert_eq!((found.users, found.no_display_name, found.no_email), (3, 2, 2));
    assert_eq!(found.no_external_id, 1);
    assert_eq!(found.no_guid, 2);
}
