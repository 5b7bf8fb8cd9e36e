use super::Console;
use crate::{
    Error, Result,
    activity::{CallSummary, RecordKey, RecordQuery, RecordRow},
    audit::EventDetail,
    token::Token,
};

/// How many calls a page of the activity record has at most.
pub const CALLS_SHOWN: usize = 100;

/// A page of the activity record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActivityPage {
    /// The calls, the newest first.
    pub rows: Vec<RecordRow>,
    /// Where the next page starts, if there is one.
    pub next: Option<RecordKey>,
    /// All tokens, the newest first.
    pub tokens: Vec<Token>,
    /// A summary of the calls of the last 24 hours; only for the first page of all calls.
    pub summary: Option<CallSummary>,
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
    /// A page of calls, the newest first, those before a place if one is given.
    pub async fn activity(&self, query: RecordQuery, before: Option<RecordKey>) -> Result<ActivityPage> {
        self.env.store.settle_to_read().await;
        let is_first = before.is_none() && query == RecordQuery::default();
        let context = (query, before, is_first.then(|| self.now()));
        let work = self.env.store.read(context, |(query, before, now), tx| {
            Box::pin(async move {
                let mut rows = tx.find_records(query, *before, CALLS_SHOWN as u64 + 1).await?;
                let more = rows.len() > CALLS_SHOWN;
                rows.truncate(CALLS_SHOWN);
                let next = rows.last().filter(|_| more).map(RecordRow::key);
                let summary = match now {
                    Some(now) => Some(tx.summarise_records(now.plus_days(-1), *now).await?),
                    None => None,
                };
                Ok(ActivityPage { rows, next, tokens: tx.tokens().await?, summary })
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
