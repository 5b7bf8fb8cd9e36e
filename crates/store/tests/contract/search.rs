//! The search of people; see `domain::search`.

use crate::support::{
    Database, at, email, execute, id, insert_users, migrate, numbers, on_both_databases, on_both_databases_bare, store,
    unit, user,
};
use domain::{
    Error, Result, UserId,
    page::{Place, Position},
    query::UserValue,
    search::{FoundPerson, PeopleQuery, needles, text},
    store::Store,
    user::{Profile, User},
};
use std::collections::BTreeSet;

on_both_databases!(
    q01_both_databases_find_what_the_rule_finds,
    q02_order_case_and_accents_do_not_count,
    q03_one_and_two_characters_are_found_where_a_word_begins,
    q04_nothing_entered_is_an_error,
    q05_no_match_spans_two_fields,
    q06_what_is_new_is_found_and_what_is_old_is_not,
    q07_a_unit_that_fails_leaves_no_entry,
    q09_pages_hold_each_person_once_while_others_change,
    q10_counts_are_exact_up_to_their_end,
    ids_match_as_a_whole,
    the_status_narrows_a_search,
);

on_both_databases_bare!(
    q11_texts_that_were_written_in_parts_are_complete,
    without_all_texts_names_and_addresses_are_searched,
    q13_a_database_that_was_shrunk_answers_alike,
);

/// Numbers that look random; the same in each run, so that a failure can be repeated.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % most as u64).unwrap()
    }

    fn of<'t>(&mut self, texts: &[&'t str]) -> &'t str {
        texts[self.below(texts.len())]
    }
}

fn person(number: u32, display_name: &str) -> User {
    let mut person = user(number, &format!("u{number}@corp.example"));
    person.profile.display_name = Some(display_name.into());
    person
}

fn query(entered: &str) -> PeopleQuery {
    PeopleQuery::new(entered, None).unwrap()
}

async fn page(store: &Store, query: &PeopleQuery, place: Place<Position>, limit: u64) -> Vec<FoundPerson> {
    unit!(store.read, |tx, query, place, limit| tx.find_people(query, *place, *limit)).unwrap()
}

async fn count(store: &Store, query: &PeopleQuery, most: u64) -> u64 {
    unit!(store.read, |tx, query, most| tx.count_people(query, *most)).unwrap()
}

/// The numbers of the people who are found, in order.
async fn search(store: &Store, query: &PeopleQuery) -> Vec<u128> {
    let rows = page(store, query, Place::Start, 2_000).await;
    assert_eq!(count(store, query, 2_000).await, rows.len() as u64, "{query:?}");
    rows.iter().map(|row| row.person.user.id.0.as_u128()).collect()
}

async fn find(store: &Store, entered: &str) -> Vec<u128> {
    search(store, &query(entered)).await
}

const NAMES: [&str; 24] = [
    "Anna",
    "Joanna",
    "Müller",
    "muller",
    "Đặng",
    "dang",
    "Łukasz",
    "Weiß",
    "王小明",
    "小明",
    "김민준",
    "نور",
    "Иван",
    "й",
    "ＡＤＡ",
    "o'Brien",
    "50%",
    "a_b",
    "back\\slash",
    "\"quoted\"",
    "x-y:z",
    "OR",
    "e\u{301}",
    "İlker",
];

fn random_person(number: u32, dice: &mut Dice) -> User {
    let mut person = person(number, &format!("{} {}", dice.of(&NAMES), dice.of(&NAMES)));
    let profile = &mut person.profile;
    profile.given_name = (dice.below(2) == 0).then(|| dice.of(&NAMES).to_owned());
    profile.family_name = (dice.below(2) == 0).then(|| dice.of(&NAMES).to_owned());
    profile.emails =
        (0..dice.below(3)).map(|_| email(&format!("{}@x.example", dice.of(&NAMES)), None, false)).collect();
    profile.active = dice.below(4) > 0;
    profile.values = Some(vec![(UserValue::Title, UserValue::key(dice.of(&NAMES)))]);
    person
}

/// A part of a name, or of two.
fn random_entry(dice: &mut Dice) -> String {
    let mut part = || {
        let name: Vec<char> = dice.of(&NAMES).chars().collect();
        let from = dice.below(name.len());
        let to = from + 1 + dice.below(name.len() - from);
        name[from..to].iter().collect::<String>()
    };
    let (one, other) = (part(), part());
    if dice.below(2) == 0 { one } else { format!("{one} {other}") }
}

async fn q01_both_databases_find_what_the_rule_finds(store: Store) {
    let mut dice = Dice(16);
    let people: Vec<User> = (1..=300).map(|number| random_person(number, &mut dice)).collect();
    insert_users(&store, &people).await;
    let mut hits = 0;
    for _ in 0..400 {
        let entered = random_entry(&mut dice);
        let active = [None, Some(true), Some(false)][dice.below(3)];
        let Some(query) = PeopleQuery::new(&entered, active) else { continue };
        let matches = |person: &&User| {
            let text = text(&person.profile);
            needles(&entered).iter().all(|needle| text.contains(needle))
                && active.is_none_or(|active| active == person.profile.active)
        };
        let wanted: Vec<u128> = people.iter().rev().filter(matches).map(|person| person.id.0.as_u128()).collect();
        assert_eq!(search(&store, &query).await, wanted, "{entered:?} {active:?}");
        hits += wanted.len();
    }
    assert!(hits > 1_000, "only {hits} were found at all");
}

async fn q02_order_case_and_accents_do_not_count(store: Store) {
    let names = ["Đặng Văn", "Łukasz Nowak", "Weiß", "ＡＤＡ", "Dang Van"];
    let people: Vec<User> = (1..).zip(names).map(|(number, name)| person(number, name)).collect();
    insert_users(&store, &people).await;
    for (entered, wanted) in [
        ("dang", &[5, 1][..]),
        ("ĐẶNG", &[5, 1]),
        ("VAN đặng", &[5, 1]),
        ("lukasz", &[2]),
        ("nowak ŁUK", &[2]),
        ("weiss", &[3]),
        ("WEISS", &[3]),
        ("ada", &[4]),
        ("nowak dang", &[]),
    ] {
        assert_eq!(find(&store, entered).await, wanted, "{entered}");
    }
}

async fn q03_one_and_two_characters_are_found_where_a_word_begins(store: Store) {
    insert_users(&store, &[person(1, "王小明"), person(2, "Anna"), person(3, "Joanna"), person(4, "김민준")]).await;
    for (entered, wanted) in
        [("王", &[1][..]), ("小明", &[1]), ("明", &[1]), ("김", &[4]), ("an", &[2]), ("ann", &[3, 2]), ("j", &[3])]
    {
        assert_eq!(find(&store, entered).await, wanted, "{entered}");
    }
}

async fn q04_nothing_entered_is_an_error(store: Store) {
    insert_users(&store, &[person(1, "say \"50%_off\\now\" it's a*b -c OR d"), person(2, "plain")]).await;
    for (entered, wanted) in [
        ("\"", &[1][..]),
        ("50%", &[1]),
        ("%", &[]),
        ("0%_", &[1]),
        ("___", &[]),
        ("\\now", &[1]),
        ("it's", &[1]),
        ("a*b", &[1]),
        ("-", &[1]),
        ("or", &[1]),
        ("pla\0in", &[]),
        ("pl\0", &[2]),
        ("NEAR(a b)", &[]),
        ("text:pla", &[]),
        ("'; DROP TABLE users; --", &[]),
        ("\u{10ffff}\u{fffd}", &[]),
    ] {
        assert_eq!(find(&store, entered).await, wanted, "{entered:?}");
    }
    for entered in ["x".repeat(10_000), "ab ".repeat(10_000), "%_\\\"".repeat(2_500), "\u{fdfa}".repeat(10_000)] {
        assert_eq!(find(&store, &entered).await, [0; 0]);
    }
}

async fn q05_no_match_spans_two_fields(store: Store) {
    let mut ada = person(1, "Ada");
    ada.profile.given_name = Some("Augusta".into());
    ada.profile.family_name = Some("Lovelace".into());
    insert_users(&store, &[ada]).await;
    for entered in ["adaaugusta", "alovelace", "taLove", "ada  augustal"] {
        assert_eq!(find(&store, entered).await, [0; 0], "{entered}");
    }
    assert_eq!(find(&store, "lovelace AUGUSTA").await, [1]);
}

/// Writes a change as the directory does.
async fn update(store: &Store, user: &User) {
    let text = text(&user.profile);
    let work = store.write((user.clone(), text), |(user, text), tx| {
        Box::pin(async move {
            tx.update_user(user).await?;
            tx.replace_search_text(user.id, text).await
        })
    });
    work.await.unwrap();
}

async fn q06_what_is_new_is_found_and_what_is_old_is_not(store: Store) {
    insert_users(&store, &[person(1, "Ada Byron"), person(2, "Grace")]).await;
    assert_eq!(find(&store, "byron").await, [1]);
    update(&store, &User { version: 2, ..person(1, "Ada Lovelace") }).await;
    assert_eq!((find(&store, "byron").await, find(&store, "lovelace").await), (vec![], vec![1]));

    let ada = UserId(id(1));
    unit!(store.write, |tx, ada| tx.delete_user(*ada, at(9))).unwrap();
    assert_eq!(find(&store, "lovelace").await, [0; 0]);
    // Who is restored has a new place, and the next one does not get the old text.
    assert!(unit!(store.write, |tx, ada| tx.restore_user(*ada, at(10))).unwrap().is_some());
    assert_eq!(find(&store, "corp.example").await, [1, 2]);
    assert_eq!(find(&store, "lovelace").await, [1]);
    unit!(store.write, |tx, ada| tx.delete_user(*ada, at(11))).unwrap();
    insert_users(&store, &[person(3, "Edith")]).await;
    assert_eq!((find(&store, "lovelace").await, find(&store, "edith").await), (vec![], vec![3]));

    // All in one unit: the last word counts.
    let work = store.write(person(4, "First"), |first, tx| {
        Box::pin(async move {
            tx.insert_user(first).await?;
            tx.replace_search_text(first.id, "  second").await?;
            tx.replace_search_text(first.id, "  third").await?;
            tx.delete_user(UserId(id(3)), at(12)).await
        })
    });
    work.await.unwrap();
    for (entered, wanted) in [("first", &[][..]), ("second", &[]), ("third", &[4]), ("edith", &[])] {
        assert_eq!(find(&store, entered).await, wanted, "{entered}");
    }
}

/// Inserts a person, and fails in one of two ways or not at all.
async fn insert(store: Store, number: u32) -> Result<()> {
    let work = store.write((person(number, "Needle"), number), |(new, number), tx| {
        Box::pin(async move {
            tx.insert_user(new).await?;
            match number % 3 {
                0 => Err(Error::NotFound),
                1 => panic!("a unit that panics, as the test wants it"),
                _ => Ok(()),
            }
        })
    });
    work.await
}

async fn q07_a_unit_that_fails_leaves_no_entry(store: Store) {
    // All of them wait before the first starts, so that SQLite folds them into one transaction.
    let units: Vec<_> = (1..=9).map(|number| tokio::spawn(insert(store.clone(), number))).collect();
    for unit in units {
        let _ = unit.await.unwrap();
    }
    let mut found = find(&store, "needle").await;
    found.sort_unstable();
    assert_eq!(found, [2, 5, 8]);
}

async fn q09_pages_hold_each_person_once_while_others_change(store: Store) {
    let people: Vec<User> = (1..=60).map(|number| person(number, "Needle")).collect();
    insert_users(&store, &people).await;
    let needle = query("needle");
    let (mut place, mut seen) = (Place::Start, Vec::new());
    for turn in 0.. {
        let rows = page(&store, &needle, place, 7).await;
        let Some(last) = rows.last() else { break };
        place = Place::After(Position(last.position));
        seen.extend(rows.iter().map(|row| row.person.user.id.0.as_u128()));
        if last.person.user.id.0.as_u128() == 1 || turn > 20 {
            break;
        }
        // One who was seen changes, one who was seen leaves, one who is to come changes, and one arrives.
        update(&store, &User { version: 2 + turn, changed: at(900), ..person(60, "Needle again") }).await;
        let gone = UserId(last.person.user.id.0);
        unit!(store.write, |tx, gone| tx.delete_user(*gone, at(901))).unwrap();
        update(&store, &User { version: 2 + turn, changed: at(902), ..person(1, "Needle, too") }).await;
        insert_users(&store, &[person(100 + u32::try_from(turn).unwrap(), "Needle")]).await;
    }
    let once: BTreeSet<u128> = seen.iter().copied().collect();
    assert_eq!((seen.len(), once.len()), (60, 60), "{seen:?}");
    assert!((1..=60).all(|number| once.contains(&number)));

    // And back again, in the same order.
    let all: Vec<i64> = page(&store, &needle, Place::Start, 200).await.iter().map(|row| row.position).collect();
    let (mut place, mut back) = (Place::Before(Position(0)), Vec::new());
    loop {
        let rows: Vec<i64> = page(&store, &needle, place, 7).await.iter().map(|row| row.position).collect();
        let Some(first) = rows.first() else { break };
        place = Place::Before(Position(*first));
        back.splice(0..0, rows);
    }
    assert_eq!(back, all);
}

async fn q10_counts_are_exact_up_to_their_end(store: Store) {
    let people: Vec<User> = (1..=1_002).map(|number| person(number, "Needle")).collect();
    let counted = async |wanted| {
        let needle = query("need");
        assert_eq!(count(&store, &needle, 1_001).await, wanted);
    };
    insert_users(&store, &people[..999]).await;
    counted(999).await;
    insert_users(&store, &people[999..1_000]).await;
    counted(1_000).await;
    insert_users(&store, &people[1_000..1_001]).await;
    counted(1_001).await;
    insert_users(&store, &people[1_001..]).await;
    counted(1_001).await;
}

async fn texts(database: &Database) -> Vec<i64> {
    // The bytes of each text, and where it is.
    numbers(database, "SELECT position * 1000 + length(text) FROM user_search ORDER BY position").await
}

async fn q11_texts_that_were_written_in_parts_are_complete(database: Database) {
    let mut dice = Dice(11);
    let people: Vec<User> = (1..=50).map(|number| random_person(number, &mut dice)).collect();
    let before = {
        let store = store(&database).await;
        insert_users(&store, &people).await;
        store.close().await;
        texts(&database).await
    };
    execute(&database, "DELETE FROM user_search; INSERT INTO search_backlog (position) VALUES (0)").await;
    for part in 0..4 {
        let store = store(&database).await;
        assert_eq!(unit!(store.write, |tx| tx.fill_search(7)).unwrap(), Some(7), "{part}");
        // Until it is done, people are found by their names as they were entered, and newcomers, too.
        assert_eq!(find(&store, "u50@corp").await, [50]);
        insert_users(&store, &[person(60 + part, "Newcomer")]).await;
        assert_eq!(find(&store, "newcomer").await.len(), usize::try_from(part).unwrap() + 1);
        store.close().await;
    }
    let store = store(&database).await;
    while unit!(store.write, |tx| tx.fill_search(7)).unwrap().is_some() {}
    assert_eq!(unit!(store.write, |tx| tx.fill_search(7)).unwrap(), None);
    assert_eq!(texts(&database).await[..50], before);
    for person in &people {
        let text = text(&person.profile);
        let entered = text.split_whitespace().find(|word| word.starts_with('u')).unwrap();
        assert!(find(&store, entered).await.contains(&person.id.0.as_u128()), "{entered}");
    }
    assert_eq!(find(&store, "xample newcom").await.len(), 4);
}

async fn without_all_texts_names_and_addresses_are_searched(database: Database) {
    let store = store(&database).await;
    let profile = |number, change: fn(&mut Profile)| {
        let mut user = user(number, &format!("u{number}"));
        change(&mut user.profile);
        user
    };
    let people = [
        profile(1, |profile| profile.user_name = "the-NEEDLE".into()),
        profile(2, |profile| profile.display_name = Some("a needle".into())),
        profile(3, |profile| profile.given_name = Some("Needle".into())),
        profile(4, |profile| profile.emails = vec![email("x", None, true), email("Needle@x.example", None, false)]),
        profile(5, |profile| profile.employee_number = Some("needle".into())),
        profile(6, |profile| profile.family_name = Some("Needleman".into())),
    ];
    insert_users(&store, &people).await;
    assert_eq!(find(&store, "NeedLE").await, [6, 5, 4, 3, 2, 1]);
    execute(&database, "INSERT INTO search_backlog (position) VALUES (0)").await;
    assert_eq!(find(&store, "NeedLE").await, [6, 4, 3, 2, 1]);
    assert_eq!(find(&store, "needle%").await, [0; 0]);
    assert_eq!(find(&store, "a\0needle").await, [2]);
}

async fn q13_a_database_that_was_shrunk_answers_alike(database: Database) {
    let store = store(&database).await;
    let people: Vec<User> = (1..=20).map(|number| person(number, &format!("Needle {number}"))).collect();
    insert_users(&store, &people).await;
    for gone in [3_u32, 4, 5, 20].map(|number| UserId(id(number.into()))) {
        unit!(store.write, |tx, gone| tx.delete_user(*gone, at(9))).unwrap();
    }
    let before = find(&store, "needle").await;
    assert_eq!(before.len(), 16);
    store.shrink().await.unwrap();
    assert_eq!(find(&store, "needle").await, before);
    insert_users(&store, &[person(21, "Needle")]).await;
    assert_eq!(find(&store, "needle").await.len(), 17);
}

#[tokio::test]
async fn q13_a_backup_answers_alike() {
    let database = Database::sqlite().await;
    let original = store(&database).await;
    insert_users(&original, &[person(1, "Needle"), person(2, "Hay")]).await;
    original.close().await;
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy.db");
    execute(&database, &format!("VACUUM INTO '{}'", copy.display())).await;
    let copied = store::open(&format!("sqlite://{}", copy.display())).await.unwrap();
    assert_eq!(find(&copied, "needle").await, [1]);
}

/// A directory without `pg_trgm` is upgraded all the same, and searched without an index.
#[tokio::test]
async fn an_extension_that_cannot_be_had_does_not_stop_the_upgrade() {
    let database = Database::postgres().await;
    migrate(&database, 15).await;
    // The extension has a function of this name.
    let in_the_way = "CREATE FUNCTION show_trgm(text) RETURNS text LANGUAGE sql AS 'SELECT $1'";
    execute(&database, in_the_way).await;
    let store = store(&database).await;
    let indexes = numbers(&database, "SELECT COUNT(*) FROM pg_indexes WHERE indexname = 'user_search_grams'").await;
    assert_eq!(indexes, [0]);
    insert_users(&store, &[person(1, "Needle"), person(2, "Hay")]).await;
    assert_eq!(find(&store, "eedl").await, [1]);
}

async fn ids_match_as_a_whole(store: Store) {
    let mut ada = person(7, "Ada");
    ada.profile.external_id = Some("a1-B2".into());
    insert_users(&store, &[ada, person(8, "a1-b2 in a name")]).await;
    assert_eq!(find(&store, " a1-B2 ").await, [8, 7]);
    assert_eq!(find(&store, "a1-b2").await, [8]);
    assert_eq!(find(&store, &id(7).to_string()).await, [7]);
    assert_eq!(find(&store, &id(7).to_string()[..20]).await, [0; 0]);
    let suspended = PeopleQuery::new("a1-B2", Some(false)).unwrap();
    assert_eq!(search(&store, &suspended).await, [0; 0]);
    let rest = page(&store, &query("a1-B2"), Place::After(Position(2)), 9).await;
    assert_eq!(rest.iter().map(|row| row.person.user.id.0.as_u128()).collect::<Vec<_>>(), [7]);
}

async fn the_status_narrows_a_search(store: Store) {
    let mut away = person(1, "Needle");
    away.profile.active = false;
    // A directory cannot have the active taken for others by a word.
    insert_users(&store, &[away, person(2, "Needle"), person(3, "Needle is:suspended")]).await;
    for (active, wanted) in [(None, &[3, 2, 1][..]), (Some(true), &[3, 2]), (Some(false), &[1])] {
        assert_eq!(search(&store, &PeopleQuery::new("needle", active).unwrap()).await, wanted, "{active:?}");
    }
}
