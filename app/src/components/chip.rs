use leptos::prelude::*;

/// What a colour says. It never speaks alone: a chip has its word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    /// Well.
    Ok,
    /// Wants a look.
    Warn,
    /// Is broken, or about to be.
    Bad,
    /// Says nothing of good or bad.
    Plain,
    /// Is under way.
    Info,
}

impl Tone {
    fn class(self) -> &'static str {
        match self {
            Self::Ok => "chip chip-ok",
            Self::Warn => "chip chip-warn",
            Self::Bad => "chip chip-bad",
            Self::Plain => "chip",
            Self::Info => "chip chip-info",
        }
    }
}

/// A word on a coloured ground.
pub(crate) fn chip(tone: Tone, word: &'static str) -> impl IntoView {
    view! { <span class=tone.class()>{word}</span> }
}

/// Where a record comes from. It is neither good nor bad, so it has no lamp.
pub(crate) fn source_chip() -> impl IntoView {
    view! { <span class="chip chip-info chip-source">SCIM</span> }
}

/// Whether a person may use anything.
pub(crate) fn status_chip(active: bool) -> impl IntoView {
    if active { chip(Tone::Ok, "Active") } else { chip(Tone::Warn, "Suspended") }
}
