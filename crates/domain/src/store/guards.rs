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
    /// The last approved batch whose approval lasts, and covers a token: the batch holds departures of the token, or of one
    /// that it replaces.
    async fn approved_batch(&mut self, token: TokenId, now: Timestamp) -> Result<Option<Uuid>>;
    /// The undecided batch that grew last.
    async fn waiting_batch(&mut self) -> Result<Option<Batch>>;
    /// Notes that people departed and belong to no batch. Each counts once.
    async fn note_departed(&mut self, people: &[Uuid], at: Timestamp) -> Result<()>;
    /// How many people departed after a moment and belong to no batch.
    async fn departed(&mut self, since: Timestamp) -> Result<u64>;
    /// Starts the count of departed people from nothing, as after a decision.
    async fn forget_departed(&mut self) -> Result<()>;
    /// Adds departures, in their order.
    async fn insert_departures(&mut self, departures: &[Departure]) -> Result<()>;
    /// Whether and to which batch the last deactivation of a user belongs, if it was not undone.
    async fn deactivation(&mut self, user: UserId) -> Result<Option<Option<Uuid>>>;
    /// Adds a batch, with its token.
    async fn insert_batch(&mut self, batch: &Batch) -> Result<()>;
    /// Notes that a batch grew by so many departures of a token. Returns its size, and the size at which it was last
    /// reported.
    async fn grow_batch(&mut self, id: Uuid, token: TokenId, at: Timestamp, by: Sizes) -> Result<(Sizes, Sizes)>;
    /// Notes that a batch was reported at its present size.
    async fn report_batch(&mut self, id: Uuid) -> Result<()>;
    /// Takes everybody out of the count who departed after a moment.
    async fn forget_departed_since(&mut self, since: Timestamp) -> Result<()>;
    /// Puts departures of a span into this batch, the last ones first, as many as one statement can. Returns how many.
    async fn take_departures(&mut self, span: &Span, taken: &Taken, batch: Uuid) -> Result<u64>;
    /// What the departures of a span took away that were not undone.
    async fn losses(&mut self, span: &Span) -> Result<Losses>;
    /// A batch, kept from changing by anybody else until the unit ends.
    async fn lock_batch(&mut self, id: Uuid) -> Result<Option<Batch>>;
    /// Writes what became of a batch.
    async fn update_batch(&mut self, batch: &Batch) -> Result<()>;
    /// Marks open batches as undone that have nothing left to undo.
    async fn close_empty_batches(&mut self, at: Timestamp) -> Result<()>;
    /// The tokens whose departures a batch holds.
    async fn batch_tokens(&mut self, batch: Uuid) -> Result<Vec<TokenId>>;
    /// One batch.
    async fn batch_summary(&mut self, id: Uuid) -> Result<Option<BatchSummary>>;
    /// Batches, the newest first.
    async fn batches(&mut self, limit: u64) -> Result<Vec<BatchSummary>>;
    /// Departures that were not undone, with their numbers, the last first.
    async fn departures(&mut self, chosen: &Chosen, limit: u64) -> Result<Vec<(i64, Departure)>>;
    /// Departures of a span that were not undone and have a text in their name, without regard to case, the last first.
    async fn departures_in(&mut self, span: &Span, name: &str, limit: u64) -> Result<Vec<Departure>>;
    /// Notes that departures were undone, or that they could not be.
    async fn undo_departures(&mut self, seqs: &[i64], at: Timestamp) -> Result<()>;
    /// The smallest sample of active users between two moments; the last one before them where there is none, and 0 where
    /// there is none at all.
    async fn population(&mut self, from: Timestamp, until: Timestamp) -> Result<u64>;
    /// Samples how many active users there are, and forgets samples from before a moment but the last of them.
    async fn sample_population(&mut self, at: Timestamp, before: Timestamp) -> Result<()>;
    /// Sets the guard.
    async fn set_guard(&mut self, guard: &GuardSettings) -> Result<()>;
}
