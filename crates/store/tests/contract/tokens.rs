//! SCIM tokens: what ends them, and what is recorded of them.

use crate::{
    records::settings,
    support::{at, id, insert_token, insert_users, on_both_databases, token, unit, user},
};
use domain::{
    Error, Result, TokenId, UserId,
    audit::Action,
    store::Store,
    token::{AlertCount, Budget, ClientProfile, Networks, SeenNetwork, Token},
};

on_both_databases!(
    tokens_are_found_and_revoked,
    a_token_remembers_its_last_use,
    only_one_use_is_the_first,
    what_may_change_changes_and_nothing_else,
    changes_at_once_do_not_undo_each_other,
    places_are_remembered,
    only_one_call_is_the_first_from_a_place,
    a_misuse_is_told_once_in_a_while,
    a_reminder_comes_once_in_a_while,
    bound_users_are_named_while_they_are_there,
    r10_places_are_kept_while_they_are_used,
    r10_alerts_are_counted_by_the_hour,
    r01c_what_is_stored_adds_up_whoever_stores_it,
);

async fn tokens_are_found_and_revoked(store: Store) {
    let used = Token { last_used: Some(at(5)), revoked: Some(at(6)), ..token(1) };
    for token in [&used, &token(3), &token(2)] {
        unit!(store.write, |tx, token| tx.insert_token(token)).unwrap();
    }
    assert_eq!(unit!(store.read, |tx| tx.tokens()).unwrap(), [token(3), token(2), used.clone()]);
    assert_eq!(unit!(store.read, |tx| tx.token(TokenId(id(1)))).unwrap(), Some(used.clone()));
    assert_eq!(unit!(store.read, |tx| tx.token(TokenId(id(9)))).unwrap(), None);
    let off = settings();
    assert_eq!(unit!(store.read, |tx| tx.token_and_settings("key1")).unwrap(), (Some(used), off));
    assert_eq!(unit!(store.read, |tx| tx.token_and_settings("KEY1")).unwrap(), (None, off));
    for moment in [7, 8] {
        unit!(store.write, |tx, moment| tx.revoke_token(TokenId(id(2)), at(*moment))).unwrap();
    }
    assert_eq!(unit!(store.read, |tx| tx.token(TokenId(id(2)))).unwrap().unwrap().revoked, Some(at(7)));
    let again = Token { id: TokenId(id(4)), ..token(3) };
    let outcome = unit!(store.write, |tx, again| tx.insert_token(again));
    assert!(matches!(outcome, Err(Error::Unavailable(_))), "{outcome:?}");
}

async fn a_token_remembers_its_last_use(store: Store) {
    let token = token(1);
    unit!(store.write, |tx, token| tx.insert_token(token)).unwrap();
    for (moment, wanted) in [(50, 50), (40, 50), (60, 60)] {
        unit!(store.write, |tx, moment| tx.touch_token(TokenId(id(1)), at(*moment))).unwrap();
        assert_eq!(unit!(store.read, |tx| tx.token(TokenId(id(1)))).unwrap().unwrap().last_used, Some(at(wanted)));
    }
}

async fn find(store: &Store) -> Token {
    unit!(store.read, |tx| tx.token(TokenId(id(1)))).unwrap().unwrap()
}

async fn only_one_use_is_the_first(store: Store) {
    insert_token(&store, &token(1)).await;
    let touch = |moment: i64| {
        let store = store.clone();
        tokio::spawn(async move { unit!(store.write, |tx, moment| tx.touch_token(TokenId(id(1)), at(*moment))) })
    };
    let units: Vec<_> = (1..=20).map(touch).collect();
    let mut first = 0;
    for unit in units {
        first += usize::from(unit.await.unwrap().unwrap());
    }
    assert_eq!((first, find(&store).await.last_used), (1, Some(at(20))));
    assert!(!unit!(store.write, |tx| tx.touch_token(TokenId(id(404)), at(1))).unwrap());
}

async fn what_may_change_changes_and_nothing_else(store: Store) {
    let networks = Some(Networks { list: "10.0.0.0/8, ::1/128".into(), enforced: true });
    let whole = Token {
        last_used: Some(at(5)),
        expires: Some(at(90)),
        paused: Some(at(7)),
        replaces: Some(TokenId(id(9))),
        networks: networks.clone(),
        profile: Some(ClientProfile::Entra),
        profile_set: true,
        user: Some(UserId(id(8))),
        budget: Budget { mib: 64, refusals: 7 },
        misuse_told: Some(at(3)),
        ..token(1)
    };
    insert_token(&store, &whole).await;
    insert_token(&store, &token(2)).await;
    assert_eq!(find(&store).await, whole);
    assert_eq!(unit!(store.write, |tx| tx.lock_token(TokenId(id(1)))).unwrap(), Some(whole.clone()));
    assert_eq!(unit!(store.write, |tx| tx.lock_token(TokenId(id(404)))).unwrap(), None);
    assert_eq!(unit!(store.read, |tx| tx.token_and_settings("key1")).unwrap(), (Some(whole.clone()), settings()));
    // Only what an administrator may change is written, whatever else the caller holds.
    let tried = networks.map(|networks| Networks { enforced: false, ..networks });
    let profile = Some(ClientProfile::Okta);
    let wanted = Token { expires: None, paused: None, networks: tried.clone(), profile, ..whole.clone() };
    let budget = Budget { mib: 32, refusals: 6_000 };
    let wanted = Token { profile_set: false, budget, ..wanted };
    let asked = Token { expires: None, paused: None, networks: tried, profile, budget, ..token(1) };
    let asked = Token { name: "other".into(), ..asked };
    unit!(store.write, |tx, asked| tx.update_token(asked)).unwrap();
    assert_eq!(find(&store).await, wanted);
    let open = Token { networks: None, ..wanted };
    unit!(store.write, |tx, open| tx.update_token(open)).unwrap();
    assert_eq!(find(&store).await, open);
    assert_eq!(unit!(store.read, |tx| tx.token(TokenId(id(2)))).unwrap(), Some(token(2)));
}

/// Changes a token as the console does: lock, compute, write.
async fn change(store: Store, step: fn(Token) -> Token) -> Result<()> {
    let work = store.write(step, |step, tx| {
        Box::pin(async move {
            let token = tx.lock_token(TokenId(id(1))).await?.ok_or(Error::NotFound)?;
            tokio::time::sleep(std::time::Duration::from_millis(30)).await;
            tx.update_token(&step(token)).await
        })
    });
    work.await
}

async fn changes_at_once_do_not_undo_each_other(store: Store) {
    insert_token(&store, &token(1)).await;
    let networks = |token| Token { networks: Some(Networks { list: "::/0".into(), enforced: true }), ..token };
    let (one, two, three) = tokio::join!(
        change(store.clone(), |token| Token { paused: Some(at(3)), ..token }),
        change(store.clone(), |token| Token { expires: Some(at(9)), ..token }),
        change(store.clone(), networks),
    );
    one.and(two).and(three).unwrap();
    assert_eq!(find(&store).await, networks(Token { paused: Some(at(3)), expires: Some(at(9)), ..token(1) }));
}

async fn see(store: &Store, number: u128, place: &str, moment: i64) -> bool {
    let place = place.to_owned();
    unit!(store.write, |tx, number, place, moment| tx.see_token(TokenId(id(*number)), place, at(*moment))).unwrap()
}

async fn places_are_remembered(store: Store) {
    insert_token(&store, &token(1)).await;
    insert_token(&store, &token(2)).await;
    assert!(see(&store, 1, "192.0.2.7", 10).await);
    assert!(see(&store, 1, "2001:db8::/64", 20).await);
    assert!(!see(&store, 1, "192.0.2.7", 30).await);
    // A call that is recorded late is not the last.
    assert!(!see(&store, 1, "192.0.2.7", 25).await);
    assert!(see(&store, 2, "192.0.2.7", 40).await);
    let seen = |network: &str, first, last| SeenNetwork { network: network.into(), first: at(first), last: at(last) };
    let places = unit!(store.read, |tx| tx.token_networks(TokenId(id(1)))).unwrap();
    assert_eq!(places, [seen("192.0.2.7", 10, 30), seen("2001:db8::/64", 20, 20)]);
    assert_eq!(unit!(store.read, |tx| tx.token_networks(TokenId(id(404)))).unwrap(), []);
}

async fn only_one_call_is_the_first_from_a_place(store: Store) {
    insert_token(&store, &token(1)).await;
    let units: Vec<_> = (1..=20)
        .map(|moment| {
            let store = store.clone();
            tokio::spawn(async move { see(&store, 1, "192.0.2.7", moment).await })
        })
        .collect();
    let mut first = 0;
    for unit in units {
        first += usize::from(unit.await.unwrap());
    }
    assert_eq!(first, 1);
}

async fn a_misuse_is_told_once_in_a_while(store: Store) {
    insert_token(&store, &token(1)).await;
    let tell = async |after: i64, now: i64| {
        unit!(store.write, |tx, after, now| tx.tell_misuse(TokenId(id(1)), at(*after), at(*now))).unwrap()
    };
    assert!(tell(900, 1_000).await);
    assert!(!tell(950, 1_050).await);
    assert!(!tell(1_000, 1_100).await);
    assert!(tell(1_001, 1_101).await);
    // The clock was set back: what it wrote before must not suppress later alerts.
    assert!(tell(400, 500).await);
    assert!(!tell(401, 501).await);
    assert!(!unit!(store.write, |tx| tx.tell_misuse(TokenId(id(404)), at(0), at(1))).unwrap());
}

async fn a_reminder_comes_once_in_a_while(store: Store) {
    insert_token(&store, &token(1)).await;
    let remind = async |after: i64, now: i64| {
        unit!(store.write, |tx, after, now| tx.remind_of_token(TokenId(id(1)), at(*after), at(*now))).unwrap()
    };
    assert!(remind(900, 1_000).await);
    assert!(!remind(900, 1_500).await);
    assert!(!remind(1_000, 1_500).await);
    assert!(remind(1_001, 1_500).await);
    assert!(remind(400, 500).await);
    // The two do not affect each other.
    assert!(unit!(store.write, |tx| tx.tell_misuse(TokenId(id(1)), at(400), at(500))).unwrap());
}

async fn bound_users_are_named_while_they_are_there(store: Store) {
    let mut ada = user(1, "ada");
    ada.profile.display_name = Some("Ada L.".into());
    insert_users(&store, &[ada, user(2, "bob")]).await;
    for (number, bound) in [(1, Some(1)), (2, Some(2)), (3, Some(404)), (4, None)] {
        insert_token(&store, &Token { user: bound.map(|bound| UserId(id(bound))), ..token(number) }).await;
    }
    let names = async || {
        let mut users = unit!(store.read, |tx| tx.token_users()).unwrap();
        users.sort();
        users
    };
    let row = |token, user, name: &str| (TokenId(id(token)), UserId(id(user)), name.to_owned());
    assert_eq!(names().await, [row(1, 1, "Ada L."), row(2, 2, "bob")]);
    unit!(store.write, |tx| tx.delete_user(UserId(id(1)), at(5))).unwrap();
    assert_eq!(names().await, [row(2, 2, "bob")]);
    unit!(store.write, |tx| tx.restore_user(UserId(id(1)), at(6))).unwrap();
    assert_eq!(names().await.len(), 2);
}

async fn r10_places_are_kept_while_they_are_used(store: Store) {
    insert_token(&store, &token(1)).await;
    insert_token(&store, &token(2)).await;
    for number in 1..=9_i64 {
        assert!(see(&store, 1, &format!("192.0.2.{number}"), number).await);
    }
    assert!(!see(&store, 1, "192.0.2.1", 20).await);
    assert!(see(&store, 2, "192.0.2.1", 1).await);
    let networks = async |number: u128| {
        let seen = unit!(store.read, |tx, number| tx.token_networks(TokenId(id(*number)))).unwrap();
        seen.into_iter().map(|seen| seen.network).collect::<Vec<_>>()
    };
    unit!(store.write, |tx| tx.trim_token_networks(TokenId(id(1)), 3)).unwrap();
    assert_eq!(networks(1).await, ["192.0.2.1", "192.0.2.9", "192.0.2.8"]);
    unit!(store.write, |tx| tx.forget_token_networks(at(9))).unwrap();
    assert_eq!((networks(1).await, networks(2).await.len()), (vec!["192.0.2.1".into(), "192.0.2.9".into()], 0));
}

async fn r10_alerts_are_counted_by_the_hour(store: Store) {
    insert_token(&store, &token(1)).await;
    insert_token(&store, &token(2)).await;
    let count = async |number: u128, action: Action, hour: i64| {
        let token = TokenId(id(number));
        unit!(store.write, |tx, token, action, hour| tx.count_alert(*token, *action, *hour)).unwrap()
    };
    use Action::{TokenNameRefused, TokenNewNetwork};
    assert_eq!((count(1, TokenNewNetwork, 7).await, count(1, TokenNewNetwork, 7).await), ((1, 0), (2, 0)));
    assert_eq!((count(2, TokenNewNetwork, 7).await, count(1, TokenNameRefused, 7).await), ((1, 0), (1, 0)));
    assert_eq!((count(1, TokenNewNetwork, 8).await, count(1, TokenNewNetwork, 8).await), ((1, 2), (2, 0)));
    let mut taken = unit!(store.write, |tx| tx.take_alert_counts(8)).unwrap();
    taken.sort_by_key(|count| count.token);
    let row = |number, action| AlertCount { token: TokenId(id(number)), action, number: 1 };
    assert_eq!(taken, [row(1, TokenNameRefused), row(2, TokenNewNetwork)]);
    assert_eq!(unit!(store.write, |tx| tx.take_alert_counts(8)).unwrap(), []);
    assert_eq!(unit!(store.write, |tx| tx.take_alert_counts(9)).unwrap().len(), 1);
}

async fn r01c_what_is_stored_adds_up_whoever_stores_it(store: Store) {
    insert_token(&store, &token(1)).await;
    let spend = async |hour: i64, bytes: u64| {
        unit!(store.write, |tx, hour, bytes| tx.spend(TokenId(id(1)), *hour, *bytes)).unwrap()
    };
    let spent = async |hour: i64| unit!(store.read, |tx, hour| tx.spent(TokenId(id(1)), *hour)).unwrap();
    assert_eq!(spent(7).await, 0);
    let units: Vec<_> = (1..=20_u64)
        .map(|bytes| {
            let store = store.clone();
            tokio::spawn(async move { unit!(store.write, |tx, bytes| tx.spend(TokenId(id(1)), 7, *bytes)).unwrap() })
        })
        .collect();
    let mut sums = Vec::new();
    for unit in units {
        sums.push(unit.await.unwrap());
    }
    sums.sort_unstable();
    sums.dedup();
    // Each caller gets a different sum, so only one of them learns that a mark was passed.
    assert_eq!((sums.len(), sums[19], spent(7).await), (20, 210, 210));
    assert_eq!((spend(8, 5).await, spent(8).await, spent(7).await), (5, 5, 0));
    // A clock that is a little slow adds to the hour that has begun; one that was set back starts over.
    assert_eq!((spend(7, 1).await, spent(8).await), (6, 6));
    assert_eq!((spend(2, 9).await, spent(2).await), (9, 9));
}
