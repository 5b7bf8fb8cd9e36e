//! The files next to a database.

#[cfg(unix)]
use std::fs;
use std::path::{Path, PathBuf};

/// A file next to the database, named after it.
pub(crate) fn beside(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// The folder of a file.
pub(crate) fn folder(file: &Path) -> &Path {
    match file.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

/// Gives a file the owner of another, as SQLite does with its own files: root may create it while the server runs as
/// another user. Only root can do this, and only root needs to.
#[cfg(unix)]
pub(crate) fn adopt(path: &Path, like: &Path) {
    use std::os::unix::fs::{MetadataExt, chown};
    let owner = |path: &Path| fs::metadata(path).map(|found| (found.uid(), found.gid()));
    if let (Ok(is), Ok(wanted)) = (owner(path), owner(like))
        && is != wanted
    {
        // Other users only have files of their own here.
        let _ = chown(path, Some(wanted.0), Some(wanted.1));
    }
}

#[cfg(not(unix))]
pub(crate) fn adopt(_: &Path, _: &Path) {}
