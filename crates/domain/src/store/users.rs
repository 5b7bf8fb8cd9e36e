use crate::{
    Result, Timestamp, UserId,
    directory::UserView,
    group::UserGroups,
    page::{Place, Position},
    people::PersonRow,
    query::{Listed, Predicate, UserCondition, UserKey, UserValue, Window},
    search::{FoundPerson, PeopleQuery},
    user::{Deleted, Email, User, UserSummary},
};
use async_trait::async_trait;

/// Users.
#[async_trait]
pub trait Users: Send {
    /// A user and its groups.
    async fn user_and_groups(&mut self, id: UserId) -> Result<Option<(User, UserGroups)>>;
    /// What a client sees of a user.
    async fn view_user(&mut self, id: UserId, with_groups: bool) -> Result<Option<UserView>>;
    /// A user, locked against changes by others until the unit ends.
    async fn lock_user(&mut self, id: UserId) -> Result<Option<User>>;
    /// A user that is to be deleted, locked against any use by others until the unit ends, together with the groups
    /// that it is in. The groups are locked first, in the order of their ids, so that units do not deadlock.
    async fn lock_user_for_deletion(&mut self, id: UserId) -> Result<Option<User>>;
    /// A user and its groups; the user is locked against changes by others until the unit ends.
    async fn lock_user_and_groups(&mut self, id: UserId) -> Result<Option<(User, UserGroups)>>;
    /// Adds a user. Refuses a taken user name with `Conflict`.
    async fn insert_user(&mut self, user: &User) -> Result<()>;
    /// Writes a user, but neither its e-mail addresses, nor its values, nor the text that it is found by. Its version
    /// must be one more than the stored one; otherwise refuses with `VersionMismatch`. Refuses a taken user name with
    /// `Conflict`.
    async fn update_user(&mut self, user: &User) -> Result<()>;
    /// Replaces the values of a user by which it is filtered and sorted: those of the attributes that differ from the
    /// `known` ones, or all if the stored ones are not known.
    async fn replace_values(
        &mut self,
        id: UserId,
        known: Option<&[(UserValue, String)]>,
        values: &[(UserValue, String)],
    ) -> Result<()>;
    /// Replaces the e-mail addresses of a user.
    async fn replace_emails(&mut self, id: UserId, emails: &[Email]) -> Result<()>;
    /// Archives a locked user with its memberships. This also changes its groups. Does nothing if there is no such
    /// user.
    async fn delete_user(&mut self, id: UserId, at: Timestamp) -> Result<()>;
    /// Restores a deleted user, in a new version and into those of its groups that still exist; it joins a deleted
    /// group once that is restored. Returns its name, or `None` if no deleted user has this id. Refuses a user name
    /// that has been taken since with `Conflict`; the unit may continue after that.
    async fn restore_user(&mut self, id: UserId, at: Timestamp) -> Result<Option<String>>;
    /// The user with this name, without regard to case.
    async fn user_named(&mut self, user_name: &str) -> Result<Option<UserId>>;
    /// The user name of a deleted user.
    async fn deleted_user_name(&mut self, id: UserId) -> Result<Option<String>>;
    /// Deleted users, the most recently deleted first.
    async fn deleted_users(&mut self, name: &str, limit: u64) -> Result<Vec<Deleted>>;
    /// A part of the users that match, in its order. Refuses a mark that does not fit the order with `Invalid`.
    async fn find_users(
        &mut self,
        filter: &Predicate<UserCondition>,
        window: &Window<UserKey>,
        with_groups: bool,
    ) -> Result<Vec<Listed<UserView>>>;
    /// Rows of the users who match, in an order, without their roles. Refuses a mark that does not fit the order with
    /// `Invalid`.
    async fn list_people(
        &mut self,
        filter: &Predicate<UserCondition>,
        window: &Window<UserKey>,
    ) -> Result<Vec<Listed<PersonRow>>>;
    /// The users who match, in no order, at most `limit`.
    async fn people_ids(&mut self, filter: &Predicate<UserCondition>, limit: u64) -> Result<Vec<UserId>>;
    /// How many users match. Counting all, all active or all inactive ones costs the same for any number.
    async fn count_users(&mut self, filter: &Predicate<UserCondition>) -> Result<u64>;
    /// Users by last change, newest first; the page before a key comes in the same order.
    async fn page_users(
        &mut self,
        filter: &Predicate<UserCondition>,
        place: Place,
        limit: u64,
    ) -> Result<Vec<UserSummary>>;
}

/// The search of people; see [`crate::search`]. Users who are created or restored get their texts by that.
#[async_trait]
pub trait PeopleSearch: Send {
    /// Writes the text that a user is found by.
    async fn replace_search_text(&mut self, id: UserId, text: &str) -> Result<()>;
    /// Writes the texts of the next `limit` users of those that were there before there were texts. Returns how many
    /// these were; `None` if all have theirs.
    async fn fill_search(&mut self, limit: u64) -> Result<Option<u64>>;
    /// People who match, the newest first; the page before a position comes in the same order. While some users have no
    /// text yet, these are the people whose names or e-mail addresses contain what was entered as a whole.
    async fn find_people(
        &mut self,
        query: &PeopleQuery,
        place: Place<Position>,
        limit: u64,
    ) -> Result<Vec<FoundPerson>>;
    /// The people who match, the newest first, at most `limit`.
    async fn found_people(&mut self, query: &PeopleQuery, limit: u64) -> Result<Vec<UserId>>;
    /// How many people match; counting ends at `most`.
    async fn count_people(&mut self, query: &PeopleQuery, most: u64) -> Result<u64>;
}
