use crate::{
    Result, Timestamp,
    activity::{CallSummary, Record, RecordKey, RecordQuery, RecordRow},
};
use async_trait::async_trait;

/// The activity record.
#[async_trait]
pub trait Activity: Send {
    /// Adds to the record.
    async fn append_records(&mut self, records: &[Record]) -> Result<()>;
    /// Summarises the record, counting calls since a moment.
    async fn summarise_records(&mut self, since: Timestamp) -> Result<CallSummary>;
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
}
