//! Whose turn it is to write. SQLite's lock for writing has no queue: a server that begins its next transaction within
//! microseconds keeps another process waiting for as long as its directories want something. So a command of the host
//! announces itself by a lock on a file beside the database, `postern.db.turn`, which ends with its process at the latest;
//! while somebody has it, the server begins no unit of a directory.

use crate::private::open_beside;
use std::{
    fs::{File, TryLockError},
    path::Path,
    time::{Duration, Instant},
};
use tokio::time::sleep;

/// For how long a look at the file is good, and how long a free turn is left to others.
const LOOK: Duration = Duration::from_millis(5);

/// For how long directories make way without a break, for how long they go on then, and how long a command waits for other
/// commands: one that is stuck must not stop anybody for ever.
const WAY: Duration = Duration::from_secs(5);

/// How long a command of the host goes on trying to write.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a process does about turns.
pub(crate) enum Turns {
    /// A server makes way.
    Server(Way),
    /// A command of the host takes its turn.
    Host(Host),
    /// Nobody else has the database.
    Alone,
}

/// The way that a server makes.
#[derive(Default)]
pub(crate) struct Way {
    file: Option<File>,
    looked: Option<Instant>,
    /// Since when somebody else has had the turn, as far as was seen.
    taken: Option<Instant>,
}

/// A command of the host.
pub(crate) struct Host {
    file: Option<File>,
    gave: Option<Instant>,
}

/// A turn, until it is dropped.
pub(crate) struct Turn<'h> {
    host: &'h mut Host,
    began: Instant,
}

impl Turns {
    pub(crate) fn of_server(database: &Path) -> Self {
        Self::Server(Way { file: open(database), ..Way::default() })
    }

    pub(crate) fn of_host(database: &Path) -> Self {
        Self::Host(Host::of(database))
    }

    /// The way to make, and the command that this is, if it is one.
    pub(crate) fn split(self) -> (Way, Option<Host>) {
        match self {
            Self::Server(way) => (way, None),
            Self::Host(host) => (Way::default(), Some(host)),
            Self::Alone => (Way::default(), None),
        }
    }

    /// Waits for the turn of a command.
    pub(crate) async fn take(&mut self) -> Option<Turn<'_>> {
        match self {
            Self::Host(host) => Some(host.take().await),
            Self::Server(_) | Self::Alone => None,
        }
    }
}

/// Where there is no file, as on a full disk, everything works as well as it does without turns.
fn open(database: &Path) -> Option<File> {
    let opened = open_beside(database, ".turn");
    opened.inspect_err(|error| tracing::warn!(%error, "the file of turns beside the database cannot be opened")).ok()
}

impl Way {
    /// Waits until a directory's unit may be begun.
    pub(crate) async fn clear(&mut self) {
        while !self.is_clear() {
            sleep(LOOK).await;
        }
    }

    /// Whether a directory's unit may be begun.
    pub(crate) fn is_clear(&mut self) -> bool {
        let Some(file) = &self.file else { return true };
        let now = Instant::now();
        let since = self.looked.map(|looked| now - looked);
        if since.is_none_or(|since| since >= LOOK) {
            let before = self.taken.filter(|_| since.is_some_and(|since| since < WAY));
            self.taken = is_taken(file).then(|| before.unwrap_or(now));
            self.looked = Some(now);
        }
        self.taken.is_none_or(|taken| makes_no_way(now - taken))
    }
}

/// Whether directories go on although somebody has had the turn for so long.
fn makes_no_way(taken: Duration) -> bool {
    taken.as_secs() / WAY.as_secs() % 2 == 1
}

fn is_taken(file: &File) -> bool {
    match file.try_lock_shared() {
        Err(TryLockError::WouldBlock) => true,
        Ok(()) => {
            // It was just locked; the lock would else end with the process.
            let _ = file.unlock();
            false
        }
        // A file system without such locks.
        Err(TryLockError::Error(_)) => false,
    }
}

impl Host {
    pub(crate) fn of(database: &Path) -> Self {
        Self { file: open(database), gave: None }
    }

    /// Waits for the turn; in vain where another command does not give it back.
    pub(crate) async fn take(&mut self) -> Turn<'_> {
        // A server sees that it is free only when it looks.
        if let Some(rest) = self.gave.and_then(|gave| (2 * LOOK).checked_sub(gave.elapsed())) {
            sleep(rest).await;
        }
        let began = Instant::now();
        while let Some(file) = &self.file
            && matches!(file.try_lock(), Err(TryLockError::WouldBlock))
            && began.elapsed() < WAY
        {
            sleep(LOOK).await;
        }
        Turn { host: self, began }
    }
}

/// Whether what others keep from writing is tried again: by a command of the host, for a while.
pub(crate) fn is_patient(turn: Option<&Turn<'_>>) -> bool {
    turn.is_some_and(|turn| turn.began.elapsed() < PATIENCE)
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if let Some(file) = &self.host.file {
            // Where another command has it, there is nothing to give back.
            let _ = file.unlock();
        }
        self.host.gave = Some(Instant::now());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn way_and_host(database: &Path) -> (Way, Host) {
        let (way, _) = Turns::of_server(database).split();
        (way, Turns::of_host(database).split().1.unwrap())
    }

    /// What the next look finds.
    fn look(way: &mut Way) -> bool {
        way.looked = way.looked.map(|_| Instant::now() - LOOK);
        way.is_clear()
    }

    #[tokio::test]
    async fn r33_a_server_makes_way_for_as_long_as_a_command_has_its_turn() {
        let folder = tempfile::tempdir().unwrap();
        let (mut way, mut host) = way_and_host(&folder.path().join("postern.db"));
        assert!(way.is_clear());
        let turn = host.take().await;
        assert!(!look(&mut way));
        drop(turn);
        assert!(look(&mut way));
        let turn = host.take().await;
        assert!(!look(&mut way));
        std::mem::forget(turn);
        drop(host);
        assert!(look(&mut way), "the turn ends with its process");
    }

    #[tokio::test]
    async fn r33_a_command_that_is_stuck_stops_nobody_for_ever() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("postern.db");
        let (mut way, mut stuck) = way_and_host(&database);
        let _turn = stuck.take().await;
        assert!(!look(&mut way));
        for (seconds, clear) in [(4, false), (5, true), (9, true), (10, false), (14, false), (15, true)] {
            way.taken = Some(Instant::now() - Duration::from_secs(seconds));
            assert_eq!(look(&mut way), clear, "after {seconds} seconds");
        }
        way.looked = Some(Instant::now() - WAY);
        assert!(!way.is_clear(), "this may be another command");
        let (mut another, began) = (way_and_host(&database).1, Instant::now());
        another.take().await;
        assert!((WAY..2 * WAY).contains(&began.elapsed()));
        way.taken = None;
        assert!(!look(&mut way), "what another has is not given back");
    }

    #[tokio::test]
    async fn r33_directories_have_their_share_between_the_turns_of_a_command() {
        let folder = tempfile::tempdir().unwrap();
        let (mut way, mut host) = way_and_host(&folder.path().join("postern.db"));
        host.take().await;
        let (began, _turn) = (Instant::now(), host.take().await);
        assert!(began.elapsed() >= LOOK, "a server looks more often than that");
        assert!(!way.is_clear());
    }
}
