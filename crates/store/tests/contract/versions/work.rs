//! Everyday work on a database that was upgraded.

use super::{
    NOW, day,
    people::{self, named},
    records, seeded, ways_in,
};
use crate::support::{at, unit};
use domain::{
    BreakGlassId, Conflict, Env, Error, GroupId, MemberId, UserId,
    audit::{Action, Event},
    break_glass::Proof,
    directory::{Directory, Edit, Expected, Source},
    group::GroupProfile,
    guard::{BatchState, Undone},
    identity::Who,
    session::{self, Browser},
    sign_in,
    store::Store,
    undo::{self, Undo},
    user::{Profile, User},
};
use serde_json::{Value, json};
use std::sync::Arc;

pub(super) async fn goes_on(env: &Env, version: i64) {
    let before = records::log(&env.store).await.len();
    if version >= 2 {
        records::verify(&env.store).await;
        batches_are_undone(env, version).await;
        a_code_lets_in(env).await;
    }
    a_secret_lets_in(env).await;
    let directory = ways_in::directory(env).await;
    users_are_made_changed_and_deleted(env, &directory).await;
    groups_are_made_and_deleted(&directory).await;
    people::keys_are_renewed(env).await;
    records::verify(&env.store).await;
    let log = records::log(&env.store).await;
    let new: Vec<Action> = log[before..].iter().map(|entry| entry.event.action).collect();
    for action in [Action::UserCreated, Action::UserChanged, Action::UserDeleted, Action::BreakGlassSignedIn] {
        assert!(new.contains(&action), "{new:?}");
    }
}

/// Undoes what the seeds took away; since version 12 they have the orders, too.
async fn batches_are_undone(env: &Env, version: i64) {
    let store = &env.store;
    if version < 12 {
        let order = Undo {
            batch: seeded(0x0601),
            people: None,
            from: at(day(2) + 1_000),
            gathers: None,
            below: None,
            undone: Undone::default(),
            skipped: 0,
            failures: 0,
            continued: at(day(2)),
            ordered: Event::new(at(day(2)), Who::Host, None, Action::GuardUndone),
        };
        unit!(store.write, |tx, order| tx.insert_undo(order)).unwrap();
    }
    undo::go_on_with_all(env).await.unwrap();
    assert_eq!(unit!(store.read, |tx| tx.undos()).unwrap(), []);
    is_undone(store, 0x0601, Undone { restored: 4, failed: 0 }).await;
    let noa = find(store, 0x0005).await;
    assert!(noa.profile.active);
    assert_eq!(serde_json::from_str::<Value>(&noa.profile.document).unwrap()["active"], true);
    for (group, user) in [(0x0101, 0x0011), (0x0111, 0x0002), (0x0112, 0x0007)] {
        assert!(members(store, group).await.contains(&UserId(seeded(user))), "{user:x} in {group:x}");
    }
    assert_eq!(named(store, "GRACE.hopper@corp.example").await, [seeded(0x0011)]);
    if version >= 12 {
        is_undone(store, 0x0603, Undone { restored: 2, failed: 0 }).await;
        assert_eq!(named(store, "kai.old@corp.example").await, [seeded(0x0003)]);
        assert!(members(store, 0x0102).await.contains(&UserId(seeded(0x0007))));
    }
}

async fn is_undone(store: &Store, batch: u16, undone: Undone) {
    let found = unit!(store.read, |tx, batch| tx.batch_summary(seeded(*batch))).unwrap().unwrap().batch;
    assert_eq!((found.state, found.undone), (BatchState::Undone, Some(undone)), "{batch:x}");
}

async fn a_code_lets_in(env: &Env) {
    let code = ways_in::recovery_code();
    signs_in(env, Proof::Code(code), 0xc0).await;
    assert_eq!(sign_in::account_of_code(env, code).await.unwrap(), None, "it is good once");
}

async fn a_secret_lets_in(env: &Env) {
    signs_in(env, Proof::Secret, 0x5e).await;
    let gate = sign_in::find(env, "gate-7f3k").await.unwrap().unwrap();
    assert_eq!(gate.proven, Some(NOW));
}

/// Signs in with this proof, and looks for the session under the key made of this byte.
async fn signs_in(env: &Env, proof: Proof, key: u8) {
    let gate = sign_in::find(env, "gate-7f3k").await.unwrap().unwrap();
    let new = sign_in::NewSession { key: [key; 32], device: [key; 32], browser: Browser::default(), replaces: None };
    let principal = sign_in::succeeded(env, sign_in::Proved { account: gate, proof }, new).await.unwrap();
    assert_eq!(principal.account(), Some(BreakGlassId(seeded(0x0301))));
    assert_eq!(session::find(env, [key; 32]).await.unwrap().unwrap().principal, principal);
}

async fn users_are_made_changed_and_deleted(env: &Env, directory: &Directory) {
    let store = &env.store;
    let taken = directory.create_user(profile("ǰANA@CORP.EXAMPLE")).await;
    assert!(matches!(taken, Err(Error::Conflict(Conflict::UserName))), "{taken:?}");
    let new = directory.create_user(profile("Neue@corp.example")).await.unwrap();
    assert_eq!(named(store, "NEUE@corp.example").await, [new.id.0]);

    let before = find(store, 0x0002).await;
    let rename = Edit::new(1, |user: &User| {
        let mut document: Value = serde_json::from_str(&user.profile.document).unwrap();
        document["displayName"] = json!("Åsa Ek");
        let (display_name, document) = (Some("Åsa Ek".into()), document.to_string());
        Ok(Profile { display_name, document, values: Some(Vec::new()), ..user.profile.clone() })
    });
    let done = directory.change_user(before.id, Expected::default(), false, Arc::new(rename), Source::IfLight).await;
    assert!(done.is_ok());
    let after = find(store, 0x0002).await;
    assert_eq!((after.version, after.changed, after.name()), (before.version + 1, NOW, "Åsa Ek"));

    let sean = UserId(seeded(0x0004));
    directory.delete_user(sean, Expected::default()).await.unwrap();
    assert!(named(store, "o'brien, seán").await.is_empty());
    unit!(store.write, |tx, sean| tx.restore_user(*sean, NOW)).unwrap().unwrap();
    assert_eq!(named(store, "o'brien, seán").await, [sean.0]);
    assert!(members(store, 0x0102).await.contains(&sean));
    directory.delete_user(sean, Expected::default()).await.unwrap();
}

async fn groups_are_made_and_deleted(directory: &Directory) {
    let profile = |name: &str| GroupProfile {
        display_name: name.into(),
        external_id: None,
        document: json!({"displayName": name}).to_string(),
    };
    let taken = directory.create_group(profile("engineering"), Vec::new(), false).await;
    assert!(matches!(taken, Err(Error::Conflict(Conflict::GroupName))), "{taken:?}");
    let members = vec![MemberId(seeded(0x0001)), MemberId(seeded(0x0101))];
    let group = directory.create_group(profile("New"), members, true).await.unwrap();
    assert_eq!((group.members.len(), group.nested.len()), (1, 1));
    directory.delete_group(GroupId(seeded(0x0103)), Expected::default()).await.unwrap();
}

fn profile(user_name: &str) -> Profile {
    crate::support::user(1, user_name).profile
}

async fn find(store: &Store, user: u16) -> User {
    unit!(store.write, |tx, user| tx.lock_user(UserId(seeded(*user)))).unwrap().unwrap()
}

async fn members(store: &Store, group: u16) -> Vec<UserId> {
    unit!(store.read, |tx, group| tx.first_members(GroupId(seeded(*group)), 99)).unwrap()
}
