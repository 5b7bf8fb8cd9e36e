use super::Console;
use crate::{
    Error, GroupId, Result, UserId, fold,
    group::{Group, GroupRef, GroupSummary, UserGroups},
    page::{Key, Page, Place},
    user::{User, UserSummary},
};

const ROWS: usize = 50;
const LIMIT: u64 = 51;

/// Which users a list shows, by status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UserStatus {
    /// All of them.
    #[default]
    Any,
    /// Those who may sign in.
    Active,
    /// Those that the directory has deactivated.
    Suspended,
}

impl UserStatus {
    /// Whether these users are active; `None` for all of them.
    pub fn active(self) -> Option<bool> {
        match self {
            Self::Any => None,
            Self::Active => Some(true),
            Self::Suspended => Some(false),
        }
    }
}

/// A user's page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserDetail {
    /// The user.
    pub user: User,
    /// The groups that it is in.
    pub groups: UserGroups,
}

/// A group's page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupDetail {
    /// The group.
    pub group: Group,
    /// A page of the users in it.
    pub members: Page<UserSummary>,
    /// The first 50 groups in it, by name.
    pub nested: Vec<GroupRef>,
    /// How many groups are in it.
    pub nested_total: u64,
    /// The first 50 groups that it is in, by name.
    pub outer: Vec<GroupRef>,
    /// How many groups it is in.
    pub outer_total: u64,
}

impl Console {
    /// One user with its groups.
    ///
    /// # Errors
    /// `NotFound` when no user has this id.
    pub async fn user(&self, id: UserId) -> Result<UserDetail> {
        let work = self.env.store.read(id, |id, tx| {
            Box::pin(async move {
                let (user, groups) = tx.user_and_groups(*id).await?.ok_or(Error::NotFound)?;
                Ok(UserDetail { user, groups })
            })
        });
        work.await
    }

    /// A page of groups whose names contain `search`, the most recently changed first.
    pub async fn groups(&self, search: &str, place: Place) -> Result<Page<GroupSummary>> {
        let work = self.env.store.read((fold(search), place), |(search, place), tx| {
            Box::pin(async move {
                let rows = tx.page_groups(search, *place, LIMIT).await?;
                let total = tx.count_groups_named(search).await?;
                Ok(Page::cut(rows, ROWS, total, *place, |row| Key::from(row)))
            })
        });
        work.await
    }

    /// One group with a page of the users in it, the most recently changed first, the groups in it, and those that it
    /// is in.
    ///
    /// # Errors
    /// `NotFound` when no group has this id.
    pub async fn group(&self, id: GroupId, place: Place) -> Result<GroupDetail> {
        let work = self.env.store.read((id, place), |(id, place), tx| {
            Box::pin(async move {
                let group = tx.group(*id).await?.ok_or(Error::NotFound)?;
                let rows = tx.page_members(*id, *place, LIMIT).await?;
                let total = tx.count_members(*id).await?;
                let members = Page::cut(rows, ROWS, total, *place, |row| Key::from(row));
                let nested = tx.named_nested_groups(*id, LIMIT - 1).await?;
                let nested_total = tx.count_nested_groups(*id).await?;
                let outer = tx.named_outer_groups(*id, LIMIT - 1).await?;
                let outer_total = tx.count_outer_groups(*id).await?;
                Ok(GroupDetail { group, members, nested, nested_total, outer, outer_total })
            })
        });
        work.await
    }
}
