//! Hashing of break-glass secrets: argon2id on separate threads, a few at a time.

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use async_trait::async_trait;
use domain::{BoxError, Error, Result, console::SecretHash};
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

/// OWASP's profile with the most memory and one pass; one hash takes about 50 ms.
const MEMORY_KIB: u32 = 47_104;
const PASSES: u32 = 1;
/// Each hash holds its memory while it runs.
const AT_ONCE: usize = 2;
/// How many of them strangers may use; the rest is for known devices.
const STRANGERS: usize = 1;
/// With more, a caller would wait longer than people do.
const WAITING: usize = 16;

/// The queue in which a hash waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HashQueue {
    /// A caller whose identity was proven before: a known device, an administrator, the host.
    Device,
    /// Any other caller. Even if there are many, one hash stays free for devices.
    Stranger,
}

/// Hashes and checks secrets. Cheap to clone.
#[derive(Clone)]
pub struct Hasher {
    running: Arc<Semaphore>,
    devices: Arc<Semaphore>,
    strangers: Strangers,
}

/// The lane of strangers: how many may wait in it, and how many of those may run.
#[derive(Clone)]
struct Strangers {
    waiting: Arc<Semaphore>,
    running: Arc<Semaphore>,
}

/// A place in line, and a turn. Both are returned when the hash is done.
struct Turn(#[expect(dead_code, reason = "held, not read")] [Option<OwnedSemaphorePermit>; 3]);

impl Default for Hasher {
    fn default() -> Self {
        let permits = |count| Arc::new(Semaphore::new(count));
        let strangers = Strangers { waiting: permits(WAITING), running: permits(STRANGERS) };
        Self { running: permits(AT_ONCE), devices: permits(WAITING), strangers }
    }
}

impl Hasher {
    /// The PHC string of a secret.
    ///
    /// # Errors
    /// `Unavailable` if too many are waiting already.
    pub async fn hash(&self, secret: String) -> Result<String> {
        self.run(HashQueue::Device, move || hash(&secret)).await
    }

    /// Whether the secret has this hash. Without a hash the answer is no, after the same time.
    ///
    /// # Errors
    /// `Unavailable` if too many are waiting already.
    pub async fn verify(&self, secret: String, hash: Option<String>, lane: HashQueue) -> Result<bool> {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(decoy);
        self.run(lane, move || {
            let hash = PasswordHash::new(&hash)
                .map_err(|_| Error::Corrupt { table: "break_glass_accounts", column: "secret_hash" })?;
            Ok(argon2()?.verify_password(secret.as_bytes(), &hash).is_ok() && known)
        })
        .await
    }

    async fn run<T: Send + 'static>(
        &self,
        lane: HashQueue,
        work: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let turn = self.turn(lane).await?;
        // A hash that was begun runs to its end even if the caller hangs up; until then it keeps its turn.
        let work = move || {
            let _kept = turn;
            work()
        };
        aside(work).await.map_err(unavailable)?
    }

    async fn turn(&self, lane: HashQueue) -> Result<Turn> {
        let waiting = if lane == HashQueue::Device { &self.devices } else { &self.strangers.waiting };
        let place = waiting.clone().try_acquire_owned().map_err(unavailable)?;
        let share = match lane {
            HashQueue::Device => None,
            HashQueue::Stranger => Some(self.strangers.running.clone().acquire_owned().await.map_err(unavailable)?),
        };
        let turn = self.running.clone().acquire_owned().await.map_err(unavailable)?;
        Ok(Turn([Some(place), share, Some(turn)]))
    }
}

/// Runs work on a thread of its own, at normal priority: at a lower one it would starve while directories keep the
/// processors busy, and new browsers could not sign in. The throttle limits what a flood of guesses can take.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, BoxError> {
    let (done, result) = oneshot::channel();
    // The receiver may be gone, if the caller has hung up.
    let run = move || drop(done.send(work()));
    std::thread::Builder::new().name("hash".to_owned()).spawn(run)?;
    Ok(result.await?)
}

/// Used for administrators, whose identity is proven.
#[async_trait]
impl SecretHash for Hasher {
    async fn hash(&self, secret: String) -> Result<String> {
        Self::hash(self, secret).await
    }
}

fn argon2() -> Result<Argon2<'static>> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, None).map_err(unavailable)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash(secret: &str) -> Result<String> {
    Ok(argon2()?.hash_password(secret.as_bytes()).map_err(unavailable)?.to_string())
}

/// A hash that costs as much as any other but matches nothing: salt and result are zeros. It is checked for names that
/// do not exist.
fn decoy() -> String {
    let [salt, result] = ["A".repeat(22), "A".repeat(43)];
    format!("$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p=1${salt}${result}")
}

fn unavailable(error: impl Into<BoxError>) -> Error {
    Error::Unavailable(error.into())
}

#[cfg(test)]
mod tests {
    use super::{AT_ONCE, HashQueue, Hasher, WAITING, decoy};
    use std::time::Duration;

    #[tokio::test]
    async fn those_who_hang_up_do_not_make_room() -> domain::Result<()> {
        let hasher = Hasher::default();
        for _ in 0..AT_ONCE {
            let call = tokio::time::timeout(Duration::from_millis(1), hasher.hash("x".into()));
            assert!(call.await.is_err(), "a hash takes longer");
        }
        assert_eq!(hasher.running.available_permits(), 0);
        hasher.hash("y".into()).await?;
        Ok(())
    }

    #[tokio::test]
    async fn a_device_finds_a_hash_free_while_strangers_queue() -> domain::Result<()> {
        let hasher = Hasher::default();
        let mut strangers = tokio::task::JoinSet::new();
        for _ in 0..WAITING {
            let hasher = hasher.clone();
            strangers.spawn(async move { hasher.verify("x".into(), None, HashQueue::Stranger).await });
        }
        tokio::task::yield_now().await;
        assert_eq!(hasher.running.available_permits(), AT_ONCE - 1, "strangers run one at a time");
        assert!(hasher.verify("x".into(), None, HashQueue::Stranger).await.is_err(), "and not without end");
        hasher.verify("x".into(), None, HashQueue::Device).await?;
        assert!(hasher.strangers.waiting.available_permits() < WAITING / 2, "the device waited for few of them");
        while let Some(checked) = strangers.join_next().await {
            assert!(!checked.map_err(super::unavailable)??);
        }
        assert_eq!(hasher.strangers.waiting.available_permits(), WAITING);
        Ok(())
    }

    #[tokio::test]
    async fn r35_a_strangers_hash_is_no_slower_than_others() -> domain::Result<()> {
        let nice = || rustix::process::nice(0).map_err(super::unavailable);
        assert_eq!(Hasher::default().run(HashQueue::Stranger, nice).await?, nice()?);
        Ok(())
    }

    #[tokio::test]
    async fn only_the_secret_of_the_hash_passes() -> domain::Result<()> {
        let hasher = Hasher::default();
        let hash = hasher.hash("ABCDE-FGHJK".into()).await?;
        assert!(hash.starts_with("$argon2id$v=19$m=47104,t=1,p=1$"), "{hash}");
        let cost = |hash: &str| hash.split('$').map(str::len).collect::<Vec<_>>();
        assert!(decoy().starts_with("$argon2id$v=19$m=47104,t=1,p=1$") && cost(&decoy()) == cost(&hash), "as dear");
        assert!(hasher.verify("ABCDE-FGHJK".into(), Some(hash.clone()), HashQueue::Stranger).await?);
        assert!(!hasher.verify("ABCDE-FGHJX".into(), Some(hash), HashQueue::Stranger).await?);
        assert!(!hasher.verify("ABCDE-FGHJK".into(), None, HashQueue::Stranger).await?);
        Ok(())
    }
}
