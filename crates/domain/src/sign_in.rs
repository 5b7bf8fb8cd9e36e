//! Signing in with a break-glass account: the way to a session.

use crate::{
    BreakGlassId, Env, Error, Refusal, Result, Timestamp,
    audit::{Action, Actor, Event},
    break_glass::{Account, CodeKind, Proof},
    console::{Principal, Who, idle},
    fold,
    role::Role,
    session::{FRESH_MINUTES, MINUTES, SessionKey},
    store::Tx,
};
use serde_json::json;

/// How many browsers are known at once.
const DEVICES: u64 = 4_096;

/// The account of that name, if there is one. Whoever asks must take the same time and give the same answer either way.
pub async fn find(env: &Env, name: &str) -> Result<Option<Account>> {
    env.store.read(fold(name), |key, tx| Box::pin(async move { tx.break_glass_by_key(key).await })).await
}

/// Whether a browser, by the hash of its cookie, has signed in with the account of that name before.
pub async fn knows_device(env: &Env, name: &str, device: [u8; 32]) -> Result<bool> {
    let work = env.store.read((fold(name), device), |(name, device), tx| {
        Box::pin(async move { tx.has_break_glass_device(name, device).await })
    });
    work.await
}

/// The hashes of the cookies of the browsers that signed in last, with whatever account: up to 4,096, which is more than
/// a company has.
pub async fn devices(env: &Env) -> Result<Vec<[u8; 32]>> {
    env.store.read((), |(), tx| Box::pin(async move { tx.break_glass_devices(DEVICES).await })).await
}

/// Records that the right secret or code was given, which is used up by this, and remembers the browser by the hash of
/// the cookie that it will be given.
///
/// # Errors
/// `Refused` when the secret was changed between the check and now, or the code is unknown, used or expired.
pub async fn succeeded(
    env: &Env,
    account: Account,
    proof: Proof,
    device: [u8; 32],
    address: Option<String>,
) -> Result<Principal> {
    let context = (account, proof, device, address, env.now());
    let work = env.store.write(context, |(account, proof, device, address, now), tx| {
        Box::pin(async move {
            let by = prove(tx, account, proof, *now).await?;
            tx.insert_break_glass_device(*device, account.id, *now).await?;
            let actor = Actor::BreakGlass { account: account.id, name: account.name.clone() };
            let event = Event::new(*now, actor, address.clone(), Action::BreakGlassSignedIn);
            tx.append_event(&event.on(account.id.0, &account.name).with(&json!({"by": by.words}))).await?;
            Ok(Principal {
                who: Who::BreakGlass(account.id, by.generation),
                name: account.name.clone(),
                role: Role::Administrator,
                since: *now,
                checked: *now,
                reason: None,
                ends: now.plus_millis(MINUTES * 60_000),
                session: [0; 32],
            })
        })
    });
    work.await
}

/// Records that the secret was given once more in a session, and what the session is for.
///
/// # Errors
/// As [`succeeded`], and `Refused` when the session has ended meanwhile: it must not come back under another id.
pub async fn confirmed(
    env: &Env,
    principal: &Principal,
    proof: Option<(Account, Proof)>,
    reason: Option<String>,
    address: Option<String>,
) -> Result<Principal> {
    let now = env.now();
    let mut confirmed = principal.clone();
    if proof.is_some() {
        confirmed.checked = now;
    }
    if let Some(reason) = reason {
        confirmed.reason = Some(check_reason(&reason)?);
    }
    let mut event = Event::new(now, confirmed.actor(), address, Action::BreakGlassConfirmed);
    event.reason.clone_from(&confirmed.reason);
    let work = env.store.write((confirmed, proof, event), |(confirmed, proof, event), tx| {
        Box::pin(async move {
            let mut confirmed = confirmed.clone();
            if tx.session(confirmed.session, event.at, idle(event.at)).await?.is_none() {
                return Err(Refusal::SessionEnded.into());
            }
            if let Some((account, proof)) = proof {
                let by = prove(tx, account, proof, event.at).await?;
                confirmed.who = Who::BreakGlass(account.id, by.generation);
            }
            tx.append_event(event).await?;
            Ok(confirmed)
        })
    });
    work.await
}

struct ProvenBy {
    words: &'static str,
    generation: i64,
}

async fn prove(tx: &mut dyn Tx, account: &Account, proof: &Proof, now: Timestamp) -> Result<ProvenBy> {
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
            tx.delete_sessions_of(account.id).await?;
            tx.delete_break_glass_devices(account.id).await?;
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

/// Wrong tries, as far as they were not recorded one by one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusals {
    /// The account, where the name exists.
    pub account: Option<(BreakGlassId, String)>,
    /// How many there were.
    pub attempts: u64,
    /// From how many networks.
    pub networks: u64,
    /// From where, where it was one.
    pub address: Option<String>,
}

/// Records wrong tries, for a name that exists or not: both leave one event, so that both take the same time. What was
/// typed as a name is not kept; it may have been the secret.
pub async fn refused(env: &Env, refusals: Refusals) -> Result<()> {
    let mut event = Event::new(env.now(), Actor::Nobody, refusals.address, Action::BreakGlassRefused)
        .with(&json!({"attempts": refusals.attempts, "networks": refusals.networks}));
    if let Some((id, name)) = &refusals.account {
        event = event.on(id.0, name);
    }
    env.store.write(event, |event, tx| Box::pin(async move { tx.append_event(event).await })).await
}

/// Ends a session, and records that somebody signed out.
pub async fn end(env: &Env, key: SessionKey, principal: Principal, address: Option<String>) -> Result<()> {
    let event = Event::new(env.now(), principal.actor(), address, Action::SignedOut);
    let event = event.on(principal.who.id(), &principal.name);
    let work = env.store.write((key, principal, event), |(key, principal, event), tx| {
        Box::pin(async move {
            tx.delete_session(*key).await?;
            if let Who::BreakGlass(account, _) = principal.who {
                // A confirmation that was under way may have given it another id.
                tx.delete_sign_in(account, principal.since).await?;
            }
            tx.append_event(event).await
        })
    });
    work.await
}

/// Whether the secret was given so lately that it need not be asked for again.
pub(crate) fn is_fresh(checked: Timestamp, now: Timestamp) -> bool {
    (now.plus_millis(-FRESH_MINUTES * 60_000)..=now.plus_millis(60_000)).contains(&checked)
}

fn check_reason(reason: &str) -> Result<String> {
    let reason = reason.trim();
    if !(4..=300).contains(&reason.chars().count()) || reason.chars().any(char::is_control) {
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
