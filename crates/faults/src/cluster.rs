//! A Postgres cluster that can be killed, with all settings that make a commit durable.

use crate::strains::SmallDisk;
use anyhow::{Context, Result, bail, ensure};
use sqlx::{Connection, PgConnection};
use std::{
    path::{Path, PathBuf},
    process::Stdio,
    time::{Duration, Instant},
};
use tempfile::TempDir;
use tokio::{process::Command, time::sleep};

/// How long to retry a start: the processes of a killed cluster take a moment to notice.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running cluster. Dropping it stops it.
pub(crate) struct Cluster {
    bin: PathBuf,
    /// Set if the cluster is not on the machine's own disk. Dropped before the folder that it is mounted on.
    disk: Option<SmallDisk>,
    folder: TempDir,
    as_root: bool,
}

impl Cluster {
    /// Makes and starts a cluster on a socket in a temporary folder, which may be on a small disk of its own.
    pub(crate) async fn start(bin: &Path, on_small_disk: bool) -> Result<Self> {
        // Not TMPDIR: the path of a socket has at most 107 characters, and another user needs access.
        let folder = tempfile::Builder::new().prefix("postern-faults-").tempdir_in("/tmp")?;
        let disk = if on_small_disk { Some(SmallDisk::mount(folder.path()).await?) } else { None };
        let id = Command::new("id").arg("-u").output().await?;
        let as_root = id.stdout == b"0\n";
        if as_root {
            // Postgres refuses to run as root.
            let owned = Command::new("chown").arg("postgres").arg(folder.path()).status().await?;
            ensure!(owned.success(), "Postgres needs a user of its own");
        }
        let cluster = Self { bin: bin.to_owned(), disk, folder, as_root };
        let mut initdb = cluster.command("initdb");
        done(initdb.args(["--username=postgres", "--auth=trust", "--encoding=UTF8"])).await?;
        cluster.go().await?;
        Ok(cluster)
    }

    /// A Postgres program, set up to use the cluster's data folder.
    fn command(&self, program: &str) -> Command {
        let mut command = self.tool(program);
        command.arg("--pgdata").arg(self.data());
        command
    }

    fn tool(&self, program: &str) -> Command {
        let mut command = if self.as_root {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(self.bin.join(program));
            command
        } else {
            Command::new(self.bin.join(program))
        };
        command.current_dir(self.folder.path()).stdin(Stdio::null());
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    /// The folder that holds everything of the cluster.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Copies its first database with pg_dump and pg_restore. Returns the address of the copy.
    pub(crate) async fn copy_by_dump(&self) -> Result<String> {
        let (dump, url) = (self.folder.path().join("dump"), self.url());
        let copy = url.replacen("/postgres?", "/copy?", 1);
        for sql in ["DROP DATABASE IF EXISTS copy", "CREATE DATABASE copy"] {
            done(self.tool("psql").arg("--dbname").arg(&url).args(["--command", sql])).await?;
        }
        done(self.tool("pg_dump").args(["--format=custom", "--file"]).arg(&dump).arg(&url)).await?;
        done(self.tool("pg_restore").arg("--dbname").arg(&copy).arg(&dump)).await?;
        Ok(copy)
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    /// Starts the cluster if it has ended, even if it was killed. Returns once it accepts connections.
    pub(crate) async fn go(&self) -> Result<()> {
        let mut settings = format!("-c listen_addresses= -k {}", self.folder.path().display());
        if self.disk.is_some() {
            // With the default, its log alone would eventually fill the disk.
            settings += " -c max_wal_size=64MB";
        }
        let began = Instant::now();
        loop {
            let mut start = self.command("pg_ctl");
            start.arg("--log").arg(self.log()).args(["--wait", "--options", &settings, "start"]);
            let runs = self.is_running().await? || start.status().await?.success();
            // A process that was killed just now may still count as running.
            if runs && PgConnection::connect(&self.url()).await.is_ok() {
                return Ok(());
            }
            if began.elapsed() > PATIENCE {
                bail!("the cluster does not start again; see {}", self.log().display());
            }
            sleep(Duration::from_millis(100)).await;
        }
    }

    async fn is_running(&self) -> Result<bool> {
        Ok(self.command("pg_ctl").arg("status").status().await?.success())
    }

    /// Stops it: `fast` ends all sessions, `immediate` does not even write to disk.
    pub(crate) async fn stop(&self, mode: &str) -> Result<()> {
        let mut stop = self.command("pg_ctl");
        let status = stop.args(["--mode", mode, "--wait", "stop"]).status().await?;
        ensure!(status.success(), "the cluster does not stop; see {}", self.log().display());
        Ok(())
    }

    /// SIGKILL for its first process; the others notice and end.
    pub(crate) async fn kill(&self) -> Result<()> {
        let file = tokio::fs::read_to_string(self.data().join("postmaster.pid")).await?;
        let id = file.lines().next().context("no process id")?;
        ensure!(Command::new("kill").args(["-KILL", id]).status().await?.success(), "it cannot be killed");
        Ok(())
    }

    /// The address of its first database.
    pub(crate) fn url(&self) -> String {
        format!("postgres://postgres@localhost/postgres?host={}", self.folder.path().display())
    }
}

/// Runs a program to its end. Not for pg_ctl: the server that it starts would keep the pipe open.
async fn done(program: &mut Command) -> Result<()> {
    let output = program.stderr(Stdio::piped()).output().await?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{:?} failed: {}", program.as_std(), said.trim());
    Ok(())
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let mut stop = self.command("pg_ctl");
        // It may have ended already; then there is nothing to stop.
        let _ = stop.args(["--mode=immediate", "--wait", "stop"]).as_std_mut().status();
    }
}
