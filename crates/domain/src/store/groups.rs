use crate::{
    GroupId, Result, Timestamp, UserId,
    group::{Group, GroupRef, GroupSummary},
    guard::Membership,
    page::Place,
    query::{GroupCondition, GroupKey, Listed, Predicate, Window},
    user::{Deleted, UserSummary},
};
use async_trait::async_trait;
use uuid::Uuid;

/// Groups and membership.
#[async_trait]
pub trait Groups: Send {
    /// A group.
    async fn group(&mut self, id: GroupId) -> Result<Option<Group>>;
    /// A group, locked against changes by others until the unit ends.
    async fn lock_group(&mut self, id: GroupId) -> Result<Option<Group>>;
    /// A group that is to be deleted, locked against any use by others until the unit ends, together with the groups
    /// that it is in; see [`lock_user_for_deletion`](super::Users::lock_user_for_deletion).
    async fn lock_group_for_deletion(&mut self, id: GroupId) -> Result<Option<Group>>;
    /// Locks the groups that restoring these users and groups will change, before any of them is restored: units that
    /// restore several lock all their groups at once, in the order of their ids.
    async fn lock_groups_of_return(&mut self, ids: &[Uuid]) -> Result<()>;
    /// Adds a group without members. Refuses a taken name with `Conflict`.
    async fn insert_group(&mut self, group: &Group) -> Result<()>;
    /// Writes a group whose version is one more than the stored one; otherwise refuses with `VersionMismatch`. Refuses
    /// a taken name with `Conflict`.
    async fn update_group(&mut self, group: &Group) -> Result<()>;
    /// Archives a locked group with its memberships, but never its members. This also changes the groups that it is in.
    /// Does nothing if there is no such group.
    async fn delete_group(&mut self, id: GroupId, at: Timestamp) -> Result<()>;
    /// Restores a deleted group, in a new version, with those of its members that still exist and into those groups
    /// that still exist; a deleted member or group is joined once it is restored, too. Returns its name, or `None` if
    /// no deleted group has this id. Refuses a name that has been taken since with `Conflict`; the unit may continue
    /// after that.
    async fn restore_group(&mut self, id: GroupId, at: Timestamp) -> Result<Option<String>>;
    /// The group with this name, without regard to case.
    async fn group_named(&mut self, display_name: &str) -> Result<Option<GroupId>>;
    /// The name of a deleted group.
    async fn deleted_group_name(&mut self, id: GroupId) -> Result<Option<String>>;
    /// Deleted groups, the most recently deleted first.
    async fn deleted_groups(&mut self, name: &str, limit: u64) -> Result<Vec<Deleted>>;
    /// A part of the groups that match, in its order. Refuses a mark that does not fit the order with `Invalid`.
    async fn find_groups(
        &mut self,
        filter: &Predicate<GroupCondition>,
        window: &Window<GroupKey>,
    ) -> Result<Vec<Listed<Group>>>;
    /// How many groups match. Counting all of them costs the same for any number.
    async fn count_groups(&mut self, filter: &Predicate<GroupCondition>) -> Result<u64>;
    /// Groups whose folded name contains a text, by last change, newest first, with the size of each.
    async fn page_groups(&mut self, search: &str, place: Place, limit: u64) -> Result<Vec<GroupSummary>>;
    /// How many groups have a folded name that contains a text.
    async fn count_groups_named(&mut self, search: &str) -> Result<u64>;
    /// The users in each of these groups, in the order of their ids.
    async fn members_of(&mut self, groups: &[GroupId]) -> Result<Vec<(GroupId, UserId)>>;
    /// How many users and groups are in each of these groups, as far as they exist; each kind is counted up to `most`.
    async fn sizes_of(&mut self, groups: &[GroupId], most: u64) -> Result<Vec<(GroupId, u64)>>;
    /// The first users in one group, in the order of their ids.
    async fn first_members(&mut self, group: GroupId, limit: u64) -> Result<Vec<UserId>>;
    /// A page of one group's members by last change, newest first.
    async fn page_members(&mut self, group: GroupId, place: Place, limit: u64) -> Result<Vec<UserSummary>>;
    /// How many users are in one group.
    async fn count_members(&mut self, group: GroupId) -> Result<u64>;
    /// Puts users into a group; those who are in it already and ids without a user are skipped. Returns those who
    /// joined.
    async fn add_members(&mut self, group: GroupId, users: &[UserId], at: Timestamp) -> Result<Vec<UserId>>;
    /// Takes users out of a group, and remembers that they were in it. Returns those who left.
    async fn remove_members(&mut self, group: GroupId, users: &[UserId], at: Timestamp) -> Result<Vec<UserId>>;
    /// Takes all users but these out of a group, and remembers them. Returns those who left.
    async fn retain_members(&mut self, group: GroupId, users: &[UserId], at: Timestamp) -> Result<Vec<UserId>>;
    /// The names of those users who exist.
    async fn names_of(&mut self, users: &[UserId]) -> Result<Vec<(UserId, String)>>;
    /// Whether a group has had more than `than` members at once since a moment, counting those who left since
    /// then.
    async fn had_more_members(&mut self, group: GroupId, than: u64, since: Timestamp) -> Result<bool>;
    /// Puts a user or group back into a group that it was in at a moment, if both exist.
    async fn restore_member(&mut self, group: GroupId, member: Uuid, from: Timestamp) -> Result<Membership>;
    /// Ends the memberships of a user that began at a moment or later, except in groups that the user was in at that
    /// moment too, and remembers them. Returns those that ended; the groups keep their versions.
    async fn end_memberships_of(
        &mut self,
        user: UserId,
        from: Timestamp,
        at: Timestamp,
    ) -> Result<Vec<(GroupId, UserId)>>;
    /// The same for the users in a group.
    async fn end_memberships_in(
        &mut self,
        group: GroupId,
        from: Timestamp,
        at: Timestamp,
    ) -> Result<Vec<(GroupId, UserId)>>;
    /// Puts back users and groups that were taken out of a group since a moment, as far as they exist. Returns how
    /// many.
    async fn restore_members(&mut self, group: GroupId, since: Timestamp) -> Result<u64>;
    /// Whether everybody who was in a group at a moment has left, or the group is empty; and those who left it since
    /// and are not back, at most `most`.
    async fn left_since(&mut self, group: GroupId, since: Timestamp, most: u64) -> Result<(bool, Vec<UserId>)>;
    /// Removes for good the deleted users and groups, and the former members, from before a moment, except those that
    /// an undecided batch holds; and departures from before another moment.
    async fn forget_deleted(&mut self, before: Timestamp, departures: Timestamp) -> Result<()>;
}

/// Groups in groups. Nothing here looks further than one level, so cycles do no harm.
#[async_trait]
pub trait Nesting: Send {
    /// The groups in each of these groups, in the order of their ids.
    async fn nested_groups_of(&mut self, groups: &[GroupId]) -> Result<Vec<(GroupId, GroupId)>>;
    /// The first groups in one group, in the order of their ids.
    async fn first_nested_groups(&mut self, group: GroupId, limit: u64) -> Result<Vec<GroupId>>;
    /// Puts groups into a group; the group itself, those that are in it already and ids without a group are skipped.
    /// Returns those that joined.
    async fn add_nested_groups(&mut self, group: GroupId, members: &[GroupId], at: Timestamp) -> Result<Vec<GroupId>>;
    /// Takes groups out of a group, and remembers that they were in it. Returns those that left.
    async fn remove_nested_groups(
        &mut self,
        group: GroupId,
        members: &[GroupId],
        at: Timestamp,
    ) -> Result<Vec<GroupId>>;
    /// Takes all groups but these out of a group, and remembers them. Returns those that left.
    async fn retain_nested_groups(
        &mut self,
        group: GroupId,
        members: &[GroupId],
        at: Timestamp,
    ) -> Result<Vec<GroupId>>;
    /// The groups in one group, by name.
    async fn named_nested_groups(&mut self, group: GroupId, limit: u64) -> Result<Vec<GroupRef>>;
    /// How many groups are in one group.
    async fn count_nested_groups(&mut self, group: GroupId) -> Result<u64>;
    /// The groups that one group is in, by name.
    async fn named_outer_groups(&mut self, group: GroupId, limit: u64) -> Result<Vec<GroupRef>>;
    /// How many groups one group is in.
    async fn count_outer_groups(&mut self, group: GroupId) -> Result<u64>;
}
