use super::awake;
use leptos::{prelude::*, task::spawn_local};
use std::time::Duration;

/// How long the button shows the result.
const SHOWN: Duration = Duration::from_secs(2);

/// What a copy button shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Copy {
    Offered,
    Copied,
    /// Browsers close the clipboard to pages without https, so the text is selected instead: one key stroke is left.
    Selected,
}

impl Copy {
    fn words(self) -> &'static str {
        match self {
            Self::Offered => "Copy",
            Self::Copied => "Copied",
            Self::Selected => "Press Ctrl+C",
        }
    }
}

/// Copies the text of an element.
#[island]
pub(crate) fn CopyButton(
    /// The element's id.
    of: String,
    /// What is copied, for screen readers.
    what: String,
) -> impl IntoView {
    copy_button(of, what)
}

/// The same inside another island.
pub(super) fn copy_button(of: String, what: String) -> impl IntoView {
    let awake = awake();
    let copy = RwSignal::new(Copy::Offered);
    let click = move |_| {
        let of = of.clone();
        spawn_local(async move {
            copy.set(copy_text(&of).await);
            set_timeout(move || copy.set(Copy::Offered), SHOWN);
        });
    };
    view! {
        <button type="button" class="button copy-button" on:click=click disabled=move || !awake.get()>
            <span class="copy-icon"></span>
            <span aria-live="polite">{move || copy.get().words()}</span>
            <span class="visually-hidden">{what}</span>
        </button>
    }
}

async fn copy_text(id: &str) -> Copy {
    let Some(element) = document().get_element_by_id(id) else { return Copy::Offered };
    if window().is_secure_context() {
        let text = element.text_content().unwrap_or_default();
        let written = window().navigator().clipboard().write_text(&text);
        if wasm_bindgen_futures::JsFuture::from(written).await.is_ok() {
            return Copy::Copied;
        }
    }
    if let Ok(Some(selection)) = window().get_selection() {
        // If even this fails, the text can still be selected by hand.
        let _ = selection.select_all_children(&element);
    }
    Copy::Selected
}
