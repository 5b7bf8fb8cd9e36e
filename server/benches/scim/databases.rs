//! The databases of the product and of the bare server.

use crate::people::People;
use uuid::Uuid;

/// Two equal databases of one kind: the product's, and a copy of it for the bare server.
pub(crate) trait Databases {
    /// The address of the product's.
    fn product(&self) -> String;

    /// The address of the copy.
    fn bare(&self) -> String;

    /// Adds all users except user 0 to the product's database, copies it, and has both written to the disk, so that
    /// neither server waits for leftover writes.
    async fn fill(&self, user_zero: Uuid, users: usize) -> People;

    /// Checks that this many users are in the product's database, and whatever the database did not check while it was
    /// filled.
    async fn check(&self, users: usize);

    /// Removes both.
    async fn remove(self);
}
