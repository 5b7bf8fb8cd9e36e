use crate::{Result, Timestamp, upkeep::DatabaseHistory};
use async_trait::async_trait;

/// What is done to the database as a whole.
#[async_trait]
pub trait Upkeep: Send {
    /// What was recorded last.
    async fn upkeep(&mut self) -> Result<DatabaseHistory>;
    /// Records which moment a removal of old rows took for the present.
    async fn set_horizon(&mut self, at: Timestamp) -> Result<()>;
    /// Records that a backup was made.
    async fn set_backed_up(&mut self, at: Timestamp) -> Result<()>;
    /// Records a reminder about backups. Returns false if there was one after `since`.
    async fn remind_of_backup(&mut self, since: Timestamp, at: Timestamp) -> Result<bool>;
    /// Records that an older state was restored.
    async fn set_restored(&mut self, at: Timestamp) -> Result<()>;
    /// Pauses every token that works. Returns how many.
    async fn pause_tokens(&mut self, at: Timestamp) -> Result<u64>;
    /// Ends every session. Returns how many of them were signed in.
    async fn delete_all_sessions(&mut self) -> Result<u64>;
    /// Removes every one-time code. Returns how many were unused.
    async fn delete_all_codes(&mut self) -> Result<u64>;
}
