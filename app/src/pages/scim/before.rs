use super::{
    Scim, reach,
    steps::{Standing, step},
};
use crate::pages::{components::when, words::count};
use leptos::prelude::*;

/// What should be so before provisioning is turned on.
pub(super) fn panel(scim: &Scim) -> impl IntoView + use<> {
    view! {
        <section class="panel" aria-labelledby="before">
            <div class="panel-head">
                <h2 id="before">"Before you turn it on"</h2>
            </div>
            <ol class="steps">
                {way_back(scim)} {second(scim)} {reachable(scim)}
            </ol>
        </section>
    }
}

/// The first step here and in the panel after it.
pub(super) fn way_back(scim: &Scim) -> impl IntoView + use<> {
    let proven = scim.status.way_back.proven.clone();
    let standing = Standing::at(proven.as_ref().map(|(_, at)| *at));
    let title = if standing.is_done() { "A way back in is proven" } else { "Prove a way back in" };
    let now = scim.now;
    let words = match proven {
        Some((name, _)) if name == scim.signed_in => {
            view! { <p>{format!("You are signed in with {name}, which no directory can touch.")}</p> }.into_any()
        }
        Some((name, at)) => view! {
            <p>
                {format!("Break-glass account {name} signed in ")} {when(now, at)}
                ". No directory can see it, change it or remove it."
            </p>
        }
        .into_any(),
        None => view! {
            <p>
                "No break-glass account has signed in within the last 90 days, so provisioning cannot be turned on \
                 yet. Sign out, then sign in again with one: that is the proof."
            </p>
        }
        .into_any(),
    };
    step(1, standing, scim.now, title, words)
}

fn second(scim: &Scim) -> impl IntoView + use<> {
    let accounts = u64::try_from(scim.status.way_back.accounts).unwrap_or(u64::MAX);
    if accounts > 1 {
        let words =
            format!("There are {}. Keep their secrets in different places.", count(accounts, "account", "accounts"));
        return step(2, Standing::Done(None), scim.now, "A second way back in exists", view! { <p>{words}</p> })
            .into_any();
    }
    let words = view! {
        <p>
            "Microsoft advises two emergency accounts. Make another on the host: "
            <code>"postern break-glass create NAME"</code>
        </p>
    };
    step(2, Standing::Optional, scim.now, "Keep a second one", words).into_any()
}

fn reachable(scim: &Scim) -> impl IntoView + use<> {
    let warning = reach::warning(&scim.scim_url)?;
    let words = view! { <p>"Entra would be given " <code>{scim.scim_url.clone()}</code> "."</p> {warning} };
    Some(step(3, Standing::Next, scim.now, "Give Postern an address that Entra can reach", words))
}
