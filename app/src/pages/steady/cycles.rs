//! The latest cycles as a table.

use super::length;
use crate::{components::when, pages::activity::calls_of, words::grouped};
use domain::{Timestamp, TokenId, cycle::Cycle};
use leptos::prelude::*;

/// The table, folded.
pub(super) fn fold(cycles: &[Cycle], token: TokenId, now: Timestamp) -> impl IntoView + use<> {
    let row = |cycle: &Cycle| {
        let numbers = [cycle.calls, cycle.changes, cycle.unchanged, cycle.repeated, cycle.refused];
        view! {
            <tr>
                <th scope="row">{when(now, cycle.start)}</th>
                <td>{length(cycle.start, cycle.last)}</td>
                {numbers.map(|number| view! { <td class="figures">{grouped(number)}</td> }).collect_view()}
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
                            <th scope="col">Began</th>
                            <th scope="col">Took</th>
                            <th scope="col">Calls</th>
                            <th scope="col">Changes</th>
                            <th scope="col">Unchanged</th>
                            <th scope="col">Sent again</th>
                            <th scope="col">Refused</th>
                        </tr>
                    </thead>
                    <tbody>{cycles.iter().map(row).collect_view()}</tbody>
                </table>
            </div>
        </details>
    }
}
