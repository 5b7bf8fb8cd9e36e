use super::{awake, reload};
use leptos::prelude::*;
use std::time::Duration;

/// How long the content of a page is fresh enough.
const PAUSE: Duration = Duration::from_secs(3);

/// Matches when a reload would interrupt the person.
const BUSY: &str = "dialog[open], input:focus, select:focus, textarea:focus, [aria-busy=true], \
                    details[open] input[type=checkbox]:checked";

/// Reloads the page every few seconds, so that it shows what the server is doing, and says that it does so.
#[island]
pub(crate) fn Follow() -> impl IntoView {
    let awake = awake();
    Effect::new(|_| {
        let _ = set_interval_with_handle(
            || {
                if matches!(document().query_selector(BUSY), Ok(None)) {
                    reload();
                }
            },
            PAUSE,
        );
    });
    view! { <span>{move || if awake.get() { "This page reloads every few seconds." } else { "Reload the page to see more." }}</span> }
}
