//! R41: undoing a rename restores the real e-mail address, however many others were added next to it first.

use crate::support::{TestApp, Value, json};
use axum::http::StatusCode;
use domain::guard::{Span, Undone};

on_both!(r41_padding_does_not_keep_the_real_address_from_coming_back, r41_small_lists_are_as_they_were);

/// Gives a user these lists of addresses one after the other, undoes everything, and returns the list after that.
async fn undone(app: &TestApp, lists: &[Value]) -> Value {
    let from = app.env.now();
    let first = json!({"userName": "vera", "emails": lists[0]});
    let user = format!("/Users/{}", app.post("/Users", first).await.expect(StatusCode::CREATED).id());
    for list in &lists[1..] {
        app.put(&user, json!({"userName": "vera", "emails": list})).await.expect(StatusCode::OK);
    }
    app.clock.advance_minutes(1);
    let console = app.console("gate-0001").await;
    let span = Span { token: None, from, until: app.env.now() };
    let progress = console.undo_span(span, false, None).await.unwrap();
    assert_eq!((progress.is_over, progress.undone), (true, Undone { restored: 1, failed: 0 }));
    let found = app.get("/Users?filter=emails.value%20eq%20%22v@corp.example%22").await.expect(StatusCode::OK).json();
    assert_eq!(found["totalResults"], 1, "the look-ups know it, too");
    let evil = "/Users?filter=emails.value%20eq%20%22attacker@evil.example%22";
    assert_eq!(app.get(evil).await.expect(StatusCode::OK).json()["totalResults"], 0);
    app.get(&user).await.expect(StatusCode::OK).json()["emails"].take()
}

fn real() -> Value {
    json!({"value": "v@corp.example", "primary": true})
}

fn attacker() -> Value {
    json!({"value": "attacker@evil.example", "primary": true})
}

async fn r41_padding_does_not_keep_the_real_address_from_coming_back(app: TestApp) {
    let mut padded: Vec<Value> = (0..5).map(|at| json!({"value": format!("{}{at}", "p".repeat(1_500))})).collect();
    padded.push(real());
    let emails = undone(&app, &[json!([real()]), json!(padded), json!([attacker()])]).await;
    assert_eq!(emails, json!(padded));
}

async fn r41_small_lists_are_as_they_were(app: TestApp) {
    let two = json!([{"value": "home@corp.example", "display": "Home"}, real()]);
    let emails = undone(&app, &[json!([real()]), two.clone(), json!([attacker()])]).await;
    assert_eq!(emails, two);
}
