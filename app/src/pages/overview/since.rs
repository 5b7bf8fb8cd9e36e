use crate::{
    pages::audit::since,
    words::{absolute, grouped},
};
use domain::{Timestamp, activity::RECORD_DAYS, audit::Topic, console::SinceLastSignIn};
use leptos::prelude::*;

/// What has happened since the reader's previous sign-in.
pub(super) fn panel(last: SinceLastSignIn, now: Timestamp) -> impl IntoView {
    let SinceLastSignIn { at, tally } = last;
    let is_cut = at < now.plus_days(-RECORD_DAYS);
    let from = if is_cut { now.plus_days(-RECORD_DAYS) } else { at };
    let title = if is_cut { format!("The last {RECORD_DAYS} days") } else { "Since your last sign-in".to_owned() };
    let numbers = [
        (tally.joined, "joined", "created, reactivated or restored", since(Topic::Users, from)),
        (tally.departed, "left", "suspended or deleted", since(Topic::Users, from)),
        (tally.changed, "changes", "of people and groups", since(Topic::Groups, from)),
        (tally.roles, "role changes", "of people and groups", since(Topic::Users, from)),
    ];
    let number = |(number, name, words, href): (u64, &'static str, &'static str, String)| {
        view! {
            <div>
                <dt>{name} <span class="soft">{words}</span></dt>
                <dd>
                    <a href=href>{grouped(number)} <span class="visually-hidden">{format!(" {name}")}</span></a>
                </dd>
            </div>
        }
    };
    view! {
        <section class="panel" aria-labelledby="since">
            <div class="panel-head">
                <h2 id="since">{title}</h2>
                <p class="soft">{absolute(at)}</p>
            </div>
            <dl class="figures-row">{numbers.map(number).collect_view()}</dl>
        </section>
    }
}
