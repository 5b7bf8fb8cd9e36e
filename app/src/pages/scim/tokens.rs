use super::{create::create_token, read::Scim};
use crate::{
    components::{Tone, chip, when},
    pages::token::{client, revoke::revoke, standing::Standing},
    words::{count, day, visible},
};
use domain::token::Token;
use leptos::prelude::*;

/// The label of a token that was in the database when it was restored.
const RESTORED: &str = "Restored: replace";

/// The tokens: those that work, and folded below them those that no longer do.
pub(super) fn panel(scim: &Scim) -> impl IntoView + use<> {
    let (ended, live): (Vec<Token>, Vec<Token>) =
        scim.status.tokens.iter().cloned().partition(|token| token.ended(scim.now).is_some());
    let others = live.len().saturating_sub(1);
    // Without a live token, the button is in the step that asks for one, as long as there are steps.
    let offer = scim.may_change && (scim.has_live_token() || !scim.is_on());
    view! {
        <section class="panel" id="tokens" aria-labelledby="tokens-title">
            <div class="panel-head">
                <h2 id="tokens-title">Tokens</h2>
                {offer.then(|| create_token(false, scim.has_live_token()))}
            </div>
            {if live.is_empty() {
                view! { <p class="panel-text soft">"No token works: every call of a directory is refused."</p> }
                    .into_any()
            } else {
                table("Tokens that work", live, scim, scim.may_change.then_some(others)).into_any()
            }}
            {(!ended.is_empty()).then(|| {
                let number = u64::try_from(ended.len()).unwrap_or(u64::MAX);
                view! {
                    <details class="panel-fold">
                        <summary>{count(number, "token that has ended", "tokens that have ended")}</summary>
                        {table("Tokens that have ended", ended, scim, None)}
                    </details>
                }
            })}
        </section>
    }
}

/// `others` is how many other tokens work, for each of these that works itself.
fn table(label: &'static str, tokens: Vec<Token>, scim: &Scim, others: Option<usize>) -> impl IntoView + use<> {
    view! {
        <table class="rows tokens" aria-label=label>
            <thead>
                <tr>
                    <th scope="col">Name</th>
                    <th scope="col">Token</th>
                    <th scope="col">Client</th>
                    <th scope="col">Created</th>
                    <th scope="col">Last used</th>
                    <th scope="col">Status</th>
                    <th scope="col"><span class="visually-hidden">Actions</span></th>
                </tr>
            </thead>
            <tbody>{tokens.into_iter().map(|token| row(token, scim, others)).collect_view()}</tbody>
        </table>
    }
}

fn row(token: Token, scim: &Scim, others: Option<usize>) -> impl IntoView + use<> {
    let now = scim.now;
    let user = scim.status.token_users.iter().find(|(id, ..)| *id == token.id).map(|(.., name)| visible(name));
    let masked = token.masked();
    let used = token.last_used.map_or_else(|| "never".into_any(), |at| when(now, at).into_any());
    let standing = Standing::of(&token, now);
    let revived = scim.status.upkeep.may_have_revived(&token);
    let since = match standing {
        Standing::Revoked => token.revoked,
        Standing::Expired => token.expires,
        _ => None,
    };
    let until = token.expires.filter(|_| standing == Standing::Expires).map(|at| day(now, at));
    view! {
        <tr>
            <td class="row-main">
                <a class="row-link" href=format!("/admin/sso/tokens/{}", token.id)>{visible(&token.name)}</a>
                {user.map(|user| view! { " " <span class="soft">{format!("its /Me: {user}")}</span> })}
            </td>
            <td class="row-text"><code class="masked">{masked}</code></td>
            <td><span class="card-label">"Client "</span> {client::word(token.profile)} " " <span class="soft">{client::source(&token)}</span></td>
            <td><span class="card-label">"Created "</span> {when(now, token.created)}</td>
            <td><span class="card-label">"Last used "</span> {used}</td>
            <td>
                {standing.chip()}
                {revived.then(|| view! { " " {chip(Tone::Warn, RESTORED)} })}
                {since.map(|at| view! { " " <span class="soft">{when(now, at)}</span> })}
                {until.map(|day| view! { " " <span class="soft">{day}</span> })}
            </td>
            <td class="row-action">{others.map(|others| revoke(&token, now, others))}</td>
        </tr>
    }
}
