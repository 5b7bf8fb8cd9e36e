use super::Page;
use crate::{
    api::tokens::{PauseToken, RotateToken},
    islands::{once::Once, submit::Submit},
    pages::{
        components::{Opener, Question, confirm, hidden},
        scim::{made, revoke},
        words::visible,
    },
};
use domain::token::{OVERLAP_DAYS, Token};
use leptos::{prelude::*, server_fn::ServerFn};

/// What can be done with a token that has not ended.
pub(super) fn buttons(page: &Page) -> impl IntoView + use<> {
    let token = page.token();
    view! {
        <div class="actions">
            {page.replaced_by.is_none().then(|| replace(token))}
            {if token.paused.is_some() { resume(token).into_any() } else { pause(token).into_any() }}
            {revoke(token, page.now, page.others)}
        </div>
    }
}

fn replace(token: &Token) -> impl IntoView + use<> {
    let (name, fields) = (visible(&token.name), vec![("id", token.id.to_string())]);
    view! {
        <Submit>
            <button
                type="button"
                class="button button-small"
                commandfor="rotate"
                command="show-modal"
                data-awake=""
                disabled
            >
                Replace
            </button>
            <dialog class="dialog" id="rotate" aria-labelledby="rotate-title">
                <form
                    id="rotate-form"
                    class="dialog-body"
                    method="post"
                    action=RotateToken::PATH
                    data-once="made-token"
                >
                    <h2 id="rotate-title">{format!("Replace “{name}”?")}</h2>
                    <ul class="consequences">
                        <li>"A new token is made with the same name and networks, and shown once."</li>
                        <li>
                            {format!("This one goes on working for {OVERLAP_DAYS} days, so nothing stops meanwhile. ")}
                            <strong>"Paste the new one into Entra within that time."</strong>
                        </li>
                        <li>"This page says when only the new one is in use, and offers to revoke this one."</li>
                    </ul>
                    {hidden(fields)}
                    <p class="alert" role="alert"></p>
                </form>
                <div class="dialog-foot">
                    <form method="dialog">
                        <button class="button" autofocus>Cancel</button>
                    </form>
                    <button class="button button-primary" form="rotate-form">Make the new token</button>
                </div>
            </dialog>
        </Submit>
        <Once id="made-token".to_owned()>{made(true)}</Once>
    }
}

fn pause(token: &Token) -> impl IntoView + use<> {
    let question = Question {
        id: "pause".to_owned(),
        title: format!("Pause “{}”?", visible(&token.name)),
        verb: "Pause token",
        action: PauseToken::PATH,
        fields: vec![("id", token.id.to_string()), ("paused", "true".to_owned())],
        phrase: None,
        next: None,
    };
    let consequences = view! {
        <ul class="consequences">
            <li>"Every call with it is answered with 403 until you resume it; the answer says why."</li>
            <li>
                <strong>"Whoever leaves the company stays active here"</strong>
                " meanwhile. What the directory missed it sends once the token works again."
            </li>
            <li>"Entra puts its provisioning job into quarantine after many refused calls, and then tries once a day."</li>
        </ul>
    };
    confirm(question, Opener::Plain("Pause"), format!("Pause {}", visible(&token.name)), consequences)
}

fn resume(token: &Token) -> impl IntoView + use<> {
    let fields = vec![("id", token.id.to_string()), ("paused", "false".to_owned())];
    view! {
        <Submit>
            <form method="post" action=PauseToken::PATH>
                {hidden(fields)}
                <button class="button button-small button-primary">Resume</button>
            </form>
        </Submit>
    }
}
