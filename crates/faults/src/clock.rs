//! A clock that can be set: libfaketime changes the time of day for the server, and leaves the monotonic clock alone.

use anyhow::Result;
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};
use tempfile::TempDir;

/// A clock that can be set.
#[derive(Clone)]
pub(crate) struct Clock {
    library: PathBuf,
    folder: Arc<TempDir>,
}

impl Clock {
    /// A clock that shows the right time until it is set. `library` is the path of libfaketime.
    pub(crate) fn new(library: &Path) -> Result<Self> {
        let clock = Self { library: library.to_owned(), folder: Arc::new(tempfile::tempdir()?) };
        clock.set("+0")?;
        Ok(clock)
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("offset")
    }

    /// Sets how far it is off, as libfaketime writes it.
    pub(crate) fn set(&self, offset: &str) -> Result<()> {
        let new = self.folder.path().join("new");
        std::fs::write(&new, offset)?;
        // Renamed into place, so that it is never read half-written.
        Ok(std::fs::rename(new, self.file())?)
    }

    /// The environment of a process that uses this clock.
    pub(crate) fn environment(&self) -> [(&'static str, PathBuf); 4] {
        [
            ("LD_PRELOAD", self.library.clone()),
            ("FAKETIME_TIMESTAMP_FILE", self.file()),
            ("FAKETIME_NO_CACHE", "1".into()),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1".into()),
        ]
    }
}
