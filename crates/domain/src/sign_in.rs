//! Signing in and out with a break-glass account. The hash is checked by the border, which can afford the time; what
//! follows from the check happens here.

use crate::{
    Env, Error, Refusal, Result, Timestamp,
    audit::{Action, Actor, Event},
    break_glass::{self, Account},
    console::Principal,
    fold,
    session::SessionKey,
};

/// How long a break-glass session lasts at most.
pub const SESSION_MINUTES: i64 = 30;

/// The account of that name, if there is one. Whoever asks must take the same time and give the same answer either way.
pub async fn find(env: &Env, name: &str) -> Result<Option<Account>> {
    env.store.read(fold(name), |key, tx| Box::pin(async move { tx.break_glass_by_key(key).await })).await
}

/// Records that the right secret was given: the account is proven from now on.
///
/// # Errors
/// `Refused` when the secret was changed between the check and now.
pub async fn succeeded(env: &Env, account: Account, address: Option<String>) -> Result<Principal> {
    let now = env.now();
    let work = env.store.write((account, address, now), |(account, address, now), tx| {
        Box::pin(async move {
            if !tx.prove_break_glass(account.id, &account.secret_hash, *now).await? {
                return Err(Error::Refused(Refusal::WrongSecret));
            }
            let actor = Actor::BreakGlass { account: account.id, name: account.name.clone() };
            tx.append_event(&break_glass::event(account, actor, *now, address.clone(), Action::BreakGlassSignedIn))
                .await?;
            Ok(Principal { account: account.id, name: account.name.clone(), since: *now, ends: session_end(*now) })
        })
    });
    work.await
}

/// Records that a wrong secret was given, for a name that exists or not: both leave one event, so that both take the
/// same time. What was typed as a name is not kept; it may have been the secret.
pub async fn failed(env: &Env, account: Option<Account>, address: Option<String>) -> Result<()> {
    let event = Event {
        at: env.now(),
        actor: Actor::Nobody,
        address,
        action: Action::BreakGlassRefused,
        target: account.as_ref().map(|account| account.id.0),
        target_name: account.map(|account| account.name),
    };
    env.store.write(event, |event, tx| Box::pin(async move { tx.append_event(event).await })).await
}

/// Ends a session, and records that somebody signed out.
pub async fn end(env: &Env, key: SessionKey, principal: Principal, address: Option<String>) -> Result<()> {
    let Principal { account, name, .. } = principal;
    let event = Event {
        at: env.now(),
        target: Some(account.0),
        target_name: Some(name.clone()),
        actor: Actor::BreakGlass { account, name },
        address,
        action: Action::SignedOut,
    };
    let work = env.store.write((key, event), |(key, event), tx| {
        Box::pin(async move {
            tx.delete_session(*key).await?;
            tx.append_event(event).await
        })
    });
    work.await
}

fn session_end(now: Timestamp) -> Timestamp {
    now.plus_millis(SESSION_MINUTES * 60_000)
}
