use super::actions::RevokeToken;
use crate::{
    components::{Opener, Question, confirm},
    words::{ago, visible},
};
use domain::{Timestamp, token::Token};
use leptos::{prelude::*, server_fn::ServerFn};

/// The button that revokes a token; `others` is how many other tokens work.
pub(in crate::pages) fn revoke(token: &Token, now: Timestamp, others: usize) -> impl IntoView + use<> {
    let id = format!("revoke-{}", token.id);
    let label = format!("Revoke {}", visible(&token.name));
    let (masked, used) = (token.masked(), format!("{}.", used(now, token.last_used)));
    let breaks = match token.last_used {
        Some(_) => "Entra’s next call with it is answered with 401, and its provisioning job goes into quarantine.",
        None => "A call with it is answered with 401 from now on.",
    };
    let rest = match others {
        0 => "It is the last one that works. No directory can call until you create another and paste it there."
            .to_owned(),
        1 => "The other token keeps working.".to_owned(),
        others => format!("The {others} other tokens keep working."),
    };
    let question = Question {
        id,
        title: format!("Revoke “{}”?", visible(&token.name)),
        verb: "Revoke token",
        action: RevokeToken::PATH,
        fields: vec![("id", token.id.to_string())],
        phrase: None,
        next: None,
        done: format!("“{}” was revoked.", visible(&token.name)),
    };
    let consequences = view! {
        <p><code class="masked">{masked}</code></p>
        <ul class="consequences">
            <li>{used}</li>
            <li>{breaks}</li>
            <li>{if others == 0 { view! { <strong>{rest}</strong> }.into_any() } else { rest.into_any() }}</li>
            <li>"This cannot be undone."</li>
        </ul>
    };
    confirm(question, Opener::Danger("Revoke"), label, consequences)
}

/// How long ago something was, inside a sentence that has no room for a `time` element.
fn used(now: Timestamp, at: Option<Timestamp>) -> String {
    at.map_or_else(|| "It has never been used".to_owned(), |at| format!("It was last used {}", ago(now, at)))
}
