//! The steps that connect Entra.

use super::{before, create::create_token, guide, reach, read::Scim};
use crate::{
    components::{
        copy_field,
        steps::{Standing, step},
        when,
    },
    words::{count, visible},
};
use domain::{Timestamp, token::Token};
use leptos::prelude::*;

/// The panel.
pub(super) fn panel(scim: &Scim) -> impl IntoView + use<> {
    let Scim { status, now, .. } = scim;
    let activity = status.activity;
    let steps = Standing::in_a_row([
        before::proven(status),
        first_used(&status.tokens),
        // A directory that starts at once needs no test.
        activity.first_test.or(activity.first_user),
        activity.first_user,
    ]);
    let done = steps.iter().filter(|standing| standing.is_done()).count();
    let [_, values, test, users] = steps;
    view! {
        <section class="panel" aria-labelledby="connect">
            <div class="panel-head">
                <h2 id="connect">"Connect Microsoft Entra ID"</h2>
                <p class="soft figures">{format!("{done} of {} done", steps.len())}</p>
            </div>
            <ol class="steps">
                {before::way_back(scim)}
                {step(2, values, *now, "Copy these into Entra", values_step(scim, values))}
                {step(3, test, *now, "Test connection", test_step(scim, test))}
                {step(4, users, *now, "First users arrived", users_step(scim, users))}
            </ol>
        </section>
    }
}

/// When the first token that a directory ever used was created, if one is in use now: a rotation does not change this.
fn first_used(tokens: &[Token]) -> Option<Timestamp> {
    let is_used = |token: &&Token| token.last_used.is_some();
    tokens.iter().filter(is_used).find(|token| token.revoked.is_none())?;
    tokens.iter().filter(is_used).map(|token| token.created).min()
}

fn values_step(scim: &Scim, standing: Standing) -> impl IntoView + use<> {
    let fields = view! {
        {copy_field("tenant-url", "Tenant URL", scim.entra_url.clone())}
        <p class="hint">"The flag at its end makes Entra send standard SCIM. Postern understands it either way."</p>
        {reach::warning(&scim.scim_url)}
        {copy_field("scim-url", "SCIM API URL, for other directories", scim.scim_url.clone())}
        <div class="field">
            <span class="label">Secret token</span>
            {secret(scim)}
        </div>
        {guide::where_in_entra(standing)}
    };
    if !standing.is_done() {
        return fields.into_any();
    }
    view! {
        <p>"Your directory has them: a token is in use."</p>
        <details class="fold">
            <summary>Show the values</summary>
            {fields}
        </details>
    }
    .into_any()
}

fn secret(scim: &Scim) -> impl IntoView + use<> {
    let newest = scim.status.tokens.iter().find(|token| token.revoked.is_none());
    let Some(newest) = newest else {
        return view! {
            <div class="secret-missing">
                <p class="hint">"Postern shows a token once, when it is made, and keeps only a hash of it."</p>
                {scim.may_change.then(|| create_token(true, false))}
            </div>
        }
        .into_any();
    };
    let now = scim.now;
    let used = newest.last_used.map(|at| view! { ", and last used " {when(now, at)} });
    view! {
        <p class="hint">
            {format!("“{}” was shown once, ", visible(&newest.name))} {when(now, newest.created)} {used} ". Lost it? "
            <a href="#tokens">Create another</a> "; both work until you revoke one."
        </p>
    }
    .into_any()
}

fn test_step(scim: &Scim, standing: Standing) -> impl IntoView + use<> {
    let done = standing.is_done();
    let words = match (scim.status.activity.first_test, done) {
        (Some(_), _) => "Your directory looked up a user that does not exist, and got the empty list that it expects.",
        (None, true) => "Your directory started without a test.",
        (None, false) => {
            "In Entra, press Test connection. It looks up a user that cannot exist; the answer is an empty list."
        }
    };
    view! {
        <p>{words}</p>
        {(!done).then(|| view! {
            <p>
                <a href="/admin/sso/scim">Look again</a>
            </p>
        })}
        {(!done).then(guide::when_the_test_fails)}
    }
}

fn users_step(scim: &Scim, standing: Standing) -> impl IntoView + use<> {
    let counts = scim.status.counts;
    let words = if standing.is_done() {
        let (users, groups) = (count(counts.users, "user", "users"), count(counts.groups, "group", "groups"));
        view! {
            <p>{format!("{users} and {groups} are here now. ")} <a href="/admin/users">See the users</a></p>
        }
        .into_any()
    } else {
        view! {
            <p>
                "In Entra, assign people to the application, then press Start provisioning. Its first cycle follows \
                 within about 40 minutes; Provision on demand brings one person at once."
            </p>
        }
        .into_any()
    };
    view! { {words} {guide::mapping_and_start(standing)} }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::token::tests::{NOW, token};

    #[test]
    fn a_rotation_keeps_the_time_of_the_first_token() {
        let used = |days: i64| Token { created: NOW.plus_days(-days), last_used: Some(NOW), ..token() };
        let old = Token { revoked: Some(NOW), ..used(90) };
        assert_eq!(first_used(&[used(1), old.clone()]), Some(NOW.plus_days(-90)));
        assert_eq!(first_used(&[token(), old]), None, "none is in use now");
    }
}
