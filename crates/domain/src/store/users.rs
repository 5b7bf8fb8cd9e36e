use crate::{
    Result, Timestamp, UserId,
    directory::UserView,
    group::GroupRef,
    page::Place,
    query::{Filter, Listed, UserCondition, UserKey, UserValue, Window},
    user::{Deleted, Email, User, UserSummary},
};
use async_trait::async_trait;

/// Users.
#[async_trait]
pub trait Users: Send {
    /// A user and its groups, by name.
    async fn user_and_groups(&mut self, id: UserId) -> Result<Option<(User, Vec<GroupRef>)>>;
    /// What a client sees of a user.
    async fn view_user(&mut self, id: UserId, with_groups: bool) -> Result<Option<UserView>>;
    /// A user, kept from changing by anybody else until the unit ends.
    async fn lock_user(&mut self, id: UserId) -> Result<Option<User>>;
    /// A user that is to be deleted, kept from everything by anybody else until the unit ends, with the groups that it is
    /// in. These come first, in the order of their ids, so that units do not wait for each other in a circle.
    async fn lock_user_for_deletion(&mut self, id: UserId) -> Result<Option<User>>;
    /// A user and its groups, by name; the user is kept from changing by anybody else until the unit ends.
    async fn lock_user_and_groups(&mut self, id: UserId) -> Result<Option<(User, Vec<GroupRef>)>>;
    /// Adds a user. Refuses a taken user name with `Conflict`.
    async fn insert_user(&mut self, user: &User) -> Result<()>;
    /// Writes a user, but neither its e-mail addresses nor its further values, whose version is one more than the stored one; otherwise refuses with
    /// `VersionMismatch`. Refuses a taken user name with `Conflict`.
    async fn update_user(&mut self, user: &User) -> Result<()>;
    /// Writes other values of a user to filter and sort by: those of the attributes that differ from what is `known` to be
    /// there, or all where that is not known.
    async fn replace_values(
        &mut self,
        id: UserId,
        known: Option<&[(UserValue, String)]>,
        values: &[(UserValue, String)],
    ) -> Result<()>;
    /// Writes other e-mail addresses of a user.
    async fn replace_emails(&mut self, id: UserId, emails: &[Email]) -> Result<()>;
    /// Puts a user that is locked away with its memberships, which changes its groups too. Nothing happens where there is
    /// none.
    async fn delete_user(&mut self, id: UserId, at: Timestamp) -> Result<()>;
    /// Brings a deleted user back, in a new version and into those of its groups that there still are; into a deleted one
    /// once that is back. Gives its name, or `None` where there is none. Refuses a user name that was taken meanwhile with
    /// `Conflict`, after which the unit can go on.
    async fn restore_user(&mut self, id: UserId, at: Timestamp) -> Result<Option<String>>;
    /// The user who has this name, without regard to case.
    async fn user_named(&mut self, user_name: &str) -> Result<Option<UserId>>;
    /// The user name of a deleted user.
    async fn deleted_user_name(&mut self, id: UserId) -> Result<Option<String>>;
    /// Deleted users, the last deleted first.
    async fn deleted_users(&mut self, name: &str, limit: u64) -> Result<Vec<Deleted>>;
    /// A part of the users that match, in its order. Refuses a mark that does not fit the order with `Invalid`.
    async fn find_users(
        &mut self,
        filter: &Filter<UserCondition>,
        window: &Window<UserKey>,
        with_groups: bool,
    ) -> Result<Vec<Listed<UserView>>>;
    /// How many users match. All, and all that are active or not, cost the same however many there are.
    async fn count_users(&mut self, filter: &Filter<UserCondition>) -> Result<u64>;
    /// Users by last change, newest first; the page before a key comes in the same order.
    async fn page_users(
        &mut self,
        filter: &Filter<UserCondition>,
        place: Place,
        limit: u64,
    ) -> Result<Vec<UserSummary>>;
}
