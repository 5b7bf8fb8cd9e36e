//! Folders as maps from path to contents: small ones, read and written whole.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;

/// Paths relative to a folder, and contents.
pub(crate) type Files = BTreeMap<PathBuf, Vec<u8>>;

/// Every file below a folder; none if the folder does not exist.
pub(crate) fn below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    if !folder.is_dir() {
        return Ok(files);
    }
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(below(&path)?);
        } else {
            files.push(path);
        }
    }
    Ok(files)
}

/// Reads a whole folder.
pub(crate) fn read(folder: &Path) -> Result<Files> {
    below(folder)?.into_iter().map(|path| Ok((path.strip_prefix(folder)?.to_owned(), fs::read(&path)?))).collect()
}

/// Makes a folder hold exactly these files. Correct files are left alone, so that cargo sees no change in them.
pub(crate) fn sync(folder: &Path, files: &Files) -> Result<()> {
    for path in below(folder)? {
        if !files.contains_key(path.strip_prefix(folder)?) {
            fs::remove_file(path)?;
        }
    }
    for (name, contents) in files {
        let path = folder.join(name);
        if fs::read(&path).is_ok_and(|present| present == *contents) {
            continue;
        }
        fs::create_dir_all(path.parent().unwrap_or(folder))?;
        fs::write(path, contents)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sync_removes_writes_and_leaves_alone() {
        let folder = tempfile::tempdir().unwrap();
        let files = |entries: &[(&str, &str)]| -> Files {
            entries.iter().map(|(path, contents)| (PathBuf::from(path), contents.as_bytes().to_vec())).collect()
        };
        sync(folder.path(), &files(&[("a", "1"), ("pkg/old", "2"), ("pkg/kept", "3")])).unwrap();
        let kept = folder.path().join("pkg/kept");
        let before = fs::metadata(&kept).unwrap().modified().unwrap();

        std::thread::sleep(std::time::Duration::from_millis(20));
        let wanted = files(&[("a", "changed"), ("pkg/kept", "3"), ("pkg/new", "4")]);
        sync(folder.path(), &wanted).unwrap();

        assert_eq!(read(folder.path()).unwrap(), wanted);
        assert_eq!(fs::metadata(&kept).unwrap().modified().unwrap(), before);
    }

    #[test]
    fn a_missing_folder_is_empty() {
        assert_eq!(read(Path::new("no/such/folder")).unwrap(), Files::new());
    }
}
