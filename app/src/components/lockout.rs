//! The lock-out meter: who could still get in if a way in were lost.

use super::{Tone, chip};
use crate::words::list;
use domain::{
    break_glass::PROOF_DAYS,
    lockout::{Door, Doors, Loss, NEEDED},
};
use leptos::prelude::*;

/// What can be lost, and the label of its row.
const LOSSES: [(Loss, &str); 3] = [
    (Loss::SingleSignOn, "Single sign-on fails"),
    (Loss::Directory, "The directory deactivates everybody"),
    (Loss::Secrets, "The sheets are not at hand"),
];

/// The meter: a row for each loss, and the last resort.
pub(crate) fn meter(doors: &Doors) -> impl IntoView + use<> {
    let row = |(loss, title): (Loss, &'static str)| {
        let left: Vec<&Door> = doors.left_after(loss).collect();
        let (tone, word) = verdict(left.len());
        view! {
            <li class="meter-row">
                <h3>{title}</h3>
                <p class="soft">{sentence(loss, &left)}</p>
                {chip(tone, word)}
            </li>
        }
    };
    view! {
        <ul class="meter">
            {LOSSES.map(row).collect_view()}
            <li class="meter-row">
                <h3>"All of these at once"</h3>
                <p class="soft">
                    "An operator with a shell on the host can always get in, even while the server is down: "
                    <code>"postern break-glass recover"</code> " prints a code that works once, for 15 minutes."
                </p>
                {chip(Tone::Plain, "From the host")}
            </li>
        </ul>
    }
}

/// The meter in a sentence, with a link to the remedy.
pub(crate) fn compact(doors: &Doors) -> impl IntoView + use<> {
    let enough = doors.proven() >= NEEDED;
    let link = if enough { "See who could still get in" } else { "See what is missing" };
    let href = if enough { "/admin/lockout" } else { "/admin/break-glass" };
    view! {
        <p>
            {summary(doors)} " "
            <a href=href>{link}</a>
        </p>
    }
}

/// Who can get in, whatever a directory does.
pub(crate) fn summary(doors: &Doors) -> String {
    let proven: Vec<&str> = doors.left_after(Loss::Directory).map(|door| door.name.as_str()).collect();
    match proven[..] {
        [] => format!(
            "No break-glass account has signed in with its present secret within the last {PROOF_DAYS} days. Two must \
             have, so that neither a mistake in the directory nor one lost sheet can lock you out."
        ),
        [only] => format!(
            "{only} would get in whatever your directory does. One is not enough: a second account must have signed in \
             within the last {PROOF_DAYS} days, so that one lost sheet cannot lock you out."
        ),
        _ => format!(
            "{} would get in whatever your directory does: it can neither see, change nor remove them.",
            list(&proven)
        ),
    }
}

fn verdict(left: usize) -> (Tone, &'static str) {
    match left {
        0 => (Tone::Bad, "Nobody"),
        1 => (Tone::Warn, "One way in"),
        2 => (Tone::Ok, "Two ways in"),
        _ => (Tone::Ok, "Several ways in"),
    }
}

fn sentence(loss: Loss, left: &[&Door]) -> String {
    let names: Vec<&str> = left.iter().map(|door| door.name.as_str()).collect();
    match (loss, &names[..]) {
        (Loss::Secrets, []) => "No account has a recovery code left. A new secret brings eight new ones.".to_owned(),
        (Loss::Secrets, _) => {
            let with_codes: Vec<String> =
                left.iter().map(|door| format!("{} ({} left)", door.name, door.codes)).collect();
            let names: Vec<&str> = with_codes.iter().map(String::as_str).collect();
            format!("The recovery codes of {} still open it, if they were kept apart from the sheet.", list(&names))
        }
        (_, []) => format!(
            "No break-glass account is known to work: none has signed in within the last {PROOF_DAYS} days with its \
             present secret."
        ),
        (Loss::SingleSignOn, [only]) => format!("{only} would still get in; break-glass accounts do not use it."),
        (Loss::SingleSignOn, _) => format!("{} would still get in; break-glass accounts do not use it.", list(&names)),
        (Loss::Directory, _) => {
            format!("{} would still get in. No directory can reach break-glass accounts.", list(&names))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn doors(doors: &[(&str, bool, u64)]) -> Doors {
        let door = |(name, proven, codes): &(&str, bool, u64)| Door {
            name: (*name).to_owned(),
            proven: *proven,
            last: None,
            codes: *codes,
        };
        Doors(doors.iter().map(door).collect())
    }

    fn said(loss: Loss, of: &Doors) -> String {
        sentence(loss, &of.left_after(loss).collect::<Vec<_>>())
    }

    #[test]
    fn those_who_get_in_are_named() {
        let two = doors(&[("gate-7f3k", true, 8), ("night-0000", true, 0), ("old-1111", false, 3)]);
        assert!(said(Loss::Directory, &two).starts_with("gate-7f3k and night-0000 would still get in."));
        assert!(said(Loss::Secrets, &two).contains("gate-7f3k (8 left) and old-1111 (3 left)"));
        assert!(summary(&two).starts_with("gate-7f3k and night-0000 would get in"));
    }

    #[test]
    fn one_is_not_enough_and_none_is_said() {
        let one = doors(&[("gate-7f3k", true, 0), ("old-1111", false, 0)]);
        assert!(summary(&one).contains("a second account must"));
        assert!(said(Loss::Secrets, &one).starts_with("No account has a recovery code left"));
        assert!(said(Loss::SingleSignOn, &Doors::default()).starts_with("No break-glass account is known to work"));
        assert!(summary(&Doors::default()).starts_with("No break-glass account has signed in"));
        assert_eq!([0, 1, 2, 3].map(|left| verdict(left).0), [Tone::Bad, Tone::Warn, Tone::Ok, Tone::Ok]);
    }
}
