//! Calls as cycles: those of a directory come in runs, with silence between them.

use super::{
    call,
    said::{self, Sign, WORDS},
};
use crate::words::{clock, count, day};
use domain::{
    Timestamp,
    activity::{Outcome, RecordRow},
    cycle::PAUSE_MILLIS,
};
use leptos::prelude::*;
use uuid::Uuid;

/// This many reads in a row are one line.
const FOLDED: usize = 3;

/// One line of a cycle.
enum Line {
    One(Box<RecordRow>),
    /// Calls that only read, one after the other, the last first.
    Reads(Vec<RecordRow>),
}

/// Splits rows, the newest first, where there was a silence.
fn cycles(rows: Vec<RecordRow>) -> Vec<Vec<RecordRow>> {
    let mut cycles: Vec<Vec<RecordRow>> = Vec::new();
    for row in rows {
        let at = row.record.call.at;
        match cycles.last_mut() {
            Some(cycle) if cycle.last().is_some_and(|last| last.record.call.at.plus_millis(-PAUSE_MILLIS) <= at) => {
                cycle.push(row);
            }
            _ => cycles.push(vec![row]),
        }
    }
    cycles
}

fn lines(cycle: Vec<RecordRow>) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for row in cycle {
        let is_read = Sign::of(&row) == Sign::Read && row.record.outcome != Outcome::Unchanged;
        match lines.last_mut() {
            Some(Line::Reads(reads)) if is_read => reads.push(row),
            _ if is_read => lines.push(Line::Reads(vec![row])),
            _ => lines.push(Line::One(Box::new(row))),
        }
    }
    let single = |line| match line {
        Line::Reads(reads) if reads.len() < FOLDED => {
            reads.into_iter().map(|row| Line::One(Box::new(row))).collect::<Vec<_>>()
        }
        line => vec![line],
    };
    lines.into_iter().flat_map(single).collect()
}

/// What happened in a cycle: `118 calls: 4 created, 3 refused`.
fn sum(cycle: &[RecordRow], is_cut: bool) -> String {
    let counted = |word| (cycle.iter().filter(|row| said::word(row) == Some(word)).count(), word);
    let parts = WORDS.map(counted).into_iter().filter(|(number, _)| *number > 0);
    let parts: Vec<String> = parts.map(|(number, word)| format!("{number} {word}")).collect();
    let calls = count(cycle.len() as u64, "call", "calls");
    match (parts.is_empty(), is_cut) {
        (true, false) => format!("{calls}, no changes"),
        (true, true) => format!("{calls} on this page"),
        (false, false) => format!("{calls}: {}", parts.join(", ")),
        (false, true) => format!("{calls} on this page: {}", parts.join(", ")),
    }
}

/// The calls of a page, by day and cycle. The first cycle may have begun on the page before, and the last
/// may go on on the next.
pub(super) fn show(
    rows: Vec<RecordRow>,
    (is_first_cut, is_last_cut): (bool, bool),
    about: Option<Uuid>,
    now: Timestamp,
) -> impl IntoView + use<> {
    let cycles = cycles(rows);
    let last = cycles.len().saturating_sub(1);
    let mut today = String::new();
    let cycle = |(at, cycle): (usize, Vec<RecordRow>)| {
        let (newest, oldest) = (cycle.first().map(moment), cycle.last().map(moment));
        let date = newest.map(|at| day(now, at)).unwrap_or_default();
        let new_day =
            (date != today).then(|| view! { <li class="day" role="presentation"><h3>{date.clone()}</h3></li> });
        today = date;
        let span = match (oldest, newest) {
            (Some(oldest), Some(newest)) if clock(oldest) != clock(newest) => {
                format!("{} to {}", clock(oldest), clock(newest))
            }
            (_, newest) => newest.map(clock).unwrap_or_default(),
        };
        let sum = sum(&cycle, is_first_cut && at == 0 || is_last_cut && at == last);
        let line = |line| match line {
            Line::One(row) => call::row(&row, about).into_any(),
            Line::Reads(reads) => folded(&reads, about).into_any(),
        };
        view! {
            {new_day}
            <li class="cycle">
                <p class="cycle-head"><span class="figures">{span}</span> <span class="soft">{sum}</span></p>
                <ol class="events">{lines(cycle).into_iter().map(line).collect_view()}</ol>
            </li>
        }
    };
    view! { <ol class="cycles">{cycles.into_iter().enumerate().map(cycle).collect_view()}</ol> }
}

fn moment(row: &RecordRow) -> Timestamp {
    row.record.call.at
}

/// Reads in a row, as one line that opens.
fn folded(reads: &[RecordRow], about: Option<Uuid>) -> impl IntoView + use<> {
    let newest = reads.first().map(moment).map(clock);
    let rows = reads.iter().map(|row| call::row(row, about)).collect_view();
    view! {
        <li>
            <details class="event event-call event-folded">
                <summary>
                    <span class="event-when soft figures">{newest}</span>
                    <span class="sign" aria-hidden="true">"·"</span>
                    <span class="event-what soft">{reads_in_words(reads)}</span>
                </summary>
                <ol class="events">{rows}</ol>
            </details>
        </li>
    }
}

/// `41 reads; 4 found none`.
fn reads_in_words(reads: &[RecordRow]) -> String {
    let all = count(reads.len() as u64, "read", "reads");
    match reads.iter().filter(|row| row.record.outcome == Outcome::Empty).count() {
        0 => all,
        none => format!("{all}; {none} found none"),
    }
}

#[cfg(test)]
mod tests {
    use super::{super::said::tests::row, *};
    use domain::activity::CallKind::{self, *};

    fn at(second: i64, operation: CallKind, outcome: Outcome) -> RecordRow {
        let mut row = row(operation, outcome, None);
        row.record.call.at = Timestamp::from_millis(second * 1_000);
        row
    }

    #[test]
    fn o40_a_silence_ends_a_cycle() {
        let rows = [1_000, 990, 690, 389, 388].map(|second| at(second, LookUp, Outcome::Done));
        let sizes: Vec<usize> = cycles(rows.to_vec()).iter().map(Vec::len).collect();
        assert_eq!(sizes, [3, 2], "five minutes belong to a cycle, more do not");
    }

    #[test]
    fn reads_in_a_row_are_one_line() {
        let reads = |number: usize| vec![at(1, LookUp, Outcome::Empty); number];
        let rows = [reads(2), vec![at(1, Create, Outcome::Done)], reads(3), vec![at(1, Change, Outcome::Unchanged)]];
        let sizes: Vec<usize> = lines(rows.concat())
            .iter()
            .map(|line| match line {
                Line::One(_) => 1,
                Line::Reads(reads) => reads.len(),
            })
            .collect();
        assert_eq!(sizes, [1, 1, 1, 3, 1]);
        assert_eq!(reads_in_words(&reads(3)), "3 reads; 3 found none");
    }

    #[test]
    fn a_cycle_is_summed_up() {
        let cycle = [
            at(1, Create, Outcome::Done),
            at(1, Create, Outcome::Refused),
            at(1, LookUp, Outcome::Empty),
            at(1, Delete, Outcome::Done),
        ];
        assert_eq!(sum(&cycle, false), "4 calls: 1 created, 1 deleted, 1 refused");
        assert_eq!(sum(&cycle[2..3], false), "1 call, no changes");
        assert_eq!(sum(&cycle[2..3], true), "1 call on this page");
    }
}
