use super::{
    actions::{FinishDrill, ReadDrillCode, StartDrill},
    read::BreakGlass,
};
use crate::{
    components::{
        attributes::{done, next},
        chip,
        steps::{Standing, step},
        when,
    },
    islands::submit::Submit,
    pages::drill::outcome,
    words::count,
};
use domain::{Timestamp, break_glass::PROOF_DAYS, drill::Drill, identity::PersonId};
use leptos::{prelude::*, server_fn::ServerFn};

/// Drills: the one that is running, how to start one, and past ones.
pub(super) fn panel(all: &BreakGlass) -> impl IntoView + use<> {
    let now = all.now;
    let open = all.drills.open.as_ref();
    let past: Vec<Drill> =
        all.drills.drills.iter().filter(|drill| open.is_none_or(|open| open.id != drill.id)).cloned().collect();
    let (done, of) = open.map_or((0, 0), progress);
    view! {
        <section class="panel" id="drill" aria-labelledby="drill-title">
            <div class="panel-head">
                <h2 id="drill-title">{if open.is_some() { "A drill is running" } else { "Drills" }}</h2>
                {open.map(|_| view! { <p class="soft figures">{format!("{done} of {of} done")}</p> })}
            </div>
            {match open {
                Some(drill) => checklist(drill, now, all.may_change).into_any(),
                None => invitation(all).into_any(),
            }}
            {(!past.is_empty()).then(|| table(past, now))}
        </section>
    }
}

fn invitation(all: &BreakGlass) -> impl IntoView + use<> {
    let button = match (all.may_change, all.who) {
        (true, PersonId::BreakGlass(_)) => view! {
            <Submit>
                <form method="post" {..done("The drill has begun.")} action=StartDrill::PATH>
                    <button class="button">Start a drill</button>
                </form>
            </Submit>
        }
        .into_any(),
        (true, PersonId::User(_)) => {
            view! { <p class="hint">"To begin one, sign in with a break-glass account."</p> }.into_any()
        }
        (false, _) => ().into_any(),
    };
    let last = all.drills.drills.iter().filter_map(|drill| drill.completed).max();
    view! {
        <div class="provisioning">
            <div class="provisioning-text">
                <p>{since(all.now, last)}</p>
                <p class="soft">
                    "A drill rehearses the emergency in this session: you have signed in, you do one administrator’s \
                     task, and you read the alert in every channel. It leaves a record that you can print and sign."
                </p>
            </div>
            {button}
        </div>
    }
}

/// When the last drill was, and whether another is due.
fn since(now: Timestamp, last: Option<Timestamp>) -> String {
    let Some(last) = last else {
        return format!("No drill has been finished yet. One is due every {PROOF_DAYS} days, so begin with this one.");
    };
    let days = ((now.millis() - last.millis()) / 86_400_000).max(0);
    let ago = match days {
        0 => "today".to_owned(),
        _ => format!("{} ago", count(days.unsigned_abs(), "day", "days")),
    };
    match PROOF_DAYS - days {
        left @ 1.. => {
            format!(
                "The last drill was finished {ago}. The next is due in {}.",
                count(left.unsigned_abs(), "day", "days")
            )
        }
        _ => format!("The last drill was finished {ago}. One is due every {PROOF_DAYS} days, so it is overdue."),
    }
}

/// How many things on the list are done, and how many there are.
fn progress(drill: &Drill) -> (usize, usize) {
    (1 + usize::from(drill.task.is_some()) + drill.seen.len(), 2 + drill.channels.len())
}

fn checklist(drill: &Drill, now: Timestamp, may_change: bool) -> impl IntoView + use<> {
    let id = drill.id;
    let finish = (may_change && drill.is_complete()).then(|| {
        view! {
            <div class="panel-text">
                <Submit>
                    <form
                        method="post"
                        {..next(Some(format!("/admin/break-glass/drills/{id}")))}
                        {..done("The drill is finished.")}
                        action=FinishDrill::PATH
                    >
                        <button class="button button-primary">Finish the drill</button>
                    </form>
                </Submit>
            </div>
        }
    });
    let codes =
        drill.channels.iter().zip(3u8..).map(|(channel, number)| read_code(drill, channel, number, now, may_change));
    let signed_in = format!("Signed in with {}", drill.account_name);
    let from = drill.address.as_ref().map(|address| format!("From {address}. "));
    let (task, words) = match drill.task {
        Some(at) => {
            (Standing::Done(Some(at)), view! { <p>"You changed something as an administrator."</p> }.into_any())
        }
        None => (
            Standing::Next,
            view! {
                <p>
                    "Change anything, as you would have to in an emergency. " <a href="/admin/alerts">"A test alert"</a>
                    " is the change that changes nothing."
                </p>
            }
            .into_any(),
        ),
    };
    view! {
        <ol class="steps">
            {step(1, Standing::Done(Some(drill.signed_in)), now, signed_in, view! { <p>{from} "This way in works."</p> })}
            {step(2, task, now, "Do one administrator’s task", words)}
            {codes.collect_view()}
            {drill.channels.is_empty().then(|| step(3, Standing::Later, now, "Read the alerts", no_channel()))}
        </ol>
        {finish}
    }
}

fn no_channel() -> impl IntoView {
    view! {
        <p>
            "No alert channel is set up, so no alert is sent when a break-glass account is used. You can finish the \
             drill without one, and its record will say so. " <a href="/admin/alerts">See how to set one up</a>
        </p>
    }
}

fn read_code(drill: &Drill, channel: &str, number: u8, now: Timestamp, may_change: bool) -> impl IntoView + use<> {
    let title = format!("Read the alert by {channel}");
    if drill.seen.iter().any(|seen| seen == channel) {
        let words = view! { <p>"This alert was read, and its code was right."</p> };
        return step(number, Standing::Done(None), now, title, words).into_any();
    }
    let (field, name) = (format!("code-{channel}"), channel.to_owned());
    let form = may_change.then(|| {
        view! {
            <Submit>
                <form class="code-form" method="post" {..done("The code is right.")} action=ReadDrillCode::PATH>
                    <input type="hidden" name="channel" value=name/>
                    <label class="label" for=field.clone()>"Six-digit code"</label>
                    <input
                        id=field.clone()
                        class="code-input"
                        name="code"
                        required
                        inputmode="numeric"
                        pattern="[0-9]{6}"
                        title="Six digits"
                        maxlength="6"
                        autocomplete="one-time-code"
                    />
                    <button class="button">Check</button>
                    <p class="alert" role="alert"></p>
                </form>
            </Submit>
        }
    });
    let words = view! {
        <p>
            {format!("An alert about this drill went out by {channel} when it began. It shows its own code; typing \
                      that code here proves that the alert was read.")}
        </p>
        {form}
    };
    step(number, Standing::Next, now, title, words).into_any()
}

fn table(drills: Vec<Drill>, now: Timestamp) -> impl IntoView {
    let row = |drill: Drill| {
        let (tone, word) = outcome(&drill, now);
        let read = format!("{} of {}", drill.seen.len(), drill.channels.len());
        view! {
            <tr>
                <td class="row-main">
                    <a class="row-link" href=format!("/admin/break-glass/drills/{}", drill.id)>{when(now, drill.started)}</a>
                </td>
                <td>{drill.account_name}</td>
                <td class="row-text soft">{drill.address.unwrap_or_else(|| "–".to_owned())}</td>
                <td><span class="card-label">"Alerts read "</span> {read}</td>
                <td>{chip(tone, word)}</td>
            </tr>
        }
    };
    view! {
        <table class="rows drills" aria-label="Past drills">
            <thead>
                <tr>
                    <th scope="col">Drill</th>
                    <th scope="col">With</th>
                    <th scope="col">From</th>
                    <th scope="col">"Alerts read"</th>
                    <th scope="col">Result</th>
                </tr>
            </thead>
            <tbody>{drills.into_iter().map(row).collect_view()}</tbody>
        </table>
    }
}

#[cfg(test)]
mod tests {
    use super::since;
    use domain::Timestamp;

    #[test]
    fn a_drill_is_due_after_ninety_days() {
        let now = Timestamp::from_millis(1_795_000_000_000);
        let said = |days: i64| since(now, Some(now.plus_days(-days)));
        assert!(since(now, None).starts_with("No drill has been finished yet"));
        assert_eq!(said(0), "The last drill was finished today. The next is due in 90 days.");
        assert_eq!(said(89), "The last drill was finished 89 days ago. The next is due in 1 day.");
        assert!(said(90).ends_with("so it is overdue."));
    }
}
