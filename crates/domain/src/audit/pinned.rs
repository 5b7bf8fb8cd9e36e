//! What the catalogue says about each kind, as released. `pinned.txt` has a line for each, and one more for each fact
//! that changes what it says: the stored name, the lane, what such events state, and the alert's title.

use super::{Action, Event, Lane, Link, Said};
use crate::{Timestamp, TokenId, audit::Entry, identity::Who};
use serde_json::{Value, json};
use uuid::Uuid;

const PINNED: &str = include_str!("pinned.txt");

fn event(action: Action) -> Event {
    let token = Who::Token { id: TokenId(Uuid::nil()), name: "Entra".into() };
    Event::new(Timestamp::from_millis(0), token, None, action)
}

fn lane(event: &Event) -> &'static str {
    assert_eq!(event.alerts(), event.lane().is_some());
    match event.lane() {
        Some(Lane::Urgent) => "urgent",
        Some(Lane::Ordinary) => "ordinary",
        None => "no alert",
    }
}

/// What such events state besides the attributes of a document.
fn states(action: Action) -> &'static str {
    let is_fact = |word| event(action).said(word) == Said::Fact;
    assert_eq!(action.is_about_document(), !is_fact("because"));
    match (is_fact("because"), is_fact(super::JOINED)) {
        (true, true) => "facts",
        (false, true) => "document and members",
        (false, false) => "document",
        (true, false) => panic!("{action:?} states facts, but none about members"),
    }
}

fn told(event: Event) -> String {
    let link = None::<Link>;
    let lane = lane(&event);
    format!("{lane} | {}", crate::alert::title(&Entry { seq: 7, event, link }))
}

fn described(action: Action) -> String {
    let with = |facts: Value| {
        let with = Event { after: Some(facts.to_string()), ..event(action).on(Uuid::nil(), "N") };
        Event {
            before: Some(json!({"networks": "192.0.2.0/24", "enforced": facts["role"] == "x"}).to_string()),
            ..with
        }
    };
    let base = told(with(json!({})));
    let mut lines = format!("{} | {} | {base}\n", action.as_str(), states(action));
    let variants = [
        ("no name", event(action)),
        ("attempts", with(json!({"attempts": 3}))),
        ("further", with(json!({"further": 7}))),
        ("people", with(json!({"people": 2}))),
        (super::ONLY_COUNTED, with(json!({super::ONLY_COUNTED: true}))),
        ("enforced", with(json!({"role": "x", "networks": null, "enforced": false}))),
    ];
    for (name, event) in variants {
        let told = told(event);
        if told != base {
            lines.push_str(&format!("    {name} | {told}\n"));
        }
    }
    lines
}

#[test]
fn kinds_are_as_they_were_released() {
    let mut pinned = PINNED.split_inclusive('\n').peekable();
    while let Some(line) = pinned.next() {
        let mut lines = line.to_owned();
        while let Some(more) = pinned.next_if(|line| line.starts_with(' ')) {
            lines.push_str(more);
        }
        let name = line.split(" | ").next().unwrap();
        let action = Action::parse(name).unwrap_or_else(|| panic!("{name} is stored in logs: keep it in audit.rs"));
        assert_eq!(described(action), lines, "crates/domain/src/audit/catalogue.rs, or what reads it, says otherwise");
    }
}

#[test]
fn every_kind_has_a_name_and_sentences_of_its_own() {
    for action in Action::ALL {
        assert_eq!(Action::parse(action.as_str()), Some(*action), "two have this name: crates/domain/src/audit.rs");
        let kind = action.kind();
        for text in [Some(kind.sentence), kind.intention, kind.alert.map(|alert| alert.title)].into_iter().flatten() {
            let has_one_form = text.matches(super::NAME).count() <= 1 && text.trim() == text && !text.is_empty();
            assert!(has_one_form, "{action:?} in crates/domain/src/audit/catalogue.rs: {text:?}");
        }
    }
}

#[test]
fn what_is_summed_up_has_a_title_that_says_how_many() {
    let title = |event| crate::alert::title(&Entry { seq: 7, event, link: None });
    for action in Action::ALL.iter().copied().filter(|action| action.kind().is_summed_up()) {
        let event = event(action).on(Uuid::nil(), "N");
        assert_ne!(
            title(event.clone().with(&json!({"further": 7}))),
            title(event),
            "{action:?} needs a summary in `numbered` of crates/domain/src/alert.rs"
        );
    }
}
