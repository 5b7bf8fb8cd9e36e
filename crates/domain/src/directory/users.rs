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

/// A user and the groups that it is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserView {
    /// The user.
    pub user: User,
    /// Its groups; empty when they were not asked for.
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
        let work = self.env.store.write((self.clone(), call, user), |(this, call, user), tx| {
            Box::pin(async move {
                this.recheck(tx, call.at).await?;
                keep_reserved(tx, &user.profile).await?;
                tx.insert_user(user).await?;
                tx.append_records(&[done(call, user.id.0)]).await?;
                let event = this.event(call.at, Action::UserCreated).on(user.id.0, user.name());
                tx.append_event(&event.change(Change::between("{}", &user.profile.document))).await?;
                Ok(UserView { user: user.clone(), groups: Vec::new() })
            })
        });
        work.await
    }

    /// One user.
    ///
    /// # Errors
    /// `NotFound` when there is none of that id.
    pub async fn user(&self, id: UserId, with_groups: bool) -> Result<UserView> {
        let work = self.env.store.read((id, with_groups), |(id, with_groups), tx| {
            Box::pin(async move {
                let user = tx.user(*id).await?.ok_or(Error::NotFound)?;
                view(tx, user, *with_groups).await
            })
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
        let work = self.env.store.read(context, |(filter, window, with_groups), tx| {
            Box::pin(async move {
                let rows = find(tx, filter, window).await?;
                let total = match total_by_rows(&window.start, window.limit, rows.len()) {
                    Some(total) => total,
                    None => tx.count_users(filter).await?,
                };
                let rows = views(tx, rows, *with_groups).await?;
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
        let work = self.env.store.write(context, |(this, call, id, expected, with_groups, change), tx| {
            Box::pin(async move {
                let settings = this.recheck(tx, call.at).await?;
                let before = tx.lock_user(*id).await?.ok_or(Error::NotFound)?;
                check_version(expected, before.version)?;
                let profile = change(&before)?;
                if profile == before.profile {
                    tx.append_records(&[unchanged(call, id.0)]).await?;
                    return view(tx, before, *with_groups).await;
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
                let after = User { version: before.version + 1, changed: call.at, profile, ..before };
                tx.update_user(&after).await?;
                tx.append_records(&[done(call, id.0)]).await?;
                let view = view(tx, after, *with_groups).await?;
                let event = this.event(call.at, action).on(id.0, view.user.name());
                tx.append_event(&event.change(change)).await?;
                Ok(view)
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
        let work = self.env.store.write((self.clone(), call, id, expected), |(this, call, id, expected), tx| {
            Box::pin(async move {
                let settings = this.recheck(tx, call.at).await?;
                let user = tx.lock_user(*id).await?.ok_or(Error::NotFound)?;
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
) -> Result<Vec<Listed<User>>> {
    if window.limit == 0 || filter.is_none() {
        return Ok(Vec::new());
    }
    tx.find_users(filter, &Window { limit: window.start.rows(window.limit), ..window.clone() }).await
}

/// Users with their groups, if these are asked for.
pub(super) async fn views<M>(
    tx: &mut dyn Tx,
    rows: Vec<Listed<User, M>>,
    with_groups: bool,
) -> Result<Vec<Listed<UserView, M>>> {
    let ids: Vec<UserId> = rows.iter().map(|row| row.item.id).collect();
    let mut groups = gather(if with_groups { tx.groups_of(&ids).await? } else { Vec::new() });
    let mut view = |user: User| UserView { groups: groups.remove(&user.id).unwrap_or_default(), user };
    Ok(rows.into_iter().map(|row| Listed { mark: row.mark, item: view(row.item) }).collect())
}

async fn view(tx: &mut dyn Tx, user: User, with_groups: bool) -> Result<UserView> {
    let groups = if with_groups { tx.groups_of(&[user.id]).await? } else { Vec::new() };
    Ok(UserView { groups: groups.into_iter().map(|(_, group)| group).collect(), user })
}
