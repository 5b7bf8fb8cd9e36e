//! The page of a deleted user or group: who deleted it, when, and the way to restore it while that is possible.

use super::{Kind, left, restore};
use crate::{
    ApiError,
    components::{Tone, chip, when},
    pages::audit,
    words::{absolute, visible},
};
use domain::{
    GroupId, Timestamp, UserId,
    audit::Event,
    console::{Console, Tombstone},
    guard::KEPT_DAYS,
    identity::Who,
};
use leptos::prelude::*;
use leptos_meta::Title;
use uuid::Uuid;

/// The page of a deleted user.
pub(in crate::pages) async fn of_user(console: &Console, id: UserId) -> Result<AnyView, ApiError> {
    Ok(page(Kind::User, id.0, console.deleted_user(id).await?, console).into_any())
}

/// The page of a deleted group.
pub(in crate::pages) async fn of_group(console: &Console, id: GroupId) -> Result<AnyView, ApiError> {
    Ok(page(Kind::Group, id.0, console.deleted_group(id).await?, console).into_any())
}

fn page(kind: Kind, id: Uuid, stone: Tombstone, console: &Console) -> impl IntoView + use<> {
    let Tombstone { event, is_kept } = stone;
    let (list, lists) = match kind {
        Kind::User => ("/admin/users", "Users"),
        Kind::Group => ("/admin/groups", "Groups"),
    };
    let name = event.target_name.clone().unwrap_or_default();
    let shown = visible(&name);
    let (now, may_restore) = (console.now(), is_kept && console.may_change());
    view! {
        <Title text=shown.clone()/>
        <div class="page-head">
            <p class="eyebrow"><a href=list>{lists}</a></p>
            <div class="panel-title"><h1>{shown}</h1> {chip(Tone::Warn, "Deleted")}</div>
            <p class="soft">
                "Deleted " {when(now, event.at)} ", on " {absolute(event.at)} ", " {by(&event)} ". "
                <a href=audit::history(id)>"What happened"</a>
            </p>
        </div>
        <section class="panel" aria-labelledby="kept">
            <div class="panel-head">
                <h2 id="kept">{if is_kept { "It can be restored" } else { "It is gone for good" }}</h2>
                {may_restore.then(|| restore(kind, id, &name))}
            </div>
            <p class="panel-text soft">{sentence(is_kept, event.at, now)}</p>
        </section>
    }
}

/// Who deleted it.
fn by(event: &Event) -> AnyView {
    match &event.actor {
        Who::Token { id, name } => {
            let href = format!("/admin/sso/tokens/{id}");
            view! { "by your directory, through token " <a href=href>{visible(name)}</a> }.into_any()
        }
        actor => format!("by {}", audit::actor(actor)).into_any(),
    }
}

fn sentence(is_kept: bool, deleted: Timestamp, now: Timestamp) -> String {
    match is_kept {
        true => format!("Everything about it is kept for {KEPT_DAYS} days, and is forgotten {}.", left(deleted, now)),
        false => format!("What is deleted can be restored for {KEPT_DAYS} days. Only the audit log still has it."),
    }
}
