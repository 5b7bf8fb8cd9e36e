//! R5: a directory cannot move the yardstick by which the guard measures it.

use crate::{
    guarantees::{
        a09_guard::{HOLD, deactivate, people, settle},
        common::count,
    },
    support::{TestApp, Value, entra_user, json},
};
use axum::http::StatusCode;
use domain::settings::{GuardMode, GuardSettings};

on_both!(
    r05_invented_people_widen_nothing,
    r05_the_percentage_has_a_ceiling,
    r05_a_deletion_after_a_counted_deactivation_counts_no_more,
    r05_a_person_who_was_never_counted_counts_when_deleted,
);

async fn r05_invented_people_widen_nothing(app: TestApp) {
    let real = people(&app, 60).await;
    let console = app.console("gate-0001").await;
    console.set_guard(HOLD).await.unwrap();
    for part in 0..3 {
        let create = |at: usize| {
            json!({"method": "POST", "path": "/Users", "bulkId": format!("b{at}"),
                "data": entra_user(&format!("fake-{part}-{at}@corp.example"))})
        };
        let operations: Vec<Value> = (0..100).map(create).collect();
        let bulk = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": operations});
        app.post("/Bulk", bulk).await.expect(StatusCode::OK);
    }
    crate::guarantees::common::maintain(&app).await;
    app.clock.advance_minutes(61);
    crate::guarantees::common::maintain(&app).await;
    let mut gone = 0;
    for id in &real {
        gone += usize::from(deactivate(&app, id).await.status == StatusCode::OK);
    }
    assert_eq!((gone, count(&app, "guard.held").await), (12, 1), "a fifth of sixty, whoever was invented");
}

async fn r05_the_percentage_has_a_ceiling(app: TestApp) {
    let real = people(&app, 80).await;
    let console = app.console("gate-0001").await;
    let guard = GuardSettings { mode: GuardMode::Hold, count: 3, percent: 50, cap: 5, minutes: 40 };
    console.set_guard(guard).await.unwrap();
    for id in &real[..5] {
        deactivate(&app, id).await.expect(StatusCode::OK);
    }
    deactivate(&app, &real[5]).await.expect(StatusCode::FORBIDDEN);
    assert_eq!(console.guard().await.unwrap().population, 80);
}

async fn r05_a_deletion_after_a_counted_deactivation_counts_no_more(app: TestApp) {
    let real = people(&app, 40).await;
    let console = app.console("gate-0001").await;
    console.set_guard(HOLD).await.unwrap();
    for id in &real[..10] {
        deactivate(&app, id).await.expect(StatusCode::OK);
    }
    // Entra deletes for good 30 days later.
    app.clock.advance_minutes(31 * 24 * 60);
    crate::guarantees::common::maintain(&app).await;
    for id in &real[..10] {
        app.delete(&format!("/Users/{id}")).await.expect(StatusCode::NO_CONTENT);
    }
    for id in &real[10..20] {
        deactivate(&app, id).await.expect(StatusCode::OK);
    }
    deactivate(&app, &real[20]).await.expect(StatusCode::FORBIDDEN);
}

async fn r05_a_person_who_was_never_counted_counts_when_deleted(app: TestApp) {
    let mut asleep = Vec::new();
    for at in 0..14 {
        let mut user = entra_user(&format!("asleep-{at}@corp.example"));
        user["active"] = json!(false);
        asleep.push(app.post("/Users", user).await.expect(StatusCode::CREATED).id());
    }
    settle(&app).await;
    let console = app.console("gate-0001").await;
    console.set_guard(HOLD).await.unwrap();
    for id in &asleep[..10] {
        app.delete(&format!("/Users/{id}")).await.expect(StatusCode::NO_CONTENT);
    }
    app.delete(&format!("/Users/{}", asleep[10])).await.expect(StatusCode::FORBIDDEN);
}
