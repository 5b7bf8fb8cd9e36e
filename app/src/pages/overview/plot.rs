//! Plots as SVG. What they show is also in a table below, and their labels are text beside the drawing.

use crate::words::grouped;
use leptos::prelude::*;

/// The drawing's own units; it is stretched to the width that there is.
pub(super) const HEIGHT: f64 = 100.0;

/// The least of 2, 4, 6, 8, 10, 20, 40 and so on that is no smaller: half of it is round, too.
pub(super) fn round_up(number: u64) -> u64 {
    let mut power = 1_u64;
    loop {
        for step in [1, 2, 4, 6, 8] {
            let round = power.saturating_mul(step);
            if round >= number || round == u64::MAX {
                return round.max(2);
            }
        }
        power = power.saturating_mul(10);
    }
}

/// A plot in its frame: the scale at its left, the times below.
pub(super) fn framed(
    label: String,
    (low, high): (u64, u64),
    width: f64,
    drawing: AnyView,
    times: Vec<String>,
) -> impl IntoView {
    let middle = low + (high - low) / 2;
    let line = |y: f64| {
        let y = y.to_string();
        view! { <line class="plot-line" x1="0" x2=width.to_string() y1=y.clone() y2=y/> }
    };
    view! {
        <div class="plot">
            <div class="plot-scale figures" aria-hidden="true">
                <span>{grouped(high)}</span>
                <span>{grouped(middle)}</span>
                <span>{grouped(low)}</span>
            </div>
            <svg
                role="img"
                aria-label=label
                viewBox=format!("0 0 {width} {HEIGHT}")
                preserveAspectRatio="none"
            >
                {[0.0, HEIGHT / 2.0, HEIGHT].map(line).collect_view()}
                {drawing}
            </svg>
            <div class="plot-times" aria-hidden="true">
                {times.into_iter().map(|time| view! { <span>{time}</span> }).collect_view()}
            </div>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_ends_at_a_round_number() {
        assert_eq!([0, 1, 3, 5, 9, 41, 63, 5_000, 8_001].map(round_up), [2, 2, 4, 6, 10, 60, 80, 6_000, 10_000]);
        assert_eq!(round_up(u64::MAX), u64::MAX);
    }
}
