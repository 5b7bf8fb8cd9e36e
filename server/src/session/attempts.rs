use crate::{
    password::{Hasher, Lane},
    throttle::{DeviceKey, Failures, Network, Permit, RetryAfter, Summary, Target, Throttle},
};
use domain::{
    Env, Result, Timestamp,
    break_glass::{Account, Proof, Typed},
    sign_in::{Refusals, refused},
};
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// How often counted failures are written.
const DRAIN: Duration = Duration::from_secs(5);

/// What this process remembers of tries to sign in. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Attempts(Arc<Mutex<Memory>>);

#[derive(Default)]
struct Memory {
    throttle: Throttle,
    failures: Failures,
    /// The names of accounts whose failures were counted.
    names: std::collections::HashMap<domain::BreakGlassId, String>,
}

impl Attempts {
    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a try may go on.
    pub(super) fn admit(
        &self,
        network: Network,
        device: Option<DeviceKey>,
        now: Timestamp,
    ) -> Result<Permit, RetryAfter> {
        self.memory().throttle.admit(network, device, now)
    }

    /// The try was right.
    pub(super) fn succeeded(&self, permit: Permit, now: Timestamp) {
        self.memory().throttle.succeeded(permit, now);
    }

    /// The try was wrong: it is recorded at once, or counted where another was in the same minute. A name that exists
    /// and one that does not leave the same.
    pub(super) async fn failed(
        &self,
        env: &Env,
        permit: Permit,
        network: Network,
        account: Option<&Account>,
        address: Option<String>,
    ) -> Result<()> {
        let now = env.now();
        let record = {
            let mut memory = self.memory();
            memory.throttle.failed(permit, now);
            let target = account.map_or(Target::Unknown, |account| Target::Account(account.id));
            if let Some(account) = account {
                memory.names.insert(account.id, account.name.clone());
            }
            memory.failures.note(target, network, now)
        };
        if !record {
            return Ok(());
        }
        let account = account.map(|account| (account.id, account.name.clone()));
        refused(env, Refusals { account, attempts: 1, networks: 1, address }).await
    }

    /// Writes the failures that were only counted, every few seconds.
    pub(crate) async fn tell(self, env: Env) {
        let mut times = tokio::time::interval(DRAIN);
        loop {
            times.tick().await;
            self.drain(&env).await;
        }
    }

    pub(crate) async fn drain(&self, env: &Env) {
        let refusals: Vec<Refusals> = {
            let mut memory = self.memory();
            let summaries = memory.failures.drain(env.now());
            summaries.into_iter().map(|summary| memory.refusals(&summary)).collect()
        };
        for refusals in refusals {
            if let Err(error) = refused(env, refusals).await {
                tracing::error!(error = &error as &dyn std::error::Error, "refused sign-ins could not be recorded");
            }
        }
    }
}

impl Memory {
    fn refusals(&self, summary: &Summary) -> Refusals {
        let account = match summary.target {
            Target::Account(id) => self.names.get(&id).map(|name| (id, name.clone())),
            Target::Unknown => None,
        };
        let networks = u64::try_from(summary.networks).unwrap_or(u64::MAX);
        Refusals { account, attempts: summary.tries, networks, address: None }
    }
}

/// What a typed text proves for an account; `None` where it is wrong. A one-time code is only looked up later, and costs
/// a hash all the same.
pub(super) async fn verify(
    hasher: &Hasher,
    account: Option<&Account>,
    typed: &str,
    lane: Lane,
) -> Result<Option<Proof>> {
    let present = account.map(|account| account.secret_hash.clone());
    match Typed::read(typed) {
        Typed::Code(hash) => {
            hasher.verify(typed.to_owned(), present, lane).await?;
            Ok(account.map(|_| Proof::Code(hash)))
        }
        Typed::Secret(secret) => {
            if hasher.verify(secret.clone(), present, lane).await? {
                return Ok(Some(Proof::Secret));
            }
            match account.and_then(|account| account.next_hash.clone()) {
                Some(next) => Ok(hasher.verify(secret, Some(next), lane).await?.then_some(Proof::Next)),
                None => Ok(None),
            }
        }
    }
}
