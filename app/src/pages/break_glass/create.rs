use super::{actions::CreateBreakGlass, sheet::DIALOG};
use crate::{
    components::attributes::{awake, done, once},
    islands::submit::Submit,
};
use domain::{break_glass::STEM, session::MINUTES};
use leptos::{prelude::*, server_fn::ServerFn};

/// The button that creates an account, and the dialog that asks for its name.
pub(super) fn create() -> impl IntoView {
    view! {
        <Submit>
            <button
                type="button"
                class="button"
                commandfor="name-account"
                command="show-modal"
                {..awake()}
                disabled
            >
                Create account
            </button>
            <dialog class="dialog" id="name-account" aria-labelledby="name-account-title">
                {ask()}
                <div class="dialog-foot">
                    <form method="dialog">
                        <button class="button">Cancel</button>
                    </form>
                    <button class="button button-primary" form="name-account-form">Create</button>
                </div>
            </dialog>
        </Submit>
    }
}

fn ask() -> impl IntoView {
    view! {
        <form
            id="name-account-form"
            class="dialog-body"
            method="post"
            {..once(DIALOG)}
            {..done("The account was created. Sign in with it once, so that it counts as a way in.")}
            action=CreateBreakGlass::PATH
        >
            <h2 id="name-account-title">"Create a break-glass account"</h2>
            <p>
                {format!(
                    "It belongs to no particular person: anyone with its sheet is an administrator for {MINUTES} \
                     minutes at a time."
                )}
            </p>
            <div class="field">
                <label class="label" for="stem">Name</label>
                <input
                    id="stem"
                    name="stem"
                    required
                    maxlength=STEM.to_string()
                    pattern="[a-z0-9\\-]+"
                    title="Lower-case letters, digits and hyphens"
                    autocomplete="off"
                    autocapitalize="none"
                    spellcheck="false"
                    autofocus
                    aria-describedby="stem-hint"
                />
                <p class="hint" id="stem-hint">
                    "Lower-case letters, digits and hyphens, for example “night-shift”. Postern adds four random \
                     characters, as in “night-shift-7f3k”: no directory creates such a name, and it cannot be guessed."
                </p>
            </div>
            <p class="alert" role="alert"></p>
        </form>
    }
}
