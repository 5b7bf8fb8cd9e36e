use crate::{
    components::{hidden, mark},
    request::{Carried, SignInFailed, asked_next},
};
use leptos::prelude::*;
use leptos_meta::Title;

/// Signing in: a plain form, so that in an emergency the console depends on nothing but HTML.
pub(crate) fn show() -> impl IntoView {
    let failed = use_context::<SignInFailed>();
    let SignInFailed { name, message, carried } = failed.unwrap_or_else(|| SignInFailed {
        carried: Carried { next: asked_next(), ..Carried::default() },
        ..SignInFailed::default()
    });
    let has_failed = !message.is_empty();
    view! {
        <Title text="Sign in"/>
        <main class="sign-in">
            <h1 class="brand">{mark()} "Postern"</h1>
            <form class="panel" method="post" action="/login" aria-label="Sign in">
                {has_failed.then(|| view! { <p class="alert" role="alert" id="failed">{message}</p> })}
                <label class="field">
                    <span class="label">"Break-glass account"</span>
                    <input
                        name="name"
                        value=name.clone()
                        required
                        autofocus=name.is_empty()
                        autocomplete="username"
                        autocapitalize="none"
                        spellcheck="false"
                    />
                </label>
                <label class="field">
                    <span class="label">Secret</span>
                    <input
                        name="secret"
                        type="password"
                        required
                        autofocus=!name.is_empty()
                        autocomplete="current-password"
                        aria-describedby=has_failed.then_some("failed")
                    />
                </label>
                {hidden(vec![("next", carried.next), ("reason", carried.reason), ("waiting", carried.waiting)])}
                <button class="button button-primary">Sign in</button>
            </form>
            <p class="soft">"Every break-glass sign-in is recorded."</p>
        </main>
    }
}
