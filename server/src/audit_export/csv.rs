//! The audit log for spreadsheets.

use crate::csv::{MARK, harmless, row};
use domain::audit::{Entry, to_hex};

const COLUMNS: [&str; 14] = [
    "event",
    "time",
    "actor",
    "actor id",
    "actor name",
    "address",
    "action",
    "target id",
    "target name",
    "before",
    "after",
    "reason",
    "previous hash",
    "hash",
];

/// The first row: the names of the columns. Scripts use the other export.
pub(crate) fn csv_header() -> String {
    format!("{MARK}{}", row(COLUMNS.map(str::to_owned)))
}

/// One event. Text from people and directories cannot become a formula; numbers, times and ids are written as they are.
pub(crate) fn csv_row(entry: &Entry) -> String {
    let Entry { seq, event, link } = entry;
    let (actor, actor_id, actor_name) = event.actor.parts();
    let id = |id: Option<uuid::Uuid>| id.map(|id| id.to_string()).unwrap_or_default();
    let written = |text: Option<&str>| text.map(harmless).unwrap_or_default();
    row([
        seq.to_string(),
        event.at.to_string(),
        actor.to_owned(),
        id(actor_id),
        written(actor_name),
        written(event.address.as_deref()),
        event.action.as_str().to_owned(),
        id(event.target),
        written(event.target_name.as_deref()),
        written(event.before.as_deref()),
        written(event.after.as_deref()),
        written(event.reason.as_deref()),
        link.map(|link| to_hex(&link.previous)).unwrap_or_default(),
        link.map(|link| to_hex(&link.hash)).unwrap_or_default(),
    ])
}

#[cfg(test)]
mod tests {
    use super::{super::testing::entry, *};
    use domain::{
        Timestamp,
        audit::{Action, Event},
        identity::Who,
    };
    use proptest::prelude::*;

    /// Rows of cells according to RFC 4180 §2; a spreadsheet reads the same.
    fn read(text: &str) -> Vec<Vec<String>> {
        let (mut rows, mut row, mut cell) = (Vec::new(), Vec::new(), String::new());
        let mut chars = text.chars().peekable();
        let mut inside = false;
        while let Some(c) = chars.next() {
            match c {
                '"' if inside && chars.peek() == Some(&'"') => {
                    chars.next();
                    cell.push('"');
                }
                '"' => inside = !inside,
                ',' if !inside => row.push(std::mem::take(&mut cell)),
                '\r' if !inside && chars.peek() == Some(&'\n') => {
                    chars.next();
                    row.push(std::mem::take(&mut cell));
                    rows.push(std::mem::take(&mut row));
                }
                c => cell.push(c),
            }
        }
        assert!(!inside && cell.is_empty() && row.is_empty(), "the last row has no end: {text:?}");
        rows
    }

    fn cells(entry: &Entry) -> Vec<String> {
        let mut rows = read(&csv_row(entry));
        assert_eq!(rows.len(), 1);
        rows.remove(0)
    }

    #[test]
    fn our_own_numbers_stay_numbers() {
        let event = Event::new(Timestamp::from_millis(-1), Who::Host, None, Action::TokenCreated);
        let cells = cells(&Entry { seq: 7, event, link: None });
        assert_eq!((cells[0].as_str(), cells[1].as_str()), ("7", "1969-12-31T23:59:59.999Z"));
        assert_eq!((cells[4].as_str(), cells[13].as_str()), ("", ""));
    }

    #[test]
    fn the_header_names_every_column() {
        let header = csv_header();
        let text = header.strip_prefix(MARK).expect("spreadsheets need a mark to read UTF-8");
        assert_eq!(read(text), [COLUMNS.map(str::to_owned).to_vec()]);
    }

    proptest! {
        #[test]
        fn every_cell_comes_back(entry in entry()) {
            let cells = cells(&entry);
            let (event, text) = (&entry.event, |text: &Option<String>| harmless(text.as_deref().unwrap_or_default()));
            prop_assert_eq!(cells.len(), COLUMNS.len());
            prop_assert_eq!(&cells[0], &entry.seq.to_string());
            prop_assert_eq!(&cells[4], &harmless(event.actor.name().unwrap_or_default()));
            prop_assert_eq!(&cells[5], &text(&event.address));
            prop_assert_eq!(&cells[8], &text(&event.target_name));
            prop_assert_eq!(&cells[9], &text(&event.before));
            prop_assert_eq!(&cells[10], &text(&event.after));
            prop_assert_eq!(&cells[11], &text(&event.reason));
        }

        #[test]
        fn no_cell_is_a_formula(entry in entry()) {
            for cell in cells(&entry) {
                let first = cell.trim_start().chars().next();
                prop_assert!(!first.is_some_and(|c| "=+-@\t\r\0＝＋－＠".contains(c)), "{cell:?}");
            }
        }
    }
}
