//! The effect of single migrations on rows; `versions.rs` upgrades whole databases.

use crate::support::{Database, at, execute, id, migrate, numbers, on_both_databases_bare, store, unit};
use domain::{
    BreakGlassId, TokenId, UserId,
    audit::{Action, Event, Lane, Verifier},
    guard::{Chosen, DepartureKind},
    identity::Who,
    page::Place,
    role::Role,
    store::Store,
};

on_both_databases_bare!(
    people_are_there_and_work,
    ways_in_are_there_and_work,
    the_log_is_there_and_goes_on,
    an_old_log_is_removed_in_due_time,
    r10_channels_go_on_where_they_were,
    departures_get_numbers_and_can_be_undone,
);

/// Rows as the version before wrote them: `{n}` is the id of that number, `{h}` a hash.
const ROWS: &str = r#"
    INSERT INTO users (id, version, created, changed, user_name, user_name_key, display_name, display_name_key, active,
            document)
        VALUES ({1}, 3, 10, 30, 'Ada', 'ada', 'Ada L.', 'ada l.', TRUE, '{"userName":"Ada"}'),
            ({2}, 1, 20, 20, 'bob', 'bob', NULL, NULL, FALSE, '{}');
    INSERT INTO user_emails (user_id, position, value, value_key, kind, kind_key, is_primary)
        VALUES ({1}, 0, 'A@corp.example', 'a@corp.example', 'Work', 'work', TRUE);
    INSERT INTO groups (id, version, created, changed, display_name, display_name_key, document)
        VALUES ({3}, 2, 10, 20, 'Team', 'team', '{}');
    INSERT INTO group_members (group_id, user_id, added) VALUES ({3}, {1}, 11), ({3}, {2}, 12);
    INSERT INTO tokens (id, key, hash, last_four, name, created, last_used)
        VALUES ({4}, 'key4', {h}, 'wxyz', 'Entra', 10, 20);
    INSERT INTO break_glass_accounts (id, name, name_key, secret_hash, created, secret_changed, proven)
        VALUES ({5}, 'gate-7f3k', 'gate-7f3k', 'hash', 10, 20, 30);
    INSERT INTO sessions (key, account, signed_in, data, expires) VALUES ({h}, {5}, 30, '{}', 9000000000000);
    UPDATE settings SET provisioning = TRUE, provisioning_changed = 40;
    INSERT INTO audit_events (at, actor_kind, actor_id, actor_name, address, action, target, target_name)
        VALUES (10, 'host', NULL, NULL, NULL, 'break_glass.created', {5}, 'gate-7f3k'),
            (20, 'break_glass', {5}, 'gate-7f3k', '::1', 'provisioning.enabled', NULL, NULL),
            (30, 'scim', {4}, 'Entra', '::1', 'user.created', {1}, 'Ada L.'),
            (40, 'nobody', NULL, NULL, '::1', 'break_glass.refused', NULL, NULL);
"#;

/// A database that has only the first migration and these rows, opened by this version.
async fn upgraded(database: &Database) -> Store {
    migrate(database, 1).await;
    fill(database, ROWS).await;
    store(database).await
}

/// Adds rows.
async fn fill(database: &Database, rows: &str) {
    let sqlite = database.url().starts_with("sqlite");
    let (start, end) = if sqlite { ("X'", "'") } else { ("'\\x", "'") };
    let mut rows = rows.replace("{h}", &format!("{start}{}{end}", "07".repeat(32)));
    for number in 1..=5 {
        let text = id(number).simple().to_string();
        let value = if sqlite { format!("X'{text}'") } else { format!("'{text}'::uuid") };
        rows = rows.replace(&format!("{{{number}}}"), &value);
    }
    execute(database, &rows).await;
}

async fn people_are_there_and_work(database: Database) {
    let store = upgraded(&database).await;
    let (ada, team) = (UserId(id(1)), domain::GroupId(id(3)));
    let counted = numbers(
        &database,
        "SELECT total FROM user_blocks UNION ALL SELECT active FROM user_blocks UNION ALL
        SELECT total FROM group_blocks UNION ALL SELECT position FROM users UNION ALL SELECT position FROM groups",
    )
    .await;
    assert_eq!(counted, [2, 1, 1, 1, 2, 1]);
    let mut found = unit!(store.write, |tx, ada| tx.lock_user(*ada)).unwrap().unwrap();
    assert_eq!((found.version, found.name(), found.profile.emails.len()), (3, "Ada L.", 1));
    assert_eq!(
        unit!(store.read, |tx| tx.page_users(&domain::query::Predicate::All, Place::Start, 9)).unwrap().len(),
        2
    );
    assert_eq!(unit!(store.read, |tx, team| tx.count_members(*team)).unwrap(), 2);
    assert_eq!(unit!(store.read, |tx, ada| tx.user_role(*ada)).unwrap(), None);
    assert_eq!(unit!(store.read, |tx, team| tx.group_role(*team)).unwrap(), None);
    unit!(store.write, |tx, team| tx.set_group_role(*team, Some(Role::Auditor))).unwrap();
    assert_eq!(unit!(store.read, |tx| tx.count_role(Role::Auditor)).unwrap(), 1);
    unit!(store.write, |tx, ada| tx.delete_user(*ada, at(50))).unwrap();
    let name = unit!(store.write, |tx, ada| tx.restore_user(*ada, at(60))).unwrap();
    assert_eq!(name.as_deref(), Some("Ada L."));
    (found.version, found.changed) = (4, at(60));
    assert_eq!(unit!(store.write, |tx, ada| tx.lock_user(*ada)).unwrap(), Some(found));
    assert_eq!(unit!(store.read, |tx, team| tx.count_members(*team)).unwrap(), 2);
}

async fn ways_in_are_there_and_work(database: Database) {
    let store = upgraded(&database).await;
    let (token, settings) = unit!(store.read, |tx| tx.token_and_settings("key4")).unwrap();
    let wanted = domain::token::Token {
        key: "key4".into(),
        hash: [7; 32],
        name: "Entra".into(),
        created: at(10),
        last_used: Some(at(20)),
        ..crate::support::token(4)
    };
    assert_eq!(token, Some(wanted));
    let new = crate::records::settings();
    assert_eq!((settings.provisioning, settings.provisioning_changed), (true, Some(at(40))));
    assert_eq!((settings.guard, settings.audit_days), (new.guard, new.audit_days));
    assert!(unit!(store.write, |tx| tx.see_token(TokenId(id(4)), "192.0.2.7", at(50))).unwrap());
    assert!(!unit!(store.write, |tx| tx.touch_token(TokenId(id(4)), at(50))).unwrap());

    let gate = BreakGlassId(id(5));
    let holdings = unit!(store.read, |tx| tx.break_glass()).unwrap();
    let account = &holdings[0].account;
    assert_eq!((account.generation, account.proven, &account.next_hash), (1, Some(at(30)), &None));
    assert_eq!((holdings.len(), holdings[0].codes, holdings[0].devices), (1, 0, 0));
    assert!(unit!(store.write, |tx, gate| tx.prove_break_glass(*gate, "hash", at(50))).unwrap());
    // An upgrade ends older sessions.
    assert_eq!(unit!(store.read, |tx| tx.session([7; 32], at(50), at(0))).unwrap(), None);
    assert_eq!(unit!(store.read, |tx| tx.sessions(at(50), at(0))).unwrap(), []);
}

async fn the_log_is_there_and_goes_on(database: Database) {
    let store = upgraded(&database).await;
    let names = ["mail".to_owned()];
    unit!(store.write, |tx, names| tx.register_channels(names)).unwrap();
    assert_eq!(
        unit!(store.read, |tx| tx.count_alerts(Lane::Ordinary, 0)).unwrap(),
        0,
        "what is past is told to nobody"
    );
    for moment in [50, 60] {
        let event = Event::new(at(moment), Who::Host, None, Action::TokenCreated);
        unit!(store.write, |tx, event| tx.append_event(event)).unwrap();
    }
    store.settle().await.unwrap();
    let log = unit!(store.read, |tx| tx.events_after(0, 99)).unwrap();
    assert_eq!(log.iter().map(|entry| entry.seq).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6]);
    let wanted = Event::new(
        at(30),
        Who::Token { id: TokenId(id(4)), name: "Entra".into() },
        Some("::1".into()),
        Action::UserCreated,
    );
    assert_eq!((&log[2].event, log[2].link), (&wanted.on(id(1), "Ada L."), None));
    let mut verifier = Verifier::default();
    for entry in &log {
        verifier.take(entry).unwrap();
    }
    let (_, head) = unit!(store.read, |tx| tx.audit_head()).unwrap().unwrap();
    let verified = verifier.finish(Some(head)).unwrap();
    assert_eq!((verified.unsealed, verified.entries, verified.seq), (4, 2, 6));
    assert_eq!(unit!(store.read, |tx| tx.channels()).unwrap()[0].cursor, 4);
}

async fn an_old_log_is_removed_in_due_time(database: Database) {
    let store = upgraded(&database).await;
    let last = async |moment: i64| {
        let found = unit!(store.read, |tx, moment| tx.last_event_before(at(*moment), i64::MAX)).unwrap();
        found.map(|(seq, _)| seq)
    };
    // An event without a hash cannot be accounted for alone; it is removed with the first that has one.
    assert_eq!(last(1_000).await, None);
    for moment in [50, 2_000] {
        let event = Event::new(at(moment), Who::Host, None, Action::TokenCreated);
        unit!(store.write, |tx, event| tx.append_event(event)).unwrap();
    }
    store.settle().await.unwrap();
    assert_eq!((last(35).await, last(1_000).await), (None, Some(5)));
}

/// Alerts that were sent before there were lanes are not sent again, and waiting ones are sent in their lane.
async fn r10_channels_go_on_where_they_were(database: Database) {
    const ROWS: &str = "
        INSERT INTO audit_events (seq, at, actor_kind, action, alert, hash)
            VALUES (1, 10, 'host', 'guard.tripped', TRUE, {h}), (2, 20, 'host', 'token.first_used', TRUE, {h}),
                (3, 30, 'host', 'token.new_network', TRUE, {h}), (4, 40, 'host', 'user.created', FALSE, {h}),
                (5, 50, 'host', 'break_glass.signed_in', TRUE, {h});
        INSERT INTO alert_channels (name, cursor, leased_until, attempts, next_try, last_sent, last_error)
            VALUES ('mail', 2, 0, 3, 60, 50, 'no answer');";
    migrate(&database, 4).await;
    fill(&database, ROWS).await;
    let store = store(&database).await;
    let channels = unit!(store.read, |tx| tx.channels()).unwrap();
    let of = |lane| domain::alert::ChannelState {
        name: "mail".into(),
        lane,
        cursor: 2,
        attempts: 3,
        next_try: at(60),
        last_sent: Some(at(50)),
        last_error: Some("no answer".into()),
    };
    assert_eq!(channels, Lane::ALL.map(of));
    for (lane, wanted) in [(Lane::Urgent, "break_glass.signed_in"), (Lane::Ordinary, "token.new_network")] {
        // The rows have made-up hashes, and no previous ones: only finding them matters here.
        assert_eq!(unit!(store.read, |tx, lane| tx.count_alerts(*lane, 2)).unwrap(), 1, "{wanted}");
        let next = unit!(store.read, |tx, lane| tx.next_alert(*lane, 2)).unwrap().unwrap();
        assert_eq!(next.event.action.as_str(), wanted);
    }
}

/// A batch in the form of the version before: one person was deactivated, and after that a group was emptied.
const BATCH: &str = r#"
    INSERT INTO batches (id, token, opened, latest, state) VALUES ({5}, {4}, 30, 40, 'open');
    INSERT INTO departures (id, at, token, kind, target, target_name, weight, before, batch)
        VALUES ({1}, 30, {4}, 'deactivated', {2}, 'Bob', 1, NULL, {5}),
            ({2}, 40, {4}, 'group_emptied', {3}, 'Team', 1, NULL, {5}),
            ({3}, 50, {4}, 'deleted', {1}, 'Ada', 1, NULL, NULL);
"#;

async fn departures_get_numbers_and_can_be_undone(database: Database) {
    // The log of that time has other columns.
    let (rows, _) = ROWS.split_once("INSERT INTO audit_events").unwrap();
    migrate(&database, 4).await;
    fill(&database, &format!("{rows}{BATCH}")).await;
    let store = store(&database).await;
    let all = Chosen::all(id(5));
    let found = unit!(store.read, |tx, all| tx.departures(all, 9)).unwrap();
    let kinds: Vec<DepartureKind> = found.iter().map(|(_, departure)| departure.kind).collect();
    // Members are restored after everybody has been restored.
    assert_eq!(kinds, [DepartureKind::Deactivated, DepartureKind::GroupEmptied]);
    assert_eq!(unit!(store.read, |tx| tx.batch_tokens(id(5))).unwrap(), [TokenId(id(4))]);
    assert_eq!(unit!(store.read, |tx| tx.departed(at(0))).unwrap(), 1, "who is in no batch still counts");
    // One of two is active: the number before the first sample.
    assert_eq!(unit!(store.read, |tx| tx.population(at(9_000_000), at(9_900_000))).unwrap(), 1);
}
