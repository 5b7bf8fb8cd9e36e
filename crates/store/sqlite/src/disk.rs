//! Disk space: how much is left, and a reserve next to the database that is given up when there is none.

use crate::{beside::beside, private::open_private};
use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// The size of the reserve, or an eighth of a small file system. Directories are refused while less than that is free.
const RESERVE: u64 = 64 * 1024 * 1024;

/// How long a measurement of the file system is valid.
const LOOK: Duration = Duration::from_secs(1);

/// How long directories are refused after the disk was full, whatever the file system reports: there are quotas.
const PAUSE: Duration = Duration::from_secs(5);

/// The file system that the database is on.
pub(crate) struct Disk {
    file: PathBuf,
    reserve: PathBuf,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    low: bool,
    looked: Option<Instant>,
    filled: Option<Instant>,
    /// Whether the last attempt to set the reserve aside failed.
    no_reserve: bool,
}

/// What the file system reports.
#[derive(Clone, Copy)]
struct Space {
    free: u64,
    /// How large the reserve should be, and how large it is.
    share: u64,
    kept: u64,
}

impl Space {
    /// Whether directories are refused. Once they are, a quarter more must be free before they are served again.
    fn is_low(self, was_low: bool) -> bool {
        let margin = if was_low { self.share / 4 } else { 0 };
        self.free < self.share + self.missing() + margin
    }

    /// How much is missing from the reserve.
    fn missing(self) -> u64 {
        self.share.saturating_sub(self.kept)
    }
}

impl Disk {
    /// The file system of a database file.
    pub(crate) fn of(file: &Path) -> Self {
        Self { file: file.to_owned(), reserve: reserve(file), seen: Mutex::default() }
    }

    /// Whether so little space is left that directories are refused.
    pub(crate) fn is_low(&self) -> bool {
        let mut seen = self.lock();
        if seen.filled.is_some_and(|filled| filled.elapsed() < PAUSE) {
            return true;
        }
        if seen.looked.is_none_or(|looked| looked.elapsed() >= LOOK) {
            // If the space cannot be measured, it does not count as low: a full disk shows when it is written to.
            seen.low = self.space().is_ok_and(|space| space.is_low(seen.low));
            seen.looked = Some(Instant::now());
        }
        seen.low
    }

    /// Notes that the disk is full, and gives up the reserve. Returns whether there was one.
    pub(crate) fn give_up_reserve(&self) -> bool {
        self.note_full();
        match fs::remove_file(&self.reserve) {
            Ok(()) => {
                tracing::warn!(file = %self.reserve.display(), "the disk is full; the reserve was given up");
                true
            }
            Err(error) => {
                if error.kind() != io::ErrorKind::NotFound {
                    tracing::error!(file = %self.reserve.display(), %error, "the reserve could not be given up");
                }
                false
            }
        }
    }

    pub(crate) fn note_full(&self) {
        let mut seen = self.lock();
        (seen.low, seen.looked, seen.filled) = (true, None, Some(Instant::now()));
    }

    /// Sets the reserve aside if there is room for it. This takes a moment on file systems that cannot allocate.
    pub(crate) fn keep_reserve(&self) {
        let outcome = self.space().and_then(|space| {
            let wanted = space.missing() > 0 && !space.is_low(true);
            if wanted { self.allocate(space.share) } else { Ok(()) }
        });
        let failed_before = std::mem::replace(&mut self.lock().no_reserve, outcome.is_err());
        if let Err(error) = outcome
            && !failed_before
        {
            tracing::warn!(file = %self.reserve.display(), %error, "the reserve cannot be set aside");
        }
    }

    fn allocate(&self, length: u64) -> io::Result<()> {
        let file = open_private(&self.reserve)?;
        file.set_len(0)?;
        let allocated = match rustix::fs::fallocate(&file, rustix::fs::FallocateFlags::empty(), 0, length) {
            Err(rustix::io::Errno::OPNOTSUPP) => write_zeros(file, length),
            outcome => outcome.map_err(io::Error::from),
        };
        if allocated.is_err() {
            // So that half a reserve does not take up the room.
            let _ = fs::remove_file(&self.reserve);
        }
        allocated
    }

    fn space(&self) -> io::Result<Space> {
        let found = rustix::fs::statvfs(&self.file)?;
        let share = RESERVE.min(found.f_blocks.saturating_mul(found.f_frsize) / 8);
        let kept = fs::metadata(&self.reserve).map_or(0, |reserve| reserve.len());
        Ok(Space { free: found.f_bavail.saturating_mul(found.f_frsize), share, kept })
    }

    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The reserve of a database file.
pub(crate) fn reserve(file: &Path) -> PathBuf {
    beside(file, ".reserve")
}

fn write_zeros(mut file: File, length: u64) -> io::Result<()> {
    let block = vec![0; 1024 * 1024];
    let mut left = length;
    while left > 0 {
        let part = left.min(block.len() as u64);
        file.write_all(&block[..part as usize])?;
        left -= part;
    }
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_low_depends_on_the_reserve_and_on_what_was() {
        let is_low = |free, kept, was| Space { free, share: 64, kept }.is_low(was);
        assert!(!is_low(64, 64, false) && is_low(63, 64, false));
        assert!(!is_low(80, 64, true) && is_low(79, 64, true), "it does not flap near the limit");
        assert!(!is_low(128, 0, false) && is_low(127, 0, false), "a reserve that was given up does not count as room");
    }

    #[test]
    fn a_reserve_is_kept_once_and_given_up_once() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("postern.db");
        fs::write(&file, "").unwrap();
        let disk = Disk::of(&file);
        assert!(!disk.give_up_reserve(), "there is none");
        for _ in 0..2 {
            disk.keep_reserve();
            assert_eq!(fs::metadata(reserve(&file)).unwrap().len(), disk.space().unwrap().share);
        }
        assert!(disk.give_up_reserve() && !disk.give_up_reserve());
        assert!(disk.is_low(), "for a moment, whatever is free");
    }

    #[test]
    fn where_nothing_can_be_allocated_zeros_are_written() {
        let folder = tempfile::tempdir().unwrap();
        let name = folder.path().join("zeros");
        write_zeros(File::create(&name).unwrap(), 2_500_000).unwrap();
        assert_eq!(fs::metadata(name).unwrap().len(), 2_500_000);
    }
}
