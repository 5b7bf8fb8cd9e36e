use super::avatar;
use crate::words::{absolute, minutes_left, visible};
use domain::{console::Console, identity::PersonId, role::Role};
use leptos::prelude::*;

/// Who is signed in, until when and for what purpose, and the button to sign out.
pub(super) fn account(console: &Console) -> impl IntoView + use<> {
    let principal = console.principal();
    let left = minutes_left(console.now(), principal.ends);
    let (disc, kind) = match (principal.person.id, principal.role) {
        (PersonId::BreakGlass(_), _) => {
            (view! { <span class="avatar" aria-hidden="true">BG</span> }.into_any(), "Break-glass")
        }
        (PersonId::User(_), Role::Administrator) => (avatar(&principal.person.name).into_any(), "Administrator"),
        (PersonId::User(_), _) => (avatar(&principal.person.name).into_any(), "Auditor"),
    };
    view! {
        <div class="account">
            {disc}
            <div class="account-names">
                <strong>{visible(&principal.person.name)}</strong>
                <span class="soft" title=format!("Ends {}", absolute(principal.ends))>
                    {format!("{kind} · {left} min left")}
                </span>
                {purpose(console)}
            </div>
            <form method="post" action="/logout">
                <button class="text-button">Sign out</button>
            </form>
        </div>
    }
}

/// The purpose of the session, or the link to enter it.
fn purpose(console: &Console) -> AnyView {
    match &console.principal().reason {
        Some(reason) => {
            view! { <span class="soft account-reason">{format!("“{}”", visible(reason))}</span> }.into_any()
        }
        None if console.needs_reason() => {
            view! { <a class="account-reason" href="/admin/confirm">"Say what it is for"</a> }.into_any()
        }
        None => ().into_any(),
    }
}
