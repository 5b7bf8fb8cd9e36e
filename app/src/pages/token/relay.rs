//! How one token replaces another.

use super::{actions::RevokeToken, read::Page};
use crate::{
    components::{attributes::done, hidden},
    islands::submit::Submit,
    words::{absolute, ago},
};
use domain::{
    Timestamp,
    token::{OVERLAP_DAYS, Token},
};
use leptos::{prelude::*, server_fn::ServerFn};

/// A token without a call in two of Entra's cycles is no longer in use.
const IDLE_MINUTES: i64 = 80;

/// How far the change from an old token to a new one has progressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Progress {
    /// The new one has not been used.
    NotUsed,
    /// Both are in use.
    Both,
    /// Only the new one is in use.
    Done,
}

fn progress(old: &Token, new: &Token, now: Timestamp) -> Progress {
    let idle = old.last_used.is_none_or(|used| used < now.plus_millis(-IDLE_MINUTES * 60_000));
    match new.last_used {
        None => Progress::NotUsed,
        Some(_) if idle => Progress::Done,
        Some(_) => Progress::Both,
    }
}

/// What to do next, on the pages of the old token and the new one, as long as both work.
pub(super) fn note(page: &Page) -> Option<AnyView> {
    let (token, now) = (page.token(), page.now);
    let (old, new) = match (&page.replaced_by, &page.replaces) {
        (Some(new), _) if token.ended(now).is_none() => (token, new),
        (_, Some(old)) if old.ended(now).is_none() => (old, token),
        _ => return None,
    };
    let progress = progress(old, new, now);
    let old_id = old.id.to_string();
    let may_revoke = page.may_change && progress == Progress::Done;
    let class = if progress == Progress::Done { "note" } else { "note note-warn" };
    Some(
        view! {
            <div class=class>
                <div class="note-text">
                    <p>{words(progress, old, new, now)}</p>
                    {may_revoke.then(|| view! {
                        <Submit>
                            <form method="post" {..done("The old token was revoked.")} action=RevokeToken::PATH>
                                {hidden(vec![("id", old_id)])}
                                <button class="button">Revoke the old token</button>
                            </form>
                        </Submit>
                    })}
                </div>
            </div>
        }
        .into_any(),
    )
}

fn words(progress: Progress, old: &Token, new: &Token, now: Timestamp) -> String {
    let end = old.expires.map(|at| format!("the old one works until {}", absolute(at)));
    let end = end.unwrap_or_else(|| format!("the old one works for {OVERLAP_DAYS} days"));
    let used = |token: &Token| token.last_used.map_or_else(|| "never".to_owned(), |at| ago(now, at));
    match progress {
        Progress::NotUsed => {
            format!("The new token has not been used yet. Paste it into Entra as Secret token; {end}.")
        }
        Progress::Both => format!(
            "Both tokens are in use: the new one {}, the old one {}. Once the old one has been idle for {IDLE_MINUTES} \
             minutes, you can revoke it; {end}.",
            used(new),
            used(old)
        ),
        Progress::Done => format!(
            "The new token is in use, last {}. The old one was last used {}, so it is no longer needed; {end}.",
            used(new),
            used(old)
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::{super::tests::*, *};

    fn used(minutes: Option<i64>) -> Token {
        Token { last_used: minutes.map(|minutes| NOW.plus_millis(-minutes * 60_000)), ..token() }
    }

    #[test]
    fn the_old_one_goes_once_only_the_new_one_is_used() {
        let at = |old, new| progress(&used(old), &used(new), NOW);
        assert_eq!(at(Some(3), None), Progress::NotUsed);
        assert_eq!(at(None, None), Progress::NotUsed);
        assert_eq!(at(Some(80), Some(3)), Progress::Both);
        assert_eq!(at(Some(81), Some(3)), Progress::Done);
        assert_eq!(at(None, Some(3)), Progress::Done);
    }

    #[test]
    fn the_words_say_until_when_both_work() {
        let old = Token { expires: Some(NOW.plus_days(7)), ..used(Some(3)) };
        let said = words(Progress::NotUsed, &old, &used(None), NOW);
        assert!(said.ends_with("the old one works until 25 November 2026, 11:06 UTC."), "{said}");
        let said = words(Progress::Both, &old, &used(Some(5)), NOW);
        assert!(said.starts_with("Both tokens are in use: the new one 5 min ago, the old one 3 min ago."), "{said}");
    }
}
