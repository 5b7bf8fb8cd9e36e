//! The binary as a separate process, and its use of the machine.
#![allow(dead_code, reason = "each benchmark uses its own part")]

pub(crate) mod http;

use std::{
    fs,
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// The unit in which Linux counts CPU time.
const TICKS_PER_SECOND: f64 = 100.0;

/// Runs a command and returns what it prints.
pub(crate) fn postern(url: &str, arguments: &[&str]) -> String {
    let output = command(url).args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// The address of a database in a Postgres cluster, given the address of the cluster's database `postgres`.
pub(crate) fn in_cluster(cluster: &str, database: &str) -> String {
    cluster.replacen("/postgres?", &format!("/{database}?"), 1)
}

/// The binary that `POSTERN_BIN` names, or else the one that was built with the benchmark.
fn command(url: &str) -> Command {
    let binary = std::env::var_os("POSTERN_BIN").unwrap_or_else(|| env!("CARGO_BIN_EXE_postern").into());
    let mut command = Command::new(binary);
    command.env("POSTERN_DATABASE_URL", url).stdin(Stdio::null());
    command
}

/// A server, killed when it is dropped.
pub(crate) struct Server {
    process: Child,
    pub(crate) port: u16,
    /// From the start of the process to the line that says it is ready.
    pub(crate) ready: Duration,
}

impl Server {
    /// Starts it on a free port. `log` is the filter and the destination of its log.
    pub(crate) fn start(url: &str, log: (&str, Stdio)) -> Self {
        Self::start_with(url, log, &[])
    }

    /// The same with more arguments.
    pub(crate) fn start_with(url: &str, log: (&str, Stdio), more: &[&str]) -> Self {
        let mut command = command(url);
        command.args(["serve", "--listen", "127.0.0.1:0"]).args(more).env("POSTERN_LOG", log.0).stderr(log.1);
        Self::run(command)
    }

    /// Starts any server that prints `Open` and its address when it is ready.
    pub(crate) fn run(mut command: Command) -> Self {
        let started = Instant::now();
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let port = |line: String| line.split_once("Open ")?.1.rsplit_once(':')?.1.trim().parse().ok();
        let port = lines.map_while(Result::ok).find_map(port).unwrap();
        Self { process, port, ready: started.elapsed() }
    }

    /// Seconds of CPU that all threads have used.
    pub(crate) fn cpu(&self) -> f64 {
        cpu(&format!("/proc/{}/stat", self.process.id()))
    }

    /// MiB of memory in use.
    pub(crate) fn rss(&self) -> f64 {
        rss(self.process.id())
    }

    /// MiB of memory that were in use at most.
    pub(crate) fn peak(&self) -> f64 {
        status(self.process.id(), "VmHWM:")
    }

    /// The process's id.
    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    /// SIGKILL.
    pub(crate) fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Fields 14 and 15 of a `stat` file below /proc, where field 2 is the name: the CPU time of a process or a thread, in
/// seconds.
pub(crate) fn cpu(file: &str) -> f64 {
    let stat = fs::read_to_string(file).unwrap();
    let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
    let ticks = |field: usize| fields[field].parse::<f64>().unwrap();
    (ticks(11) + ticks(12)) / TICKS_PER_SECOND
}

/// MiB of memory that a process has in use.
pub(crate) fn rss(process: u32) -> f64 {
    status(process, "VmRSS:")
}

/// A line of `status` below /proc, in MiB.
fn status(process: u32, name: &str) -> f64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    line.split_whitespace().next().unwrap().parse::<f64>().unwrap() / 1024.0
}
