//! R36: nothing in a document passes for a fact of Postern's own in the audit log, and the log names who really joined
//! a group and who left it.

use crate::support::{Answer, TestApp, Value, json};
use axum::http::StatusCode;
use domain::audit::{Action, Entry, WORDS};
use serde_json::Map;
use uuid::Uuid;

on_both!(
    r36_no_attribute_passes_for_a_fact,
    r36_strangers_hide_no_member,
    r36_who_leaves_is_named,
    r36_the_first_are_named_and_the_others_counted
);

/// The facts' words that can be the name of an attribute; RFC 7643 §2.1 allows no blanks in one.
fn names() -> impl Iterator<Item = &'static str> {
    WORDS.into_iter().filter(|word| !word.contains(' '))
}

/// A value for each of them, as an attacker would set it.
fn forged(round: &str) -> Map<String, Value> {
    names().map(|word| (word.to_owned(), json!(format!("{round} {word}")))).collect()
}

/// A document with them.
fn document(name: &str, value: &str, round: &str) -> Value {
    let mut document = forged(round);
    document.insert(name.to_owned(), json!(value));
    Value::Object(document)
}

/// The last event, except for that of the token's first use, which is recorded a moment later.
async fn last_event(app: &TestApp) -> Entry {
    let mut events = app.host.events_after(0).await.unwrap();
    events.retain(|entry| entry.event.action != Action::TokenFirstUsed);
    events.pop().unwrap()
}

fn after(entry: &Entry) -> Value {
    serde_json::from_str(entry.event.after.as_deref().unwrap()).unwrap()
}

async fn r36_no_attribute_passes_for_a_fact(app: TestApp) {
    let cookie = app.administrator("gate-0001").await;
    for (kind, name) in [("/Users", "userName"), ("/Groups", "displayName")] {
        let created = app.post(kind, document(name, "ada", "created")).await.expect(StatusCode::CREATED);
        has_attributes(&app, &cookie, "created").await;
        let path = format!("{kind}/{}", created.id());
        let add = json!([{"op": "replace", "value": forged("patched")}]);
        change(&app, &path, add).await;
        has_attributes(&app, &cookie, "patched").await;
        app.put(&path, document(name, "ada", "put")).await.expect(StatusCode::OK);
        has_attributes(&app, &cookie, "put").await;
        app.delete(&path).await.expect(StatusCode::NO_CONTENT);
        shows_no_fact(&event_page(&app, &cookie).await, "deleted");
    }
    for word in WORDS.into_iter().filter(|word| word.contains(' ')) {
        app.post("/Users", json!({"userName": "eve", word: "x"})).await.expect(StatusCode::BAD_REQUEST);
    }
    let list = app.page("/admin/audit", Some(&cookie)).await.expect(StatusCode::OK);
    for words in ["counted in a summary", "Why</th>", "What was wanted</th>", "Brought back</th>"] {
        assert!(!list.text.contains(words), "{words}");
    }
}

/// Whether the last event shows every value among the attributes that changed, and states nothing.
async fn has_attributes(app: &TestApp, cookie: &str, round: &str) {
    let entry = last_event(app).await;
    let recorded = after(&entry);
    for word in names() {
        assert_eq!(recorded.get(word), None, "{round}: an export would have it as a fact");
        assert_eq!(recorded[format!("attribute {word}")], json!(format!("{round} {word}")));
    }
    let page = event_page(app, cookie).await;
    shows_no_fact(&page, round);
    let (_, table) = page.text.split_once("<caption>Attributes that changed</caption>").unwrap();
    let (table, _) = table.split_once("</table>").unwrap();
    for word in names() {
        assert!(table.contains(&format!("{round} {word}</td>")), "{round} {word}");
    }
}

async fn event_page(app: &TestApp, cookie: &str) -> Answer {
    let seq = last_event(app).await.seq;
    app.page(&format!("/admin/audit/{seq}"), Some(cookie)).await.expect(StatusCode::OK)
}

fn shows_no_fact(page: &Answer, round: &str) {
    assert!(!page.text.contains("Stated by Postern"), "{round}");
    for label in ["Why", "Proven with", "Alert", "Brought back", "What was wanted"] {
        assert!(!page.text.contains(&format!("<th scope=\"row\">{label}</th>")), "{round}: {label}");
    }
}

async fn change(app: &TestApp, path: &str, operations: Value) {
    let answer = app.patch(path, operations).await;
    assert!(answer.status.is_success(), "{}", answer.text);
}

fn members(ids: &[String]) -> Value {
    json!(ids.iter().map(|id| json!({"value": id})).collect::<Vec<_>>())
}

async fn r36_strangers_hide_no_member(app: TestApp) {
    let cookie = app.administrator("gate-0001").await;
    let (ada, team, inner) = (app.user("ada").await, app.group("team").await, app.group("inner").await);
    let mut ids: Vec<String> = (0..59).map(|number| Uuid::from_u128(number + 1).to_string()).collect();
    ids.extend([ada.clone(), inner.clone()]);
    let add = json!([{"op": "add", "path": "members", "value": members(&ids)}]);
    change(&app, &format!("/Groups/{team}"), add.clone()).await;
    let mut joined = [ada.clone(), inner];
    joined.sort();
    assert_eq!(after(&last_event(&app).await), json!({"members joined": joined}));
    let page = event_page(&app, &cookie).await;
    let (_, stated) = page.text.split_once("<caption>Stated by Postern</caption>").unwrap();
    assert!(stated.contains("<th scope=\"row\">Members joined</th>") && stated.contains(&ada));
    let before = last_event(&app).await.seq;
    change(&app, &format!("/Groups/{team}"), add).await;
    assert_eq!(last_event(&app).await.seq, before, "nobody joined");
}

async fn r36_who_leaves_is_named(app: TestApp) {
    let mut ids = [app.user("ada").await, app.user("bob").await, app.user("eve").await];
    ids.sort();
    let group = json!({"displayName": "team", "members": members(&ids)});
    let team = format!("/Groups/{}", app.post("/Groups", group).await.expect(StatusCode::CREATED).id());
    let created = last_event(&app).await;
    assert_eq!((created.event.action, &after(&created)["members joined"]), (Action::GroupCreated, &json!(ids)));
    let put = json!({"displayName": "team", "members": members(&ids[..2])});
    app.put(&team, put).await.expect(StatusCode::OK);
    assert_eq!(after(&last_event(&app).await), json!({"members left": [ids[2]]}));
    change(&app, &team, json!([{"op": "remove", "path": "members"}])).await;
    assert_eq!(after(&last_event(&app).await), json!({"members left": ids[..2]}));
}

/// Attributes in any number crowd no member out of the event.
async fn r36_the_first_are_named_and_the_others_counted(app: TestApp) {
    let mut ids = Vec::new();
    for number in 0..60 {
        ids.push(app.user(&format!("u{number}")).await);
    }
    ids.sort();
    let mut expected: Vec<String> = ids[..50].to_vec();
    expected.push("and 10 more".to_owned());
    let team = format!("/Groups/{}", app.group("team").await);
    let things: Vec<Value> = (0..20).map(|number| json!({"value": number.to_string(), "a": "x"})).collect();
    let junk: Map<String, Value> = (0..20).map(|number| (format!("junk{number}"), json!(things))).collect();
    let add = |ids: &[String]| json!({"op": "add", "path": "members", "value": members(ids)});
    change(&app, &team, json!([add(&ids), {"op": "add", "value": junk}])).await;
    assert_eq!(after(&last_event(&app).await)["members joined"], json!(expected));
    let mut operations = vec![json!({"op": "remove", "path": "members"})];
    for number in 0..20 {
        operations.push(json!({"op": "replace", "path": format!("junk{number}.a"), "value": "y"}));
    }
    change(&app, &team, json!(operations)).await;
    assert_eq!(after(&last_event(&app).await)["members left"], json!(expected));
}
