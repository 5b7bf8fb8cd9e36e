//! Whose turn it is to write. SQLite's write lock has no queue: a server that starts its next transaction within
//! microseconds keeps another process waiting for as long as directories keep calling. So a command of the host
//! announces itself by a lock on a file next to the database, `postern.db.turn`, which ends with its process at the
//! latest; while a command has it, the server starts no unit of a directory.

use crate::private::open_beside;
use std::{
    fs::{File, TryLockError},
    path::Path,
    time::{Duration, Instant},
};
use tokio::time::sleep;

/// How long a look at the file is valid, and how long a free turn is left to others.
const LOOK: Duration = Duration::from_millis(5);

/// How long directories give way without a break, how long they then continue, and how long a command waits for other
/// commands: one that is stuck must not stop the others for ever.
const WAY: Duration = Duration::from_secs(5);

/// How long a command of the host keeps trying to write.
const PATIENCE: Duration = Duration::from_secs(60);

/// How a process takes part in turns.
pub(crate) enum Turns {
    /// A server gives way.
    Server(Way),
    /// A command of the host takes its turn.
    Host(Host),
    /// No other process has the database.
    Alone,
}

/// How a server gives way.
#[derive(Default)]
pub(crate) struct Way {
    file: Option<File>,
    looked: Option<Instant>,
    /// Since when another process has had the turn, as far as was observed.
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

    /// The server's part, and the command's part if this is a command.
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

/// If there is no file, as on a full disk, everything works as it would without turns.
fn open(database: &Path) -> Option<File> {
    let opened = open_beside(database, ".turn");
    opened.inspect_err(|error| tracing::warn!(%error, "the file of turns beside the database cannot be opened")).ok()
}

impl Way {
    /// Waits until a directory's unit may start.
    pub(crate) async fn clear(&mut self) {
        while !self.is_clear() {
            sleep(LOOK).await;
        }
    }

    /// Whether a directory's unit may start.
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

/// Whether directories continue although a command has had the turn for this long.
fn makes_no_way(taken: Duration) -> bool {
    taken.as_secs() / WAY.as_secs() % 2 == 1
}

fn is_taken(file: &File) -> bool {
    match file.try_lock_shared() {
        Err(TryLockError::WouldBlock) => true,
        Ok(()) => {
            // It was locked just now; otherwise the lock would end with the process.
            let _ = file.unlock();
            false
        }
        // The file system has no such locks.
        Err(TryLockError::Error(_)) => false,
    }
}

impl Host {
    pub(crate) fn of(database: &Path) -> Self {
        Self { file: open(database), gave: None }
    }

    /// Waits for the turn; gives up if another command does not release it.
    pub(crate) async fn take(&mut self) -> Turn<'_> {
        // A server notices only at its next look that the turn is free.
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

/// Whether a write that others block is retried: by a command of the host, for a while.
pub(crate) fn is_patient(turn: Option<&Turn<'_>>) -> bool {
    turn.is_some_and(|turn| turn.began.elapsed() < PATIENCE)
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if let Some(file) = &self.host.file {
            // If another command has it, there is nothing to release.
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

    /// The result of the next look.
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
