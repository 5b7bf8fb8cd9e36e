//! Single sign-on, Guard: how many may leave at once, and what to do when more did.

pub(crate) mod asked;
mod batch;
mod paused;
mod progress;
mod setting;
mod undo;

use super::{
    components::{Here, Tab, framed, sso_head},
    words::{count, grouped, list},
};
use asked::Asked;
use batch::Found;
use domain::{
    Timestamp,
    console::{Console, GuardStatus},
    guard::{BatchSummary, Losses},
    settings::{GuardMode, GuardSettings},
    token::Token,
    undo::Undo,
};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::{hooks::use_query_map, params::ParamsMap};

/// Everything that the page says.
struct Guard {
    settings: GuardSettings,
    /// Whether anybody can be alerted.
    has_channel: bool,
    active: u64,
    /// The number of active users that the threshold is made from.
    population: u64,
    undoing: Vec<(BatchSummary, Undo)>,
    open: Vec<Found>,
    past: Vec<Found>,
    /// What the lists of people are searched for.
    search: String,
    /// All tokens, of which some may be paused.
    tokens: Vec<Token>,
    asked: Asked,
    may_change: bool,
    now: Timestamp,
}

impl Guard {
    async fn read(console: Console, query: ParamsMap) -> domain::Result<Self> {
        let GuardStatus { guard, has_channel, active, population, batches, undos } = console.guard().await?;
        let search = query.get("q").unwrap_or_default().trim().to_owned();
        let (mut undoing, mut open, mut past) = (Vec::new(), Vec::new(), Vec::new());
        for summary in batches {
            if let Some(undo) = undos.iter().find(|undo| undo.batch == summary.batch.id) {
                undoing.push((summary, undo.clone()));
            } else if summary.batch.is_waiting() {
                open.push(Found::read(&console, summary, &search).await?);
            } else {
                past.push(Found::closed(summary));
            }
        }
        let asked = Asked::read(&console, &query, &search).await?;
        let tokens = console.scim().await?.tokens;
        let (may_change, now) = (console.may_change(), console.now());
        Ok(Self {
            settings: guard,
            has_channel,
            active,
            population,
            undoing,
            open,
            past,
            search,
            tokens,
            asked,
            may_change,
            now,
        })
    }
}

/// The page.
pub(super) fn show() -> impl IntoView {
    let query = use_query_map().get_untracked();
    framed(Here::SignOn, async move |console, _| Ok(page(Guard::read(console, query).await?).into_any()))
}

fn page(guard: Guard) -> impl IntoView {
    let sentence = sentence(&guard);
    let setting = setting::panel(&guard);
    let asked = asked::panel(&guard.asked, &guard.tokens, &guard.search, guard.may_change.then_some(guard.now));
    let Guard { undoing, open, past, search, tokens, may_change, now, settings, .. } = guard;
    view! {
        <Title text="Guard"/>
        {sso_head(Tab::Guard)}
        <p class="tab-lead">{sentence}</p>
        {tokens.iter().filter_map(|token| paused::note(token, may_change, now)).collect_view()}
        {undoing.iter().map(|(summary, undo)| progress::panel(summary, undo, now)).collect_view()}
        {open.iter().map(|found| batch::panel(found, &tokens, settings, &search, may_change, now)).collect_view()}
        {asked}
        {setting}
        {(!past.is_empty()).then(|| batch::past(past, now))}
    }
}

/// What is now.
fn sentence(guard: &Guard) -> String {
    let together = guard.open.iter().fold(Losses::default(), |sum, found| {
        let Losses { people, renamed, groups, memberships } = found.summary.losses;
        Losses {
            people: sum.people + people,
            renamed: sum.renamed + renamed,
            groups: sum.groups + groups,
            memberships: sum.memberships + memberships,
        }
    });
    match guard.open.len() {
        0 if guard.past.is_empty() && guard.undoing.is_empty() => {
            "So far nobody has left in numbers that look like a mistake.".to_owned()
        }
        0 => "No batch waits for you.".to_owned(),
        1 => format!("One batch waits for you: {}.", lost(together)),
        batches => format!("{batches} batches wait for you: {} in all.", lost(together)),
    }
}

/// Who lost what: people, groups and memberships apart.
fn lost(losses: Losses) -> String {
    let Losses { people, renamed, groups, memberships } = losses;
    let parts = [
        (people, format!("{} lost access", count(people, "person", "people"))),
        (renamed, format!("{} renamed", count(renamed, "person was", "people were"))),
        (groups, format!("{} deleted", count(groups, "group was", "groups were"))),
        (memberships, format!("{} ended", count(memberships, "membership", "memberships"))),
    ];
    let parts: Vec<&str> = parts.iter().filter(|(number, _)| *number > 0).map(|(_, part)| part.as_str()).collect();
    if parts.is_empty() { "0 people lost access".to_owned() } else { list(&parts) }
}

/// The rule in a sentence, with the numbers of this directory.
fn rule(settings: GuardSettings, active: u64, population: u64) -> String {
    let threshold = settings.threshold(population);
    let time = count(u64::from(settings.minutes), "minute", "minutes");
    let people = if active > threshold {
        format!("{} of {}", grouped(threshold), count(active, "active person", "active people"))
    } else {
        count(threshold, "person", "people")
    };
    let slow = grouped(settings.slow_threshold(population));
    format!(
        "It looks like a mistake when more than {people} lose something within {time}, or more than {slow} in a day."
    )
}

/// What happens then.
fn consequence(mode: GuardMode) -> &'static str {
    match mode {
        GuardMode::Alert => "They lose it all the same, and one click here brings them back as they were.",
        GuardMode::Hold => {
            "Nobody more loses anything until you approve: the directory is answered with an error that says so, and \
             tries again."
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETTINGS: GuardSettings =
        GuardSettings { mode: GuardMode::Alert, count: 10, percent: 20, cap: 50, minutes: 40 };

    #[test]
    fn the_rule_has_the_numbers_of_this_directory() {
        for (active, people, slow) in [
            (1_284, "50 of 1,284 active people", 100),
            (100, "20 of 100 active people", 40),
            (11, "10 of 11 active people", 20),
            (10, "10 people", 20),
        ] {
            let expected = format!(
                "It looks like a mistake when more than {people} lose something within 40 minutes, or more than {slow} in \
                 a day."
            );
            assert_eq!(rule(SETTINGS, active, active), expected);
        }
        // People who came today widen nothing.
        assert!(rule(SETTINGS, 2_600, 100).contains("20 of 2,600 active people"));
    }

    #[test]
    fn what_waits_is_counted() {
        let guard = |open: &[u64]| Guard {
            settings: SETTINGS,
            has_channel: true,
            active: 0,
            population: 0,
            undoing: Vec::new(),
            open: open.iter().map(|weight| batch::tests::found(*weight)).collect(),
            past: Vec::new(),
            search: String::new(),
            tokens: Vec::new(),
            asked: Asked { token: String::new(), from: String::new(), until: String::new(), found: None },
            may_change: true,
            now: Timestamp::from_millis(0),
        };
        assert!(sentence(&guard(&[])).starts_with("So far nobody"));
        assert_eq!(sentence(&guard(&[1])), "One batch waits for you: 1 person lost access.");
        assert_eq!(sentence(&guard(&[300, 984])), "2 batches wait for you: 1,284 people lost access in all.");
    }

    #[test]
    fn memberships_are_told_apart_from_people() {
        let none = Losses::default();
        assert_eq!(lost(Losses { people: 1, ..none }), "1 person lost access");
        assert_eq!(lost(Losses { memberships: 299, ..none }), "299 memberships ended");
        assert_eq!(
            lost(Losses { people: 2, renamed: 1, groups: 1, memberships: 7 }),
            "2 people lost access, 1 person was renamed, 1 group was deleted and 7 memberships ended"
        );
        assert_eq!(lost(Losses::default()), "0 people lost access");
    }
}
