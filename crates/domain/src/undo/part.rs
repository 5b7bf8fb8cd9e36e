//! One unit of work of an undo: a few departures, one after the other, and their events in the audit log.

use crate::{
    Env, Error, GroupId, Result, Timestamp, UserId,
    audit::{Action, Event},
    group::Group,
    guard::{Departure, DepartureKind, Undone, rename},
    restore::{self, By},
    role::{Role, RoleChange, role_events},
    search,
    store::Tx,
    user::{Profile, User},
};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, HashMap, HashSet};
use uuid::Uuid;

/// How many members the event of a group names at most.
const NAMED: usize = 50;

/// Some departures that are undone together.
pub(super) struct Part<'p> {
    pub(super) env: &'p Env,
    /// Who undoes them, and when.
    pub(super) event: Event,
    pub(super) batch: Uuid,
    /// Memberships that began at this moment or later are ended.
    pub(super) from: Timestamp,
}

/// What was undone, and what the audit log is to record about it.
#[derive(Default)]
pub(super) struct Done {
    pub(super) undone: Undone,
    told: Told,
}

#[derive(Default)]
struct Told {
    events: Vec<Event>,
    /// The memberships that began or ended, by group.
    members: BTreeMap<GroupId, Moves>,
}

/// Who was restored to a group, and who was removed because they were added since, by name.
#[derive(Default)]
struct Moves {
    back: Vec<String>,
    ended: Vec<String>,
}

impl Told {
    async fn ended(&mut self, tx: &mut dyn Tx, ended: &[(GroupId, UserId)]) -> Result<()> {
        let users: Vec<UserId> = ended.iter().map(|(_, user)| *user).collect();
        let names: HashMap<UserId, String> = tx.names_of(&users).await?.into_iter().collect();
        for (group, user) in ended {
            let name = names.get(user).cloned().unwrap_or_default();
            self.members.entry(*group).or_default().ended.push(name);
        }
        Ok(())
    }
}

impl Part<'_> {
    fn by(&self) -> By<'_> {
        By { env: self.env, event: &self.event }
    }

    /// Undoes departures.
    pub(super) async fn undo(&self, tx: &mut dyn Tx, departures: &[(i64, Departure)]) -> Result<Done> {
        let targets = departures
            .iter()
            .flat_map(|(_, departure)| std::iter::once(departure.target).chain(departure.group.map(|group| group.0)));
        let targets: Vec<Uuid> = targets.collect::<HashSet<_>>().into_iter().collect();
        tx.lock_groups_of_return(&targets).await?;
        let users: Vec<UserId> = targets.iter().map(|id| UserId(*id)).collect();
        let before = roles(tx, &users).await?;
        let (mut undone, mut told) = (Undone::default(), Told::default());
        for (_, departure) in departures {
            if undo(self, tx, departure, &mut told).await? {
                undone.restored += 1;
            } else {
                undone.failed += 1;
            }
        }
        let seqs: Vec<i64> = departures.iter().map(|(seq, _)| *seq).collect();
        tx.undo_departures(&seqs, self.event.at).await?;
        tell_members(self, tx, &mut told).await?;
        let after = roles(tx, &users).await?;
        told.events.extend(tell_roles(tx, &self.event, (&before, &after)).await?);
        Ok(Done { undone, told })
    }

    /// Adds what was undone to the audit log. This comes at the end of the unit, because after its first event no other
    /// unit can change anything.
    pub(super) async fn tell(&self, tx: &mut dyn Tx, done: Done) -> Result<()> {
        for event in &done.told.events {
            tx.append_event(event).await?;
        }
        Ok(())
    }
}

/// Undoes one departure. Returns whether the earlier state is restored.
async fn undo(part: &Part<'_>, tx: &mut dyn Tx, departure: &Departure, told: &mut Told) -> Result<bool> {
    match departure.kind {
        DepartureKind::Deactivated | DepartureKind::Deleted | DepartureKind::Renamed => {
            undo_of_user(part, tx, departure, told).await
        }
        DepartureKind::LeftGroup => undo_of_member(part, tx, departure, told).await,
        DepartureKind::GroupDeleted | DepartureKind::GroupEmptied => undo_of_group(part, tx, departure, told).await,
    }
}

async fn undo_of_user(part: &Part<'_>, tx: &mut dyn Tx, departure: &Departure, told: &mut Told) -> Result<bool> {
    let (id, at) = (UserId(departure.target), part.event.at);
    // A user who was deactivated and then deleted has departed only once.
    if let Some(restored) = restore::user(part.by(), tx, id).await? {
        told.events.extend(restored.events);
        let ended = tx.end_memberships_of(id, part.from, at).await?;
        told.ended(tx, &ended).await?;
    }
    let Some(user) = tx.lock_user(id).await? else { return Ok(false) };
    let (profile, action) = match departure.kind {
        DepartureKind::Deactivated if !user.profile.active => {
            (reactivated(user.profile.clone(), departure.before.as_deref())?, Action::UserReactivated)
        }
        DepartureKind::Renamed => {
            let before = departure.before.as_deref().and_then(|before| rename::restored(user.profile.clone(), before));
            (before.ok_or(Error::Corrupt { table: "departures", column: "before" })?, Action::UserChanged)
        }
        _ => return Ok(true),
    };
    if profile == user.profile {
        return Ok(true);
    }
    if action == Action::UserChanged {
        told.events.extend(restore::free_user_name(part.by(), tx, &profile.user_name, id).await?);
    }
    let other_emails = profile.emails != user.profile.emails;
    let after = User { version: user.version + 1, changed: at, profile, ..user };
    tx.update_user(&after).await?;
    if other_emails {
        tx.replace_emails(id, &after.profile.emails).await?;
    }
    search::follow(tx, &user.profile, &after).await?;
    told.events.push(event(part, departure, action));
    Ok(true)
}

async fn undo_of_member(part: &Part<'_>, tx: &mut dyn Tx, departure: &Departure, told: &mut Told) -> Result<bool> {
    let Some(group) = departure.group else { return Ok(false) };
    let from = part.from;
    // A group that was emptied and then deleted has lost its members just the same.
    restore_group(part, tx, group, told).await?;
    let ended = tx.end_memberships_of(UserId(departure.target), from, part.event.at).await?;
    told.ended(tx, &ended).await?;
    let found = tx.restore_member(group, departure.target, from).await?;
    if found.is_there {
        told.members.entry(group).or_default().back.push(departure.target_name.clone());
    }
    // A member who joined after that moment and left again is back in the earlier state.
    Ok(found.is_there || !found.was_there)
}

async fn undo_of_group(part: &Part<'_>, tx: &mut dyn Tx, departure: &Departure, told: &mut Told) -> Result<bool> {
    let (id, at) = (GroupId(departure.target), part.event.at);
    restore_group(part, tx, id, told).await?;
    let Some(found) = tx.lock_group(id).await? else { return Ok(false) };
    if departure.kind == DepartureKind::GroupEmptied {
        let since = tx.settings().await?.guard.since(departure.at);
        tx.restore_members(id, since).await?;
        tx.update_group(&Group { version: found.version + 1, changed: at, ..found }).await?;
        told.events.push(event(part, departure, Action::GroupChanged));
    }
    Ok(true)
}

/// Restores a group if it was deleted, with the role that it gives its members.
async fn restore_group(part: &Part<'_>, tx: &mut dyn Tx, id: GroupId, told: &mut Told) -> Result<()> {
    let Some(restored) = restore::group(part.by(), tx, id).await? else { return Ok(()) };
    told.events.extend(restored.events);
    let ended = tx.end_memberships_in(id, part.from, part.event.at).await?;
    told.ended(tx, &ended).await?;
    if let Some(role) = tx.group_role(id).await? {
        let members: Vec<UserId> = tx.members_of(&[id]).await?.into_iter().map(|(_, member)| member).collect();
        let people = tx.names_of(&members).await?;
        let name = tx.group(id).await?.map(|group| group.profile.display_name).unwrap_or_default();
        let event = Event { action: Action::UserRoleChanged, ..part.event.clone() }.on(id.0, &name);
        let change = RoleChange { role, gained: true, because: ("through group", &name) };
        told.events.extend(role_events(&event, change, &people));
    }
    Ok(())
}

fn event(part: &Part<'_>, departure: &Departure, action: Action) -> Event {
    let facts = json!({"undone batch": part.batch.to_string()});
    Event { action, ..part.event.clone() }.on(departure.target, &departure.target_name).with(&facts)
}

/// Writes a new version and an event for each group whose members changed.
async fn tell_members(part: &Part<'_>, tx: &mut dyn Tx, told: &mut Told) -> Result<()> {
    for (id, moves) in std::mem::take(&mut told.members) {
        let Some(group) = tx.lock_group(id).await? else { continue };
        let name = group.profile.display_name.clone();
        tx.update_group(&Group { version: group.version + 1, changed: part.event.at, ..group }).await?;
        let mut facts = json!({"undone batch": part.batch.to_string()});
        for (word, names) in [("members back", moves.back), ("memberships ended", moves.ended)] {
            if !names.is_empty() {
                facts[word] = some(&names);
            }
        }
        let event = Event { action: Action::GroupChanged, ..part.event.clone() };
        told.events.push(event.on(id.0, &name).with(&facts));
    }
    Ok(())
}

/// The first names, and how many more there are.
fn some(names: &[String]) -> Value {
    let mut some: Vec<Value> = names.iter().take(NAMED).map(|name| json!(name)).collect();
    let more = names.len().saturating_sub(NAMED);
    if more > 0 {
        some.push(json!(format!("and {more} more")));
    }
    Value::Array(some)
}

type Roles = HashMap<UserId, Role>;

async fn roles(tx: &mut dyn Tx, users: &[UserId]) -> Result<Roles> {
    let mut roles = Roles::new();
    for (user, role) in tx.roles_of(users).await? {
        roles.entry(user).and_modify(|known| *known = known.or(role)).or_insert(role);
    }
    Ok(roles)
}

/// The events for the roles of users who were just restored.
pub(crate) async fn gained(tx: &mut dyn Tx, event: &Event, users: &[UserId]) -> Result<Vec<Event>> {
    let now = roles(tx, users).await?;
    tell_roles(tx, event, (&Roles::new(), &now)).await
}

/// The events for all users whose role has changed in the undo.
async fn tell_roles(tx: &mut dyn Tx, event: &Event, (before, after): (&Roles, &Roles)) -> Result<Vec<Event>> {
    let event = Event { action: Action::UserRoleChanged, ..event.clone() };
    let mut events = Vec::new();
    for (gained, now, then) in [(false, before, after), (true, after, before)] {
        for role in [Role::Administrator, Role::Auditor] {
            let users: Vec<UserId> = now
                .iter()
                .filter(|(id, held)| **held == role && then.get(*id) != Some(&role))
                .map(|(id, _)| *id)
                .collect();
            let people = tx.names_of(&users).await?;
            events.extend(role_events(&event, RoleChange { role, gained, because: ("because", "undone") }, &people));
        }
    }
    Ok(events)
}

/// The profile before its deactivation; `active` is what the document said then.
fn reactivated(profile: Profile, active: Option<&str>) -> Result<Profile> {
    let mut document: Map<String, Value> =
        serde_json::from_str(&profile.document).map_err(|_| Error::Corrupt { table: "users", column: "document" })?;
    match active.and_then(|active| serde_json::from_str(active).ok()) {
        Some(active) => document.insert("active".to_owned(), active),
        None => document.shift_remove("active"),
    };
    Ok(Profile { active: true, document: Value::Object(document).to_string(), ..profile })
}
