//! What needs a decision or a look, the worst first.

use crate::{
    components::{Icon, Tone, icon},
    pages::{activity::refused_calls, scim::Health},
    words::{count, in_days, visible},
};
use domain::{
    Timestamp,
    break_glass::PROOF_DAYS,
    console::Overview,
    guard::BatchState,
    lockout::NEEDED,
    token::{ROTATE_DAYS, Token},
    upkeep::BACKUP_DAYS,
};
use leptos::prelude::*;

/// A token that ends within so many days needs to be replaced.
const ENDING_DAYS: i64 = 30;

/// One thing, and the page where it is settled.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Need {
    tone: Tone,
    title: String,
    words: String,
    href: String,
    link: &'static str,
}

impl Need {
    fn new(tone: Tone, title: impl Into<String>, words: impl Into<String>, href: &str, link: &'static str) -> Self {
        Self { tone, title: title.into(), words: words.into(), href: href.to_owned(), link }
    }
}

/// The panel; nothing if nothing is needed.
pub(super) fn panel(overview: &Overview, health: Health, now: Timestamp) -> impl IntoView + use<> {
    let needs = all(overview, health, now);
    (!needs.is_empty()).then(|| {
        let number = needs.len();
        let is_bad = needs.iter().any(|need| need.tone == Tone::Bad);
        view! {
            <section class="panel" aria-labelledby="needs">
                <div class="panel-head">
                    <h2 id="needs">"Needs you " <span class="needs-count" class:needs-count-bad=is_bad>{number}</span></h2>
                </div>
                <ul class="needs">{needs.into_iter().map(row).collect_view()}</ul>
            </section>
        }
    })
}

fn row(need: Need) -> impl IntoView {
    let (class, word) = match need.tone {
        Tone::Bad => ("need-mark need-bad", "Urgent: "),
        _ => ("need-mark need-warn", ""),
    };
    view! {
        <li class="need">
            <span class=class>{icon(Icon::Warning)}</span>
            <div>
                <h3><span class="visually-hidden">{word}</span> {need.title}</h3>
                <p class="soft">{need.words}</p>
            </div>
            <a class="button" href=need.href>{need.link}</a>
        </li>
    }
}

fn all(overview: &Overview, health: Health, now: Timestamp) -> Vec<Need> {
    let mut needs = Vec::new();
    needs.extend(departures(overview));
    needs.extend(sync(health));
    needs.extend(refused(overview, health));
    needs.extend(overview.scim.tokens.iter().filter_map(|token| ending(token, &overview.scim.tokens, now)));
    needs.extend(ways_in(overview));
    needs.extend(drill(overview, now));
    needs.extend(channel(overview));
    needs.extend(backup(overview, now));
    needs.sort_by_key(|need| need.tone != Tone::Bad);
    needs
}

fn departures(overview: &Overview) -> Option<Need> {
    let batch = overview.scim.waiting.as_ref()?;
    let name = overview.scim.tokens.iter().find(|token| token.id == batch.token);
    let by = name.map_or_else(|| "a token".to_owned(), |token| format!("token {}", visible(&token.name)));
    Some(match batch.state {
        BatchState::Held => Need::new(
            Tone::Bad,
            "The guard is holding back departures",
            format!("Through {by}, your directory wants to remove more people or groups than you allow at once."),
            "/admin/sso/guard",
            "Decide",
        ),
        _ => Need::new(
            Tone::Bad,
            "Many people or groups left at once",
            format!("They left through {by}. If it was a mistake, one click brings them back."),
            "/admin/sso/guard",
            "Review what left",
        ),
    })
}

/// The sync itself, where nothing else in the list says it.
fn sync(health: Health) -> Option<Need> {
    const SCIM: &str = "/admin/sso/scim";
    const STEADY: &str = "/admin/sso/steady";
    Some(match health {
        Health::NoToken => Need::new(
            Tone::Bad,
            "No token works",
            "Every call of your directory is refused until you create a token and paste it there.",
            SCIM,
            "Create a token",
        ),
        Health::Paused => Need::new(
            Tone::Bad,
            "Every token is paused",
            "Nothing arrives from your directory, and people who leave stay active here.",
            "/admin/sso/scim#tokens",
            "See the tokens",
        ),
        Health::WrongToken(_) | Health::Strangers => Need::new(
            Tone::Bad,
            "Calls arrive with a wrong token",
            "Compare the Secret token in your directory with the tokens here.",
            SCIM,
            "See the steps",
        ),
        Health::Failing(_) => Need::new(
            Tone::Bad,
            "Most calls of a directory were refused",
            "If this goes on, Entra puts its provisioning job into quarantine. The page says of which token.",
            STEADY,
            "See which",
        ),
        Health::Noisy(_) => Need::new(
            Tone::Warn,
            "The same changes are sent again and again",
            "The page says which attributes, why, and which mapping to change.",
            STEADY,
            "See which",
        ),
        Health::Silent(_) => Need::new(
            Tone::Warn,
            "A directory has stopped calling",
            "It has been silent for longer than ever before. See there whether its provisioning job still runs.",
            STEADY,
            "See since when",
        ),
        Health::NeverOn
        | Health::TurnedOff(_)
        | Health::Waiting
        | Health::Held(_)
        | Health::Tested(_)
        | Health::Connected(_)
        | Health::Steady(_)
        | Health::Quiet(_)
        | Health::Refusing(_) => return None,
    })
}

fn refused(overview: &Overview, health: Health) -> Option<Need> {
    let activity = overview.scim.activity;
    let tone = if matches!(health, Health::Refusing(_)) { Tone::Bad } else { Tone::Warn };
    (activity.refused > 0).then(|| {
        let calls = match activity.refused {
            1 => "1 call was refused".to_owned(),
            more => format!("{} were refused", count(more, "call", "calls")),
        };
        Need::new(
            tone,
            format!("{calls} in the last 24 hours"),
            "Each says why, and what to do in your directory.",
            &refused_calls(),
            "See why",
        )
    })
}

fn ending(token: &Token, tokens: &[Token], now: Timestamp) -> Option<Need> {
    // A token is meant to end if another has taken its place.
    if token.ended(now).is_some() || token.is_succeeded(tokens, now) {
        return None;
    }
    let words = match token.expires {
        Some(ends) if ends <= now.plus_days(ENDING_DAYS) => {
            format!("It expires {}. Calls with it are refused then.", in_days(now, ends))
        }
        None if token.created <= now.plus_days(-ROTATE_DAYS) => format!("It is older than {ROTATE_DAYS} days."),
        _ => return None,
    };
    let title = format!("Replace token {}", visible(&token.name));
    Some(Need::new(Tone::Warn, title, words, &format!("/admin/sso/tokens/{}", token.id), "Open the token"))
}

fn ways_in(overview: &Overview) -> Option<Need> {
    let scim = &overview.scim;
    let proven = scim.doors.proven();
    (scim.settings.provisioning && proven < NEEDED).then(|| {
        let (title, tone, link) = match proven {
            0 => ("No break-glass account is proven", Tone::Bad, "Prove two"),
            _ => ("Only one break-glass account is proven", Tone::Warn, "Prove another"),
        };
        let words = "If the directory makes a mistake, they are the way back in. Two should be proven.";
        Need::new(tone, title, words, "/admin/break-glass", link)
    })
}

fn drill(overview: &Overview, now: Timestamp) -> Option<Need> {
    let is_due = overview.drilled.is_none_or(|at| at < now.plus_days(-PROOF_DAYS));
    (overview.scim.settings.provisioning && is_due).then(|| {
        let words = match overview.drilled {
            Some(at) => format!("The last one was finished {}. One is due every {PROOF_DAYS} days.", in_days(now, at)),
            None => format!("None has been done yet. One is due every {PROOF_DAYS} days."),
        };
        Need::new(Tone::Warn, "A break-glass drill is due", words, "/admin/break-glass#drill", "See drills")
    })
}

fn channel(overview: &Overview) -> Option<Need> {
    const ALERTS: &str = "/admin/alerts";
    match overview.channels {
        (0, _) if overview.scim.settings.provisioning => {
            let words = "Nobody is alerted to a break-glass sign-in or to many people leaving at once.";
            Some(Need::new(Tone::Warn, "No alert channel is configured", words, ALERTS, "See how"))
        }
        (_, 0) => None,
        (all, failed) => {
            let title = format!("{failed} of {} failed last", count(all as u64, "alert channel", "alert channels"));
            let words = "Nothing is lost: what waits is sent once it works again.";
            Some(Need::new(Tone::Warn, title, words, ALERTS, "See why"))
        }
    }
}

fn backup(overview: &Overview, now: Timestamp) -> Option<Need> {
    let last = overview.scim.upkeep.backed_up.filter(|at| *at < now.plus_days(-BACKUP_DAYS))?;
    let words = format!("The last one was made {}.", in_days(now, last));
    Some(Need::new(Tone::Warn, "A backup is overdue", words, "/admin/audit?kind=database", "See backups"))
}
