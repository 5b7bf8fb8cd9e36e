//! Tokens that are paused, for example after an undo: until they are resumed, the directory is cut off.

use crate::{
    components::{attributes::done, hidden, when},
    islands::submit::Submit,
    pages::token::actions::PauseToken,
    words::visible,
};
use domain::{Timestamp, token::Token};
use leptos::{prelude::*, server_fn::ServerFn};

/// One paused token, and the way to resume it.
pub(super) fn note(token: &Token, may_change: bool, now: Timestamp) -> Option<AnyView> {
    let since = token.paused.filter(|_| token.ended(now).is_none())?;
    let href = format!("/admin/sso/tokens/{}", token.id);
    let fields = vec![("id", token.id.to_string()), ("paused", "false".to_owned())];
    let resume = may_change.then(|| {
        view! {
            <Submit>
                <form method="post" {..done("The token works again.")} action=PauseToken::PATH>
                    {hidden(fields)}
                    <button class="button">Resume the token</button>
                </form>
            </Submit>
        }
    });
    Some(
        view! {
            <div class="note note-warn page-note">
                <div class="note-text">
                    <p>
                        "Token " <a href=href>{visible(&token.name)}</a> " is paused, since " {when(now, since)}
                        ": every call with it is refused, and people who leave stay active here. Correct the mistake \
                         in the directory, then resume it."
                    </p>
                    {resume}
                </div>
            </div>
        }
        .into_any(),
    )
}
