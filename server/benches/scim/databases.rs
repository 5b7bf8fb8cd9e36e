//! What the product and the bare server are measured on.

use crate::people::People;
use uuid::Uuid;

/// Two databases of one kind that are alike: the product's, and a copy of it for the bare server.
pub(crate) trait Databases {
    /// The address of the product's.
    fn product(&self) -> String;

    /// The address of the copy.
    fn bare(&self) -> String;

    /// Adds everybody but user 0 to the product's, copies it, and has both written to the disk, so that neither server
    /// waits for what filling left to be written.
    async fn fill(&self, user_zero: Uuid, users: usize) -> People;

    /// Looks whether so many users are in the product's, and whatever the database did not check while it was filled.
    async fn check(&self, users: usize);

    /// Removes both.
    async fn remove(self);
}
