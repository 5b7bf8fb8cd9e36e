use super::{
    attributes::{FIELD, STORED},
    each, reload, show,
};
use leptos::{
    ev::{Event, MouseEvent, beforeunload},
    html,
    prelude::*,
};
use std::time::Duration;
use web_sys::{
    Element, HtmlDialogElement,
    js_sys::{JSON, JsString, Reflect},
    wasm_bindgen::{JsCast, JsValue},
};

/// How long the dialog stays open unless its content is copied or printed: it opens under the pointer, and a second
/// click on the button that made the secret must not lose the secret.
const HELD: Duration = Duration::from_secs(3);

/// A dialog that shows something once and never again. [`Submit`](super::submit::Submit) fills the elements in it that
/// name a [`FIELD`] with the server's answer. Only a click on the button marked [`STORED`] closes it, and the browser
/// asks before it leaves the page.
#[island]
pub(crate) fn Once(
    /// The dialog's id, unique on the page. Its heading has the same with `-title`.
    id: String,
    /// The content of the dialog.
    children: Children,
) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    let stored = RwSignal::new(false);
    let is_shown = move || dialog.with_untracked(|dialog| dialog.as_ref().is_some_and(|dialog| dialog.open()));
    Effect::new(move |_| {
        let _ = window_event_listener(beforeunload, move |event| {
            if is_shown() && !stored.get_untracked() {
                event.prevent_default();
            }
        });
    });
    let click = move |event: MouseEvent| {
        let Some(target) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) else { return };
        let pressed = |selector: &str| matches!(target.closest(selector), Ok(Some(_)));
        if pressed(&format!("[{STORED}]:not([aria-disabled])")) {
            stored.set(true);
            // The reload removes the secret from the page.
            reload();
        } else if pressed(&format!("button:not([{STORED}])")) {
            dialog.with_untracked(|dialog| dialog.iter().for_each(release));
        }
    };
    view! {
        // `closedby` keeps Escape and clicks outside from closing it. For browsers that do not know `closedby`, the
        // event is cancelled too, and if they close the dialog all the same, it opens again.
        <dialog
            class="dialog once"
            id=id.clone()
            closedby="none"
            aria-labelledby=format!("{id}-title")
            node_ref=dialog
            on:cancel=|event: Event| event.prevent_default()
            on:close=move |_| dialog.with_untracked(|dialog| dialog.iter().for_each(show))
            on:click=click
        >
            {children()}
        </dialog>
    }
}

/// Shows the dialog with the values of a JSON object, each in the element that names it.
pub(super) fn reveal(dialog: &HtmlDialogElement, json: &JsString) {
    let answer = JSON::parse(&String::from(json)).unwrap_or_default();
    each(dialog, &format!("[{FIELD}]"), |place| {
        let path = place.get_attribute(FIELD).unwrap_or_default();
        let step = |value: JsValue, key: &str| Reflect::get(&value, &key.into()).unwrap_or_default();
        let value = path.split('/').fold(answer.clone(), step);
        place.set_text_content(value.as_string().as_deref());
    });
    each(dialog, &format!("[{STORED}]"), |button| drop(button.set_attribute("aria-disabled", "true")));
    show(dialog);
    let dialog = dialog.clone();
    set_timeout(move || release(&dialog), HELD);
}

/// Lets the dialog be closed from now on.
fn release(dialog: &HtmlDialogElement) {
    each(dialog, &format!("[{STORED}]"), |button| drop(button.remove_attribute("aria-disabled")));
}
