//! Single sign-on, Guard: how many may leave at once, and what to do if more have left.

mod actions;
mod asked;
mod batch;
mod found;
mod lost;
mod paused;
mod progress;
mod read;
mod setting;
mod span;
mod undo;

use crate::components::{Here, Tab, framed, sso_head};
use domain::guard::Losses;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use lost::lost;
use read::Guard;

/// The page.
pub(crate) fn show() -> impl IntoView {
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

/// The present state.
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
            "So far, no departures have looked like a mistake.".to_owned()
        }
        0 => "No batch waits for you.".to_owned(),
        1 => format!("One batch waits for you: {}.", lost(together)),
        batches => format!("{batches} batches wait for you: {} in all.", lost(together)),
    }
}

#[cfg(test)]
mod tests {
    use super::{asked::Asked, *};
    use domain::{
        Timestamp,
        settings::{GuardMode, GuardSettings},
    };

    const SETTINGS: GuardSettings =
        GuardSettings { mode: GuardMode::Alert, count: 10, percent: 20, cap: 50, minutes: 40 };

    #[test]
    fn what_waits_is_counted() {
        let guard = |open: &[u64]| Guard {
            settings: SETTINGS,
            has_channel: true,
            active: 0,
            population: 0,
            undoing: Vec::new(),
            open: open.iter().map(|weight| found::tests::found(*weight)).collect(),
            past: Vec::new(),
            search: String::new(),
            tokens: Vec::new(),
            asked: Asked { token: String::new(), from: String::new(), until: String::new(), found: None },
            may_change: true,
            now: Timestamp::from_millis(0),
        };
        assert!(sentence(&guard(&[])).starts_with("So far, no"));
        assert_eq!(sentence(&guard(&[1])), "One batch waits for you: 1 person lost access.");
        assert_eq!(sentence(&guard(&[300, 984])), "2 batches wait for you: 1,284 people lost access in all.");
    }
}
