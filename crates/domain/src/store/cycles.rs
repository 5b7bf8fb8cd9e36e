use crate::{
    Result, Timestamp, TokenId,
    activity::Subject,
    cycle::{Cycle, Noise, Pauses, Provisioned},
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
    /// The pauses between the cycles of a token; `None` if it has none.
    async fn pauses(&mut self, token: TokenId) -> Result<Option<Pauses>>;
    /// What was repeated since the cycle that began then, by attributes, without examples: what concerns most users or groups
    /// comes first. At most `limit` repeated changes are looked at.
    async fn noise(&mut self, token: TokenId, cycle: Timestamp, limit: u64) -> Result<Vec<Noise>>;
    /// The user or group that these attributes were sent to in most cycles, since the one that began then.
    async fn noisiest(&mut self, token: TokenId, cycle: Timestamp, of: (Subject, &str)) -> Result<Option<Uuid>>;
    /// The name of a user or group, which may have been deleted.
    async fn target_name(&mut self, target: Uuid) -> Result<Option<String>>;
    /// Looks at the users who were created last.
    async fn provisioned(&mut self, limit: u64) -> Result<Provisioned>;
    /// Removes cycles that began before a moment.
    async fn delete_cycles_before(&mut self, moment: Timestamp) -> Result<()>;
    /// Removes cycles that begin after a moment, and changes that were last sent after it.
    async fn delete_cycles_after(&mut self, moment: Timestamp) -> Result<()>;
    /// Removes changes that were not sent again since a moment, at most `limit`. Returns how many.
    async fn delete_repeats_before(&mut self, moment: Timestamp, limit: u64) -> Result<u64>;
}
