use super::{awake, reload};
use leptos::prelude::*;
use std::time::Duration;

/// How long what a page says is good enough.
const PAUSE: Duration = Duration::from_secs(3);

/// Matches where a reload would lose what somebody is doing.
const BUSY: &str = "dialog[open], input:focus, select:focus, textarea:focus, [aria-busy=true], \
                    details[open] input[type=checkbox]:checked";

/// Reloads the page every few seconds, so that it shows what the server is doing, and says so.
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
