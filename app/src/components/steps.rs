//! Steps that are ticked automatically.

use super::when;
use domain::Timestamp;
use leptos::prelude::*;

/// The state of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Done, and since when, if that is known.
    Done(Option<Timestamp>),
    /// To be done now.
    Next,
    /// To be done after others.
    Later,
}

impl Standing {
    /// Done at that moment, or still to be done.
    pub(crate) fn at(moment: Option<Timestamp>) -> Self {
        moment.map_or(Self::Next, |moment| Self::Done(Some(moment)))
    }

    /// The same for steps in a row: of those that are not done, the first is next.
    pub(crate) fn in_a_row<const N: usize>(moments: [Option<Timestamp>; N]) -> [Self; N] {
        let mut is_next = true;
        moments.map(|moment| match Self::at(moment) {
            Self::Next if !std::mem::replace(&mut is_next, false) => Self::Later,
            standing => standing,
        })
    }

    pub(crate) fn is_done(self) -> bool {
        matches!(self, Self::Done(_))
    }
}

/// One step of a list; `number` is shown until the step is done.
pub(crate) fn step(
    number: u8,
    standing: Standing,
    now: Timestamp,
    title: impl Into<String>,
    content: impl IntoView,
) -> impl IntoView {
    let done = standing.is_done();
    let aside = match standing {
        Standing::Done(Some(at)) => when(now, at).into_any(),
        Standing::Done(None) | Standing::Next | Standing::Later => ().into_any(),
    };
    view! {
        <li class="step">
            <span class="step-mark" class:step-mark-done=done class:step-mark-next={standing == Standing::Next}>
                <span aria-hidden="true">{if done { "✓".to_owned() } else { number.to_string() }}</span>
                {done.then(|| view! { <span class="visually-hidden">"Done: "</span> })}
            </span>
            <div class="step-text">
                <h3>{title.into()}</h3>
                {content}
            </div>
            <p class="step-aside">{aside}</p>
        </li>
    }
}

#[cfg(test)]
mod tests {
    use super::{Standing::*, *};

    #[test]
    fn one_step_is_next() {
        let at = Timestamp::from_millis(7);
        assert_eq!(Standing::in_a_row([Some(at), None, None]), [Done(Some(at)), Next, Later]);
        assert_eq!(Standing::in_a_row([None, Some(at), None]), [Next, Done(Some(at)), Later]);
    }
}
