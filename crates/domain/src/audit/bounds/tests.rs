use super::*;
use crate::{
    Timestamp, TokenId,
    audit::{Action, Change},
    identity::{Person, PersonId, Who},
};

fn event(before: &Value, after: &Value) -> Event {
    let change = Change { before: Some(before.to_string()), after: Some(after.to_string()) };
    let actor = Who::Token { id: TokenId(uuid::Uuid::nil()), name: "Entra".into() };
    let event = Event::new(Timestamp::from_millis(0), actor, None, Action::UserChanged);
    event.on(uuid::Uuid::nil(), "Ada").change(change)
}

fn sides(event: &Event) -> (Value, Value) {
    let read = |side: &Option<String>| serde_json::from_str(side.as_deref().unwrap()).unwrap();
    (read(&event.before), read(&event.after))
}

#[test]
fn an_ordinary_event_stays_as_it_is() {
    let event = event(&json!({"title": "x".repeat(TEXT)}), &json!({"title": null}));
    assert!(matches!(event.bounded(MOST), Cow::Borrowed(_)));
}

#[test]
fn a_long_text_is_kept_as_its_length_and_hash() {
    let (long, escaped) = ("x".repeat(TEXT + 1), "\u{1}".repeat(TEXT));
    let event = event(&json!({"a": [{"b": long}], "c": 1}), &json!({"a": escaped, "quote": "\"\\"}));
    let (before, after) = sides(&event.bounded(MOST));
    assert_eq!(before["c"], 1);
    let summary = TextSummary::read(&before["a"][0]["b"]).unwrap();
    assert_eq!((summary.bytes, summary), (2_049, TextSummary::of(&long)));
    assert_eq!(after["a"], escaped, "it is the text that counts, not its escapes");
    assert_eq!(after["quote"], "\"\\");
    assert_eq!(TextSummary::read(&json!({"bytes": 1, "sha256": "ab"})), None);
}

#[test]
fn an_event_has_room_for_so_much() {
    let many = |count: usize| (0..count).map(|n| (format!("a{n:05}"), json!("y".repeat(20)))).collect::<Map<_, _>>();
    let event = event(&json!({"x": many(9_000), "last": true}), &json!({"x": many(9_000), "z": "small"}));
    for room in [MOST, 20_000, 4_096, 200, 40] {
        let bounded = event.bounded(room).into_owned();
        let length = bounded.before.as_ref().unwrap().len() + bounded.after.as_ref().unwrap().len();
        assert!(length <= room + 2 * COUNT, "{room}: {length}");
        assert!(room < 1_000 || length > room * 9 / 10, "{room}: {length}");
        let (before, after) = sides(&bounded);
        let kept = |side: &Value| side["x"].as_object().map_or(0, Map::len) as u64;
        assert!(before[LEFT_OUT].as_u64().unwrap() + kept(&before) >= 9_000);
        assert_eq!(bounded.bounded(room + 2 * COUNT).into_owned(), bounded, "bounding again changes nothing");
        if room > 1_000 {
            assert_eq!((&before["last"], &after["z"]), (&json!(true), &json!("small")), "{room}");
        }
    }
}

#[test]
fn one_side_may_use_what_the_other_leaves() {
    let list: Vec<_> = (0..9_000).collect();
    let bounded = event(&json!({"list": list}), &json!({"list": [1]})).bounded(10_000).into_owned();
    let (before, after) = sides(&bounded);
    assert_eq!(after, json!({"list": [1]}));
    assert!(bounded.before.unwrap().len() > 9_000);
    assert_eq!(before["list"].as_array().unwrap().len() as u64 + before[LEFT_OUT].as_u64().unwrap(), 9_000);
}

#[test]
fn names_and_reasons_are_cut() {
    let long = "é".repeat(3_000);
    let event = Event {
        actor: Who::Person(Person { id: PersonId::User(crate::UserId(uuid::Uuid::nil())), name: long.clone() }),
        target_name: Some(long.clone()),
        address: Some(long.clone()),
        reason: Some(long.clone()),
        before: Some("no JSON ".repeat(10_000)),
        after: Some(json!({long.as_str(): 1}).to_string()),
        ..event(&json!({}), &json!({}))
    };
    let bounded = event.bounded(MOST).into_owned();
    let shown = bounded.target_name.clone().unwrap();
    assert!(shown.len() <= NAME && shown.ends_with("é…"), "{shown}");
    assert_eq!(bounded.actor.name(), Some(shown.as_str()));
    assert_eq!(bounded.address.as_deref(), Some(shown.as_str()));
    assert!(bounded.reason.as_ref().unwrap().len() <= TEXT);
    let (before, after) = sides(&bounded);
    assert_eq!(TextSummary::read(&before["text"]).unwrap().bytes, 80_000);
    assert!(after.as_object().unwrap().keys().next().unwrap().len() <= TEXT);
    assert!(matches!(bounded.bounded(MOST), Cow::Borrowed(_)));
    assert_eq!(name(&long), shown);
}

#[test]
fn deep_values_are_cut_where_they_end() {
    let mut deep = json!((0..5_000).collect::<Vec<_>>());
    for _ in 0..60 {
        deep = json!({ "deeper": deep });
    }
    let bounded = event(&deep, &json!({})).bounded(2_000).into_owned();
    assert!(bounded.before.unwrap().len() <= 2_000);
}
