//! The product as a process: its commands, and a server that can be killed.

use crate::clock::Clock;
use anyhow::{Context, Result, bail, ensure};
use std::{
    path::PathBuf,
    process::Stdio,
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
    time::timeout,
};

/// Longer than a start takes even on a slow machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// The binary and the database that it is given.
#[derive(Clone)]
pub(crate) struct Product {
    pub(crate) binary: PathBuf,
    pub(crate) database: String,
    /// The clock that the server uses, if it is not the machine's.
    pub(crate) clock: Option<Clock>,
}

impl Product {
    /// A command of the product, which is given the database's address through its environment.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        command.args(arguments).env("POSTERN_DATABASE_URL", &self.database).env("POSTERN_LOG", "error");
        command.stdin(Stdio::null()).kill_on_drop(true);
        command
    }

    /// Runs a command and returns what it prints.
    ///
    /// # Errors
    /// If it fails, with its error output.
    pub(crate) async fn run(&self, arguments: &[&str]) -> Result<String> {
        let output = self.command(arguments).output().await.context("cannot run the product")?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "postern {}: {}", arguments.join(" "), said.trim());
        Ok(String::from_utf8(output.stdout)?.trim().to_owned())
    }

    /// Turns provisioning on and makes a token.
    pub(crate) async fn set_up(&self) -> Result<String> {
        self.run(&["scim", "enable"]).await?;
        self.run(&["token", "create", "--name", "faults"]).await
    }

    /// Starts a server on a free port and waits until it is ready.
    pub(crate) async fn serve(&self) -> Result<Server> {
        let began = Instant::now();
        let mut command = self.command(&["serve", "--listen", "127.0.0.1:0"]);
        if let Some(clock) = &self.clock {
            command.envs(clock.environment());
        }
        let mut process =
            command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().context("cannot start the server")?;
        let mut lines = BufReader::new(process.stdout.take().context("no output")?).lines();
        loop {
            let Some(line) = timeout(PATIENCE, lines.next_line()).await.context("the server is not ready")?? else {
                bail!("the server ended at its start: {}", process.wait().await?);
            };
            if let Some((_, port)) = line.split_once("Open http://127.0.0.1:") {
                // Later output is read and dropped, or a full pipe would stop the server.
                tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
                return Ok(Server { port: port.trim().parse()?, process, ready: began.elapsed() });
            }
        }
    }
}

/// A running server, killed when it is dropped.
pub(crate) struct Server {
    pub(crate) port: u16,
    process: Child,
    /// How long the start took.
    pub(crate) ready: Duration,
}

impl Server {
    /// SIGKILL: nothing is finished.
    pub(crate) async fn kill(&mut self) -> Result<()> {
        self.process.kill().await.context("the server cannot be killed")
    }

    /// SIGTERM. Returns after the server has ended.
    pub(crate) async fn stop(&mut self) -> Result<()> {
        let id = self.process.id().context("the server has ended")?.to_string();
        ensure!(Command::new("kill").args(["-TERM", &id]).status().await?.success(), "no signal could be sent");
        let status = timeout(PATIENCE, self.process.wait()).await.context("the server does not stop")??;
        ensure!(status.success(), "the server ended with {status}");
        Ok(())
    }

    /// Whether the process is still there.
    pub(crate) fn is_running(&mut self) -> bool {
        matches!(self.process.try_wait(), Ok(None))
    }
}
