use domain::{Env, Result, sign_in::devices};
use std::{collections::HashSet, sync::Arc, time::Duration};
use tokio::{sync::Mutex, time::Instant};

/// How old the list may be if a cookie is not in it: browsers sign in through other processes, too.
const AGE: Duration = Duration::from_secs(1);

/// The browsers that have signed in, by the hashes of their cookies. A flood of guesses with invented cookies is
/// recognised here without database look-ups, which would make all other callers wait for a connection. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Devices(Arc<Mutex<List>>);

#[derive(Default)]
struct List {
    keys: HashSet<[u8; 32]>,
    read: Option<Instant>,
}

impl Devices {
    /// Whether a browser may be known. False is final; after true, the database must confirm it. If the list has to be
    /// read again, all callers wait for the same read.
    pub(super) async fn may_be(&self, env: &Env, key: [u8; 32]) -> Result<bool> {
        let mut list = self.0.lock().await;
        if !list.keys.contains(&key) && list.read.is_none_or(|read| read.elapsed() >= AGE) {
            list.keys = devices(env).await?.into_iter().collect();
            list.read = Some(Instant::now());
        }
        Ok(list.keys.contains(&key))
    }

    /// Adds a browser that has signed in.
    pub(super) async fn add(&self, key: [u8; 32]) {
        self.0.lock().await.keys.insert(key);
    }
}

#[cfg(test)]
mod tests {
    use super::{AGE, Devices};
    use crate::{SystemClock, SystemRandom};
    use domain::{
        Env,
        break_glass::{NewAccount, Proof},
        host::Host,
        session::Browser,
        sign_in::{NewSession, Proved, succeeded},
    };
    use std::sync::Arc;

    #[tokio::test]
    async fn a_browser_that_signed_in_elsewhere_is_known_after_a_second() {
        let folder = tempfile::tempdir().unwrap();
        let store = store::open(&format!("sqlite://{}/postern.db", folder.path().display())).await.unwrap();
        let env = Env { store, clock: Arc::new(SystemClock), random: Arc::new(SystemRandom) };
        let new = NewAccount { name: "gate-7f3k".into(), secret_hash: "hash".into(), codes: Vec::new() };
        let account = Host::new(env.clone()).create_break_glass(new).await.unwrap();
        let (ours, elsewhere, invented) = ([1; 32], [2; 32], [3; 32]);
        let devices = Devices::default();
        assert!(!devices.may_be(&env, elsewhere).await.unwrap());
        let new = NewSession { key: [4; 32], device: elsewhere, browser: Browser::default(), replaces: None };
        succeeded(&env, Proved { account, proof: Proof::Secret }, new).await.unwrap();
        devices.add(ours).await;
        assert!(devices.may_be(&env, ours).await.unwrap());
        assert!(!devices.may_be(&env, elsewhere).await.unwrap(), "the list is not read again so soon");
        tokio::time::sleep(AGE).await;
        assert!(devices.may_be(&env, elsewhere).await.unwrap());
        assert!(!devices.may_be(&env, invented).await.unwrap());
    }
}
