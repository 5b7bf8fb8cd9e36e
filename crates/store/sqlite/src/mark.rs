//! The mark: a small file next to the database, `postern.db.mark`. Every process that has the database open holds a
//! shared lock on it, and a restore the exclusive one. It holds the end of the audit log as it was last noted; an older
//! copy of the database does not have that event.

use crate::{beside::beside, log::Head, open, private::open_beside};
use domain::{
    Error, Result,
    audit::{from_hex, to_hex},
};
use std::{
    fs::{File, TryLockError},
    io::{self, Read, Seek, Write},
    path::{Path, PathBuf},
};

pub(crate) struct Mark {
    file: File,
    path: PathBuf,
}

impl Mark {
    /// Takes the shared lock.
    ///
    /// # Errors
    /// `Unavailable` while it is being restored.
    pub(crate) fn share(database: &Path) -> Result<Self> {
        let mark = Self::open(database)?;
        match mark.file.try_lock_shared() {
            Err(TryLockError::WouldBlock) => Err(Error::Unavailable("the database is being restored".into())),
            // The file system has no such locks; SQLite's own still apply.
            Ok(()) | Err(TryLockError::Error(_)) => Ok(mark),
        }
    }

    /// Takes the exclusive lock, so that no other process can open the database.
    ///
    /// # Errors
    /// `Unavailable` while another process has it open.
    pub(crate) fn own(database: &Path) -> Result<Self> {
        let mark = Self::open(database)?;
        mark.file.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => in_use(),
            TryLockError::Error(error) => mark.failed(&error),
        })?;
        Ok(mark)
    }

    fn open(database: &Path) -> Result<Self> {
        let path = beside(database, ".mark");
        let file = open_beside(database, ".mark")
            .map_err(|error| open::cannot_open(database, format!("{error}, for {}", path.display())))?;
        Ok(Self { file, path })
    }

    /// The mark as last written; `None` if there is none, or it cannot be read.
    pub(crate) fn read(&self) -> Result<Option<Head>> {
        let mut text = String::new();
        let mut file = &self.file;
        let read = file.rewind().and_then(|()| file.take(4_096).read_to_string(&mut text));
        read.map_err(|error| self.failed(&error))?;
        let parts = text.trim_end().split_once(' ');
        Ok(parts.and_then(|(seq, hash)| Some((seq.parse().ok()?, from_hex(hash)?))))
    }

    /// Writes the end of the audit log.
    pub(crate) fn write(&self, head: Option<Head>) -> Result<()> {
        let text = head.map_or_else(String::new, |(seq, hash)| format!("{seq} {}\n", to_hex(&hash)));
        let mut file = &self.file;
        let written = file
            .rewind()
            .and_then(|()| file.write_all(text.as_bytes()))
            .and_then(|()| file.set_len(text.len() as u64))
            .and_then(|()| file.sync_all());
        written.map_err(|error| self.failed(&error))
    }

    fn failed(&self, error: &io::Error) -> Error {
        Error::Unavailable(format!("{}: {error}", self.path.display()).into())
    }
}

/// Why the database cannot be replaced now.
pub(crate) fn in_use() -> Error {
    Error::Unavailable("another process has the database open; stop the server, and restore again".into())
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(unix)]
    use crate::private::open_private;
    use std::fs;

    #[test]
    fn what_is_noted_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let mark = Mark::share(&folder.path().join("postern.db")).unwrap();
        assert_eq!(mark.read().unwrap(), None);
        for head in [Some((1_234_567, [7; 32])), Some((8, [9; 32])), None] {
            mark.write(head).unwrap();
            assert_eq!(mark.read().unwrap(), head);
        }
        fs::write(&mark.path, "eight").unwrap();
        assert_eq!(mark.read().unwrap(), None);
    }

    #[test]
    fn r19_a_restore_and_a_server_exclude_each_other() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("postern.db");
        let (one, another) = (Mark::share(&database).unwrap(), Mark::share(&database).unwrap());
        drop(one);
        assert!(Mark::own(&database).is_err());
        drop(another);
        let owner = Mark::own(&database).unwrap();
        assert!(Mark::share(&database).is_err() && Mark::own(&database).is_err());
        drop(owner);
        Mark::share(&database).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn r20_a_file_of_ours_is_nobody_elses() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        fs::write(&path, "").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        open_private(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}
