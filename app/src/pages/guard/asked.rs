//! Any stretch of time: who left in it, and the way to undo that, whether or not there was a batch.

use super::{
    actions::UndoSpan,
    lost::lost,
    span::span,
    undo::{Search, choose, undo_of_span, who},
};
use crate::{
    components::{Tone, chip},
    words::{absolute, visible},
};
use domain::{
    Timestamp, TokenId,
    console::{Console, Departed},
    guard::{Departure, KEPT_DAYS, Span},
    token::{Token, with_rotations},
};
use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::params::ParamsMap;

/// The stretch of time in the page's address, and what was found.
pub(super) struct Asked {
    pub(super) token: String,
    pub(super) from: String,
    pub(super) until: String,
    pub(super) found: Option<(Span, Departed, Vec<Departure>)>,
}

impl Asked {
    /// `search` is a text in the names of the people to choose from.
    pub(super) async fn read(console: &Console, query: &ParamsMap, search: &str) -> domain::Result<Self> {
        let get = |name: &str| query.get(name).unwrap_or_default();
        let (token, from, until) = (get("token"), get("from"), get("until"));
        let found = match span(&token, &from, &until) {
            Some(span) => {
                let departed = console.departed(span).await?;
                let matching = match search {
                    "" => departed.departures.clone(),
                    _ => console.departed_named(span, search).await?,
                };
                Some((span, departed, matching))
            }
            None => None,
        };
        Ok(Self { token, from, until, found })
    }
}

/// The form for the stretch of time, and what was found. `changes` is the present time, or `None` for a viewer who may
/// change nothing.
pub(super) fn panel(
    asked: &Asked,
    tokens: &[Token],
    search: &str,
    changes: Option<Timestamp>,
) -> impl IntoView + use<> {
    view! {
        <section class="panel" aria-labelledby="span">
            <div class="panel-head"><h2 id="span">"Undo any time"</h2></div>
            <div class="panel-text">
                <p class="soft">
                    {format!(
                        "What a directory took away can be restored for {KEPT_DAYS} days, even if it was too little to \
                         be noticed."
                    )}
                </p>
                {form(asked, tokens)}
                {asked.found.as_ref().map(|found| result(asked, found, search, changes.map(|now| pausable(tokens, found, now))))}
            </div>
        </section>
    }
}

fn form(asked: &Asked, tokens: &[Token]) -> impl IntoView + use<> {
    let option = |token: &Token| {
        let id = token.id.to_string();
        let selected = id == asked.token;
        view! { <option value=id selected=selected>{visible(&token.name)}</option> }
    };
    let minute = |name: &'static str, label: &'static str, value: &str| {
        view! {
            <label class="field">
                <span class="label">{label}</span>
                <input type="datetime-local" name=name required value=value.to_owned()/>
            </label>
        }
    };
    view! {
        <form class="stack" method="get" action="/admin/sso/guard#span">
            <div class="fields">
                <label class="field">
                    <span class="label">"Token"</span>
                    <select name="token">
                        <option value="" selected=asked.token.is_empty()>"All tokens"</option>
                        {tokens.iter().map(option).collect_view()}
                    </select>
                </label>
                {minute("from", "From (UTC)", &asked.from)}
                {minute("until", "Until (UTC)", &asked.until)}
            </div>
            <button class="button">"Show what left"</button>
        </form>
    }
}

/// The tokens that an undo of these departures can pause, as far as they are known.
fn pausable<'t>(
    tokens: &'t [Token],
    (span, departed, _): &(Span, Departed, Vec<Departure>),
    now: Timestamp,
) -> Vec<&'t Token> {
    let ids: Vec<TokenId> = departed.departures.iter().map(|departure| departure.token).chain(span.token).collect();
    with_rotations(tokens, &ids, now)
}

fn result(
    asked: &Asked,
    (span, departed, matching): &(Span, Departed, Vec<Departure>),
    search: &str,
    changes: Option<Vec<&Token>>,
) -> impl IntoView + use<> {
    let time = format!("between {} and {}", absolute(span.from), absolute(span.until));
    if departed.departures.is_empty() {
        return view! { <p role="status">{format!("There were no losses {time}.")}</p> }.into_any();
    }
    let fields = || vec![("token", asked.token.clone()), ("from", asked.from.clone()), ("until", asked.until.clone())];
    view! {
        <div class="prose-lines">
            <p role="status">
                <strong>{lost(departed.losses)}</strong> {format!(" {time}. ")} {chip(Tone::Plain, "Not undone")}
            </p>
            {who(&departed.departures)}
        </div>
        {changes.map(|pausable| view! {
            <div class="actions">{undo_of_span(fields(), departed, &pausable)}</div>
            {choose("span", UndoSpan::PATH, fields(), &departed.departures, Search { text: search, kept: fields(), matching })}
        })}
    }
    .into_any()
}
