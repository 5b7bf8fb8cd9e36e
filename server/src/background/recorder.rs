//! Writes the activity record after the answers, many calls at once, and records when tokens were last used.

use domain::{
    Env, Error, Timestamp, TokenId,
    activity::{self, Call, Record, Uses},
    maintenance::Maintenance,
    store::Store,
    token::place_of,
};
use std::{collections::HashMap, time::Duration};
use tokio::{
    sync::{mpsc, oneshot},
    time::{Instant, interval, sleep_until, timeout},
};

/// A slower database gets larger batches, never a longer queue: beyond this, records are dropped.
const QUEUE: usize = 4_096;
const BATCH: usize = 512;
const PAUSE: Duration = Duration::from_millis(500);
/// The last use of a token is kept to the minute.
const TOUCH_MILLIS: i64 = 60_000;
const HOUR: Duration = Duration::from_secs(3_600);
/// What tokens have stored is written after this time at the latest, even if no call ends.
const SETTLED: Duration = Duration::from_secs(2);
/// How many calls without a valid token are recorded per minute at most: they must not fill the disk.
const STRANGERS: u32 = 60;
/// The same for reads and refused calls with one token: 100 a second, four times what Microsoft requires of a server.
const CALLS: u32 = 6_000;
/// How many uses are remembered at most; beyond this they are recorded more often than once a minute.
const REMEMBERED: usize = 4_096;

/// Takes records of calls. Cheap to clone.
#[derive(Clone)]
pub struct Recorder {
    queue: mpsc::Sender<Message>,
}

enum Message {
    Used(TokenId, Option<String>, Timestamp),
    Record(Record),
    Flush(oneshot::Sender<()>),
}

impl Recorder {
    /// Starts the task that writes. It ends when the last recorder is dropped.
    pub fn start(store: Store) -> Self {
        let (queue, messages) = mpsc::channel(QUEUE);
        tokio::spawn(write(store, messages));
        Self { queue }
    }

    /// Notes that a call used a token; its record was written together with its change.
    pub fn used(&self, call: &Call) {
        if let Some(token) = call.token {
            self.send(Message::Used(token, call.address.as_deref().and_then(place_of), call.at));
        }
    }

    /// Records a call that changed nothing.
    pub fn record(&self, record: Record) {
        self.used(&record.call);
        self.send(Message::Record(record));
    }

    /// Waits until everything that was recorded before is written.
    pub async fn flush(&self) {
        let (done, written) = oneshot::channel();
        if self.queue.send(Message::Flush(done)).await.is_ok() {
            let _ = written.await;
        }
    }

    fn send(&self, message: Message) {
        if self.queue.try_send(message).is_err() {
            tracing::warn!("the activity record is behind; one entry was dropped");
        }
    }
}

async fn write(store: Store, mut messages: mpsc::Receiver<Message>) {
    let mut lately = Lately::default();
    loop {
        let (mut batch, mut flush) = (Batch::default(), None);
        let mut due = Instant::now();
        match timeout(SETTLED, messages.recv()).await {
            Ok(Some(first)) => {
                flush = batch.take(first, &mut lately);
                // This also applies if the call needs no record: what it stored is written together with that of
                // others.
                due += PAUSE;
            }
            Ok(None) => break,
            Err(_) => {}
        }
        while flush.is_none() && !batch.is_full() {
            tokio::select! {
                message = messages.recv() => match message {
                    Some(message) => flush = batch.take(message, &mut lately),
                    None => break,
                },
                () = sleep_until(due) => break,
            }
        }
        match activity::write(&store, batch.records, batch.uses).await {
            Ok(()) => {}
            // A separate alert reports that already.
            Err(Error::NoRoom) => tracing::debug!("there is no room for the activity record"),
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "the activity record could not be written");
            }
        }
        lately.forget();
        if let Some(done) = flush {
            let _ = done.send(());
        }
    }
}

/// What was recorded in the last minute.
struct Lately {
    /// When each token was last used from each place, as far as that was recorded.
    uses: Uses,
    /// The minute that is counted.
    minute: i64,
    /// How many calls there were in it, by token; `None` stands for all calls without a valid one.
    calls: HashMap<Option<TokenId>, u32>,
    /// The time of the last call.
    last: Timestamp,
}

impl Default for Lately {
    fn default() -> Self {
        Self { uses: Uses::new(), minute: 0, calls: HashMap::new(), last: Timestamp::from_millis(0) }
    }
}

impl Lately {
    /// Whether a call is recorded: true if there were not too many in this minute.
    fn admits(&mut self, call: &Call) -> bool {
        let minute = call.at.millis() / TOUCH_MILLIS;
        if self.minute != minute {
            self.minute = minute;
            self.calls.clear();
        }
        let calls = self.calls.entry(call.token).or_default();
        *calls += 1;
        *calls <= if call.token.is_some() { CALLS } else { STRANGERS }
    }

    /// Whether a use has to be recorded.
    fn is_news(&mut self, key: &(TokenId, Option<String>), at: Timestamp) -> bool {
        let news = self.uses.get(key).is_none_or(|last| at >= last.plus_millis(TOUCH_MILLIS));
        if news {
            self.uses.insert(key.clone(), at);
        }
        news
    }

    /// Forgets uses, those that are over a minute old first.
    fn forget(&mut self) {
        if self.uses.len() <= REMEMBERED {
            return;
        }
        let minute_ago = self.last.plus_millis(-TOUCH_MILLIS);
        self.uses.retain(|_, at| *at > minute_ago);
        if self.uses.len() > REMEMBERED {
            self.uses.clear();
        }
    }
}

#[derive(Default)]
struct Batch {
    records: Vec<Record>,
    uses: Uses,
}

impl Batch {
    fn take(&mut self, message: Message, lately: &mut Lately) -> Option<oneshot::Sender<()>> {
        match message {
            Message::Used(token, place, at) => {
                lately.last = at;
                let key = (token, place);
                if lately.is_news(&key, at) {
                    self.uses.insert(key, at);
                }
                None
            }
            Message::Record(record) => {
                if lately.admits(&record.call) {
                    self.records.push(record);
                }
                None
            }
            Message::Flush(done) => Some(done),
        }
    }

    fn is_full(&self) -> bool {
        self.records.len() + self.uses.len() >= BATCH
    }
}

/// Runs the maintenance, now and every hour.
pub(crate) async fn maintain(env: Env) {
    let (mut hours, started) = (interval(HOUR), Instant::now());
    let mut maintenance = Maintenance::new(env.clone());
    loop {
        hours.tick().await;
        let done = match maintenance.run(started.elapsed()).await {
            Ok(()) => domain::upkeep::keep_mark(&env).await,
            failed => failed,
        };
        if let Err(error) = done {
            tracing::error!(error = &error as &dyn std::error::Error, "the hourly maintenance failed");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::activity::{CallKind, Subject};

    fn call(token: Option<TokenId>, second: i64) -> Call {
        let at = Timestamp::from_millis(second * 1_000);
        let (operation, subject) = (CallKind::Read, Subject::User);
        Call { at, token, address: None, request: None, operation, subject, named: None, remark: None, written: None }
    }

    #[test]
    fn r01c_what_one_caller_can_have_recorded_in_a_minute_is_bounded() {
        let mut lately = Lately::default();
        let token = Some(TokenId(uuid::Uuid::nil()));
        let mut recorded = |token, second| (0..10_000).filter(|_| lately.admits(&call(token, second))).count();
        assert_eq!((recorded(None, 0), recorded(token, 1), recorded(token, 59)), (60, 6_000, 0));
        assert_eq!(recorded(token, 60), 6_000);
    }

    #[test]
    fn r28_uses_from_ever_new_places_are_not_remembered_for_ever() {
        let (mut lately, token) = (Lately::default(), TokenId(uuid::Uuid::nil()));
        for number in 0..100_000 {
            lately.last = Timestamp::from_millis(number);
            assert!(lately.is_news(&(token, Some(format!("2001:db8:{number:x}::/64"))), lately.last));
            if number % 512 == 0 {
                lately.forget();
                assert!(lately.uses.len() <= REMEMBERED);
            }
        }
    }
}
