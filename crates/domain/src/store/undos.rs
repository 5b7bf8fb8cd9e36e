use crate::{Result, undo::Undo};
use async_trait::async_trait;
use uuid::Uuid;

/// Orders to undo departures that are being carried out.
#[async_trait]
pub trait Undos: Send {
    /// All of them, the oldest first.
    async fn undos(&mut self) -> Result<Vec<Undo>>;
    /// Adds one.
    async fn insert_undo(&mut self, undo: &Undo) -> Result<()>;
    /// The one for a batch, locked against changes by others until the unit ends.
    async fn lock_undo(&mut self, batch: Uuid) -> Result<Option<Undo>>;
    /// Writes the progress of one.
    async fn update_undo(&mut self, undo: &Undo) -> Result<()>;
    /// Removes the one for a batch.
    async fn delete_undo(&mut self, batch: Uuid) -> Result<()>;
}
