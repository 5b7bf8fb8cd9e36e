//! Other users of the machine cannot read the database: it holds hashes, names and addresses.

use crate::beside::{adopt, beside, folder};
use domain::{Error, Result};
use std::{fs, io, path::Path};

/// Removes the access rights of group and others from the database's files.
///
/// # Errors
/// `Unavailable` when they cannot be removed.
pub(crate) fn tighten(file: &Path) -> Result<()> {
    for suffix in ["", "-wal", "-shm", ".reserve"] {
        let file = beside(file, suffix);
        tighten_one(&file).map_err(|error| {
            let file = file.display();
            let text =
                format!("others may use the file {file}, and its mode cannot be changed: {error}; chmod it to 600");
            Error::Unavailable(text.into())
        })?;
    }
    Ok(())
}

/// Opens a file for reading and writing that other users of the machine cannot read, and creates it if there is none.
pub(crate) fn open_private(path: &Path) -> io::Result<fs::File> {
    let mut options = fs::OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mut permissions = file.metadata()?.permissions();
        if permissions.mode() & 0o077 != 0 {
            permissions.set_mode(0o600);
            file.set_permissions(permissions)?;
        }
    }
    Ok(file)
}

/// Opens such a file next to a database; it gets the database's owner.
pub(crate) fn open_beside(database: &Path, suffix: &str) -> io::Result<fs::File> {
    let path = beside(database, suffix);
    let file = open_private(&path)?;
    adopt(&path, if database.exists() { database } else { folder(database) });
    Ok(file)
}

#[cfg(unix)]
fn tighten_one(file: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mode = match fs::metadata(file) {
        Ok(found) => found.permissions().mode() & 0o7777,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    if mode & 0o077 == 0 {
        return Ok(());
    }
    fs::set_permissions(file, fs::Permissions::from_mode(mode & !0o077))?;
    tracing::warn!(file = %file.display(), mode = format!("{mode:o}"), "others could use this file; now they cannot");
    Ok(())
}

#[cfg(not(unix))]
fn tighten_one(_: &Path) -> io::Result<()> {
    Ok(())
}
