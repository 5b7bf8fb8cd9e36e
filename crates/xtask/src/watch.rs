//! `cargo xtask watch`: build and serve again after every change. Checking the modification times twice a second costs
//! next to nothing and needs no library.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Child, Command};
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime};

use anyhow::Result;

use crate::build::build;
use crate::files;
use crate::project::{Profile, Project};

const FOLDERS: [&str; 5] = ["app", "server", "crates", "style", "migrations"];

/// Serves until Ctrl-C, which the server receives directly. A build that fails leaves the last good server running.
pub(crate) fn watch(project: &Project, args: &[String]) -> Result<()> {
    let mut server = None;
    loop {
        let before = snapshot(project);
        match build(project, Profile::Dev) {
            Ok(()) => {
                // Stop the old one first: both need the same port.
                drop(server.take());
                server = Some(Server(project.serve(args).spawn()?));
            }
            Err(error) => eprintln!("error: {error:#}"),
        }
        while snapshot(project) == before {
            sleep(Duration::from_millis(500));
        }
    }
}

/// Modification times. A file that vanishes meanwhile is a change like any other.
fn snapshot(project: &Project) -> BTreeMap<PathBuf, SystemTime> {
    let mut times = BTreeMap::new();
    for path in FOLDERS.iter().flat_map(|folder| files::below(&project.root.join(folder)).unwrap_or_default()) {
        // Editors come and go with temporary files.
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with('.') || name.ends_with('~') {
            continue;
        }
        if let Ok(time) = path.metadata().and_then(|metadata| metadata.modified()) {
            times.insert(path, time);
        }
    }
    times
}

/// A server process that ends when this is dropped.
struct Server(Child);

impl Drop for Server {
    /// Asks it to finish its requests, and kills it after five seconds.
    fn drop(&mut self) {
        let asked = Instant::now();
        let ask = Command::new("kill").arg(self.0.id().to_string()).status();
        let patience = if ask.is_ok() { Duration::from_secs(5) } else { Duration::ZERO };
        while let Ok(None) = self.0.try_wait() {
            if asked.elapsed() > patience {
                // An error means that the server is already gone.
                let _ = self.0.kill();
            }
            sleep(Duration::from_millis(50));
        }
    }
}
