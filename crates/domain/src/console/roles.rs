use super::{Console, Lock, Needs};
use crate::{Error, GroupId, Result, UserId, audit::Action, group::GroupRef, role::Role};
use serde_json::json;

/// The role of a user, and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleStatus {
    /// Given by hand.
    pub by_hand: Option<Role>,
    /// Through groups.
    pub through: Vec<(GroupRef, Role)>,
}

impl RoleStatus {
    /// The effective role.
    pub fn effective(&self) -> Role {
        let given = self.by_hand.into_iter().chain(self.through.iter().map(|(_, role)| *role));
        given.fold(Role::Member, Role::or)
    }
}

impl Console {
    /// The role of a user.
    pub async fn role_of(&self, id: UserId) -> Result<RoleStatus> {
        let work = self.env.store.read(id, |id, tx| {
            Box::pin(async move {
                Ok(RoleStatus { by_hand: tx.user_role(*id).await?, through: tx.roles_through_groups(*id).await? })
            })
        });
        work.await
    }

    /// Gives a user a role by hand, or takes it away.
    ///
    /// # Errors
    /// `NotFound` when there is no such user.
    pub async fn set_user_role(&self, id: UserId, role: Option<Role>) -> Result<()> {
        self.change(Needs::Secret, Lock::Nothing, Action::UserRoleChanged, (id, role), |change, tx| {
            Box::pin(async move {
                let (id, role) = change.context;
                let user = tx.lock_user(id).await?.ok_or(Error::NotFound)?;
                let before = tx.user_role(id).await?;
                if before == role {
                    return Ok(());
                }
                tx.set_user_role(id, role).await?;
                // A signed-in user must sign in again, and then has the new role.
                tx.delete_sessions_of_user(id).await?;
                tx.append_event(&roles(change.event.clone().on(id.0, user.name()), before, role)).await
            })
        })
        .await
    }

    /// The role that everybody in a group has.
    pub async fn group_role(&self, id: GroupId) -> Result<Option<Role>> {
        self.env.store.read(id, |id, tx| Box::pin(async move { tx.group_role(*id).await })).await
    }

    /// Groups that give a role.
    pub async fn mapped_groups(&self) -> Result<Vec<(GroupRef, Role)>> {
        self.env.store.read((), |(), tx| Box::pin(async move { tx.mapped_groups().await })).await
    }

    /// Gives everybody in a group a role, or takes it away.
    ///
    /// # Errors
    /// `NotFound` when there is no such group.
    pub async fn set_group_role(&self, id: GroupId, role: Option<Role>) -> Result<()> {
        self.change(Needs::Secret, Lock::Nothing, Action::GroupRoleChanged, (id, role), |change, tx| {
            Box::pin(async move {
                let (id, role) = change.context;
                let group = tx.lock_group(id).await?.ok_or(Error::NotFound)?;
                let before = tx.group_role(id).await?;
                if before == role {
                    return Ok(());
                }
                tx.set_group_role(id, role).await?;
                let event = change.event.clone().on(id.0, &group.profile.display_name);
                tx.append_event(&roles(event, before, role)).await
            })
        })
        .await
    }
}

fn roles(event: crate::audit::Event, before: Option<Role>, after: Option<Role>) -> crate::audit::Event {
    let text = |role: Option<Role>| json!({"role": role.map(Role::as_str)});
    event.before(&text(before)).with(&text(after))
}
