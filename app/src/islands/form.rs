use super::{act::Act, reload};
use crate::ApiError;
use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};

/// A button that does something at once, and says beside it why not where it was refused.
#[island]
pub(crate) fn ActForm(
    /// What it does.
    act: Act,
) -> impl IntoView {
    let error = RwSignal::new(None);
    view! {
        <div class="act">
            {act_form(act, error)}
            {alert(error)}
        </div>
    }
}

/// The form alone. Without WebAssembly it is posted plainly, and the server leads back to the page.
pub(super) fn act_form(act: Act, error: RwSignal<Option<ApiError>>) -> impl IntoView {
    let busy = RwSignal::new(false);
    let (path, (name, value), class, words) = (act.path(), act.field(), act.class(), act.words());
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        busy.set(true);
        error.set(None);
        let act = act.clone();
        spawn_local(async move {
            match act.run().await {
                Ok(()) => reload(),
                Err(refusal) => {
                    error.set(Some(refusal));
                    busy.set(false);
                }
            }
        });
    };
    view! {
        <form method="post" action=path on:submit=submit>
            <input type="hidden" name=name value=value/>
            <button class=class disabled=busy>{words}</button>
        </form>
    }
}

/// Why something was refused, read out as soon as it is known.
pub(super) fn alert(error: RwSignal<Option<ApiError>>) -> impl IntoView {
    move || error.get().map(|error| view! { <p class="alert" role="alert">{error.message().to_owned()}</p> })
}
