use super::awake;
use leptos::prelude::*;

/// Prints the page, or what is shown over it once.
#[island]
pub(crate) fn PrintButton() -> impl IntoView {
    let awake = awake();
    // Where a browser cannot print, the text is still there to be copied.
    let print = |_| drop(window().print());
    view! { <button type="button" class="button" on:click=print disabled=move || !awake.get()>Print</button> }
}
