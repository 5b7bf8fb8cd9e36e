//! What a call takes away from people: departures, which the guard counts, and roles.

use super::*;
use crate::{
    GroupId, UserId,
    group::Group,
    guard::{SMALL_GROUP, rename},
    role::role_events,
    token::alert_or_count,
    user::User,
};
use std::collections::BTreeSet;

/// How many bytes a departure stores, with its index entries and the person who is counted.
const DEPARTURE: u64 = 512;

impl Directory {
    /// Counts what a change takes away from a user: access, or the names by which others know the person.
    pub(super) async fn count_change(
        &self,
        tx: &mut dyn Tx,
        settings: &Settings,
        call: &Call,
        before: &User,
        after: &Profile,
    ) -> Result<()> {
        let (id, name) = (before.id.0, before.name());
        let mut departures = Vec::new();
        if before.profile.active && !after.active {
            let departure = self.departure(call, DepartureKind::Deactivated, id, name);
            departures.push(Departure { before: active(before), ..departure });
        }
        if rename::is_rename(&before.profile, after) {
            let departure = self.departure(call, DepartureKind::Renamed, id, name);
            departures.push(Departure { before: Some(rename::before(&before.profile, after)), ..departure });
        }
        // An inactive user has no access to lose, but the change is recorded for the undo.
        let people: &[Uuid] = if before.profile.active && !departures.is_empty() { &[id] } else { &[] };
        self.count(tx, settings, call, &departures, people).await
    }

    /// Counts the deletion of a user. It is part of the deactivation that was counted before, if there was one.
    pub(super) async fn count_deletion(
        &self,
        tx: &mut dyn Tx,
        settings: &Settings,
        call: &Call,
        user: &User,
    ) -> Result<()> {
        let departure = self.departure(call, DepartureKind::Deleted, user.id.0, user.name());
        let known = if user.profile.active { None } else { tx.deactivation(user.id).await? };
        match known {
            Some(batch) => tx.insert_departures(&[Departure { batch, ..departure }]).await,
            None => self.count(tx, settings, call, &[departure], &[user.id.0]).await,
        }
    }

    /// Counts those who left a group, if the group matters: it gives a role, has more than ten members or has none
    /// left.
    pub(super) async fn count_leavers(
        &self,
        tx: &mut dyn Tx,
        settings: &Settings,
        call: &Call,
        group: &Group,
        (users, nested): (&[UserId], &[GroupId]),
    ) -> Result<()> {
        let mut departures = Vec::new();
        for (user, name) in tx.names_of(users).await? {
            let departure = self.departure(call, DepartureKind::LeftGroup, user.0, &name);
            departures.push(Departure { group: Some(group.id), ..departure });
        }
        for id in nested {
            let name = tx.group(*id).await?.map(|group| group.profile.display_name).unwrap_or_default();
            let departure = self.departure(call, DepartureKind::LeftGroup, id.0, &name);
            departures.push(Departure { group: Some(group.id), weight: 0, ..departure });
        }
        let people = self.people_lost(tx, settings, call, group, users).await?;
        self.count(tx, settings, call, &departures, &people).await
    }

    /// The people who count when these have left a group. If none of the members from the start of the slow window is
    /// left, everybody who left since then counts: a group can be emptied in steps, or its members can be exchanged for
    /// others.
    async fn people_lost(
        &self,
        tx: &mut dyn Tx,
        settings: &Settings,
        call: &Call,
        group: &Group,
        users: &[UserId],
    ) -> Result<Vec<Uuid>> {
        let since = settings.guard.since_slow(call.at);
        let left: Vec<Uuid> = users.iter().map(|id| id.0).collect();
        if left.is_empty()
            || tx.group_role(group.id).await?.is_some()
            || tx.had_more_members(group.id, SMALL_GROUP, since).await?
        {
            return Ok(left);
        }
        let (is_emptied, all) = tx.left_since(group.id, since, 2 * SMALL_GROUP).await?;
        let all: BTreeSet<Uuid> = all.into_iter().map(|id| id.0).chain(left).collect();
        Ok(if is_emptied { all.into_iter().collect() } else { Vec::new() })
    }

    /// The people who count when a group is deleted: its members, and those who left it within the slow window.
    pub(super) async fn people_of(
        &self,
        tx: &mut dyn Tx,
        settings: &Settings,
        call: &Call,
        group: &Group,
        members: &[UserId],
    ) -> Result<Vec<Uuid>> {
        let since = settings.guard.since_slow(call.at);
        let (_, before) = tx.left_since(group.id, since, 2 * SMALL_GROUP).await?;
        let people: BTreeSet<Uuid> = members.iter().chain(&before).map(|id| id.0).collect();
        Ok(people.into_iter().collect())
    }

    /// Counts these people of a deleted group with this many members.
    pub(super) async fn count_group_deletion(
        &self,
        tx: &mut dyn Tx,
        settings: &Settings,
        call: &Call,
        group: &Group,
        (members, people): (usize, &[Uuid]),
    ) -> Result<()> {
        let weight = u64::try_from(members).unwrap_or(u64::MAX);
        let departure = self.departure(call, DepartureKind::GroupDeleted, group.id.0, &group.profile.display_name);
        self.count(tx, settings, call, &[Departure { weight, ..departure }], people).await
    }

    /// Records who gained or lost a role with a membership: in an event for each, or in one event for many.
    pub(super) async fn record_roles(
        &self,
        tx: &mut dyn Tx,
        call: &Call,
        group: &Group,
        role: Option<Role>,
        (came, left): (&[UserId], &[UserId]),
    ) -> Result<()> {
        let Some(role) = role else { return Ok(()) };
        let name = &group.profile.display_name;
        let event = self.event(call.at, Action::UserRoleChanged).on(group.id.0, name);
        for (users, gained) in [(left, false), (came, true)] {
            let people = tx.names_of(users).await?;
            for event in role_events(&event, RoleChange { role, gained, because: ("through group", name) }, &people) {
                alert_or_count(tx, &self.token, event).await?;
            }
        }
        Ok(())
    }

    /// Records that a user gained a role by becoming active, or lost it by leaving.
    pub(super) async fn record_role(
        &self,
        tx: &mut dyn Tx,
        call: &Call,
        user: &User,
        roles: &[(UserId, Role)],
        (gained, word): (bool, &str),
    ) -> Result<()> {
        let Some(role) = roles.iter().map(|(_, role)| *role).reduce(Role::or) else { return Ok(()) };
        let (event, change) =
            (self.event(call.at, Action::UserRoleChanged), RoleChange { role, gained, because: ("because", word) });
        for event in role_events(&event, change, &[(user.id, user.name().to_owned())]) {
            alert_or_count(tx, &self.token, event).await?;
        }
        Ok(())
    }

    /// A departure that this token caused.
    fn departure(&self, call: &Call, kind: DepartureKind, target: Uuid, name: &str) -> Departure {
        Departure {
            at: call.at,
            token: self.token.id,
            kind,
            target,
            target_name: audit::name(name),
            group: None,
            weight: 1,
            before: None,
            batch: None,
        }
    }

    /// Records departures, and has the guard count `people`.
    async fn count(
        &self,
        tx: &mut dyn Tx,
        settings: &Settings,
        call: &Call,
        departures: &[Departure],
        people: &[Uuid],
    ) -> Result<()> {
        let before: usize = departures.iter().filter_map(|departure| departure.before.as_ref()).map(String::len).sum();
        self.stores(DEPARTURE * departures.len() as u64 + before as u64);
        let event = self.event(call.at, Action::GuardTripped).on(self.token.id.0, &self.token.name);
        let counted = guard::Call { token: self.token.id, at: call.at, departures, people, event };
        guard::count(tx, &self.env, settings, counted).await
    }
}

/// The `active` of a document, as JSON; `None` if it has none.
fn active(user: &User) -> Option<String> {
    let document: serde_json::Value = serde_json::from_str(&user.profile.document).ok()?;
    document.get("active").map(ToString::to_string)
}
