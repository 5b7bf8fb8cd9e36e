//! Signing in with a break-glass account: the way to a session.

use crate::{
    BreakGlassId, Env, Error, Refusal, Result, SessionId, Timestamp,
    audit::{Action, Event},
    break_glass::{Account, CodeKind, Proof},
    console::{Principal, idle},
    fold,
    identity::{Person, PersonId, Who},
    role::Role,
    session::{Browser, FRESH_MINUTES, MINUTES, REASON_CHARS, SKEW_MILLIS, SessionKey, SessionRecord},
    store::Tx,
};
use serde_json::json;

/// How many days after its last sign-in a browser stays known.
pub const DEVICE_DAYS: i64 = 180;

/// How many browsers are known at once.
const DEVICES: u64 = 4_096;

/// The account with this name, if there is one. The caller must take the same time and give the same answer in both
/// cases.
pub async fn find(env: &Env, name: &str) -> Result<Option<Account>> {
    env.store.read(fold(name), |key, tx| Box::pin(async move { tx.break_glass_by_key(key).await })).await
}

/// The account of a break-glass session, if it is still there.
pub async fn account_of(env: &Env, principal: &Principal) -> Result<Option<Account>> {
    let Some(id) = principal.account() else { return Ok(None) };
    env.store.read(id, |id, tx| Box::pin(async move { tx.break_glass_account(*id).await })).await
}

/// The account with which a code could be used now. The look-up is the same whatever name was typed.
pub async fn account_of_code(env: &Env, code: [u8; 32]) -> Result<Option<BreakGlassId>> {
    let work = env
        .store
        .read((code, env.now()), |(code, now), tx| Box::pin(async move { tx.account_of_code(*code, *now).await }));
    work.await
}

/// Whether a browser, by the hash of its cookie, has signed in before, with any account.
pub async fn knows_device(env: &Env, device: [u8; 32]) -> Result<bool> {
    env.store.read(device, |device, tx| Box::pin(async move { tx.has_break_glass_device(*device).await })).await
}

/// The hashes of the cookies of the browsers that signed in last, with any account: up to 4,096, which is more than a
/// company has.
pub async fn devices(env: &Env) -> Result<Vec<[u8; 32]>> {
    env.store.read((), |(), tx| Box::pin(async move { tx.break_glass_devices(DEVICES).await })).await
}

/// A sign-in or a confirmation that was checked, and for which nothing is written yet.
#[derive(Clone, Debug)]
pub struct Proved {
    /// The account.
    pub account: Account,
    /// What was shown for it.
    pub proof: Proof,
}

/// The session that a sign-in starts.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// The hash of the future content of its cookie.
    pub key: SessionKey,
    /// The hash of the cookie by which the browser will be recognised.
    pub device: [u8; 32],
    /// The browser that signs in.
    pub browser: Browser,
    /// The browser's previous session, which ends.
    pub replaces: Option<SessionId>,
}

/// Starts the session of a sign-in: uses up a one-time code, remembers the browser and starts the session, all of
/// it or none.
///
/// # Errors
/// `Refused` when the secret was changed since the check, or the code is unknown, used or expired.
pub async fn succeeded(env: &Env, proved: Proved, new: NewSession) -> Result<Principal> {
    let now = env.now();
    let context = (proved, new, SessionId::new(env, now), now);
    let work = env.store.write(context, |(proved, new, id, now), tx| {
        Box::pin(async move {
            let keeps = Keeps { session: None, device: Some(new.device) };
            let by = prove(tx, proved, keeps, *now).await?;
            let account = &proved.account;
            tx.insert_break_glass_device(new.device, account.id, *now).await?;
            let replaced = match new.replaces {
                Some(earlier) => tx.delete_session(earlier).await?,
                None => false,
            };
            let session = begin(account, by.generation, *id, new, *now);
            tx.insert_session(&session).await?;
            let facts = if replaced {
                json!({"by": by.words, "replaces": "the session that this browser had"})
            } else {
                json!({"by": by.words})
            };
            let event =
                Event::new(*now, session.principal.actor(), new.browser.address.clone(), Action::BreakGlassSignedIn);
            tx.append_event(&event.on(account.id.0, &account.name).with(&facts)).await?;
            Ok(session.principal)
        })
    });
    work.await
}

fn begin(account: &Account, generation: i64, id: SessionId, new: &NewSession, now: Timestamp) -> SessionRecord {
    let principal = Principal {
        person: Person { id: PersonId::BreakGlass(account.id), name: account.name.clone() },
        generation: Some(generation),
        role: Role::Administrator,
        since: now,
        checked: now,
        reason: None,
        ends: now.plus_millis(MINUTES * 60_000),
        session: id,
    };
    SessionRecord { principal, key: new.key, seen: now, browser: new.browser.clone() }
}

/// What stays valid although the new secret replaces the old one.
#[derive(Clone, Copy)]
pub(crate) struct Keeps {
    /// The session that confirms.
    pub(crate) session: Option<SessionId>,
    /// The browser, if it is known.
    pub(crate) device: Option<[u8; 32]>,
}

pub(crate) struct ProvenBy {
    words: &'static str,
    pub(crate) generation: i64,
}

pub(crate) async fn prove(
    tx: &mut dyn Tx,
    Proved { account, proof }: &Proved,
    keeps: Keeps,
    now: Timestamp,
) -> Result<ProvenBy> {
    let wrong = || Error::from(Refusal::WrongSecret);
    let generation = account.generation;
    match proof {
        Proof::Secret if tx.prove_break_glass(account.id, &account.secret_hash, now).await? => {
            Ok(ProvenBy { words: "secret", generation })
        }
        Proof::Next => {
            let next = account.next_hash.as_deref().ok_or_else(wrong)?;
            if !tx.promote_break_glass(account.id, next, now).await? {
                return Err(wrong());
            }
            tx.delete_sessions_of(account.id, keeps.session).await?;
            tx.delete_break_glass_devices(account.id, keeps.device).await?;
            Ok(ProvenBy { words: "new secret", generation: generation + 1 })
        }
        Proof::Code(hash) => match tx.use_code(account.id, *hash, now).await? {
            Some(CodeKind::Recovery) => Ok(ProvenBy { words: "recovery code", generation }),
            Some(CodeKind::Rescue) => Ok(ProvenBy { words: "code from the host", generation }),
            None => Err(wrong()),
        },
        Proof::Secret => Err(wrong()),
    }
}

/// Wrong attempts that were not recorded one by one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusals {
    /// The account, if the name exists.
    pub account: Option<(BreakGlassId, String)>,
    /// How many there were.
    pub attempts: u64,
    /// How many networks they came from.
    pub networks: u64,
    /// The network, if it was a single one.
    pub address: Option<String>,
}

/// Records wrong attempts, whether or not the name exists: both add one event, so that both take the same time. What
/// was typed as a name is not kept, because it may have been the secret.
pub async fn refused(env: &Env, refusals: Refusals) -> Result<()> {
    let mut event = Event::new(env.now(), Who::Nobody, refusals.address, Action::BreakGlassRefused)
        .with(&json!({"attempts": refusals.attempts, "networks": refusals.networks}));
    if let Some((id, name)) = &refusals.account {
        event = event.on(id.0, name);
    }
    env.store.write(event, |event, tx| Box::pin(async move { tx.append_event(event).await })).await
}

/// Signs out: ends the session with this key, and records it unless the session was over already. A key that a
/// confirmation has just replaced is accepted as well, as from a second tab.
pub async fn end(env: &Env, key: SessionKey, address: Option<String>) -> Result<()> {
    let work = env.store.write((key, address, env.now()), |(key, address, now), tx| {
        Box::pin(async move {
            let Some(session) = tx.delete_session_with(*key).await? else { return Ok(()) };
            let principal = &session.principal;
            if principal.ends <= *now || session.seen <= idle(*now) {
                return Ok(());
            }
            let event = Event::new(*now, principal.actor(), address.clone(), Action::SignedOut);
            tx.append_event(&event.on(principal.person.id.uuid(), &principal.person.name)).await
        })
    });
    work.await
}

/// Whether the secret was given so recently that it need not be asked for again.
pub(crate) fn is_fresh(checked: Timestamp, now: Timestamp) -> bool {
    (now.plus_millis(-FRESH_MINUTES * 60_000)..=now.plus_millis(SKEW_MILLIS)).contains(&checked)
}

pub(crate) fn check_reason(reason: &str) -> Result<String> {
    let reason = reason.trim();
    if !REASON_CHARS.contains(&reason.chars().count()) || reason.chars().any(char::is_control) {
        return Err(Error::Invalid("Say in 4 to 300 characters what you are about to do, for example “set up Entra”."));
    }
    Ok(reason.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secret_is_asked_for_again_after_five_minutes() {
        let now = Timestamp::from_millis(10_000_000);
        assert!(is_fresh(now, now) && is_fresh(now.plus_millis(-300_000), now));
        assert!(!is_fresh(now.plus_millis(-300_001), now));
        assert!(!is_fresh(now.plus_days(1), now), "a clock that was set back");
    }

    #[test]
    fn a_reason_says_something() {
        assert_eq!(check_reason("  set up Entra ").unwrap(), "set up Entra");
        for bad in ["", "   ", "abc", "line\nbreak", &"x".repeat(301)] {
            assert!(check_reason(bad).is_err(), "{bad:?}");
        }
    }
}
