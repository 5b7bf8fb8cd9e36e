//! A throw-away Postgres: in a temporary folder, on a Unix socket, removed when this process ends.

use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result};

use crate::project::{output, run};
use crate::setup;

/// Waits until our end of its standard input closes, which happens however this process ends, then cleans up.
const GUARD: &str = r#"cat; folder=$1; shift; "$@"; rm -rf -- "$folder""#;

/// Without a network, ports cannot clash.
const SETTINGS: &str = "-c listen_addresses= -c max_connections=200";

/// No fsync, because the data is not needed afterwards.
const FORGETFUL: &str = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off";

/// A running cluster with the superuser `postgres`, who needs no password. Dropping it stops and removes it.
pub(crate) struct Postgres {
    guard: Child,
    folder: PathBuf,
    bin: PathBuf,
}

impl Postgres {
    /// Starts a cluster. Fails if Postgres is missing and cannot be installed.
    pub(crate) fn start() -> Result<Self> {
        Self::start_with(FORGETFUL)
    }

    /// Starts a cluster that writes to the disk as production clusters do.
    pub(crate) fn start_durable() -> Result<Self> {
        Self::start_with("")
    }

    fn start_with(settings: &str) -> Result<Self> {
        let bin = setup::postgres()?;
        // Not TMPDIR: the path of a socket has at most 107 characters, and another user may need access.
        let folder = tempfile::Builder::new().prefix("postern-postgres-").tempdir_in("/tmp")?;
        // Postgres refuses to run as root.
        if setup::is_root()? {
            run(Command::new("chown").arg("postgres").arg(folder.path()))
                .context("Postgres needs a user of its own")?;
        }
        let folder = folder.keep();
        let guard = guard(&bin, &folder)?;
        let cluster = Self { guard, folder, bin };
        cluster.initialise(settings)?;
        Ok(cluster)
    }

    fn initialise(&self, settings: &str) -> Result<()> {
        // Linguistic order as in most installations: with the locale C, a forgotten COLLATE "C" would pass the tests.
        output(
            postgres_command(&self.bin, &self.folder, "initdb")?
                .args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-sync", "--locale=C"])
                .args(["--locale-provider=icu", "--icu-locale=en-US"]),
        )?;
        let settings = format!("{SETTINGS} {settings} -k {}", self.folder.display());
        // Output to /dev/null instead of a pipe: the server would keep the pipe open.
        let mut start = postgres_command(&self.bin, &self.folder, "pg_ctl")?;
        start.arg("--log").arg(self.folder.join("log")).args(["--wait", "--options", &settings, "start"]);
        run(start.stdout(Stdio::null())).context("the throw-away Postgres does not start")
    }

    /// psql as the superuser, ending at the first error.
    pub(crate) fn psql(&self, database: &str) -> Command {
        let mut command = Command::new(self.bin.join("psql"));
        command.args(["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--username=postgres", "--dbname", database]);
        command.arg("--host").arg(&self.folder);
        command
    }

    /// The address of a database in the cluster; `postgres` exists from the start.
    pub(crate) fn url(&self, database: &str) -> String {
        format!("postgres://postgres@localhost/{database}?host={}", self.folder.display())
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        if let Err(error) = self.guard.wait() {
            eprintln!("the throw-away Postgres in {} may still be running: {error}", self.folder.display());
        }
    }
}

fn guard(bin: &Path, folder: &Path) -> Result<Child> {
    let stop = postgres_command(bin, folder, "pg_ctl")?;
    Command::new("sh")
        .args(["-c", GUARD, "sh"])
        .arg(folder)
        .arg(stop.get_program())
        .args(stop.get_args())
        .args(["--mode=immediate", "stop"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        // A group of its own: Ctrl-C must not end it before it has cleaned up.
        .process_group(0)
        .spawn()
        .context("cannot run sh")
}

fn postgres_command(bin: &Path, folder: &Path, program: &str) -> Result<Command> {
    let mut command = if setup::is_root()? {
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--"]).arg(bin.join(program));
        command
    } else {
        Command::new(bin.join(program))
    };
    command.arg("--pgdata").arg(folder.join("data")).current_dir(folder);
    Ok(command)
}
