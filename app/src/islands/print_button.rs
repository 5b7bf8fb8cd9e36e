use super::awake;
use leptos::prelude::*;

/// Prints the page, or the dialog that is open over it.
#[island]
pub(crate) fn PrintButton() -> impl IntoView {
    let awake = awake();
    // If a browser cannot print, the text can still be copied.
    let print = |_| drop(window().print());
    view! { <button type="button" class="button" on:click=print disabled=move || !awake.get()>Print</button> }
}
