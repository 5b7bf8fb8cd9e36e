//! Restores deleted users and groups, even if its name has been taken since: then the user or group that took it is
//! renamed and keeps everything else.

use crate::{
    Env, Error, GroupId, Result, UserId,
    audit::{self, Action, Event},
    fold,
    group::{Group, GroupProfile},
    guard::rename,
    search,
    store::Tx,
    user::User,
};
use serde_json::{Map, Value, json};

/// A renamed user or group keeps fewer bytes of its name than this before the new ending, even when folded.
const KEPT: usize = 1_024;

/// Who restores something, and when; the action of the event is ignored.
#[derive(Clone, Copy)]
pub(crate) struct By<'b> {
    pub(crate) env: &'b Env,
    pub(crate) event: &'b Event,
}

/// What was restored, and the events that record it.
pub(crate) struct Restored {
    pub(crate) events: Vec<Event>,
}

/// Restores a deleted user. `None` if no deleted user has this id.
pub(crate) async fn user(by: By<'_>, tx: &mut dyn Tx, id: UserId) -> Result<Option<Restored>> {
    let Some(user_name) = tx.deleted_user_name(id).await? else { return Ok(None) };
    let mut events = free_user_name(by, tx, &user_name, id).await?;
    let Some(name) = tx.restore_user(id, by.event.at).await? else { return Ok(None) };
    events.push(Event { action: Action::UserRestored, ..by.event.clone() }.on(id.0, &name));
    Ok(Some(Restored { events }))
}

/// Renames another user who has this user name.
pub(crate) async fn free_user_name(by: By<'_>, tx: &mut dyn Tx, user_name: &str, but: UserId) -> Result<Vec<Event>> {
    let Some(other) = tx.user_named(user_name).await?.filter(|other| *other != but) else { return Ok(Vec::new()) };
    let Some(user) = tx.lock_user(other).await? else { return Ok(Vec::new()) };
    let (name, document) = (user.name().to_owned(), user.profile.document.clone());
    let profile = rename::renamed(user.profile.clone(), beside(by.env, user_name));
    let differs = audit::Change::between(&document, &profile.document);
    let after = User { version: user.version + 1, changed: by.event.at, profile, ..user };
    tx.update_user(&after).await?;
    search::follow(tx, &user.profile, &after).await?;
    let event = Event { action: Action::UserChanged, ..by.event.clone() };
    Ok(vec![event.on(other.0, &name).change(differs)])
}

/// Restores a deleted group. `None` if no deleted group has this id.
pub(crate) async fn group(by: By<'_>, tx: &mut dyn Tx, id: GroupId) -> Result<Option<Restored>> {
    let Some(name) = tx.deleted_group_name(id).await? else { return Ok(None) };
    let mut events = free_group_name(by, tx, &name).await?;
    let Some(name) = tx.restore_group(id, by.event.at).await? else { return Ok(None) };
    events.push(Event { action: Action::GroupRestored, ..by.event.clone() }.on(id.0, &name));
    Ok(Some(Restored { events }))
}

async fn free_group_name(by: By<'_>, tx: &mut dyn Tx, name: &str) -> Result<Vec<Event>> {
    let Some(other) = tx.group_named(name).await? else { return Ok(Vec::new()) };
    let Some(group) = tx.lock_group(other).await? else { return Ok(Vec::new()) };
    let mut document: Map<String, Value> = serde_json::from_str(&group.profile.document)
        .map_err(|_| Error::Corrupt { table: "groups", column: "document" })?;
    let (before, display_name) = (group.profile.document.clone(), beside(by.env, name));
    document.insert("displayName".to_owned(), json!(display_name));
    let profile = GroupProfile { document: Value::Object(document).to_string(), display_name, ..group.profile };
    let differs = audit::Change::between(&before, &profile.document);
    tx.update_group(&Group { version: group.version + 1, changed: by.event.at, profile, ..group }).await?;
    let event = Event { action: Action::GroupChanged, ..by.event.clone() };
    Ok(vec![event.on(other.0, name).change(differs)])
}

/// The name with a random ending, so that no client can guess the new name and take it first. It is short enough for an
/// index, even when folded.
fn beside(env: &Env, name: &str) -> String {
    let ending: String = env.random::<8>().iter().map(|byte| format!("{byte:02x}")).collect();
    let mut room = KEPT;
    let kept = name.chars().take_while(|next| {
        room = room.saturating_sub(fold(&next.to_string()).len().max(next.len_utf8()));
        room > 0
    });
    format!("{}~{ending}", kept.collect::<String>())
}
