use super::{reach, read::Scim};
use crate::components::{
    lockout,
    steps::{Standing, step},
};
use domain::{Timestamp, console::ScimStatus, lockout::NEEDED};
use leptos::prelude::*;

/// What should be done before provisioning is turned on.
pub(super) fn panel(scim: &Scim) -> impl IntoView + use<> {
    view! {
        <section class="panel" aria-labelledby="before">
            <div class="panel-head">
                <h2 id="before">"Before you turn it on"</h2>
            </div>
            <ol class="steps">
                {way_back(scim)} {reachable(scim)}
            </ol>
        </section>
    }
}

/// When enough ways back in were proven: the latest sign-in with any of them.
pub(super) fn proven(status: &ScimStatus) -> Option<Timestamp> {
    let enough = status.doors.proven() >= NEEDED;
    status.doors.latest().filter(|_| enough).map(|(_, at)| at)
}

/// The first step, here and in the panel after this one.
pub(super) fn way_back(scim: &Scim) -> impl IntoView + use<> {
    let is_proven = proven(&scim.status).is_some();
    // Without a time: only the last sign-in with each account is known, not when the first two were proven.
    let standing = if is_proven { Standing::Done(None) } else { Standing::Next };
    let title = if standing.is_done() { "Two ways back in are proven" } else { "Prove two ways back in" };
    step(1, standing, scim.now, title, lockout::compact(&scim.status.doors))
}

fn reachable(scim: &Scim) -> impl IntoView + use<> {
    let warning = reach::warning(&scim.scim_url)?;
    let words = view! { <p>"Entra would get " <code>{scim.scim_url.clone()}</code> "."</p> {warning} };
    Some(step(2, Standing::Next, scim.now, "Give Postern an address that Entra can reach", words))
}
