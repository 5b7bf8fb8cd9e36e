//! What runs in the browser. Everything else on a page is plain HTML, and forms work without any of this where they
//! can.
#![expect(unreachable_pub, reason = "the macro makes public what it makes of an island")]

pub(crate) mod act;
pub(crate) mod confirm;
pub(crate) mod copy_button;
pub(crate) mod create_token;
pub(crate) mod form;

use leptos::{html, prelude::*};

/// Becomes true when the island is awake: what does nothing before is disabled until then.
fn awake() -> ReadSignal<bool> {
    let (awake, set_awake) = signal(false);
    Effect::new(move |_| set_awake.set(true));
    awake
}

/// Loads the page again: only the server knows what is true now.
fn reload() {
    // Where a browser refuses, the person reloads by hand and sees the same.
    let _ = window().location().reload();
}

/// Opens a dialog over the page.
fn show(dialog: NodeRef<html::Dialog>) {
    if let Some(dialog) = dialog.get_untracked().filter(|dialog| !dialog.open()) {
        // It fails only where the dialog is open already.
        let _ = dialog.show_modal();
    }
}
