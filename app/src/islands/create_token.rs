use super::{awake, copy_button::copy_button, form::alert, reload, show};
use crate::{
    NewTokenView,
    api::{ApiError, create_token},
};
use leptos::{
    ev::{Event, SubmitEvent},
    html,
    prelude::*,
    task::spawn_local,
};

/// Makes a token: asks for its name, and shows it once. Only somebody who says that it is stored closes that dialog.
#[island]
pub(crate) fn CreateToken(
    /// Whether the button is the one of the view.
    primary: bool,
    /// Whether another token works already.
    another: bool,
) -> impl IntoView {
    let awake = awake();
    let made = RwSignal::new(None::<NewTokenView>);
    let error = RwSignal::new(None);
    let naming = NodeRef::<html::Dialog>::new();
    let open = move |_| {
        error.set(None);
        show(naming);
    };
    let done = move |token| {
        if let Some(naming) = naming.get_untracked() {
            naming.close();
        }
        made.set(Some(token));
    };
    view! {
        <button type="button" class="button" class:button-primary=primary on:click=open disabled=move || !awake.get()>
            Create token
        </button>
        <dialog class="dialog" aria-labelledby="name-token-title" node_ref=naming>
            {naming_form(error, done)}
        </dialog>
        {secret_dialog(made, another)}
    }
}

fn naming_form(error: RwSignal<Option<ApiError>>, done: impl Fn(NewTokenView) + Copy + 'static) -> impl IntoView {
    let busy = RwSignal::new(false);
    let name = NodeRef::<html::Input>::new();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(name) = name.get_untracked().map(|name| name.value()) else { return };
        busy.set(true);
        error.set(None);
        spawn_local(async move {
            match create_token(name).await {
                Ok(token) => done(token),
                Err(refusal) => error.set(Some(refusal)),
            }
            busy.set(false);
        });
    };
    view! {
        <form id="name-token" class="dialog-body" on:submit=submit>
            <h2 id="name-token-title">Create a token</h2>
            <label class="field">
                <span class="label">Name</span>
                <input
                    name="name"
                    required
                    maxlength="60"
                    autocomplete="off"
                    autofocus
                    aria-describedby="name-token-hint"
                    node_ref=name
                />
            </label>
            <p class="hint" id="name-token-hint">
                "For example “Entra production”. By it you know the token again when you revoke it."
            </p>
            {alert(error)}
        </form>
        <div class="dialog-foot">
            <form method="dialog">
                <button class="button">Cancel</button>
            </form>
            <button class="button button-primary" form="name-token" disabled=busy>Create</button>
        </div>
    }
}

fn secret_dialog(made: RwSignal<Option<NewTokenView>>, another: bool) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        if made.with(Option::is_some) {
            show(dialog);
        }
    });
    let text = move |of: fn(NewTokenView) -> String| made.get().map(of).unwrap_or_default();
    let stored = move |_| {
        made.set(None);
        reload();
    };
    view! {
        // `closedby` keeps Escape and clicks outside from closing it. Browsers that do not know it are told again when
        // they ask, and where they close it all the same it opens again.
        <dialog
            class="dialog"
            closedby="none"
            aria-labelledby="secret-title"
            node_ref=dialog
            on:cancel=|event: Event| event.prevent_default()
            on:close=move |_| if made.with_untracked(Option::is_some) { show(dialog) }
        >
            <div class="dialog-body">
                <h2 id="secret-title">Copy this token now</h2>
                <p>"Postern keeps only a hash of it. When this window closes, nobody can read it again."</p>
                <div class="field">
                    <span class="label">{move || text(|token| token.name)}</span>
                    <div class="copy-field copy-field-whole">
                        <code id="secret">{move || text(|token| token.secret)}</code>
                        {copy_button("secret".to_owned(), "the token".to_owned())}
                    </div>
                </div>
                <div class="note">
                    <p>
                        "Paste it into Entra as " <strong>"Secret token"</strong> "."
                        {another.then_some(" Your other tokens keep working until you revoke them.")}
                    </p>
                </div>
            </div>
            <div class="dialog-foot">
                <button type="button" class="button button-primary" on:click=stored>"I have stored it"</button>
            </div>
        </dialog>
    }
}
