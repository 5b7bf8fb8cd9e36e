//! The token and the settings, which every SCIM call needs first, remembered for a moment.

use crate::{Env, Result, Timestamp, settings::Settings, token::Token};
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

/// How long it is remembered. A revocation by another process takes effect after this at the latest, one by this
/// process at once. Every write checks again, inside its unit of work.
const MOMENT_MILLIS: i64 = 500;

/// A token and the settings as they were a moment ago.
#[derive(Clone)]
pub(super) struct Known {
    pub(super) token: Arc<Token>,
    pub(super) settings: Settings,
    read: Timestamp,
}

/// The tokens that were used a moment ago, by their public part. Each store has one of these, which is cleared by each
/// unit of work that may have changed a token or a setting.
#[derive(Default)]
pub(crate) struct Admissions {
    /// How often it has been cleared.
    generation: AtomicU64,
    known: Mutex<HashMap<String, Known>>,
}

impl Admissions {
    /// Forgets everything, including what is being read now.
    pub(crate) fn forget(&self) {
        self.generation.fetch_add(1, Ordering::SeqCst);
        self.lock().clear();
    }

    fn recall(&self, key: &str, now: Timestamp) -> Option<Known> {
        let known = self.lock().get(key).cloned()?;
        // A clock that was set back must not extend its life.
        (known.read <= now && now < known.read.plus_millis(MOMENT_MILLIS)).then_some(known)
    }

    fn remember(&self, key: &str, known: &Known, generation: u64) {
        let mut all = self.lock();
        // Checked under the lock: a `forget` after this check also clears what is inserted now.
        if self.generation.load(Ordering::SeqCst) == generation {
            all.insert(key.to_owned(), known.clone());
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The token with this public part, and the settings, as they are or were a moment ago. `None` if there is no such
/// token.
pub(super) async fn known(env: &Env, key: &str) -> Result<Option<Known>> {
    let (admissions, now) = (env.store.admissions(), env.now());
    if let Some(known) = admissions.recall(key, now) {
        return Ok(Some(known));
    }
    let generation = admissions.generation.load(Ordering::SeqCst);
    let read = env.store.look_up(key.to_owned(), |key, tx| Box::pin(async move { tx.token_and_settings(key).await }));
    let (Some(token), settings) = read.await? else { return Ok(None) };
    let known = Known { token: Arc::new(token), settings, read: now };
    // A temporary reason for refusing calls is never cached, so that its end takes effect at once. A token that has
    // ended stays so.
    let admits = known.settings.provisioning && known.token.paused.is_none();
    if admits || known.token.ended(now).is_some() {
        admissions.remember(key, &known, generation);
    }
    Ok(Some(known))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        TokenId,
        settings::{GuardMode, GuardSettings},
    };

    const READ: Timestamp = Timestamp::from_millis(1_000);

    fn known() -> Known {
        let guard = GuardSettings { mode: GuardMode::Alert, count: 10, percent: 20, cap: 50, minutes: 40 };
        let settings = Settings { provisioning: true, provisioning_changed: None, guard, audit_days: 400 };
        let token = Token {
            id: TokenId(uuid::Uuid::nil()),
            key: "key".into(),
            hash: [0; 32],
            last_four: "last".into(),
            name: "Entra".into(),
            created: READ,
            last_used: None,
            revoked: None,
            expires: None,
            paused: None,
            replaces: None,
            networks: None,
            profile: None,
            profile_set: false,
            user: None,
            budget: crate::token::Budget::default(),
            misuse_told: None,
        };
        Known { token: Arc::new(token), settings, read: READ }
    }

    #[test]
    fn it_is_remembered_for_a_moment_and_never_from_the_future() {
        let admissions = Admissions::default();
        admissions.remember("key", &known(), 0);
        for (at, remembered) in [(0, true), (499, true), (500, false), (-1, false)] {
            assert_eq!(admissions.recall("key", READ.plus_millis(at)).is_some(), remembered, "{at}");
        }
        assert!(admissions.recall("other", READ).is_none());
    }

    #[test]
    fn what_was_read_before_a_change_is_not_remembered_after_it() {
        let admissions = Admissions::default();
        let before = admissions.generation.load(Ordering::SeqCst);
        admissions.remember("key", &known(), before);
        admissions.forget();
        assert!(admissions.recall("key", READ).is_none());
        admissions.remember("key", &known(), before);
        assert!(admissions.recall("key", READ).is_none());
    }
}
