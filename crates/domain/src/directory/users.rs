use super::*;
use crate::{
    UserId,
    group::GroupRef,
    query::{Filter, UserCondition, UserKey},
    user::User,
};
use std::sync::Arc;

/// Makes a user's new profile from what is recorded; runs inside the unit of work and may refuse.
pub type UserChange = Arc<dyn Fn(&User) -> Result<Profile> + Send + Sync>;

/// What a client sees of a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserView {
    /// The id that the directory keeps.
    pub id: UserId,
    /// Counts changes from 1.
    pub version: i64,
    /// When the user was made.
    pub created: Timestamp,
    /// When anything about the user last changed.
    pub changed: Timestamp,
    /// Everything that was sent, as one JSON object.
    pub document: String,
    /// Its groups, by name; empty when they were not asked for.
    pub groups: Vec<GroupRef>,
}

impl Directory {
    /// Creates a user.
    ///
    /// # Errors
    /// `Conflict` when the user name is taken, without regard to case.
    pub async fn create_user(&self, profile: Profile) -> Result<UserView> {
        let call = self.call(Operation::Create, Subject::User);
        let user =
            User { id: UserId::new(&self.env, call.at), version: 1, created: call.at, changed: call.at, profile };
        let work = self.env.store.provision((self.clone(), call, user), |(this, call, user), tx| {
            Box::pin(async move {
                this.recheck(tx, call.at).await?;
                keep_reserved(tx, &user.profile).await?;
                tx.insert_user(user).await?;
                tx.append_records(&[done(call, user.id.0)]).await?;
                let event = this.event(call.at, Action::UserCreated).on(user.id.0, user.name());
                tx.append_event(&event.change(Change::between("{}", &user.profile.document))).await?;
                Ok(view(user.clone(), Vec::new()))
            })
        });
        work.await
    }

    /// One user.
    ///
    /// # Errors
    /// `NotFound` when there is none of that id.
    pub async fn user(&self, id: UserId, with_groups: bool) -> Result<UserView> {
        let work = self.env.store.look_up((id, with_groups), |(id, with_groups), tx| {
            Box::pin(async move { tx.view_user(*id, *with_groups).await?.ok_or(Error::NotFound) })
        });
        work.await
    }

    /// A part of the users that match, in its order.
    ///
    /// # Errors
    /// `Invalid` when a mark does not fit the order.
    pub async fn users(
        &self,
        filter: Filter<UserCondition>,
        window: Window<UserKey>,
        with_groups: bool,
    ) -> Result<Listing<UserView>> {
        let context = (filter.simplified(), window, with_groups);
        let work = self.env.store.look_up(context, |(filter, window, with_groups), tx| {
            Box::pin(async move {
                let rows = find(tx, filter, window, *with_groups).await?;
                let total = match total_by_rows(&window.start, window.limit, rows.len()) {
                    Some(total) => total,
                    None => tx.count_users(filter).await?,
                };
                Ok(Listing::cut(rows, &window.start, window.limit, total))
            })
        });
        work.await
    }

    /// Changes a user by a PATCH or a PUT. A change that changes nothing keeps version and time of change.
    ///
    /// # Errors
    /// `NotFound`, `VersionMismatch`, `Conflict` on the user name, or whatever `change` refuses with.
    pub async fn change_user(
        &self,
        id: UserId,
        expected: Expected,
        with_groups: bool,
        change: UserChange,
    ) -> Result<UserView> {
        let call = self.call(Operation::Change, Subject::User);
        let context = (self.clone(), call, id, expected, with_groups, change);
        let work = self.env.store.provision(context, |(this, call, id, expected, with_groups, change), tx| {
            Box::pin(async move {
                let settings = this.recheck(tx, call.at).await?;
                let (before, groups) = if *with_groups {
                    tx.lock_user_and_groups(*id).await?.ok_or(Error::NotFound)?
                } else {
                    (tx.lock_user(*id).await?.ok_or(Error::NotFound)?, Vec::new())
                };
                check_version(expected, before.version)?;
                let profile = change(&before)?;
                if profile == before.profile {
                    tx.append_records(&[unchanged(call, id.0)]).await?;
                    return Ok(view(before, groups));
                }
                keep_reserved(tx, &profile).await?;
                let action = match (before.profile.active, profile.active) {
                    (true, false) => Action::UserDeactivated,
                    (false, true) => Action::UserReactivated,
                    _ => Action::UserChanged,
                };
                let change = Change::between(&before.profile.document, &profile.document);
                if action == Action::UserDeactivated {
                    let departure = this.departure(call, DepartureKind::Deactivated, id.0, before.name(), 1);
                    this.count(tx, &settings, Departure { before: active(&before), ..departure }).await?;
                    // Whoever is let back in later signs in anew.
                    tx.delete_sessions_of_user(*id).await?;
                }
                let other_emails = before.profile.emails != profile.emails;
                let after = User { version: before.version + 1, changed: call.at, profile, ..before };
                tx.update_user(&after).await?;
                if other_emails {
                    tx.replace_emails(*id, &after.profile.emails).await?;
                }
                tx.append_records(&[done(call, id.0)]).await?;
                let event = this.event(call.at, action).on(id.0, after.name());
                tx.append_event(&event.change(change)).await?;
                Ok(view(after, groups))
            })
        });
        self.note_hold(work.await).await
    }

    /// Deletes a user.
    ///
    /// # Errors
    /// `NotFound`, `VersionMismatch`.
    pub async fn delete_user(&self, id: UserId, expected: Expected) -> Result<()> {
        let call = self.call(Operation::Delete, Subject::User);
        let work = self.env.store.provision((self.clone(), call, id, expected), |(this, call, id, expected), tx| {
            Box::pin(async move {
                let settings = this.recheck(tx, call.at).await?;
                let user = tx.lock_user_for_deletion(*id).await?.ok_or(Error::NotFound)?;
                check_version(expected, user.version)?;
                // Whoever was deactivated before has departed already.
                if user.profile.active {
                    let departure = this.departure(call, DepartureKind::Deleted, id.0, user.name(), 1);
                    this.count(tx, &settings, departure).await?;
                }
                tx.delete_user(*id, call.at).await?;
                tx.append_records(&[done(call, id.0)]).await?;
                let event = this.event(call.at, Action::UserDeleted).on(id.0, user.name());
                tx.append_event(&event.change(Change::between(&user.profile.document, "{}"))).await
            })
        });
        self.note_hold(work.await).await
    }
}

/// What a document says of `active`, as JSON; `None` where it says nothing.
fn active(user: &User) -> Option<String> {
    let document: serde_json::Value = serde_json::from_str(&user.profile.document).ok()?;
    document.get("active").map(ToString::to_string)
}

/// Reads the rows of a part, and one more where marks lead on.
pub(super) async fn find(
    tx: &mut dyn Tx,
    filter: &Filter<UserCondition>,
    window: &Window<UserKey>,
    with_groups: bool,
) -> Result<Vec<Listed<UserView>>> {
    if window.limit == 0 || filter.is_none() {
        return Ok(Vec::new());
    }
    let window = Window { limit: window.start.rows(window.limit), ..window.clone() };
    tx.find_users(filter, &window, with_groups).await
}

fn view(user: User, groups: Vec<GroupRef>) -> UserView {
    let User { id, version, created, changed, profile } = user;
    UserView { id, version, created, changed, document: profile.document, groups }
}
