use super::{each, reload, show};
use leptos::{
    ev::{Event, MouseEvent},
    html,
    prelude::*,
};
use web_sys::{
    Element, HtmlDialogElement,
    js_sys::{JSON, JsString, Reflect},
    wasm_bindgen::{JsCast, JsValue},
};

/// A dialog that shows once what is never shown again. [`Submit`](super::submit::Submit) fills the elements in it that
/// say `data-field` with what the server answers. Only a click on the button with `data-stored` closes it.
#[island]
pub(crate) fn Once(
    /// The dialog's id, unique on the page. Its heading has the same with `-title`.
    id: String,
    /// What the dialog says.
    children: Children,
) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    let click = |event: MouseEvent| {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        if target.is_some_and(|target| matches!(target.closest("[data-stored]"), Ok(Some(_)))) {
            // With the page goes the secret.
            reload();
        }
    };
    view! {
        // `closedby` keeps Escape and clicks outside from closing it. Browsers that do not know it are told again when
        // they ask, and where they close it all the same it opens again.
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

/// Puts each value of a JSON object where the dialog names it. `codes/0` is the first of a list.
pub(super) fn fill(dialog: &HtmlDialogElement, json: &JsString) {
    let answer = JSON::parse(&String::from(json)).unwrap_or_default();
    each(dialog, "[data-field]", |place| {
        let path = place.get_attribute("data-field").unwrap_or_default();
        let step = |value: JsValue, key: &str| Reflect::get(&value, &key.into()).unwrap_or_default();
        let value = path.split('/').fold(answer.clone(), step);
        place.set_text_content(value.as_string().as_deref());
    });
}
