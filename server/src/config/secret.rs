//! Settings that may hold a password or a key. Every user of the machine can read the command line, and every child
//! process the environment. So each setting can also come from a file, which `VARIABLE_FILE` names.

use std::{
    ffi::OsString,
    fs::File,
    io::Read,
    path::{Path, PathBuf},
};

/// No URL or key is longer.
const LONGEST: u64 = 64 * 1024;

/// The value of a setting: from its flag, from its variable, or from the file that the variable with `_FILE` names.
///
/// # Errors
/// One line that names the variables or the file, but never a value: if both variables are set, or if the file cannot
/// be read, is empty or is not text.
pub(crate) fn read(flag: Option<&str>, variable: &str) -> Result<Option<String>, String> {
    read_from(flag, variable, |name| std::env::var_os(name).filter(|value| !value.is_empty()))
}

fn read_from(
    flag: Option<&str>,
    variable: &str,
    environment: impl Fn(&str) -> Option<OsString>,
) -> Result<Option<String>, String> {
    if let Some(value) = flag {
        return Ok(Some(value.to_owned()));
    }
    let by_file = format!("{variable}_FILE");
    match (environment(variable), environment(&by_file)) {
        (Some(_), Some(_)) => Err(format!("{variable} and {by_file} are both set; remove one of them")),
        (Some(value), None) => value.into_string().map(Some).map_err(|_| format!("{variable} is not valid UTF-8")),
        (None, Some(file)) => {
            let file = PathBuf::from(file);
            content(&file).map(Some).map_err(|reason| format!("{by_file}: {}: {reason}", file.display()))
        }
        (None, None) => Ok(None),
    }
}

/// A file's text without its final line break.
fn content(path: &Path) -> Result<String, String> {
    let file = File::open(path).map_err(|error| error.to_string())?;
    warn_if_shared(&file, path);
    let mut text = String::new();
    let length = file.take(LONGEST + 1).read_to_string(&mut text).map_err(|error| error.to_string())?;
    if length as u64 > LONGEST {
        return Err(format!("the file is larger than {LONGEST} bytes"));
    }
    let line = text.strip_suffix('\n').map_or(text.as_str(), |line| line.strip_suffix('\r').unwrap_or(line));
    if line.is_empty() { Err("the file is empty".to_owned()) } else { Ok(line.to_owned()) }
}

#[cfg(unix)]
fn warn_if_shared(file: &File, path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    let mode = file.metadata().map_or(0, |metadata| metadata.permissions().mode());
    if mode & 0o077 != 0 {
        tracing::warn!(file = %path.display(), "other users can read this file, which may hold a secret");
    }
}

#[cfg(not(unix))]
fn warn_if_shared(_: &File, _: &Path) {}

/// Whether a URL holds a password, as in `scheme://user:password@host` or `?password=…`.
pub(crate) fn has_password(url: &str) -> bool {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    if scheme == "sqlite" {
        return false;
    }
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    // A password may contain a slash that is not encoded.
    let by_authority = rest.rsplit_once('@').is_some_and(|(user, _)| user.contains(':'));
    by_authority || query.split('&').any(|pair| pair.starts_with("password="))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{fs, io::Write};

    const NAME: &str = "POSTERN_X";

    fn by_file(bytes: &[u8]) -> Result<Option<String>, String> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        let path = file.path().as_os_str().to_owned();
        read_from(None, NAME, |name| (name == "POSTERN_X_FILE").then(|| path.clone()))
    }

    #[test]
    fn r24_a_file_loses_one_line_break() {
        for (bytes, value) in
            [(&b"s3cret"[..], "s3cret"), (b"s3cret\n", "s3cret"), (b"s3cret\r\n", "s3cret"), (b" a\nb\n\n", " a\nb\n")]
        {
            assert_eq!(by_file(bytes), Ok(Some(value.to_owned())));
        }
    }

    #[test]
    fn r24_a_file_that_cannot_be_meant_is_refused_without_its_content() {
        let long = vec![b'x'; 70_000];
        for bytes in [&b""[..], b"\n", b"hunter2\xff", &long] {
            let said = by_file(bytes).unwrap_err();
            assert!(said.starts_with("POSTERN_X_FILE: /") && !said.contains("hunter2") && said.len() < 200, "{said}");
        }
        let missing = tempfile::tempdir().unwrap().path().join("gone");
        let said = read_from(None, NAME, |name| name.ends_with("_FILE").then(|| missing.clone().into())).unwrap_err();
        assert!(said.contains(missing.to_str().unwrap()), "{said}");
        assert!(fs::metadata(missing).is_err());
    }

    #[test]
    fn r24_the_flag_goes_first_and_two_variables_are_one_too_many() {
        let both = |_: &str| Some(OsString::from("hunter2"));
        assert_eq!(read_from(Some("flag"), NAME, both), Ok(Some("flag".to_owned())));
        let said = read_from(None, NAME, both).unwrap_err();
        assert!(said.contains("POSTERN_X and POSTERN_X_FILE") && !said.contains("hunter2"), "{said}");
        assert_eq!(read_from(None, NAME, |_| None), Ok(None));
    }

    #[test]
    fn r24_a_password_in_a_url_is_seen() {
        for url in ["postgres://u:p@h/d", "postgres://u:p/@h/d", "smtps://u:p@h:465", "postgres://h/d?password=p"] {
            assert!(has_password(url), "{url}");
        }
        for url in ["postgres://u@h:5432/d", "sqlite:///var/a:b@c.db", "https://h:8443/x", "postgres://h:5432/d"] {
            assert!(!has_password(url), "{url}");
        }
    }
}
