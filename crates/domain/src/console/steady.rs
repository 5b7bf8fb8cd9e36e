use super::Console;
use crate::{
    Result, Timestamp,
    activity::RECORD_DAYS,
    cycle::{CYCLES_READ, Cycle, Noise, Provisioned, Sync, finished, interval},
    store::Tx,
    token::Token,
};
use std::cmp::Reverse;

/// How many repeated changes of one token are looked at.
const REPEATS_READ: u64 = 100_000;

/// How many attributes, or sets of them, that are sent again and again are shown of one token.
const NOISE_SHOWN: usize = 20;

/// How many of the users who were created last are looked at.
const USERS_READ: u64 = 1_000;

/// Of how many tokens the sync is judged.
const TOKENS_READ: usize = 20;

/// Whether the syncs have reached a steady state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SteadyState {
    /// The syncs, those that need a look first.
    pub syncs: Vec<SyncReport>,
    /// What the directories sent of the users who were created last.
    pub provisioned: Provisioned,
}

/// The sync of one token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyncReport {
    /// The token.
    pub token: Token,
    /// How it is.
    pub sync: Sync,
    /// The usual time from the start of one cycle to the next, in milliseconds, if it is known.
    pub interval: Option<i64>,
    /// Its latest cycles, the newest first.
    pub cycles: Vec<Cycle>,
    /// What is sent again and again.
    pub noise: Vec<Noise>,
}

impl Console {
    /// Whether the syncs have reached a steady state, and what keeps them from it.
    pub async fn steady_state(&self) -> Result<SteadyState> {
        let work = self.env.store.read(self.now(), |now, tx| {
            Box::pin(async move {
                let mut syncs = Vec::new();
                for token in watched(&tx.tokens().await?, *now) {
                    syncs.push(report(tx, token.clone(), *now).await?);
                }
                syncs.sort_by_key(|report| Reverse(report.sync.urgency()));
                Ok(SteadyState { syncs, provisioned: tx.provisioned(USERS_READ).await? })
            })
        });
        work.await
    }
}

/// How the sync of each token is that works and has been used lately.
pub(super) async fn syncs(tx: &mut dyn Tx, tokens: &[Token], now: Timestamp) -> Result<Vec<Sync>> {
    let mut syncs = Vec::new();
    for token in watched(tokens, now) {
        let cycles = tx.cycles(token.id, CYCLES_READ).await?;
        syncs.push(Sync::of(&cycles, tx.pauses(token.id).await?, now));
    }
    Ok(syncs)
}

/// Those that work and are not paused, have been used lately, and have no successor.
fn watched(tokens: &[Token], now: Timestamp) -> impl Iterator<Item = &Token> {
    let oldest = now.plus_days(-RECORD_DAYS);
    let is_watched = move |token: &&Token| {
        token.ended(now).is_none() && token.last_used.is_some_and(|at| at >= oldest) && !token.is_succeeded(tokens, now)
    };
    tokens.iter().filter(is_watched).take(TOKENS_READ)
}

async fn report(tx: &mut dyn Tx, token: Token, now: Timestamp) -> Result<SyncReport> {
    let cycles = tx.cycles(token.id, CYCLES_READ).await?;
    let mut noise = Vec::new();
    if let Some(last) = finished(&cycles, now).first() {
        noise = tx.noise(token.id, last.start, REPEATS_READ).await?;
        noise.truncate(NOISE_SHOWN);
        for noise in &mut noise {
            let of = (noise.subject, noise.attributes.as_str());
            if let Some(target) = tx.noisiest(token.id, last.start, of).await? {
                noise.example = Some((target, tx.target_name(target).await?));
            }
        }
    }
    let sync = Sync::of(&cycles, tx.pauses(token.id).await?, now);
    Ok(SyncReport { sync, interval: interval(&cycles), token, cycles, noise })
}
