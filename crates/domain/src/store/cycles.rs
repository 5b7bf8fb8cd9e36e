use crate::{
    Result, Timestamp, TokenId,
    cycle::{Cycle, Provisioned, Repeat},
};
use async_trait::async_trait;
use uuid::Uuid;

/// Cycles of clients, and changes that they send again and again.
#[async_trait]
pub trait Cycles: Send {
    /// Counts the calls with valid tokens from a moment until before another: one for each token, without what was
    /// repeated.
    async fn count_by_token(&mut self, from: Timestamp, until: Timestamp) -> Result<Vec<Cycle>>;
    /// Counts the changes that a token sent in this time, as part of the cycle that began then.
    async fn count_repeats(
        &mut self,
        token: TokenId,
        cycle: Timestamp,
        (from, until): (Timestamp, Timestamp),
    ) -> Result<()>;
    /// How many users and groups were sent, in the cycle that began then, a change that was repeated.
    async fn count_repeated(&mut self, token: TokenId, cycle: Timestamp) -> Result<u64>;
    /// Adds a cycle, or replaces the one of this token that began then.
    async fn put_cycle(&mut self, cycle: &Cycle) -> Result<()>;
    /// The latest cycles of a token, the newest first.
    async fn cycles(&mut self, token: TokenId, limit: u64) -> Result<Vec<Cycle>>;
    /// Changes that were repeated since the cycle that began then, at most `limit`.
    async fn repeats(&mut self, token: TokenId, cycle: Timestamp, limit: u64) -> Result<Vec<Repeat>>;
    /// The name of a user or group, which may have been deleted.
    async fn target_name(&mut self, target: Uuid) -> Result<Option<String>>;
    /// Looks at the users who were created last.
    async fn provisioned(&mut self, limit: u64) -> Result<Provisioned>;
    /// Removes cycles that began before a moment.
    async fn delete_cycles_before(&mut self, moment: Timestamp) -> Result<()>;
    /// Removes changes that were not sent again since a moment, at most `limit`. Returns how many.
    async fn delete_repeats_before(&mut self, moment: Timestamp, limit: u64) -> Result<u64>;
}
