use super::{Console, Needs};
use crate::{Error, GroupId, Result, UserId, audit::Action, user::Deleted};

/// So many are shown of each kind.
const SHOWN: u64 = 200;

/// What can still be restored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeletedLists {
    /// Users, the last deleted first.
    pub users: Vec<Deleted>,
    /// Groups, likewise.
    pub groups: Vec<Deleted>,
}

impl Console {
    /// What was deleted within the last 30 days, the last first, 200 of each kind.
    pub async fn deleted(&self) -> Result<DeletedLists> {
        let work = self.env.store.read((), |(), tx| {
            Box::pin(async move {
                Ok(DeletedLists { users: tx.deleted_users(SHOWN).await?, groups: tx.deleted_groups(SHOWN).await? })
            })
        });
        work.await
    }

    /// Brings a deleted user back, whole.
    ///
    /// # Errors
    /// `NotFound` when there is none of that id, `Conflict` when its user name was taken meanwhile.
    pub async fn restore_user(&self, id: UserId) -> Result<()> {
        self.change(Needs::Secret, Action::UserRestored, id, |change, tx| {
            Box::pin(async move {
                let (id, at) = (change.context, change.event.at);
                let name = tx.restore_user(id, at).await?.ok_or(Error::NotFound)?;
                tx.append_event(&change.event.clone().on(id.0, &name)).await
            })
        })
        .await
    }

    /// Brings a deleted group back, with those of its members that there still are.
    ///
    /// # Errors
    /// `NotFound` when there is none of that id, `Conflict` when its name was taken meanwhile.
    pub async fn restore_group(&self, id: GroupId) -> Result<()> {
        self.change(Needs::Secret, Action::GroupRestored, id, |change, tx| {
            Box::pin(async move {
                let (id, at) = (change.context, change.event.at);
                let name = tx.restore_group(id, at).await?.ok_or(Error::NotFound)?;
                tx.append_event(&change.event.clone().on(id.0, &name)).await
            })
        })
        .await
    }
}
