//! What the console shows for each kind of event, as it was released. `pinned.txt` has a line for each, and one more
//! for each fact that changes its sentence: the stored name, the filter, the page, the intention, and the sentence.

use super::{
    asked::{Asked, label},
    event::page_of,
    sentence::{Sentence, intention},
};
use domain::{
    Timestamp,
    audit::{Action, Event, Topic},
    identity::Who,
};
use serde_json::{Value, json};
use uuid::Uuid;

const PINNED: &str = include_str!("pinned.txt");

fn sentence(event: &Event) -> String {
    let Sentence { before, name, after } = Sentence::of(event);
    format!("{before}{}{after}", name.map(|name| format!("[{name}]")).unwrap_or_default())
}

/// The filter that includes such events: its word in the address and its label on the page.
fn filter(action: Action) -> (&'static str, &'static str) {
    let passes = |word: &str| {
        let asked = Asked { kind: word.to_owned(), ..Asked::default() };
        asked.query().actions.contains(&action)
    };
    let mut topics = Topic::ALL.iter().filter(|topic| passes(topic.as_str()));
    let topic = topics.next().unwrap();
    assert_eq!(topics.next(), None);
    (topic.as_str(), label(*topic))
}

fn described(action: Action) -> String {
    let event = Event::new(Timestamp::from_millis(0), Who::Host, None, action);
    let named = event.clone().on(Uuid::nil(), "N");
    let with = |facts: Value| Event { after: Some(facts.to_string()), ..named.clone() };
    let page = page_of(&named).map_or_else(
        || "no page".to_owned(),
        |(href, words)| format!("{words}: {}", href.replace(&Uuid::nil().to_string(), "id")),
    );
    assert_eq!(page_of(&event), None, "an event about nothing in particular has no page");
    let (word, name) = filter(action);
    let base = sentence(&named);
    let mut lines = format!("{} | {name}: {word} | {page} | to {} | {base}\n", action.as_str(), intention(action));
    let nameless = sentence(&event);
    if nameless != base {
        lines.push_str(&format!("    no name | {nameless}\n"));
    }
    let mut further = vec![
        ("people", with(json!({"people": 2}))),
        ("departures", with(json!({"departures": 2}))),
        ("attempts", with(json!({"attempts": 3}))),
        ("further", with(json!({"further": 7}))),
        ("refused", with(json!({"refused": "token.created"}))),
        ("as", with(json!({"as": "CSV"}))),
        ("restored", with(json!({"restored": 2, "failed": 1}))),
    ];
    if action == Action::UserRoleChanged {
        further.push(("no name, people", Event { after: Some(json!({"people": 2}).to_string()), ..event }));
    }
    further.retain(|(_, event)| sentence(event) != base);
    lines.extend(further.iter().map(|(name, event)| format!("    {name} | {}\n", sentence(event))));
    lines
}

#[test]
fn kinds_are_shown_as_they_were_released() {
    let mut pinned = PINNED.split_inclusive('\n').peekable();
    while let Some(line) = pinned.next() {
        let mut lines = line.to_owned();
        while let Some(more) = pinned.next_if(|line| line.starts_with(' ')) {
            lines.push_str(more);
        }
        let name = line.split(" | ").next().unwrap();
        let action = Action::parse(name).unwrap_or_else(|| panic!("{name} is stored in logs: keep it"));
        assert_eq!(described(action), lines, "crates/domain/src/audit/catalogue.rs, or what reads it, says otherwise");
    }
}
