//! Writes the activity record behind the answers, many calls at once, and notes when tokens were last used.

use domain::{
    Env, Timestamp, TokenId,
    activity::{Call, Record},
    store::Store,
    token::{place_of, used},
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
const HOUR: Duration = Duration::from_secs(3_600);
/// Calls without a valid token are recorded so often a minute at most: whoever sends them must not fill the disk.
const STRANGERS: u32 = 60;

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
    /// Starts the task that writes. It ends when the last recorder is gone.
    pub fn start(store: Store) -> Self {
        let (queue, messages) = mpsc::channel(QUEUE);
        tokio::spawn(write(store, messages));
        Self { queue }
    }

    /// Notes that a call used a token; its record was written with what it changed.
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
    let mut touched = Uses::new();
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
    uses: Uses,
}

/// When each token was last used from each place, as far as it was noted.
type Uses = HashMap<(TokenId, Option<String>), Timestamp>;

impl Batch {
    fn take(&mut self, message: Message, touched: &mut Uses, strangers: &mut Strangers) -> Option<oneshot::Sender<()>> {
        match message {
            Message::Used(token, place, at) => {
                let key = (token, place);
                if touched.get(&key).is_none_or(|last| at >= last.plus_millis(TOUCH_MILLIS)) {
                    touched.insert(key.clone(), at);
                    self.uses.insert(key, at);
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
        let written = store.provision(self, |batch, tx| {
            Box::pin(async move {
                tx.append_records(&batch.records).await?;
                for ((token, place), at) in &batch.uses {
                    used(tx, *token, place.as_deref(), *at).await?;
                }
                Ok(())
            })
        });
        if let Err(error) = written.await {
            tracing::error!(error = &error as &dyn std::error::Error, "the activity record could not be written");
        }
    }
}

/// Does what is due by itself, now and every hour.
pub(crate) async fn maintain(env: Env) {
    let mut hours = interval(HOUR);
    loop {
        hours.tick().await;
        if let Err(error) = domain::maintenance::run(&env).await {
            tracing::error!(error = &error as &dyn std::error::Error, "the hourly work could not be done");
        }
    }
}
