//! Tokens, break-glass accounts with their codes and browsers, and sessions.

use super::{day, seeded};
use crate::support::{at, unit};
use domain::{
    BreakGlassId, Env, Error, Refusal, TokenId, UserId,
    break_glass::{Account, Typed},
    directory::Directory,
    drill::Drill,
    session::SessionSummary,
    sign_in,
    token::{Budget, ClientProfile, Networks, Token},
};

/// The token that works.
const LIVE: &str = "postern_scim_SeedLive01_Ab3Ab3Ab3Ab3Ab3Ab3Ab3Ab3Ab3Ab3Ab3Ab3Ab3Ab3A1woI7H";
const REVOKED: &str = "postern_scim_SeedGone02_Cd4Cd4Cd4Cd4Cd4Cd4Cd4Cd4Cd4Cd4Cd4Cd4Cd4Cd4C1aS2pC";
const EXPIRED: &str = "postern_scim_SeedLate03_Ef5Ef5Ef5Ef5Ef5Ef5Ef5Ef5Ef5Ef5Ef5Ef5Ef5Ef5E4adE6M";
const PAUSED: &str = "postern_scim_SeedHeld04_Gh6Gh6Gh6Gh6Gh6Gh6Gh6Gh6Gh6Gh6Gh6Gh6Gh6Gh6G2lZF0P";

/// A recovery code that is unused, one that was used, and one from the host that has expired.
const CODES: [&str; 3] =
    ["7F3KA-2M9QX-0RT5V-WZ8HC-4JNEP", "B6D1Y-G0S3A-KM7PQ-X2V9T-8RWCF", "H4J5N-E1Z6R-Q0T8K-3YAXW-M2VBD"];

const INSIDE: &str = "192.0.2.7";
const OUTSIDE: &str = "198.51.100.7";

pub(super) async fn are_open(env: &Env, version: i64) {
    tokens_open_what_they_opened(env, version).await;
    accounts_are_as_they_were(env, version).await;
    codes_and_browsers_are_known(env, version).await;
    sessions_are_as_they_were(env, version).await;
    drills_are_there(env, version).await;
}

/// The directory, as the holder of the token that works opens it.
pub(super) async fn directory(env: &Env) -> Directory {
    Directory::open(env, Some(LIVE), Some(INSIDE.into())).await.unwrap()
}

async fn tokens_open_what_they_opened(env: &Env, version: i64) {
    let refusal = async |secret: &str, address: &str| match Directory::open(env, Some(secret), Some(address.into()))
        .await
        .map(drop)
    {
        Ok(()) => None,
        Err(Error::Refused(refusal)) => Some(refusal),
        Err(error) => panic!("{error}"),
    };
    let since_two = |refusal| (version >= 2).then_some(refusal);
    assert_eq!(refusal(LIVE, INSIDE).await, None);
    assert_eq!(refusal(LIVE, OUTSIDE).await, since_two(Refusal::OutsideNetworks));
    assert_eq!(refusal(REVOKED, INSIDE).await, Some(Refusal::BadToken));
    assert_eq!(refusal(EXPIRED, INSIDE).await, Some(Refusal::BadToken));
    let unknown = Some(Refusal::BadToken);
    assert_eq!(refusal(PAUSED, INSIDE).await, if version >= 2 { Some(Refusal::TokenPaused) } else { unknown });
    token_is_set_as_it_was(env, version).await;
}

async fn token_is_set_as_it_was(env: &Env, version: i64) {
    let (store, id) = (&env.store, TokenId(seeded(0x0201)));
    let token = unit!(store.read, |tx, id| tx.token(*id)).unwrap().unwrap();
    let wanted = Token {
        last_four: "oI7H".into(),
        name: "Entra".into(),
        created: at(day(1)),
        networks: (version >= 2).then(|| Networks { list: "192.0.2.0/24, 2001:db8::/32".into(), enforced: true }),
        profile: (version >= 4).then_some(ClientProfile::Entra),
        profile_set: version >= 4,
        user: (version >= 4).then_some(UserId(seeded(0x0001))),
        budget: if version >= 8 { Budget { mib: 64, refusals: 30 } } else { Budget::default() },
        ..token.clone()
    };
    assert_eq!(token, wanted);
    let paused = TokenId(seeded(0x0204));
    let paused = unit!(store.read, |tx, paused| tx.token(*paused)).unwrap();
    assert_eq!(paused.and_then(|token| token.replaces), (version >= 2).then_some(TokenId(seeded(0x0203))));
    let networks = unit!(store.read, |tx, id| tx.token_networks(*id)).unwrap();
    let networks: Vec<&str> = networks.iter().map(|seen| seen.network.as_str()).collect();
    assert_eq!(networks, if version >= 2 { vec!["192.0.2.7", "2001:db8::/64"] } else { vec![] });
    let spent = unit!(store.read, |tx, id| tx.spent(*id, day(8) / 3_600_000)).unwrap();
    assert_eq!(spent, if version >= 8 { 123_456 } else { 0 });
}

async fn accounts_are_as_they_were(env: &Env, version: i64) {
    let gate = sign_in::find(env, "GATE-7F3K").await.unwrap().unwrap();
    let since_two = |moment| (version >= 2).then_some(at(day(2) + moment));
    let wanted = Account {
        id: BreakGlassId(seeded(0x0301)),
        name: "gate-7f3k".into(),
        secret_hash: "$argon2id$v=19$m=65536,t=3,p=1$c2VlZHNlZWQwMzAx$c2VlZHNlZWRzZWVkc2VlZHNlZWRzZWVk".into(),
        next_hash: (version >= 2).then(|| "$argon2id$next".into()),
        generation: if version >= 2 { 2 } else { 1 },
        created: at(day(1)),
        secret_changed: at(day(1)),
        proven: Some(at(day(1) + 7_000)),
        used: since_two(100),
        drilled: since_two(200),
    };
    assert_eq!(gate, wanted);
    let store = &env.store;
    let holdings = unit!(store.read, |tx| tx.break_glass()).unwrap();
    let counts: Vec<_> = holdings.iter().map(|of| (of.account.name.as_str(), of.codes, of.devices)).collect();
    let (codes, devices, of_other) = match version {
        1 => (0, 0, 0),
        2..7 => (1, 1, 0),
        _ => (1, 2, 1),
    };
    assert_eq!(counts, [("gate-7f3k", codes, devices), ("gate-q2zt", 0, of_other)]);
}

async fn codes_and_browsers_are_known(env: &Env, version: i64) {
    let gate = (version >= 2).then_some(BreakGlassId(seeded(0x0301)));
    for (code, account) in CODES.into_iter().zip([gate, None, None]) {
        assert_eq!(sign_in::account_of_code(env, hash(code)).await.unwrap(), account, "{code}");
    }
    for (since, device) in [(2, 0x21), (7, 0x77)] {
        assert_eq!(sign_in::knows_device(env, [device; 32]).await.unwrap(), version >= since);
    }
}

/// What is stored of the unused recovery code.
pub(super) fn recovery_code() -> [u8; 32] {
    hash(CODES[0])
}

fn hash(code: &str) -> [u8; 32] {
    let Typed::Code(hash) = Typed::read(code) else { panic!("{code} is no code") };
    hash
}

/// Sessions of version 7 continue; older ones end with the upgrade.
async fn sessions_are_as_they_were(env: &Env, version: i64) {
    let store = &env.store;
    let now = at(day(7) + 60_000);
    let found = unit!(store.read, |tx, now| tx.session([0x71; 32], *now, at(0))).unwrap();
    let principal = found.map(|session| session.principal);
    let parts =
        principal.as_ref().map(|principal| (principal.account(), principal.generation, principal.reason.as_deref()));
    let gate = BreakGlassId(seeded(0x0301));
    assert_eq!(parts, (version >= 7).then_some((Some(gate), Some(2), Some("rehearsal"))));
    let all: Vec<SessionSummary> = unit!(store.read, |tx, now| tx.sessions(*now, at(0))).unwrap();
    assert_eq!(all.len(), if version >= 7 { 2 } else { 0 });
    for key in [0x11, 0x12, 0x22, 0x23] {
        assert_eq!(unit!(store.read, |tx, key, now| tx.session([*key; 32], *now, at(0))).unwrap(), None);
    }
}

async fn drills_are_there(env: &Env, version: i64) {
    let store = &env.store;
    let drills: Vec<Drill> = unit!(store.read, |tx| tx.drills(9)).unwrap();
    let known = [(7, 0x0571), (2, 0x0502), (2, 0x0501)];
    let known: Vec<_> = known.iter().filter(|(since, _)| *since <= version).map(|(_, id)| seeded(*id)).collect();
    assert_eq!(drills.iter().map(|drill| drill.id).collect::<Vec<_>>(), known);
    for drill in drills {
        assert_ne!(drill.seed, [0; 16], "nobody can know the codes of its alerts");
        assert_eq!(drill.completed.is_some(), drill.id == seeded(0x0501));
    }
}
