//! The latest cycles as a table.

use super::verdict::length;
use crate::{
    pages::activity::calls_of,
    words::{clock, day, grouped},
};
use domain::{Timestamp, TokenId, cycle::Cycle};
use leptos::prelude::*;

/// The columns with numbers.
const NUMBERS: [&str; 5] = ["Calls", "Changes", "Unchanged", "Sent again", "Refused"];

/// The table, folded.
pub(super) fn fold(cycles: &[Cycle], token: TokenId, now: Timestamp) -> impl IntoView + use<> {
    let row = |cycle: &Cycle| {
        let numbers = [cycle.calls, cycle.changes, cycle.unchanged, cycle.repeated, cycle.refused];
        let cell = |(name, number): (&'static str, u64)| {
            view! { <td class="figures"><span class="card-label">{format!("{name} ")}</span> {grouped(number)}</td> }
        };
        let began = format!("{}, {}", day(now, cycle.start), clock(cycle.start));
        view! {
            <tr>
                <th scope="row">{began}</th>
                <td><span class="card-label">"Took "</span> {length(cycle.start, cycle.last)}</td>
                {NUMBERS.into_iter().zip(numbers).map(cell).collect_view()}
            </tr>
        }
    };
    view! {
        <details class="panel-fold">
            <summary>"Latest cycles"</summary>
            <div class="panel-text">
                <table class="compare">
                    <caption>
                        "A cycle ends when no call comes for five minutes, and is split after six hours. "
                        <a href=calls_of(token)>"All calls"</a>
                    </caption>
                    <thead>
                        <tr>
                            <th scope="col">"Began, UTC"</th>
                            <th scope="col">Took</th>
                            {NUMBERS.map(|name| view! { <th scope="col">{name}</th> }).collect_view()}
                        </tr>
                    </thead>
                    <tbody>{cycles.iter().map(row).collect_view()}</tbody>
                </table>
            </div>
        </details>
    }
}
