//! What runs in the browser. Everything else on a page is plain HTML, and forms work without JavaScript wherever they
//! can.
#![expect(unreachable_pub, reason = "the macro makes its output public")]

pub(crate) mod attributes;
pub(crate) mod copy_button;
pub(crate) mod follow;
pub(crate) mod kept;
pub(crate) mod once;
mod post;
pub(crate) mod print_button;
pub(crate) mod submit;

use leptos::prelude::*;
use web_sys::{Element, HtmlDialogElement, wasm_bindgen::JsCast};

/// Becomes true when the island is awake: controls that do nothing before are disabled until then.
fn awake() -> ReadSignal<bool> {
    let (awake, set_awake) = signal(false);
    Effect::new(move |_| set_awake.set(true));
    awake
}

/// Reloads the page: only the server knows the present state.
fn reload() {
    // If a browser refuses, the person reloads by hand and sees the same.
    let _ = window().location().reload();
}

/// Opens a dialog over the page.
fn show(dialog: &HtmlDialogElement) {
    if !dialog.open() {
        // This fails only if the dialog is no longer on the page.
        let _ = dialog.show_modal();
    }
}

/// Calls a function with each element that matches a selector.
fn each(within: &Element, selector: &str, work: impl Fn(&Element)) {
    let Ok(found) = within.query_selector_all(selector) else { return };
    for at in 0..found.length() {
        if let Some(element) = found.item(at).and_then(|node| node.dyn_into().ok()) {
            work(&element);
        }
    }
}
