//! Single sign-on, Guard: how many may leave at once, and what to do when more did.

mod batch;
mod paused;
mod setting;
mod undo;

use super::{
    components::{Here, Tab, framed, sso_head},
    words::{count, grouped},
};
use batch::Found;
use domain::{
    Timestamp,
    console::{Console, GuardStatus},
    settings::{GuardMode, GuardSettings},
    token::Token,
};
use leptos::prelude::*;
use leptos_meta::Title;

/// Everything that the page says.
struct Guard {
    settings: GuardSettings,
    active: u64,
    open: Vec<Found>,
    past: Vec<Found>,
    /// All tokens, of which some may be paused.
    tokens: Vec<Token>,
    may_change: bool,
    now: Timestamp,
}

impl Guard {
    async fn read(console: Console) -> domain::Result<Self> {
        let GuardStatus { guard, active, batches } = console.guard().await?;
        let outcomes = batch::outcomes(&console).await?;
        let (mut open, mut past) = (Vec::new(), Vec::new());
        for summary in batches {
            if batch::is_open(summary.batch.state) {
                open.push(Found::read(&console, summary).await?);
            } else {
                let outcome = outcomes.get(&summary.batch.id.to_string()).copied();
                past.push(Found { outcome, ..Found::closed(summary) });
            }
        }
        let tokens = console.scim().await?.tokens;
        let (may_change, now) = (console.may_change(), console.now());
        Ok(Self { settings: guard, active, open, past, tokens, may_change, now })
    }
}

/// The page.
pub(super) fn show() -> impl IntoView {
    framed(Here::SignOn, async |console, _| Ok(page(Guard::read(console).await?).into_any()))
}

fn page(guard: Guard) -> impl IntoView {
    let sentence = sentence(&guard);
    let setting = setting::panel(&guard);
    let Guard { open, past, tokens, may_change, now, settings, .. } = guard;
    view! {
        <Title text="Guard"/>
        {sso_head(Tab::Guard)}
        <p class="tab-lead">{sentence}</p>
        {tokens.iter().filter_map(|token| paused::note(token, may_change, now)).collect_view()}
        {open.iter().map(|found| batch::panel(found, settings, may_change, now)).collect_view()}
        {setting}
        {(!past.is_empty()).then(|| batch::past(past, now))}
    }
}

/// What is now.
fn sentence(guard: &Guard) -> String {
    let people: u64 = guard.open.iter().map(|found| found.summary.weight).sum();
    match guard.open.len() {
        0 if guard.past.is_empty() => "So far nobody has left in numbers that look like a mistake.".to_owned(),
        0 => "No batch waits for you.".to_owned(),
        1 => format!("One batch waits for you: {}.", left(people)),
        batches => format!("{batches} batches wait for you: {} in all.", left(people)),
    }
}

/// So many people, and that they lost access.
fn left(people: u64) -> String {
    format!("{} lost access", count(people, "person", "people"))
}

/// The rule in a sentence, with the numbers of this directory.
fn rule(settings: GuardSettings, active: u64) -> String {
    let threshold = settings.threshold(active);
    let time = count(u64::from(settings.minutes), "minute", "minutes");
    let people = if active > threshold {
        format!("{} of {}", grouped(threshold), count(active, "active person", "active people"))
    } else {
        count(threshold, "person", "people")
    };
    format!("It looks like a mistake when more than {people} lose access within {time}.")
}

/// What happens then.
fn consequence(mode: GuardMode) -> &'static str {
    match mode {
        GuardMode::Alert => {
            "They lose access all the same. You are told through the alert channels, and one click here brings them \
             back as they were."
        }
        GuardMode::Hold => {
            "Nobody more loses access until you approve: the directory is answered with an error that says so, and \
             tries again. You are told through the alert channels."
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETTINGS: GuardSettings = GuardSettings { mode: GuardMode::Alert, count: 10, percent: 20, minutes: 40 };

    #[test]
    fn the_rule_has_the_numbers_of_this_directory() {
        for (active, people) in
            [(1_284, "256 of 1,284 active people"), (11, "10 of 11 active people"), (10, "10 people")]
        {
            let expected = format!("It looks like a mistake when more than {people} lose access within 40 minutes.");
            assert_eq!(rule(SETTINGS, active), expected);
        }
    }

    #[test]
    fn what_waits_is_counted() {
        let guard = |open: &[u64]| Guard {
            settings: SETTINGS,
            active: 0,
            open: open.iter().map(|weight| batch::tests::found(*weight)).collect(),
            past: Vec::new(),
            tokens: Vec::new(),
            may_change: true,
            now: Timestamp::from_millis(0),
        };
        assert!(sentence(&guard(&[])).starts_with("So far nobody"));
        assert_eq!(sentence(&guard(&[1])), "One batch waits for you: 1 person lost access.");
        assert_eq!(sentence(&guard(&[300, 984])), "2 batches wait for you: 1,284 people lost access in all.");
    }
}
