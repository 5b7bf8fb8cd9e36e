//! How many people were active, by day.

use super::plot::{HEIGHT, framed, round_up};
use crate::words::{count, day, grouped};
use domain::{Timestamp, console::POPULATION_DAYS};
use leptos::prelude::*;

const DAY: i64 = 86_400_000;

/// The width of a day in the drawing's units.
const STEP: f64 = 10.0;

/// The panel.
pub(super) fn panel(samples: &[(Timestamp, u64)], active: u64, now: Timestamp) -> impl IntoView + use<> {
    let days = days(samples, active, now);
    let first = days[0];
    let (low, high) = scale(&days);
    let points = points(&days, (low, high));
    let width = (STEP * place(&days, now)).max(STEP);
    let label = format!("Active people by day, last {POPULATION_DAYS} days; the table below has the numbers");
    let line = view! { <polyline class="plot-people" points=points/> }.into_any();
    let times = vec![day(now, first.0), "today".to_owned()];
    view! {
        <section class="panel" aria-labelledby="people">
            <div class="panel-head">
                <h2 id="people">"Active people"</h2>
                <p class="soft">{format!("last {POPULATION_DAYS} days")}</p>
            </div>
            <div class="panel-text">
                {(days.len() > 1).then(|| framed(label, (low, high), width, line, times))}
                <p>{sentence(&days, now)} {(days.len() > 1 && low > 0).then(|| format!(" The scale starts at {}.", grouped(low)))}</p>
                {(days.len() > 1).then(|| table(&days, now))}
            </div>
        </section>
    }
}

/// The last sample of each day, and the present number.
fn days(samples: &[(Timestamp, u64)], active: u64, now: Timestamp) -> Vec<(Timestamp, u64)> {
    let start = |at: Timestamp| Timestamp::from_millis(at.millis().div_euclid(DAY) * DAY);
    let mut days: Vec<(Timestamp, u64)> = Vec::new();
    for (at, active) in samples.iter().copied().chain([(now, active)]) {
        match days.last_mut() {
            Some((day, last)) if *day >= start(at) => *last = active,
            _ => days.push((start(at), active)),
        }
    }
    days
}

/// The ends of the scale: nearby round numbers, so that a change can be seen.
fn scale(days: &[(Timestamp, u64)]) -> (u64, u64) {
    let least = days.iter().map(|(_, active)| *active).min().unwrap_or_default();
    let most = days.iter().map(|(_, active)| *active).max().unwrap_or_default();
    let step = round_up((most - least).max(most / 20).max(1));
    let low = if step > least { 0 } else { least / step * step };
    (low, low + round_up((most - low).max(1)))
}

/// How many days after the first a moment is: days without a sample have their place, too.
#[expect(clippy::cast_precision_loss, reason = "a drawing needs no more than three digits")]
fn place(days: &[(Timestamp, u64)], at: Timestamp) -> f64 {
    let first = days.first().map_or(at, |(day, _)| *day);
    (at.millis_since(first) / DAY.unsigned_abs()) as f64
}

#[expect(clippy::cast_precision_loss, reason = "a drawing needs no more than three digits")]
fn points(days: &[(Timestamp, u64)], (low, high): (u64, u64)) -> String {
    let height = |active: u64| HEIGHT - (active - low) as f64 / (high - low) as f64 * HEIGHT;
    let point = |(day, active): &(Timestamp, u64)| {
        let x = place(days, *day) * STEP;
        format!("{x},{:.1}", height(*active))
    };
    days.iter().map(point).collect::<Vec<_>>().join(" ")
}

fn sentence(days: &[(Timestamp, u64)], now: Timestamp) -> String {
    let (first, last) = (days[0], days[days.len() - 1]);
    let active = count(last.1, "person is", "people are");
    if days.len() == 1 {
        return format!("{active} active now. A line shows here from tomorrow on.");
    }
    let since = day(now, first.0);
    match (last.1.saturating_sub(first.1), first.1.saturating_sub(last.1)) {
        (0, 0) => format!("{active} active now, as many as on {since}."),
        (more, 0) => format!("{active} active now, {} more than on {since}.", grouped(more)),
        (_, fewer) => format!("{active} active now, {} fewer than on {since}.", grouped(fewer)),
    }
}

fn table(days: &[(Timestamp, u64)], now: Timestamp) -> impl IntoView + use<> {
    let row = |(at, active): &(Timestamp, u64)| {
        view! {
            <tr>
                <th scope="row">{day(now, *at)}</th>
                <td class="figures">{grouped(*active)}</td>
            </tr>
        }
    };
    view! {
        <details class="plot-table">
            <summary>"Show as table"</summary>
            <table class="compare">
                <caption>"Active people at the end of each day, newest first, UTC"</caption>
                <thead>
                    <tr>
                        <th scope="col">Day</th>
                        <th scope="col">Active</th>
                    </tr>
                </thead>
                <tbody>{days.iter().rev().map(row).collect_view()}</tbody>
            </table>
        </details>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_795_000_000_007);

    fn hour(ago: i64) -> Timestamp {
        Timestamp::from_millis(NOW.millis() - ago * 3_600_000)
    }

    #[test]
    fn a_day_is_its_last_sample() {
        let days = days(&[(hour(58), 5), (hour(50), 7), (hour(13), 9), (hour(3), 1)], 12, NOW);
        assert_eq!(days.iter().map(|(_, active)| *active).collect::<Vec<_>>(), [7, 9, 12]);
        assert_eq!(points(&days, (0, 20)), "0,65.0 10,55.0 20,40.0");
        assert_eq!(sentence(&days, NOW), "12 people are active now, 5 more than on 16 Nov.");
        let gap = [(hour(96), 5), (NOW, 10)];
        assert_eq!((place(&gap, NOW), points(&gap, (0, 20)).as_str()), (4.0, "0,75.0 40,50.0"));
        assert_eq!(sentence(&days[2..], NOW), "12 people are active now. A line shows here from tomorrow on.");
    }

    #[test]
    fn a_scale_shows_the_change() {
        let of = |numbers: &[u64]| scale(&numbers.iter().map(|number| (NOW, *number)).collect::<Vec<_>>());
        assert_eq!(of(&[1_130, 1_262]), (1_000, 1_400));
        assert_eq!(of(&[0, 0]), (0, 2));
        assert_eq!(of(&[0, 5_000]), (0, 6_000));
        let (low, high) = of(&[1_000_000, 1_000_000]);
        assert!(low <= 1_000_000 && high >= 1_000_000 && low < high);
    }
}
