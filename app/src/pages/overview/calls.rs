//! Changes and refused calls by hour.

use super::plot::{HEIGHT, framed, round_up};
use crate::{
    pages::activity::refused_calls,
    words::{clock, count, day, grouped},
};
use domain::{Timestamp, console::HOURS_SHOWN, tally::Tally};
use leptos::prelude::*;

const HOUR: i64 = 3_600_000;

/// The width of an hour and the gap after it, in the drawing's units.
const BAR: f64 = 8.0;
const GAP: f64 = 2.0;

/// The parts of a bar, from below.
const PARTS: [Part; 4] = [
    Part { name: "Joined", class: "plot-joined", of: |tally| tally.joined },
    Part { name: "Changed", class: "plot-changed", of: |tally| tally.changed },
    Part { name: "Left", class: "plot-left", of: |tally| tally.departed },
    Part { name: "Refused", class: "plot-refused", of: |tally| tally.refused },
];

struct Part {
    name: &'static str,
    class: &'static str,
    of: fn(&Tally) -> u64,
}

/// The panel.
pub(super) fn panel(hours: &[(Timestamp, Tally)], now: Timestamp) -> impl IntoView + use<> {
    let bars = bars(hours, now);
    let sum: Tally = bars.iter().map(|(_, tally)| *tally).sum();
    let high = round_up(bars.iter().map(|(_, tally)| height(tally)).max().unwrap_or_default());
    let calls = count(sum.calls, "call", "calls");
    let label = format!("Changes and refused calls by hour, last {HOURS_SHOWN} hours; the table below has the numbers");
    let drawing = bars.iter().enumerate().map(|(at, (_, tally))| bar(at, tally, high)).collect_view().into_any();
    let width = (BAR + GAP) * bars.len() as f64;
    let times = [0, 12, 24, 36].map(|at| bars.get(at).map(|(hour, _)| label_of(*hour)).unwrap_or_default());
    let legend = |part: Part| {
        let number = grouped((part.of)(&sum));
        let href = (part.name == "Refused").then(refused_calls);
        view! {
            <li>
                <span class=format!("plot-key {}", part.class) aria-hidden="true"></span>
                {match href {
                    Some(href) => view! { <a href=href>{part.name}</a> }.into_any(),
                    None => part.name.into_any(),
                }}
                " " <strong class="figures">{number}</strong>
            </li>
        }
    };
    view! {
        <section class="panel" aria-labelledby="calls">
            <div class="panel-head">
                <h2 id="calls">{format!("Last {HOURS_SHOWN} hours")}</h2>
                <p class="soft">{format!("{calls}; a bar an hour, UTC")}</p>
            </div>
            <div class="panel-text">
                {framed(label, (0, high), width, drawing, times.to_vec())}
                <ul class="plot-legend">{PARTS.map(legend).collect_view()}</ul>
                {table(&bars, now)}
            </div>
        </section>
    }
}

/// Each of the hours shown, the first one first.
fn bars(hours: &[(Timestamp, Tally)], now: Timestamp) -> Vec<(Timestamp, Tally)> {
    let this_hour = now.millis().div_euclid(HOUR) * HOUR;
    let bar = |ago: i64| {
        let start = Timestamp::from_millis(this_hour - ago * HOUR);
        let found = hours.iter().find(|(hour, _)| *hour == start);
        (start, found.map(|(_, tally)| *tally).unwrap_or_default())
    };
    (0..HOURS_SHOWN).rev().map(bar).collect()
}

fn height(tally: &Tally) -> u64 {
    PARTS.iter().map(|part| (part.of)(tally)).sum()
}

#[expect(clippy::cast_precision_loss, reason = "a drawing needs no more than three digits")]
fn bar(at: usize, tally: &Tally, high: u64) -> impl IntoView + use<> {
    let x = (at as f64 * (BAR + GAP)).to_string();
    let mut y = HEIGHT;
    let parts = PARTS.map(|part| {
        let number = (part.of)(tally);
        let height = number as f64 / high as f64 * HEIGHT;
        // A single refusal among thousands of changes must be seen.
        let height = if number > 0 { height.max(2.0) } else { 0.0 };
        y -= height;
        (number > 0).then(|| {
            view! {
                <rect class=part.class x=x.clone() y=y.max(0.0).to_string() width=BAR.to_string() height=height.to_string()/>
            }
        })
    });
    // An hour with calls that changed nothing is a low tick.
    let ran = (tally.calls > 0 && height(tally) == 0).then(|| {
        view! { <rect class="plot-ran" x=x.clone() y=(HEIGHT - 2.0).to_string() width=BAR.to_string() height="2"/> }
    });
    view! { {parts.collect_view()} {ran} }
}

/// `12:00`.
fn time(hour: Timestamp) -> String {
    clock(hour).chars().take(5).collect()
}

/// `Tue 12:00`: the hour with its day.
fn label_of(hour: Timestamp) -> String {
    let days = hour.millis().div_euclid(24 * HOUR);
    // 1 January 1970 was a Thursday.
    let weekday = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"][usize::try_from(days.rem_euclid(7)).unwrap_or(0)];
    format!("{weekday} {}", time(hour))
}

fn table(bars: &[(Timestamp, Tally)], now: Timestamp) -> impl IntoView + use<> {
    let row = |(hour, tally): &(Timestamp, Tally)| {
        let cells = PARTS.map(|part| view! { <td class="figures">{grouped((part.of)(tally))}</td> });
        view! {
            <tr>
                <th scope="row">{format!("{}, {}", day(now, *hour), time(*hour))}</th>
                <td class="figures">{grouped(tally.calls)}</td>
                {cells.collect_view()}
            </tr>
        }
    };
    let happened = bars.iter().rev().filter(|(_, tally)| *tally != Tally::default());
    view! {
        <details class="plot-table">
            <summary>"Show as table"</summary>
            <table class="compare">
                <caption>"Hours in which something happened, newest first, UTC"</caption>
                <thead>
                    <tr>
                        <th scope="col">Hour</th>
                        <th scope="col">Calls</th>
                        {PARTS.map(|part| view! { <th scope="col">{part.name}</th> }).collect_view()}
                    </tr>
                </thead>
                <tbody>{happened.map(row).collect_view()}</tbody>
            </table>
        </details>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_hour_has_its_place() {
        let now = Timestamp::from_millis(1_795_000_000_007);
        let hour = |ago: i64| Timestamp::from_millis(now.millis().div_euclid(HOUR) * HOUR - ago * HOUR);
        let tally = |changed| Tally { changed, ..Tally::default() };
        let bars = bars(&[(hour(60), tally(9)), (hour(47), tally(1)), (hour(0), tally(2))], now);
        assert_eq!(bars.len(), 48);
        assert_eq!((bars[0], bars[47]), ((hour(47), tally(1)), (hour(0), tally(2))));
        assert!(bars[1..47].iter().all(|(_, tally)| *tally == Tally::default()));
        assert_eq!(label_of(hour(0)), "Wed 11:00");
    }
}
