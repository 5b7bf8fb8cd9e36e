//! What the product is doing while its disk fails: a few writers that each provision people and a group, one unit of
//! work after the other, and remember what was acknowledged.

use crate::{vfs, world};
use anyhow::{Context, Result};
use domain::{
    GroupId, MemberId, UserId,
    audit::{Broken, Verifier},
    directory::{Directory, Edit, Expected, Members, Source},
    group::{Group, GroupProfile, MemberChange},
    host::Host,
    user::{Profile, User},
};
use serde_json::{Value, json};
use sqlx::{Connection, SqliteConnection, sqlite::SqliteConnectOptions};
use std::{
    collections::{BTreeSet, HashMap},
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::task::JoinSet;

/// Few enough that a disk is examined in milliseconds, but more than one, so that transactions hold several units.
const WRITERS: usize = 3;

/// The units that were acknowledged to each writer.
pub(crate) type Acknowledged = HashMap<usize, BTreeSet<u64>>;

/// What the writers made. Ids are known after their unit was acknowledged.
pub(crate) struct Workload {
    token: String,
    made: Mutex<HashMap<(usize, u64), Made>>,
}

#[derive(Clone, Copy)]
enum Made {
    User(UserId),
    Group(GroupId),
}

/// What the unit with this number does.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Unit {
    CreatePerson,
    CreateGroup,
    CreateMember,
    Count,
    Join,
}

impl Unit {
    fn of(number: u64) -> Self {
        match number {
            0 => Self::CreatePerson,
            1 => Self::CreateGroup,
            number => [Self::CreateMember, Self::Count, Self::Join][usize::try_from(number % 3).unwrap_or_default()],
        }
    }
}

/// What was found on a disk.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Found {
    /// Acknowledged units that are missing.
    pub(crate) lost: u64,
    /// Rows that disagree with each other: half a unit.
    pub(crate) half: u64,
    /// Whether SQLite finds the file intact, and the audit chain holds.
    pub(crate) sound: bool,
}

impl Workload {
    /// Creates a database and runs `units` units for each writer on it. Every one must succeed.
    pub(crate) async fn run(database: &Path, units: u64) -> Result<Self> {
        let store = store::open(&format!("sqlite://{}", database.display())).await?;
        let workload = Arc::new(Self::begin(&store).await?);
        let mut writers = JoinSet::new();
        for writer in 0..WRITERS {
            let (workload, store) = (workload.clone(), store.clone());
            writers.spawn(async move {
                for unit in 0..units {
                    workload.unit(&store, writer, unit).await?;
                    vfs::acknowledge(writer, unit);
                }
                anyhow::Ok(())
            });
        }
        while let Some(done) = writers.join_next().await {
            done??;
        }
        store.close().await;
        Arc::into_inner(workload).context("a writer continues")
    }

    /// Turns provisioning on and makes a token.
    pub(crate) async fn begin(store: &domain::store::Store) -> Result<Self> {
        let host = Host::new(world::env(store.clone()));
        host.set_provisioning(true).await?;
        let token = host.create_token("faults", None).await?.secret;
        Ok(Self { token, made: Mutex::default() })
    }

    async fn directory(&self, store: &domain::store::Store) -> Result<Directory> {
        Ok(Directory::open(&world::env(store.clone()), Some(&self.token), None).await?)
    }

    /// Runs one unit and returns after it was acknowledged.
    pub(crate) async fn unit(&self, store: &domain::store::Store, writer: usize, number: u64) -> Result<()> {
        let directory = self.directory(store).await?;
        match Unit::of(number) {
            Unit::CreatePerson => {
                let person = directory.create_user(profile(&format!("person-{writer}"), 0)).await?;
                self.keep(writer, number, Made::User(person.id));
            }
            Unit::CreateMember => {
                let member = directory.create_user(profile(&format!("member-{writer}-{number}"), 0)).await?;
                self.keep(writer, number, Made::User(member.id));
            }
            Unit::CreateGroup => {
                let profile = GroupProfile {
                    display_name: format!("group-{writer}"),
                    external_id: None,
                    document: json!({"displayName": format!("group-{writer}")}).to_string(),
                };
                let group = directory.create_group(profile, Vec::new(), false).await?;
                self.keep(writer, number, Made::Group(group.group.id));
            }
            Unit::Count => {
                let name = format!("person-{writer}");
                let edit = Arc::new(Edit::new(1, move |_: &User| Ok(profile(&name, number))));
                directory.change_user(self.person(writer)?, Expected::default(), false, edit, Source::Inside).await?;
            }
            Unit::Join => {
                let joins = [MemberChange::Add(vec![MemberId(self.last_member(writer, number)?.0)])].into();
                let keep = Arc::new(Edit::new(1, |group: &Group| Ok(group.profile.clone())));
                let (group, expected) = (self.group(writer)?, Expected::default());
                directory.change_group(group, expected, Members::None, keep, joins, Source::Inside).await?;
            }
        }
        Ok(())
    }

    fn keep(&self, writer: usize, number: u64, made: Made) {
        self.made.lock().unwrap_or_else(PoisonError::into_inner).insert((writer, number), made);
    }

    fn made(&self, writer: usize, number: u64) -> Option<Made> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner).get(&(writer, number)).copied()
    }

    fn person(&self, writer: usize) -> Result<UserId> {
        match self.made(writer, 0) {
            Some(Made::User(id)) => Ok(id),
            _ => anyhow::bail!("writer {writer} has no person yet"),
        }
    }

    fn group(&self, writer: usize) -> Result<GroupId> {
        match self.made(writer, 1) {
            Some(Made::Group(id)) => Ok(id),
            _ => anyhow::bail!("writer {writer} has no group yet"),
        }
    }

    /// The last member that was added before a unit.
    fn last_member(&self, writer: usize, number: u64) -> Result<UserId> {
        let last = (2..number).rev().find_map(|earlier| match (Unit::of(earlier), self.made(writer, earlier)) {
            (Unit::CreateMember, Some(Made::User(id))) => Some(id),
            _ => None,
        });
        // Before the first member was added, the writer's own person joins.
        last.map_or_else(|| self.person(writer), Ok)
    }

    /// Opens a database with the product and compares it with what was acknowledged.
    pub(crate) async fn examine(&self, database: &Path, acknowledged: &Acknowledged) -> Result<Found> {
        let store = store::open(&format!("sqlite://{}", database.display())).await?;
        let mut found = Found { sound: true, ..Found::default() };
        for (writer, units) in acknowledged {
            found.lost += self.missing(&store, *writer, units).await?;
        }
        found.sound &= chain_holds(&store).await?;
        store.close().await;
        let options = SqliteConnectOptions::new().filename(database);
        let mut connection = SqliteConnection::connect_with(&options).await?;
        let whole: String = sqlx::query_scalar("PRAGMA integrity_check").fetch_one(&mut connection).await?;
        found.sound &= whole == "ok";
        found.half = sqlx::query_scalar::<_, i64>(HALF).fetch_one(&mut connection).await?.unsigned_abs();
        connection.close().await?;
        Ok(found)
    }

    /// How many of these units of a writer are missing.
    async fn missing(&self, store: &domain::store::Store, writer: usize, units: &BTreeSet<u64>) -> Result<u64> {
        // Without the token, nothing that was acknowledged can be there.
        let Ok(directory) = self.directory(store).await else { return Ok(units.len().try_into()?) };
        let user = async |id| match directory.user(id, false).await {
            Ok(user) => Ok(Some(user)),
            Err(domain::Error::NotFound) => Ok(None),
            Err(error) => Err(error),
        };
        let person = match self.person(writer) {
            Ok(id) => user(id).await?,
            Err(_) => None,
        };
        let counted = person.as_ref().and_then(|person| counter(&person.document));
        let group = match self.group(writer) {
            Ok(id) => directory.group(id, true).await.ok(),
            Err(_) => None,
        };
        let mut missing = 0;
        for number in units {
            let is_there = match (Unit::of(*number), self.made(writer, *number)) {
                (Unit::CreatePerson, _) => person.is_some(),
                (Unit::CreateGroup, _) => group.is_some(),
                (Unit::Count, _) => counted >= Some(*number),
                (Unit::Join, _) => {
                    let member = self.last_member(writer, *number)?;
                    group.as_ref().is_some_and(|group| group.members.contains(&member))
                }
                (Unit::CreateMember, Some(Made::User(id))) => user(id).await?.is_some(),
                (Unit::CreateMember, _) => false,
            };
            missing += u64::from(!is_there);
        }
        Ok(missing)
    }
}

/// Rows that a unit writes together and that disagree: a column and the document that it comes from, a version and the
/// number of audit events that led to it, rows and their count.
const HALF: &str = "SELECT
    (SELECT COUNT(*) FROM users WHERE display_name IS NOT json_extract(document, '$.displayName'))
    + (SELECT COUNT(*) FROM users WHERE version <> (SELECT COUNT(*) FROM audit_events WHERE target = users.id))
    + (SELECT COUNT(*) FROM groups WHERE version <> (SELECT COUNT(*) FROM audit_events WHERE target = groups.id))
    + ((SELECT COUNT(*) FROM users) <> (SELECT COALESCE(SUM(total), 0) FROM user_blocks))";

fn profile(name: &str, count: u64) -> Profile {
    let display = count.to_string();
    Profile {
        user_name: name.to_owned(),
        external_id: None,
        display_name: Some(display.clone()),
        given_name: None,
        family_name: None,
        employee_number: None,
        manager: None,
        active: true,
        emails: Vec::new(),
        values: Some(Vec::new()),
        document: json!({"userName": name, "displayName": display, "active": true}).to_string(),
    }
}

fn counter(document: &str) -> Option<u64> {
    serde_json::from_str::<Value>(document).ok()?["displayName"].as_str()?.parse().ok()
}

async fn chain_holds(store: &domain::store::Store) -> Result<bool> {
    let host = Host::new(world::env(store.clone()));
    let (mut verifier, mut last) = (Verifier::default(), 0);
    loop {
        let entries = host.events_after(last).await?;
        let Some(end) = entries.last() else { break };
        last = end.seq;
        for entry in &entries {
            if verifier.take(entry).is_err() {
                return Ok(false);
            }
        }
    }
    // An empty log counts as lost units, not as a broken chain.
    Ok(matches!(verifier.finish(None), Ok(_) | Err(Broken::Empty)))
}
