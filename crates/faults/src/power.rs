//! The power fails at any write or sync of SQLite, and the disk loses any part of what was not synced.
//!
//! The product runs its units of work on a file system that records all writes. Then, for each moment, the files are
//! put together as a disk may hold them after a power cut: with nothing that was not synced, with all of it, and with a
//! random half of its sectors. The product opens each of these and must find every unit that it acknowledged before.

use crate::{
    vfs::{self, Op},
    workload::{Acknowledged, Found, Workload},
};
use anyhow::{Context, Result, ensure};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// The bytes that a disk writes at once or not at all (SQLite's "powersafe overwrite" requires no more).
const SECTOR: usize = 512;

/// The length of a write-ahead log's header, in bytes.
const LOG_HEADER: usize = 32;

/// When a sync of the write-ahead log has effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Durability {
    /// Always, as with `synchronous=FULL`, which the product requires.
    Full,
    /// Only before a checkpoint and for a new header, as with `synchronous=NORMAL`. The experiment must notice.
    Normal,
}

/// The outcome of all power cuts.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Outcome {
    /// Moments at which the power failed.
    pub(crate) points: u64,
    /// Disks that were put together.
    pub(crate) images: u64,
    /// Acknowledged units that were gone, summed over the disks.
    pub(crate) lost: u64,
    /// Disks that did not open, failed SQLite's integrity check, or held a broken audit chain.
    pub(crate) corrupt: u64,
    /// Disks that held half a unit.
    pub(crate) half: u64,
}

/// A recorded run.
pub(crate) struct Recording {
    files: Vec<PathBuf>,
    ops: Vec<Op>,
    workload: Workload,
    name: PathBuf,
}

impl Recording {
    /// Runs the product with `units` units for each of a few writers, and records it.
    pub(crate) async fn make(units: u64) -> Result<Self> {
        vfs::install();
        let folder = tempfile::tempdir()?;
        let database = folder.path().canonicalize()?.join("postern.db");
        vfs::watch(folder.path(), true);
        let workload = Workload::run(&database, units).await?;
        let (files, ops) = vfs::take();
        ensure!(ops.iter().any(|op| matches!(op, Op::Sync { .. })), "nothing was recorded");
        Ok(Self { files, ops, workload, name: database })
    }

    /// Cuts the power at every `stride`th write or sync, from the first acknowledged unit on, and examines `images`
    /// disks for each.
    pub(crate) async fn cut(&self, durability: Durability, stride: usize, images: u64, seed: u64) -> Result<Outcome> {
        let mut outcome = Outcome::default();
        let mut random = StdRng::seed_from_u64(seed);
        let mut disk = Disk::new(self.files.len());
        let mut acknowledged = Acknowledged::new();
        for (at, op) in self.ops.iter().enumerate() {
            if let Op::Ack { writer, unit } = op {
                acknowledged.entry(*writer).or_default().insert(*unit);
                continue;
            }
            disk.apply(op, durability == Durability::Full || self.is_synced_by_normal(at));
            if acknowledged.is_empty() || at % stride != 0 {
                continue;
            }
            outcome.points += 1;
            for number in 0..images {
                let kept = [Kept::Nothing, Kept::All, Kept::Half][usize::try_from(number.min(2))?];
                let found = self.open(&disk.image(kept, &mut random), &acknowledged).await;
                outcome.count(found);
            }
        }
        Ok(outcome)
    }

    /// Whether `synchronous=NORMAL` would have done this sync: of anything but the log, of the log before a checkpoint,
    /// which writes to the database next, and of a new log's header.
    fn is_synced_by_normal(&self, at: usize) -> bool {
        let Op::Sync { file } = self.ops[at] else { return true };
        if !self.files[file].to_string_lossy().ends_with("-wal") {
            return true;
        }
        let is_header =
            |op: &Op| matches!(op, Op::Write { file: f, offset: 0, bytes } if *f == file && bytes.len() == LOG_HEADER);
        let after_header = at > 0 && is_header(&self.ops[at - 1]);
        let next = self.ops[at + 1..].iter().find(|op| matches!(op, Op::Write { .. } | Op::Truncate { .. }));
        after_header
            || next
                .is_some_and(|op| matches!(op, Op::Write { file: f, .. } | Op::Truncate { file: f, .. } if *f != file))
    }

    /// Opens a disk with the product, and examines it.
    async fn open(&self, image: &[Option<Vec<u8>>], acknowledged: &Acknowledged) -> Result<Found> {
        let folder = tempfile::tempdir()?;
        for (path, bytes) in self.files.iter().zip(image) {
            if let Some(bytes) = bytes {
                let name = path.file_name().context("a file without a name")?;
                fs::write(folder.path().join(name), bytes)?;
            }
        }
        let name = self.name.file_name().context("a database without a name")?;
        self.workload.examine(&folder.path().join(Path::new(name)), acknowledged).await
    }
}

impl Outcome {
    fn count(&mut self, found: Result<Found>) {
        self.images += 1;
        match found {
            Ok(found) => {
                self.lost += found.lost;
                self.half += u64::from(found.half > 0);
                self.corrupt += u64::from(!found.sound);
            }
            Err(_) => self.corrupt += 1,
        }
    }
}

/// Which unsynced sectors a disk kept.
#[derive(Clone, Copy)]
enum Kept {
    Nothing,
    All,
    Half,
}

/// What the disk certainly holds of each file, and what it may hold.
struct Disk {
    files: Vec<DiskFile>,
}

#[derive(Clone, Default)]
struct DiskFile {
    /// `None` before it was created and after it was removed.
    safe: Option<Vec<u8>>,
    pending: Vec<Op>,
}

impl Disk {
    fn new(files: usize) -> Self {
        Self { files: vec![DiskFile::default(); files] }
    }

    fn apply(&mut self, op: &Op, is_synced: bool) {
        match op {
            Op::Write { file, .. } | Op::Truncate { file, .. } => {
                let file = &mut self.files[*file];
                file.safe.get_or_insert_default();
                file.pending.push(op.clone());
            }
            Op::Sync { file } if is_synced => {
                let file = &mut self.files[*file];
                let mut bytes = file.safe.take().unwrap_or_default();
                file.pending.drain(..).for_each(|op| change(&mut bytes, &op, |_| true));
                file.safe = Some(bytes);
            }
            Op::Delete { file } => self.files[*file] = DiskFile::default(),
            Op::Sync { .. } | Op::Ack { .. } => {}
        }
    }

    /// The files as the disk may hold them after the cut.
    fn image(&self, kept: Kept, random: &mut StdRng) -> Vec<Option<Vec<u8>>> {
        let image = self.files.iter().map(|file| {
            let mut bytes = file.safe.clone()?;
            for op in &file.pending {
                match kept {
                    Kept::Nothing => {}
                    Kept::All => change(&mut bytes, op, |_| true),
                    Kept::Half => change(&mut bytes, op, |_| random.random_bool(0.5)),
                }
            }
            Some(bytes)
        });
        image.collect()
    }
}

/// Applies a write to a file's bytes, sector by sector, for those sectors that were kept.
fn change(file: &mut Vec<u8>, op: &Op, mut is_kept: impl FnMut(usize) -> bool) {
    match op {
        Op::Write { offset, bytes, .. } => {
            let mut done = 0;
            while done < bytes.len() {
                let at = offset + done;
                let end = (done + SECTOR - at % SECTOR).min(bytes.len());
                if is_kept(at) {
                    let until = offset + end;
                    if file.len() < until {
                        file.resize(until, 0);
                    }
                    file[at..until].copy_from_slice(&bytes[done..end]);
                }
                done = end;
            }
        }
        Op::Truncate { length, .. } if is_kept(0) => file.resize(*length, 0),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_holds_what_was_synced_and_perhaps_the_rest() {
        let mut disk = Disk::new(1);
        let write = |offset, byte| Op::Write { file: 0, offset, bytes: vec![byte; 1000] };
        disk.apply(&write(0, 1), true);
        disk.apply(&Op::Sync { file: 0 }, true);
        disk.apply(&write(500, 2), true);
        let mut random = StdRng::seed_from_u64(1);
        assert_eq!(disk.image(Kept::Nothing, &mut random), [Some(vec![1; 1000])]);
        assert_eq!(disk.image(Kept::All, &mut random)[0].as_ref().map(Vec::len), Some(1500));
        let torn = disk.image(Kept::Half, &mut random).remove(0).unwrap_or_default();
        assert!(torn[..500].iter().all(|byte| *byte == 1), "what is synced stays");
        disk.apply(&Op::Sync { file: 0 }, false);
        assert_eq!(disk.image(Kept::Nothing, &mut random), [Some(vec![1; 1000])], "a sync that was left out");
        disk.apply(&Op::Delete { file: 0 }, true);
        assert_eq!(disk.image(Kept::All, &mut random), [None]);
    }
}
