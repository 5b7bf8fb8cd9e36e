use crate::session::{
    password::{HashQueue, Hasher},
    throttle::{DeviceKey, FailureSummary, Failures, GuessedName, Permit, RetryAfter, SourceAddress, Throttle},
};
use domain::{
    Env, Result, Timestamp,
    break_glass::{Account, Proof, Typed},
    sign_in::{Proved, Refusals, account_of_code, refused},
};
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// How often counted failures are written.
const DRAIN: Duration = Duration::from_secs(5);

/// What this process remembers of sign-in attempts. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Attempts(Arc<Mutex<Memory>>);

#[derive(Default)]
struct Memory {
    throttle: Throttle,
    failures: Failures,
    /// The names of accounts whose failures were counted.
    names: std::collections::HashMap<domain::BreakGlassId, String>,
}

/// An attempt that was admitted. If it is dropped, its caller has gone.
pub(super) struct Attempt {
    attempts: Attempts,
    caller: SourceAddress,
    permit: Option<Permit>,
}

impl Attempt {
    /// Ends an attempt that was right.
    pub(super) fn succeeded(self, now: Timestamp) {
        self.end(|throttle, permit| throttle.succeeded(permit, now));
    }

    /// Ends an attempt that the server could not check.
    pub(super) fn put_back(self) {
        self.end(Throttle::put_back);
    }

    /// Ends an attempt that was wrong: it is recorded at once, or only counted if there was another in the same minute.
    /// The records are alike whether or not the name exists.
    pub(super) async fn failed(self, env: &Env, account: Option<&Account>, address: Option<String>) -> Result<()> {
        let (now, attempts, network) = (env.now(), self.attempts.clone(), self.caller.network);
        self.end(|throttle, permit| throttle.failed(permit, now));
        let record = {
            let mut memory = attempts.memory();
            let target = account.map_or(GuessedName::Unknown, |account| GuessedName::Account(account.id));
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

    fn end(mut self, with: impl FnOnce(&mut Throttle, Permit)) {
        if let Some(permit) = self.permit.take() {
            with(&mut self.attempts.memory().throttle, permit);
        }
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        if let Some(permit) = self.permit.take() {
            self.attempts.memory().throttle.abandoned(permit);
        }
    }
}

impl Attempts {
    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Admits an attempt, or returns how long to wait.
    pub(super) fn admit(
        &self,
        caller: SourceAddress,
        device: Option<DeviceKey>,
        now: Timestamp,
    ) -> Result<Attempt, RetryAfter> {
        let permit = self.memory().throttle.admit(caller, device, now)?;
        Ok(Attempt { attempts: self.clone(), caller, permit: Some(permit) })
    }

    /// Forgets what is held against a caller who has shown a valid one-time code.
    pub(super) fn forgive(&self, caller: SourceAddress) {
        self.memory().throttle.forgive(caller);
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
    fn refusals(&self, summary: &FailureSummary) -> Refusals {
        let account = match summary.target {
            GuessedName::Account(id) => self.names.get(&id).map(|name| (id, name.clone())),
            GuessedName::Unknown => None,
        };
        let networks = u64::try_from(summary.networks).unwrap_or(u64::MAX);
        Refusals { account, attempts: summary.tries, networks, address: None }
    }
}

/// Returns the account and what the typed text proves for it, or `None` if the text is wrong. A name that does not
/// exist takes the same work: the same look-up for a text in the form of a one-time code, and always a hash.
pub(super) async fn verify(
    env: &Env,
    hasher: &Hasher,
    account: Option<&Account>,
    typed: &str,
    lane: HashQueue,
) -> Result<Option<Proved>> {
    let present = account.map(|account| account.secret_hash.clone());
    let proof = match Typed::read(typed) {
        Typed::Code(hash) => {
            hasher.verify(typed.to_owned(), present, lane).await?;
            let owner = account_of_code(env, hash).await?;
            account.filter(|account| owner == Some(account.id)).map(|_| Proof::Code(hash))
        }
        Typed::Secret(secret) => {
            if hasher.verify(secret.clone(), present, lane).await? {
                Some(Proof::Secret)
            } else if let Some(next) = account.and_then(|account| account.next_hash.clone()) {
                hasher.verify(secret, Some(next), lane).await?.then_some(Proof::Next)
            } else {
                None
            }
        }
    };
    Ok(account.cloned().zip(proof).map(|(account, proof)| Proved { account, proof }))
}

#[cfg(test)]
mod tests {
    use super::{Attempt, Attempts};
    use crate::session::throttle::{RetryAfter, caller_of};
    use domain::Timestamp;

    const NOW: Timestamp = Timestamp::from_millis(1_795_000_000_000);

    fn admit(attempts: &Attempts, n: u8) -> Result<Attempt, RetryAfter> {
        attempts.admit(caller_of(Some([192, n, 2, 1].into())), None, NOW)
    }

    #[test]
    fn r35_who_hangs_up_does_not_wait_behind_those_who_fail() {
        let attempts = Attempts::default();
        drop(admit(&attempts, 0));
        let others: Vec<Attempt> = (1..10).filter_map(|n| admit(&attempts, n).ok()).collect();
        assert_eq!((1..10).filter_map(|n| admit(&attempts, n).ok()).count(), 5, "the others wait for a turn");
        drop(others);
        assert!(admit(&attempts, 0).is_ok());
    }
}
