//! Writes the activity record behind the answers, many calls at once, and notes when tokens were last used.

use domain::{
    Env, Timestamp, TokenId,
    activity::{Call, Record},
    store::Store,
};
use std::{collections::HashMap, time::Duration};
use tokio::{
    sync::{mpsc, oneshot},
    time::{Instant, interval, sleep_until},
};

/// A slower database gets larger batches, never a longer queue: past this, records are dropped.
const QUEUE: usize = 4_096;
const BATCH: usize = 512;
const PAUSE: Duration = Duration::from_millis(500);
/// Last use is kept to the minute.
const TOUCH_MILLIS: i64 = 60_000;
const KEPT_DAYS: i64 = 30;
const HOUR: Duration = Duration::from_secs(3_600);
/// Calls without a valid token are recorded so often a minute at most: whoever sends them must not fill the disk.
const STRANGERS: u32 = 60;

/// Takes records of calls. Cheap to clone.
#[derive(Clone)]
pub struct Recorder {
    queue: mpsc::Sender<Message>,
}

enum Message {
    Used(TokenId, Timestamp),
    Record(Record),
    Flush(oneshot::Sender<()>),
}

impl Recorder {
    /// Starts the task that writes. It ends when the last recorder is gone.
    pub fn start(store: Store) -> Self {
        let (queue, messages) = mpsc::channel(QUEUE);
        tokio::spawn(write(store, messages));
        Self { queue }
    }

    /// Notes that a call used a token; its record was written with what it changed.
    pub fn used(&self, call: &Call) {
        if let Some(token) = call.token {
            self.send(Message::Used(token, call.at));
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
    let mut touched: HashMap<TokenId, Timestamp> = HashMap::new();
    let mut strangers = Strangers::default();
    while let Some(first) = messages.recv().await {
        let mut batch = Batch::default();
        let mut flush = batch.take(first, &mut touched, &mut strangers);
        let due = Instant::now() + PAUSE;
        while flush.is_none() && batch.records.len() < BATCH {
            tokio::select! {
                message = messages.recv() => match message {
                    Some(message) => flush = batch.take(message, &mut touched, &mut strangers),
                    None => break,
                },
                () = sleep_until(due) => break,
            }
        }
        batch.write(&store).await;
        if let Some(done) = flush {
            let _ = done.send(());
        }
    }
}

/// How many calls without a valid token there were in this minute.
#[derive(Default)]
struct Strangers {
    minute: i64,
    calls: u32,
}

impl Strangers {
    fn admit(&mut self, at: Timestamp) -> bool {
        let minute = at.millis() / TOUCH_MILLIS;
        if self.minute != minute {
            *self = Self { minute, calls: 0 };
        }
        self.calls += 1;
        self.calls <= STRANGERS
    }
}

#[derive(Default)]
struct Batch {
    records: Vec<Record>,
    uses: HashMap<TokenId, Timestamp>,
}

impl Batch {
    fn take(
        &mut self,
        message: Message,
        touched: &mut HashMap<TokenId, Timestamp>,
        strangers: &mut Strangers,
    ) -> Option<oneshot::Sender<()>> {
        match message {
            Message::Used(token, at) => {
                if touched.get(&token).is_none_or(|last| at >= last.plus_millis(TOUCH_MILLIS)) {
                    touched.insert(token, at);
                    self.uses.insert(token, at);
                }
                None
            }
            Message::Record(record) => {
                if record.call.token.is_some() || strangers.admit(record.call.at) {
                    self.records.push(record);
                }
                None
            }
            Message::Flush(done) => Some(done),
        }
    }

    async fn write(self, store: &Store) {
        if self.records.is_empty() && self.uses.is_empty() {
            return;
        }
        let written = store.write((self.records, self.uses), |(records, uses), tx| {
            Box::pin(async move {
                tx.append_records(records).await?;
                for (token, at) in uses {
                    tx.touch_token(*token, *at).await?;
                }
                Ok(())
            })
        });
        if let Err(error) = written.await {
            tracing::error!(error = &error as &dyn std::error::Error, "the activity record could not be written");
        }
    }
}

/// Removes what is too old, now and every hour.
pub(crate) async fn prune(env: Env) {
    let mut hours = interval(HOUR);
    loop {
        hours.tick().await;
        let pruned = env.store.write(env.now(), |now, tx| {
            Box::pin(async move {
                tx.delete_records_before(now.plus_days(-KEPT_DAYS)).await?;
                tx.delete_sessions_before(*now).await
            })
        });
        if let Err(error) = pruned.await {
            tracing::error!(error = &error as &dyn std::error::Error, "old records could not be removed");
        }
    }
}
