use crate::{
    components::{Tone, chip},
    words::{count, in_days, list},
};
use domain::{
    Timestamp,
    break_glass::PROOF_DAYS,
    console::Overview,
    lockout::{Door, Doors, Loss, NEEDED},
};
use leptos::prelude::*;

/// Who gets in when everything else is broken.
pub(super) fn panel(overview: &Overview, now: Timestamp) -> impl IntoView + use<> {
    let doors = &overview.scim.doors;
    let (tone, word) = match doors.proven() {
        0 => (Tone::Bad, "None proven"),
        1 => (Tone::Warn, "One proven"),
        NEEDED => (Tone::Ok, "Two proven"),
        _ => (Tone::Ok, "Several proven"),
    };
    let part = |title: &'static str, href: &'static str, words: String| {
        view! {
            <div>
                <h3><a href=href>{title}</a></h3>
                <p class="soft">{words}</p>
            </div>
        }
    };
    let alerts = match overview.channels {
        (0, _) => "No channel is configured, so no alert is sent.".to_owned(),
        (all, 0) => format!("Sent through {}.", count(all as u64, "channel", "channels")),
        (all, failed) => format!("{failed} of {} failed last.", count(all as u64, "channel", "channels")),
    };
    view! {
        <section class="panel" aria-labelledby="ways-in">
            <div class="panel-head">
                <div class="panel-title">
                    <h2 id="ways-in">"Ways in"</h2>
                    {chip(tone, word)}
                </div>
                <a href="/admin/lockout">"Who could get in if …"</a>
            </div>
            <div class="thirds">
                {part("Break-glass accounts", "/admin/break-glass", accounts(doors, now))}
                {part("Drill", "/admin/break-glass#drill", drill(overview.drilled, now))}
                {part("Alerts", "/admin/alerts", alerts)}
            </div>
        </section>
    }
}

fn accounts(doors: &Doors, now: Timestamp) -> String {
    let proven: Vec<&Door> = doors.left_after(Loss::Directory).collect();
    let names: Vec<&str> = proven.iter().map(|door| door.name.as_str()).collect();
    let oldest = proven.iter().filter_map(|door| door.last).min();
    match (&names[..], oldest) {
        ([], _) => "None is proven.".to_owned(),
        ([only], Some(at)) => format!("{only} is proven, by a sign-in {}.", in_days(now, at)),
        (_, Some(at)) => format!("{} are proven; the oldest proof was {}.", list(&names), in_days(now, at)),
        (_, None) => format!("{} are proven.", list(&names)),
    }
}

fn drill(last: Option<Timestamp>, now: Timestamp) -> String {
    match last {
        None => "None has been finished yet.".to_owned(),
        Some(at) => {
            let due = at.plus_days(PROOF_DAYS);
            let due = if due > now {
                format!("The next is due {}.", in_days(now, due))
            } else {
                "The next is overdue.".to_owned()
            };
            format!("The last was finished {}. {due}", in_days(now, at))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_795_000_000_000);

    fn door(name: &str, proven: bool, days: i64) -> Door {
        Door { name: name.to_owned(), proven, last: Some(NOW.plus_days(-days)), codes: 0 }
    }

    #[test]
    fn accounts_and_drills_have_their_age() {
        let doors = Doors(vec![door("gate", true, 0), door("spare", true, 21), door("old", false, 99)]);
        assert_eq!(accounts(&doors, NOW), "gate and spare are proven; the oldest proof was 21 days ago.");
        assert_eq!(
            accounts(&Doors(vec![door("gate", true, 0)]), NOW),
            "gate is proven, by a sign-in less than a day ago."
        );
        assert_eq!(accounts(&Doors::default(), NOW), "None is proven.");
        assert_eq!(
            drill(Some(NOW.plus_days(-14)), NOW),
            "The last was finished 14 days ago. The next is due in 76 days."
        );
        assert_eq!(drill(Some(NOW.plus_days(-91)), NOW), "The last was finished 91 days ago. The next is overdue.");
    }
}
