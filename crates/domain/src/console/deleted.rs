use super::{Change, Console, Lock, Needs};
use crate::{
    Error, GroupId, Result, UserId,
    audit::{Action, Event, EventQuery},
    restore::{self, By, Restored},
    store::Tx,
    undo,
    user::Deleted,
};
use uuid::Uuid;

/// How many users, and how many groups, the list of what was deleted has at most.
pub const DELETED_SHOWN: usize = 200;

/// What can still be restored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeletedLists {
    /// Users, the most recently deleted first.
    pub users: Vec<Deleted>,
    /// Groups, likewise.
    pub groups: Vec<Deleted>,
}

/// What is still known of a user or group that was deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tombstone {
    /// Its deletion: when, by whom, and the name that it had.
    pub event: Event,
    /// Whether it can be restored.
    pub is_kept: bool,
}

impl Console {
    /// The deletion of a user.
    ///
    /// # Errors
    /// `NotFound` when the audit log has no deletion of a user with this id.
    pub async fn deleted_user(&self, id: UserId) -> Result<Tombstone> {
        self.env.store.settle_to_read().await;
        let work = self.env.store.read(id, |id, tx| {
            Box::pin(async move {
                let is_kept = tx.deleted_user_name(*id).await?.is_some();
                Ok(Tombstone { event: deletion(tx, Action::UserDeleted, id.0).await?, is_kept })
            })
        });
        work.await
    }

    /// The deletion of a group.
    ///
    /// # Errors
    /// As [`Console::deleted_user`].
    pub async fn deleted_group(&self, id: GroupId) -> Result<Tombstone> {
        self.env.store.settle_to_read().await;
        let work = self.env.store.read(id, |id, tx| {
            Box::pin(async move {
                let is_kept = tx.deleted_group_name(*id).await?.is_some();
                Ok(Tombstone { event: deletion(tx, Action::GroupDeleted, id.0).await?, is_kept })
            })
        });
        work.await
    }

    /// The users and groups that were deleted within the last 30 days and whose names contain a text, the most recently
    /// deleted first; [`DELETED_SHOWN`] of each kind.
    pub async fn deleted(&self, name: &str) -> Result<DeletedLists> {
        let work = self.env.store.read(name.to_owned(), |name, tx| {
            Box::pin(async move {
                let users = tx.deleted_users(name, DELETED_SHOWN as u64).await?;
                Ok(DeletedLists { users, groups: tx.deleted_groups(name, DELETED_SHOWN as u64).await? })
            })
        });
        work.await
    }

    /// Restores a deleted user completely. If another user has taken its user name since, that user is given a new one.
    ///
    /// # Errors
    /// `NotFound` when no deleted user has this id.
    pub async fn restore_user(&self, id: UserId) -> Result<()> {
        self.change(Needs::Secret, Lock::Nothing, Action::UserRestored, id, |change, tx| {
            Box::pin(async move {
                // Groups are locked before users, as everywhere: an undo may restore the same user.
                tx.lock_groups_of_return(&[change.context.0]).await?;
                let restored = restore::user(change.by(), tx, change.context).await?.ok_or(Error::NotFound)?;
                tell(change, tx, restored, &[change.context]).await
            })
        })
        .await
    }

    /// Restores a deleted group with those of its members that still exist. If another group has taken its name since,
    /// that group is given a new one.
    ///
    /// # Errors
    /// `NotFound` when no deleted group has this id.
    pub async fn restore_group(&self, id: GroupId) -> Result<()> {
        self.change(Needs::Secret, Lock::Nothing, Action::GroupRestored, id, |change, tx| {
            Box::pin(async move {
                let id = change.context;
                tx.lock_groups_of_return(&[id.0]).await?;
                let restored = restore::group(change.by(), tx, id).await?.ok_or(Error::NotFound)?;
                let members = match tx.group_role(id).await? {
                    Some(_) => tx.members_of(&[id]).await?.into_iter().map(|(_, member)| member).collect(),
                    None => Vec::new(),
                };
                tell(change, tx, restored, &members).await
            })
        })
        .await
    }
}

/// The last event of a kind about a user or group.
async fn deletion(tx: &mut dyn Tx, action: Action, target: Uuid) -> Result<Event> {
    let query = EventQuery { actions: vec![action], target: Some(target), ..EventQuery::default() };
    let found = tx.find_events(&query, None, 1).await?.into_iter().next();
    found.map(|summary| summary.entry.event).ok_or(Error::NotFound)
}

impl<C> Change<C> {
    fn by(&self) -> By<'_> {
        By { env: &self.console.env, event: &self.event }
    }
}

/// Adds the restoration to the audit log, with the roles that people gain by it.
async fn tell<C>(change: &Change<C>, tx: &mut dyn Tx, restored: Restored, users: &[UserId]) -> Result<()> {
    let roles = undo::gained(tx, &change.event, users).await?;
    for event in restored.events.iter().chain(&roles) {
        tx.append_event(event).await?;
    }
    Ok(())
}
