//! How long the log is kept, how to verify it, and how to export it.

use super::actions::SetAuditDays;
use crate::{
    components::{copy_field, when},
    islands::submit::Submit,
    words::grouped,
};
use domain::{
    Timestamp,
    audit::to_hex,
    console::{AuditPage, Console},
    settings::AUDIT_DAYS,
};
use leptos::{prelude::*, server_fn::ServerFn};

/// The panel.
pub(super) fn panel(console: &Console, log: &AuditPage) -> impl IntoView + use<> {
    view! {
        <section class="panel" aria-labelledby="kept">
            <div class="panel-head">
                <h2 id="kept">"What is kept, and how to verify it"</h2>
            </div>
            <div class="panel-text">
                {log.head.map(|(seq, hash)| head(seq, &hash))}
                {log.backed_up.map(|at| backup(console.now(), at))}
                <div class="actions">{exports(console.is_confirmed())}</div>
                {console.may_change().then(|| days(log.days))}
            </div>
        </section>
    }
}

fn head(seq: i64, hash: &[u8; 32]) -> impl IntoView + use<> {
    view! {
        {copy_field("head", "Hash of the last event", to_hex(hash))}
        <p class="hint">
            {format!(
                "Every event carries the hash of the one before. Keep this one elsewhere: changing or removing any \
                 event up to number {seq}, even in the database, changes it. ",
            )}
            <code>"postern audit verify FILE --head HASH"</code> " checks an export against it."
        </p>
    }
}

fn backup(now: Timestamp, at: Timestamp) -> impl IntoView + use<> {
    view! {
        <p class="hint">
            "The last backup of the database was made " {when(now, at)} ". If it is older than 7 days, you are alerted."
        </p>
    }
}

/// An export needs the secret, given within the last five minutes; without it there are links to the page that asks for
/// it. These are forms, because an export adds an event to the log.
fn exports(is_confirmed: bool) -> impl IntoView {
    let export = |file: &'static str, words: &'static str| {
        if is_confirmed {
            view! {
                <form method="post" action=format!("/admin/audit/{file}")>
                    <button class="button">{words}</button>
                </form>
            }
            .into_any()
        } else {
            view! { <a class="button" href="/admin/confirm?next=/admin/audit">{words}</a> }.into_any()
        }
    };
    view! {
        {export("export.csv", "Download as CSV")}
        {export("export.jsonl", "Download as JSON Lines")}
        {(!is_confirmed).then(|| view! { <p class="hint">"You are asked for your secret first."</p> })}
    }
}

fn days(days: u32) -> impl IntoView {
    view! {
        <Submit>
            <form class="inline-form" method="post" action=SetAuditDays::PATH>
                <label class="field">
                    <span class="label">"Keep events for, in days"</span>
                    <input
                        class="number"
                        type="number"
                        name="days"
                        min=AUDIT_DAYS.start().to_string()
                        max=AUDIT_DAYS.end().to_string()
                        required
                        value=days.to_string()
                        aria-describedby="days-hint"
                    />
                </label>
                <button class="button">Save</button>
            </form>
            <p class="hint" id="days-hint">
                {format!(
                    "{} to {}. Older events are removed within a day; an event records it, and the chain still verifies.",
                    grouped(u64::from(*AUDIT_DAYS.start())),
                    grouped(u64::from(*AUDIT_DAYS.end())),
                )}
            </p>
        </Submit>
    }
}
