use crate::{
    Result, Timestamp, TokenId, UserId,
    guard::{Batch, BatchSummary, Chosen, Departure, Losses, Sizes, Span, Taken},
    settings::GuardSettings,
};
use async_trait::async_trait;
use uuid::Uuid;

/// The guard against mass deprovisioning.
#[async_trait]
pub trait Guards: Send {
    /// The last approved batch whose approval is still valid and covers a token: the batch holds departures of the
    /// token, or of one that it replaces.
    async fn approved_batch(&mut self, token: TokenId, now: Timestamp) -> Result<Option<Uuid>>;
    /// The undecided batch that grew most recently, of those that hold departures back if there are any.
    async fn waiting_batch(&mut self) -> Result<Option<Batch>>;
    /// Records that people departed and belong to no batch. Each counts once.
    async fn note_departed(&mut self, people: &[Uuid], at: Timestamp) -> Result<()>;
    /// How many people departed after a moment and belong to no batch.
    async fn departed(&mut self, since: Timestamp) -> Result<u64>;
    /// Resets the count of departed people, for example after a decision.
    async fn forget_departed(&mut self) -> Result<()>;
    /// Adds departures, in their order.
    async fn insert_departures(&mut self, departures: &[Departure]) -> Result<()>;
    /// The last deactivation of a user, if it was not undone: the outer `None` if there is none, else the batch to
    /// which it belongs, if any.
    async fn deactivation(&mut self, user: UserId) -> Result<Option<Option<Uuid>>>;
    /// Adds a batch, with its token.
    async fn insert_batch(&mut self, batch: &Batch) -> Result<()>;
    /// Records that a batch grew by these departures of a token. Returns its size, and the size at which it was last
    /// reported.
    async fn grow_batch(&mut self, id: Uuid, token: TokenId, at: Timestamp, by: Sizes) -> Result<(Sizes, Sizes)>;
    /// Records that a batch was reported at its present size.
    async fn report_batch(&mut self, id: Uuid) -> Result<()>;
    /// Removes from the count everybody who departed after a moment.
    async fn forget_departed_since(&mut self, since: Timestamp) -> Result<()>;
    /// Puts departures of a span into this batch, the most recent first, as many as one statement can move. Returns how
    /// many.
    async fn take_departures(&mut self, span: &Span, taken: &Taken, batch: Uuid) -> Result<u64>;
    /// What was lost in a span and not undone.
    async fn losses(&mut self, span: &Span) -> Result<Losses>;
    /// A batch, locked against changes by others until the unit ends.
    async fn lock_batch(&mut self, id: Uuid) -> Result<Option<Batch>>;
    /// Writes the state of a batch.
    async fn update_batch(&mut self, batch: &Batch) -> Result<()>;
    /// Marks open batches as undone that have nothing left to undo.
    async fn close_empty_batches(&mut self, at: Timestamp) -> Result<()>;
    /// The tokens whose departures a batch holds.
    async fn batch_tokens(&mut self, batch: Uuid) -> Result<Vec<TokenId>>;
    /// One batch.
    async fn batch_summary(&mut self, id: Uuid) -> Result<Option<BatchSummary>>;
    /// Batches, the newest first.
    async fn batches(&mut self, limit: u64) -> Result<Vec<BatchSummary>>;
    /// Departures that were not undone, with their numbers, the most recent first.
    async fn departures(&mut self, chosen: &Chosen, limit: u64) -> Result<Vec<(i64, Departure)>>;
    /// Departures of a span that were not undone and whose name contains a text, without regard to case, the most
    /// recent first.
    async fn departures_in(&mut self, span: &Span, name: &str, limit: u64) -> Result<Vec<Departure>>;
    /// Records that departures were undone, or that they could not be.
    async fn undo_departures(&mut self, seqs: &[i64], at: Timestamp) -> Result<()>;
    /// The smallest sample of active users between two moments; if there is none, the last one before them, or else 0.
    async fn population(&mut self, from: Timestamp, until: Timestamp) -> Result<u64>;
    /// The samples of active users from a moment on, each with the start of its hour, the first one first.
    async fn population_samples(&mut self, since: Timestamp) -> Result<Vec<(Timestamp, u64)>>;
    /// Samples how many active users there are, and forgets all but the last of the samples from before a moment.
    async fn sample_population(&mut self, at: Timestamp, before: Timestamp) -> Result<()>;
    /// Sets the guard.
    async fn set_guard(&mut self, guard: &GuardSettings) -> Result<()>;
}
