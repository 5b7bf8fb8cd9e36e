//! A test on a disk of its own, which is small and can be filled: the test's binary runs again, for this one test, in a
//! mount namespace whose folder for temporary files is a tmpfs. The namespace ends with the process, however that ends.

use std::{
    env,
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
    process::Command,
    thread,
};

const INSIDE: &str = "POSTERN_TEST_SMALL_DISK";

/// Whether this is the run inside. If not, the run inside has succeeded when this returns.
#[track_caller]
pub(crate) fn is_inside() -> bool {
    if env::var_os(INSIDE).is_some() {
        return true;
    }
    let folder = tempfile::tempdir().unwrap();
    let is_root = rustix::process::geteuid().is_root();
    let namespace = if is_root { "--mount" } else { "--map-root-user" };
    let mount = r#"mount -t tmpfs -o size=96m tmpfs "$TMPDIR" && exec "$0" "$@""#;
    let mut command = Command::new("unshare");
    command.args(["--mount", namespace, "sh", "-c", mount]).arg(env::current_exe().unwrap());
    let test = thread::current();
    command
        .args([test.name().expect("a test runs in a thread of its name"), "--exact", "--nocapture"])
        .env("TMPDIR", folder.path())
        .env(INSIDE, "1");
    let output = command.output().expect("unshare(1) is there");
    let said = [output.stdout, output.stderr].map(|said| String::from_utf8_lossy(&said).into_owned()).concat();
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
    false
}

/// A file that takes up all free space until it is dropped.
pub(crate) struct Filler(PathBuf);

impl Filler {
    pub(crate) fn new() -> Self {
        let path = env::temp_dir().join("filler");
        let mut file = File::create(&path).unwrap();
        // Then smaller blocks, until nothing fits.
        for block in [1024 * 1024, 4096, 1] {
            while file.write_all(&vec![7; block]).is_ok() {}
        }
        Self(path)
    }
}

impl Drop for Filler {
    fn drop(&mut self) {
        fs::remove_file(&self.0).unwrap();
    }
}

/// The reserve next to the database at that URL.
pub(crate) fn reserve(url: &str) -> PathBuf {
    Path::new(&format!("{}.reserve", url.strip_prefix("sqlite://").unwrap())).to_owned()
}
