use crate::{
    Result, Timestamp,
    activity::{CallSummary, Record, RecordKey, RecordQuery, RecordRow},
    tally::Tally,
};
use async_trait::async_trait;

/// The activity record.
#[async_trait]
pub trait Activity: Send {
    /// Adds to the record.
    async fn append_records(&mut self, records: &[Record]) -> Result<()>;
    /// Summarises the record, counting calls since a moment.
    async fn summarise_records(&mut self, since: Timestamp, now: Timestamp) -> Result<CallSummary>;
    /// A page of records, the newest first, those before a place if one is given.
    async fn find_records(
        &mut self,
        query: &RecordQuery,
        before: Option<RecordKey>,
        limit: u64,
    ) -> Result<Vec<RecordRow>>;
    /// The record with a number.
    async fn record(&mut self, seq: i64) -> Result<Option<RecordRow>>;
    /// Removes records from before a moment, the oldest first and at most `limit`, but none that [`CallSummary`]
    /// reports. Returns how many.
    async fn delete_records_before(&mut self, moment: Timestamp, limit: u64) -> Result<u64>;
    /// Counts calls and events from a moment until before another, by hour, the first one first.
    async fn count_by_hour(&mut self, from: Timestamp, until: Timestamp) -> Result<Vec<(Timestamp, Tally)>>;
    /// When the first call or event from a moment on happened.
    async fn next_happening(&mut self, from: Timestamp) -> Result<Option<Timestamp>>;
    /// Stores the tally of the five minutes from a moment on, unless it is stored already. Returns whether it was not.
    async fn insert_tally(&mut self, start: Timestamp, tally: &Tally) -> Result<bool>;
    /// The start of the last stored tally that begins by a moment.
    async fn last_tally(&mut self, by: Timestamp) -> Result<Option<Timestamp>>;
    /// The stored tallies that begin from a moment on and before another, added up by hour, the first one first.
    async fn tallies_by_hour(&mut self, from: Timestamp, until: Timestamp) -> Result<Vec<(Timestamp, Tally)>>;
    /// Removes stored tallies from before a moment.
    async fn delete_tallies_before(&mut self, moment: Timestamp) -> Result<()>;
    /// Removes stored tallies that begin after a moment.
    async fn delete_tallies_after(&mut self, moment: Timestamp) -> Result<()>;
}
