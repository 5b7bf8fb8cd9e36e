use super::Console;
use crate::{
    Error, Result,
    activity::{CallSummary, RecordQuery, RecordRow},
    audit::EventDetail,
    token::Token,
};
use std::cmp::Reverse;

/// How many calls a page of the activity record has at most.
pub const CALLS_SHOWN: usize = 100;

/// A page of the activity record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActivityPage {
    /// The calls, the newest first.
    pub rows: Vec<RecordRow>,
    /// Where the next page starts, if there is one.
    pub next: Option<i64>,
    /// All tokens, the newest first.
    pub tokens: Vec<Token>,
    /// A summary of the calls of the last 24 hours.
    pub summary: CallSummary,
}

/// One call, in the detail that a page shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallDetail {
    /// The call.
    pub row: RecordRow,
    /// The audit event of what it changed.
    pub event: Option<EventDetail>,
}

impl Console {
    /// A page of calls, the newest first, before a number if one is given.
    pub async fn activity(&self, query: RecordQuery, before: Option<i64>) -> Result<ActivityPage> {
        self.env.store.settle_to_read().await;
        let context = (query, before, self.now().plus_days(-1));
        let work = self.env.store.read(context, |(query, before, yesterday), tx| {
            Box::pin(async move {
                let mut rows = tx.find_records(query, *before, CALLS_SHOWN as u64 + 1).await?;
                let more = rows.len() > CALLS_SHOWN;
                rows.truncate(CALLS_SHOWN);
                let next = rows.last().filter(|_| more).map(|row| row.seq);
                // Reads are recorded a moment after the changes of the same time.
                rows.sort_by_key(|row| Reverse((row.record.call.at.millis(), row.seq)));
                let (tokens, summary) = (tx.tokens().await?, tx.summarise_records(*yesterday).await?);
                Ok(ActivityPage { rows, next, tokens, summary })
            })
        });
        work.await
    }

    /// One call.
    ///
    /// # Errors
    /// `NotFound` when no call has this number, which may be because calls are kept for a limited time.
    pub async fn call(&self, seq: i64) -> Result<CallDetail> {
        self.env.store.settle_to_read().await;
        let work = self.env.store.read(seq, |seq, tx| {
            Box::pin(async move {
                let row = tx.record(*seq).await?.ok_or(Error::NotFound)?;
                let event = match row.event {
                    Some((event, _)) => tx.event(event).await?,
                    None => None,
                };
                Ok(CallDetail { row, event })
            })
        });
        work.await
    }
}
