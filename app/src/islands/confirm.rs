use super::{
    act::Act,
    form::{act_form, alert},
    show,
};
use leptos::{ev::MouseEvent, html, prelude::*};

/// A button that asks first. `children` say what will happen, under a heading whose id is the dialog's with `-title`.
///
/// Before the island is awake the browser opens the dialog by itself, so that nothing is ever done unasked; once it is,
/// the click handler does, also where a browser does not know `commandfor`.
#[island]
pub(crate) fn Confirm(
    /// What it does once it is confirmed.
    act: Act,
    /// The dialog's id, unique on the page.
    id: String,
    /// The name of the button that opens the dialog, as a screen reader says it.
    label: String,
    /// What will happen.
    children: Children,
) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    let error = RwSignal::new(None);
    let open = move |event: MouseEvent| {
        event.prevent_default();
        error.set(None);
        show(dialog);
    };
    let opener = match act {
        Act::TurnOn | Act::TurnOff => view! {
            <button
                type="button"
                class="switch"
                role="switch"
                aria-checked="true"
                aria-label=label
                commandfor=id.clone()
                command="show-modal"
                on:click=open
            >
                <span class="switch-word" aria-hidden="true">On</span>
                <span class="switch-track"></span>
            </button>
        }
        .into_any(),
        Act::Revoke(_) => view! {
            <button
                type="button"
                class="button revoke-button"
                aria-label=label
                commandfor=id.clone()
                command="show-modal"
                on:click=open
            >
                Revoke
            </button>
        }
        .into_any(),
    };
    view! {
        {opener}
        <dialog class="dialog" id=id.clone() aria-labelledby=format!("{id}-title") node_ref=dialog>
            <div class="dialog-body">{children()} {alert(error)}</div>
            <div class="dialog-foot">
                <form method="dialog">
                    <button class="button" autofocus>Cancel</button>
                </form>
                {act_form(act, error)}
            </div>
        </dialog>
    }
}
