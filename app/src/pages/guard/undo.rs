//! The dialog that undoes a batch says whom it brings back.

use super::batch::Found;
use crate::{
    api::guard::UndoBatch,
    pages::{
        components::{Opener, Question, confirm},
        words::{count, list, visible},
    },
};
use domain::guard::{Departure, DepartureKind};
use leptos::{prelude::*, server_fn::ServerFn};

/// The button and its dialog.
pub(super) fn undo(found: &Found) -> impl IntoView + use<> {
    let summary = &found.summary;
    let id = format!("undo-{}", summary.batch.id);
    let question = Question {
        id: id.clone(),
        title: "Undo this batch?".to_owned(),
        verb: "Undo",
        action: UndoBatch::PATH,
        fields: vec![("id", summary.batch.id.to_string())],
        phrase: None,
        next: None,
    };
    let lines = lines(&found.departures, summary.weight);
    let pause = view! {
        <label class="choice">
            <input type="checkbox" name="pause" value="true" checked form=format!("{id}-form")/>
            <span>
                <strong>"Pause the token first"</strong>
                <span class="soft">
                    {format!(
                        "Otherwise the next call through “{}” may do it all again while you look for the cause.",
                        visible(&summary.token_name),
                    )}
                </span>
            </span>
        </label>
    };
    let consequences = view! {
        <ul class="consequences">
            {lines.into_iter().map(|line| view! { <li>{line}</li> }).collect_view()}
            <li>"Each comes back as it was before, with its groups and under the same id."</li>
            <li>"Put it right in the directory too, before its token works again: it sends what it holds."</li>
        </ul>
        {pause}
    };
    confirm(question, Opener::Danger("Undo"), "Undo this batch".to_owned(), consequences)
}

/// What comes back, a line for each way in which it left. Of more than 200 departures the last 200 are known by name.
fn lines(departures: &[Departure], weight: u64) -> Vec<String> {
    let kinds = [
        (DepartureKind::Deactivated, "person is made active again", "people are made active again"),
        (DepartureKind::Deleted, "deleted person is restored", "deleted people are restored"),
        (DepartureKind::GroupDeleted, "deleted group is restored", "deleted groups are restored"),
        (DepartureKind::GroupEmptied, "group gets its members back", "groups get their members back"),
    ];
    let more = departures.len() >= 200;
    let mut lines = Vec::new();
    for (kind, one, many) in kinds {
        let names: Vec<String> =
            departures.iter().filter(|d| d.kind == kind).map(|departure| visible(&departure.target_name)).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        if !names.is_empty() {
            let number = count(names.len() as u64, one, many);
            let about = if more { "Of the last 200, " } else { "" };
            lines.push(format!("{about}{number}: {}.", list(&names)));
        }
    }
    if more {
        lines.insert(
            0,
            format!("All departures of this batch are undone; they concern {}.", count(weight, "person", "people")),
        );
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{Timestamp, TokenId};

    fn departure(kind: DepartureKind, name: &str) -> Departure {
        Departure {
            id: Default::default(),
            at: Timestamp::from_millis(0),
            token: TokenId(Default::default()),
            kind,
            target: Default::default(),
            target_name: name.to_owned(),
            weight: 1,
            before: None,
            batch: None,
        }
    }

    #[test]
    fn whom_it_brings_back_is_named() {
        let departures = [
            departure(DepartureKind::Deactivated, "Ada King"),
            departure(DepartureKind::Deactivated, "Grace Hopper"),
            departure(DepartureKind::GroupDeleted, "Engine Owners"),
        ];
        assert_eq!(
            lines(&departures, 40),
            [
                "2 people are made active again: Ada King and Grace Hopper.",
                "1 deleted group is restored: Engine Owners."
            ]
        );
    }

    #[test]
    fn of_many_only_some_are_named() {
        let departures = vec![departure(DepartureKind::Deleted, "x"); 200];
        let lines = lines(&departures, 300);
        assert_eq!(lines[0], "All departures of this batch are undone; they concern 300 people.");
        assert_eq!(lines[1], "Of the last 200, 200 deleted people are restored: x, x, x, x and 196 others.");
    }
}
