//! A drill's codes are in its alerts and nowhere else.

use crate::{
    guarantees::common::{count, events},
    support::TestApp,
};
use axum::http::StatusCode;
use domain::alert::{drill_code, register};
use sha2::{Digest, Sha256};

on_both!(r28_drill_codes_stand_in_the_alerts_alone);

async fn r28_drill_codes_stand_in_the_alerts_alone(app: TestApp) {
    register(&app.env, vec!["mail".to_owned()]).await.unwrap();
    let cookie = app.administrator("gate-0001").await;
    app.form("/admin/api/start_drill", Some(&cookie), "").await.expect(StatusCode::OK);
    assert_eq!(count(&app, "drill.started").await, 1);
    let log = events(&app).await;
    let started = log.iter().find(|entry| entry.event.action.as_str() == "drill.started").unwrap();
    let code = drill_code(&app.env, started, "mail").await.unwrap().unwrap();
    for page in ["/admin/break-glass", "/admin/audit"] {
        let answer = app.page(page, Some(&cookie)).await.expect(StatusCode::OK);
        assert!(!answer.text.contains(&code), "{page}");
    }
    let export = app.form("/admin/audit/export.jsonl", Some(&cookie), "").await.expect(StatusCode::OK);
    assert!(!export.text.contains(&code));
    // Nothing in the event reveals the code, even if it is known how codes are made.
    let facts: serde_json::Value = serde_json::from_str(started.event.after.as_deref().unwrap()).unwrap();
    let id: uuid::Uuid = facts["drill"].as_str().unwrap().parse().unwrap();
    let digest = Sha256::new().chain_update(id.as_bytes()).chain_update("mail").finalize();
    let computed = u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]]) % 1_000_000;
    assert_ne!(code, format!("{computed:06}"));
    let read = async |code: &str| {
        app.form("/admin/api/read_drill_code", Some(&cookie), &format!("channel=mail&code={code}")).await.status
    };
    assert_eq!(read(&format!("{computed:06}")).await, StatusCode::CONFLICT);
    assert_eq!(read(&code).await, StatusCode::OK);
}
