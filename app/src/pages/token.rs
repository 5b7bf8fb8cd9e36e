//! One SCIM token: its state, where it was used from, and what can be done with it.

pub(super) mod actions;
mod budget;
mod buttons;
pub(super) mod client;
pub(super) mod made;
mod networks;
mod read;
mod relay;
pub(super) mod revoke;
pub(super) mod standing;

use crate::{
    components::{Here, framed, when},
    pages::{activity, audit},
    words::{absolute, visible},
};
use domain::{
    Timestamp,
    token::{ROTATE_DAYS, Token},
};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;
use read::Page;

/// The page.
pub(crate) fn show() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id")).unwrap_or_default();
    framed(Here::SignOn, async move |console, _| Ok(page(&Page::read(console, &id).await?).into_any()))
}

fn page(page: &Page) -> impl IntoView + use<> {
    let token = page.token();
    let name = visible(&token.name);
    let ended = token.ended(page.now).is_some();
    view! {
        <Title text=name.clone()/>
        <div class="page-head">
            <p class="eyebrow"><a href="/admin/sso/scim#tokens">"SCIM tokens"</a></p>
            <div class="panel-title"><h1>{name}</h1> {page.standing().chip()}</div>
            <p class="soft"><code class="masked">{token.masked()}</code></p>
        </div>
        <section class="panel" aria-labelledby="standing">
            <div class="panel-head">
                <h2 id="standing">Status</h2>
                {(page.may_change && !ended).then(|| buttons::buttons(page))}
            </div>
            {advice(page).map(|advice| view! { <div class="panel-text">{advice}</div> })}
            {facts(page)}
        </section>
        {client::panel(page)}
        {networks::panel(page)}
        {budget::panel(page)}
        <p class="hint">
            <a href=audit::history(token.id.0)>"Everything that happened to this token"</a> ", "
            <a href=activity::calls_of(token.id)>"all calls with it"</a>
        </p>
    }
}

fn facts(page: &Page) -> impl IntoView + use<> {
    let (token, now) = (page.token(), page.now);
    let moment =
        |at: Option<Timestamp>, never: &'static str| at.map_or_else(|| never.into_any(), |at| when(now, at).into_any());
    let link = |token: &Token| {
        let href = format!("/admin/sso/tokens/{}", token.id);
        view! { <a href=href>{visible(&token.name)}</a> " " <code class="masked">{token.masked()}</code> }.into_any()
    };
    let row = |label: &'static str, value: AnyView| {
        view! {
            <div>
                <dt>{label}</dt>
                <dd>{value}</dd>
            </div>
        }
    };
    let expires = token.expires.map_or_else(|| "When you revoke it".to_owned(), absolute);
    view! {
        <dl class="attributes">
            {row("Made", moment(Some(token.created), ""))}
            {row("Last used", moment(token.last_used, "Never"))}
            {row("Ends", expires.into_any())}
            {token.user.map(|_| row("/Me is", user(page)))}
            {token.paused.map(|at| row("Paused", moment(Some(at), "")))}
            {token.revoked.map(|at| row("Revoked", moment(Some(at), "")))}
            {page.replaces.as_ref().map(|token| row("Replaces", link(token)))}
            {page.replaced_by.as_ref().map(|token| row("Replaced by", link(token)))}
        </dl>
    }
}

/// The user that the token is bound to.
fn user(page: &Page) -> AnyView {
    match &page.detail.user {
        Some((id, name)) => view! { <a href=format!("/admin/users/{id}")>{visible(name)}</a> }.into_any(),
        None => "A user who was deleted".into_any(),
    }
}

/// What an administrator should do next, if anything.
fn advice(page: &Page) -> Option<AnyView> {
    relay::note(page).or_else(|| restored(page)).or_else(|| {
        let words = advise(page.token(), page.replaced_by.is_some(), page.now)?;
        Some(view! { <div class="note note-warn"><p>{words}</p></div> }.into_any())
    })
}

/// What a backup cannot know about the token.
fn restored(page: &Page) -> Option<AnyView> {
    const WORDS: &str = "The database was restored from a backup after this token was made. If it was revoked since the \
                         backup, nothing here says so: replace it, or resume it only if you know that it is good.";
    let asks = page.revived && page.replaced_by.is_none() && page.token().ended(page.now).is_none();
    asks.then(|| view! { <div class="note note-warn"><p>{WORDS}</p></div> }.into_any())
}

/// The advice that follows from its age or its expiry.
fn advise(token: &Token, has_successor: bool, now: Timestamp) -> Option<String> {
    if token.ended(now).is_some() || has_successor {
        return None;
    }
    let days = |millis: i64| millis / 86_400_000;
    if let Some(expires) = token.expires {
        let left = days(expires.millis() - now.millis());
        return (left < 60).then(|| {
            format!(
                "It ends in {left} days, on {}. Replace it before then: Entra puts its provisioning job into \
                 quarantine after the token has ended.",
                absolute(expires)
            )
        });
    }
    let age = days(now.millis() - token.created.millis());
    (age >= ROTATE_DAYS).then(|| {
        format!("It is {age} days old. Replace it every {ROTATE_DAYS} days, so that a leaked copy ends with it.")
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use domain::TokenId;

    pub(in crate::pages) const NOW: Timestamp = Timestamp::from_millis(1_795_000_000_000);

    pub(in crate::pages) fn token() -> Token {
        Token {
            id: TokenId(Default::default()),
            key: "0000000000".to_owned(),
            hash: [0; 32],
            last_four: "4f2c".to_owned(),
            name: "Entra".to_owned(),
            created: NOW,
            last_used: None,
            revoked: None,
            expires: None,
            paused: None,
            replaces: None,
            networks: None,
            profile: None,
            profile_set: false,
            user: None,
            budget: domain::token::Budget::default(),
            misuse_told: None,
        }
    }

    #[test]
    fn an_old_token_wants_another() {
        let aged = |days: i64| Token { created: NOW.plus_days(-days), ..token() };
        assert_eq!(advise(&aged(179), false, NOW), None);
        assert!(advise(&aged(214), false, NOW).is_some_and(|words| words.starts_with("It is 214 days old.")));
        assert_eq!(advise(&aged(214), true, NOW), None);
        assert_eq!(advise(&Token { revoked: Some(NOW), ..aged(214) }, false, NOW), None);
    }

    #[test]
    fn an_end_is_announced() {
        let ends = |days: i64| Token { expires: Some(NOW.plus_days(days)), ..token() };
        assert_eq!(advise(&ends(60), false, NOW), None);
        assert!(advise(&ends(12), false, NOW).is_some_and(|words| words.starts_with("It ends in 12 days, on 30 Nov")));
        assert_eq!(advise(&ends(-1), false, NOW), None);
    }
}
