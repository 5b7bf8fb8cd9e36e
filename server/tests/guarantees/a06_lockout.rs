//! A6, A40: whatever a directory does, the break-glass accounts stay as they are, and every change leaves one event.

mod model;
mod steps;

use crate::{
    guarantees::common::{Dice, assert_same, events, of_break_glass, setting, tables, verify_chain, without},
    support::TestApp,
};
use axum::http::StatusCode;
use domain::{
    identity::Who,
    token::{ClientProfile, Token},
};
use model::Model;
use std::{collections::BTreeMap, time::Instant};
use steps::Walk;

on_both!(a06_no_directory_locks_the_administrators_out);

/// How often an administrator signs in with a break-glass account: once in this many operations.
const LOOK: u64 = 1_000;

async fn a06_no_directory_locks_the_administrators_out(app: TestApp) {
    let operations = setting("POSTERN_OPERATIONS", 3_000);
    let door = Door::make(&app).await;
    mean_what_the_rfc_says(&app).await;
    let before = tables(&app).await;
    let mut walk = Walk::new(&app, Dice::of_environment(), door.id.clone());
    let started = Instant::now();
    for operation in 1..=operations {
        walk.step().await;
        if operation % LOOK == 0 || operation == operations {
            app.clock.advance_minutes(1);
            door.is_open(&app).await;
        }
    }
    println!("{operations} operations in {:.1} s: {:?}", started.elapsed().as_secs_f64(), walk.model.changes);
    assert_eq!(Model::listed(&app).await, walk.model.listing());
    // The account was used now and then, which is recorded with the account and the browser.
    let opened = [("break_glass_accounts", "proven"), ("break_glass_devices", "created")];
    let untouched = |tables| without(of_break_glass(tables), &opened);
    assert_same(&untouched(before), &untouched(tables(&app).await), "after all operations");
    assert_eq!(recorded(&app).await, walk.model.changes);
    verify_chain(&app).await;
}

/// The walk uses every client's dialect with one token. Its `replace` of members is the RFC's, which removes people,
/// although its other requests would make it look like Entra.
async fn mean_what_the_rfc_says(app: &TestApp) {
    let token = app.host.tokens().await.unwrap().remove(0);
    let token = Token { profile: Some(ClientProfile::Generic), profile_set: true, ..token };
    let written = app.env.store.write(token, |token, tx| Box::pin(async move { tx.update_token(token).await }));
    written.await.unwrap();
}

/// How many changes by a directory the audit log records, by action.
async fn recorded(app: &TestApp) -> BTreeMap<&'static str, u64> {
    let mut recorded = BTreeMap::new();
    for entry in events(app).await {
        let action = entry.event.action.as_str();
        if matches!(entry.event.actor, Who::Token { .. })
            && (action.starts_with("user.") || action.starts_with("group."))
        {
            *recorded.entry(action).or_default() += 1;
        }
    }
    recorded
}

/// The way in, from a browser that has used it before.
struct Door {
    id: String,
    secret: String,
    device: String,
}

impl Door {
    async fn make(app: &TestApp) -> Self {
        let secret = app.break_glass(steps::RESERVED).await;
        let form = format!("name={}&secret={secret}&next=", steps::RESERVED);
        let answer = app.form("/login", None, &form).await.expect(StatusCode::SEE_OTHER);
        let id = app.host.break_glass().await.unwrap()[0].account.id.to_string();
        Self { id, secret, device: answer.set_cookie("__Host-postern-device=").unwrap() }
    }

    async fn is_open(&self, app: &TestApp) {
        let form = format!("name={}&secret={}&next=", steps::RESERVED, self.secret);
        let answer = app.form("/login", Some(&self.device), &form).await.expect(StatusCode::SEE_OTHER);
        app.page("/admin/users", answer.cookie().as_deref()).await.expect(StatusCode::OK);
    }
}
