use leptos::prelude::*;

/// What a colour means. A colour is never the only sign: a chip also has a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    /// All is well.
    Ok,
    /// Deserves a look.
    Warn,
    /// Broken, or about to break.
    Bad,
    /// Neither good nor bad.
    Plain,
    /// In progress.
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

/// A word on a coloured background.
pub(crate) fn chip(tone: Tone, word: &'static str) -> impl IntoView {
    view! { <span class=tone.class()>{word}</span> }
}

/// The origin of a record. It is neither good nor bad, so it has no dot.
pub(crate) fn source_chip() -> impl IntoView {
    view! { <span class="chip chip-info chip-source">SCIM</span> }
}

/// Whether a person is active.
pub(crate) fn status_chip(active: bool) -> impl IntoView {
    if active { chip(Tone::Ok, "Active") } else { chip(Tone::Warn, "Suspended") }
}
