use super::*;
use crate::{
    UserId,
    group::UserGroups,
    query::{Meter, Predicate, RESOURCE, UserCondition, UserKey, Weigh, end_early},
    search::follow,
    user::User,
};
use std::sync::Arc;

/// What a client sees of a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserView {
    /// The id that the directory keeps.
    pub id: UserId,
    /// Counts changes from 1.
    pub version: i64,
    /// When the user was created.
    pub created: Timestamp,
    /// When anything about the user last changed.
    pub changed: Timestamp,
    /// Everything that was sent, as one JSON object.
    pub document: String,
    /// Its groups; none if they were not requested.
    pub groups: UserGroups,
}

impl Weigh for UserView {
    fn weight(&self) -> u64 {
        RESOURCE + self.document.len() as u64 + self.groups.weight()
    }
}

impl Directory {
    /// Creates a user.
    ///
    /// # Errors
    /// `Conflict` when the user name is taken, without regard to case.
    pub async fn create_user(&self, profile: Profile) -> Result<UserView> {
        let call = self.call(CallKind::Create, Subject::User);
        let user =
            User { id: UserId::new(&self.env, call.at), version: 1, created: call.at, changed: call.at, profile };
        let event = self.event(call.at, Action::UserCreated).on(user.id.0, user.name());
        let event = event.change(Change::between("{}", &user.profile.document));
        let (this, meter) = self.metered(&call)?;
        let context = (this, call, user, event);
        let work = self.env.store.provision_metered(meter, context, |(this, call, user, event), tx| {
            Box::pin(async move {
                this.recheck(tx, call.at).await?;
                keep_reserved(tx, &user.profile, None).await?;
                this.stores_change(&user.profile);
                tx.insert_user(user).await?;
                tx.append_records(&[this.done(call, user.id.0)]).await?;
                this.log(tx, event).await?;
                Ok(view(user.clone(), UserGroups::default()))
            })
        });
        self.note_reserved(work.await).await
    }

    /// One user.
    ///
    /// # Errors
    /// `NotFound` when no user has this id.
    pub async fn user(&self, id: UserId, with_groups: bool) -> Result<UserView> {
        let work = self.env.store.look_up((id, with_groups), |(id, with_groups), tx| {
            Box::pin(async move { tx.view_user(*id, *with_groups).await?.ok_or(Error::NotFound) })
        });
        work.await
    }

    /// A part of the users that match, in its order. It ends before a user with whom it would exceed its bytes.
    ///
    /// # Errors
    /// `Invalid` when a mark does not fit the order.
    pub async fn users(
        &self,
        filter: Predicate<UserCondition>,
        window: Window<UserKey>,
        with_groups: bool,
    ) -> Result<Listing<UserView>> {
        let context = (filter.simplified(), window, with_groups);
        let work = self.env.store.look_up(context, |(filter, window, with_groups), tx| {
            Box::pin(async move {
                let mut rows = find(tx, filter, window, *with_groups).await?;
                let (read, backward) = (rows.len(), window.start.is_backward());
                if backward {
                    rows.reverse();
                }
                let ended = end_early(&mut rows, &mut Meter::new(window.bytes));
                if backward {
                    rows.reverse();
                }
                let total = match total_by_rows(&window.start, window.limit, read) {
                    Some(total) if ended.is_none() => total,
                    _ => tx.count_users(filter).await?,
                };
                Ok(Listing::cut(rows, &window.start, shown(window.limit, ended), total))
            })
        });
        work.await
    }

    /// Tries to change a user by a PATCH or a PUT. A change that changes nothing keeps the version and the time of
    /// change.
    ///
    /// # Errors
    /// `NotFound`, `VersionMismatch`, `Conflict` on the user name, or whatever `edit` refuses with.
    pub async fn change_user(
        &self,
        id: UserId,
        expected: Expected,
        with_groups: bool,
        edit: Arc<Edit<User>>,
        source: Source<Profile>,
    ) -> Result<Tried<User, UserView>> {
        let call = self.call(CallKind::Change, Subject::User);
        let (this, meter) = self.metered(&call)?;
        let context = (this, call, id, expected, with_groups, edit, source);
        let work = self.env.store.provision_metered(
            meter,
            context,
            |(this, call, id, expected, with_groups, edit, source), tx| {
                Box::pin(async move {
                    let settings = this.recheck(tx, call.at).await?;
                    let (before, groups) = if *with_groups {
                        tx.lock_user_and_groups(*id).await?.ok_or(Error::NotFound)?
                    } else {
                        (tx.lock_user(*id).await?.ok_or(Error::NotFound)?, UserGroups::default())
                    };
                    check_version(expected, before.version)?;
                    let Some(Prepared { profile, change, .. }) = edit.resolve(source, &before)? else {
                        return Ok(Tried::Heavy(before));
                    };
                    if profile == before.profile {
                        this.stores(RECORD);
                        tx.append_records(&[this.unchanged(call, id.0)]).await?;
                        return Ok(Tried::Done(view(before, groups)));
                    }
                    keep_reserved(tx, &profile, Some(&before.profile)).await?;
                    let action = match (before.profile.active, profile.active) {
                        (true, false) => Action::UserDeactivated,
                        (false, true) => Action::UserReactivated,
                        _ => Action::UserChanged,
                    };
                    this.count_change(tx, &settings, call, &before, &profile).await?;
                    this.stores_change(&profile);
                    let mut roles = Vec::new();
                    if action == Action::UserDeactivated {
                        roles = tx.roles_of(&[*id]).await?;
                        // Sessions are not restored with the person.
                        tx.delete_sessions_of_user(*id).await?;
                    }
                    let is_outdated = before.profile.values.is_none();
                    let other_emails = is_outdated || before.profile.emails != profile.emails;
                    let known = before.profile.values.clone();
                    let after = User { version: before.version + 1, changed: call.at, profile, ..before };
                    tx.update_user(&after).await?;
                    if other_emails {
                        tx.replace_emails(*id, &after.profile.emails).await?;
                    }
                    if let Some(values) = &after.profile.values {
                        tx.replace_values(*id, known.as_deref(), values).await?;
                    }
                    follow(tx, &before.profile, &after).await?;
                    tx.append_records(&[this.done(call, id.0)]).await?;
                    if action == Action::UserReactivated {
                        roles = tx.roles_of(&[*id]).await?;
                    }
                    let event = this.event(call.at, action).on(id.0, after.name());
                    this.log(tx, &event.change(change)).await?;
                    let gained = after.profile.active;
                    let word = if gained { "reactivated" } else { "deactivated" };
                    this.record_role(tx, call, &after, &roles, (gained, word)).await?;
                    Ok(Tried::Done(view(after, groups)))
                })
            },
        );
        let done = self.note_reserved(work.await).await;
        self.note_hold(done).await
    }

    /// Deletes a user.
    ///
    /// # Errors
    /// `NotFound`, `VersionMismatch`.
    pub async fn delete_user(&self, id: UserId, expected: Expected) -> Result<()> {
        let call = self.call(CallKind::Delete, Subject::User);
        let (this, meter) = self.metered(&call)?;
        let context = (this, call, id, expected);
        let work = self.env.store.provision_metered(meter, context, |(this, call, id, expected), tx| {
            Box::pin(async move {
                let settings = this.recheck(tx, call.at).await?;
                let user = tx.lock_user_for_deletion(*id).await?.ok_or(Error::NotFound)?;
                check_version(expected, user.version)?;
                this.stores_change(&user.profile);
                if user.profile.active {
                    guard::check(tx, &settings, this.token.id, call.at).await?;
                }
                let roles = tx.roles_of(&[*id]).await?;
                tx.delete_user(*id, call.at).await?;
                // Counting holds the settings until the unit ends, so it comes after everything that may wait for rows
                // of memberships.
                this.count_deletion(tx, &settings, call, &user).await?;
                tx.append_records(&[this.done(call, id.0)]).await?;
                let event = this.event(call.at, Action::UserDeleted).on(id.0, user.name());
                let event = event.change(Change::between(&user.profile.document, "{}"));
                this.log(tx, &event).await?;
                this.record_role(tx, call, &user, &roles, (false, "deleted")).await
            })
        });
        self.note_hold(work.await).await
    }
}

/// Reads the rows of a part, and an extra one where marks are used.
pub(super) async fn find(
    tx: &mut dyn Tx,
    filter: &Predicate<UserCondition>,
    window: &Window<UserKey>,
    with_groups: bool,
) -> Result<Vec<Listed<UserView>>> {
    if window.limit == 0 || filter.is_none() {
        return Ok(Vec::new());
    }
    let window = Window { limit: window.start.rows(window.limit), ..window.clone() };
    tx.find_users(filter, &window, with_groups).await
}

fn view(user: User, groups: UserGroups) -> UserView {
    let User { id, version, created, changed, profile } = user;
    UserView { id, version, created, changed, document: profile.document, groups }
}
