use super::actions::CreateToken;
use crate::{
    components::attributes::{awake, done, once},
    islands::submit::Submit,
    pages::token::made,
};
use domain::console::TOKEN_NAME;
use leptos::{prelude::*, server_fn::ServerFn};

/// The button that creates a token, with its two dialogs: one asks for the name, the other shows the token once.
/// `primary` is whether it is the main button of the page, `another` whether another token works already.
pub(super) fn create_token(primary: bool, another: bool) -> impl IntoView {
    view! {
        <Submit>
            <button
                type="button"
                class="button"
                class:button-primary=primary
                commandfor="name-token"
                command="show-modal"
                {..awake()}
                disabled
            >
                Create token
            </button>
            <dialog class="dialog" id="name-token" aria-labelledby="name-token-title">{ask()}</dialog>
        </Submit>
        {made::dialog(another)}
    }
}

fn ask() -> impl IntoView {
    let lives = [("0", "Until you revoke it"), ("90", "90 days"), ("180", "180 days"), ("365", "A year")];
    let lives = lives.map(|(days, words)| view! { <option value=days>{words}</option> });
    view! {
        <form
            id="name-token-form"
            class="dialog-body"
            method="post"
            {..once(made::DIALOG)}
            {..done("The token was created.")}
            action=CreateToken::PATH
        >
            <h2 id="name-token-title">Create a token</h2>
            <label class="field">
                <span class="label">Name</span>
                <input
                    name="name"
                    required
                    maxlength=TOKEN_NAME.to_string()
                    autocomplete="off"
                    autofocus
                    aria-describedby="name-token-hint"
                />
            </label>
            <p class="hint" id="name-token-hint">
                "For example “Entra production”. The name helps you recognise the token later."
            </p>
            <label class="field">
                <span class="label">It works</span>
                <select name="days" aria-describedby="life-hint">{lives.collect_view()}</select>
            </label>
            <p class="hint" id="life-hint">
                "Entra puts a provisioning job whose token has expired into quarantine, so use one without an end. \
                 Postern reminds you to replace it."
            </p>
            <p class="alert" role="alert"></p>
        </form>
        <div class="dialog-foot">
            <form method="dialog">
                <button class="button">Cancel</button>
            </form>
            <button class="button button-primary" form="name-token-form">Create</button>
        </div>
    }
}
