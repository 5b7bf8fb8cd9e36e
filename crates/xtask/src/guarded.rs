//! A server that does not outlive us, however we end: killed, interrupted or done.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdout, Command, Stdio};

use anyhow::{Context, Result, bail};

/// Runs the command, waits until our end of its standard input closes, then asks the command to end. After `exec`, only
/// the command holds its output open, so the output ends with it.
const GUARD: &str = r#""$@" & exec >/dev/null; cat; kill $!; wait $!"#;

/// A running command. Dropping it ends the command and waits for that.
pub(crate) struct Guarded {
    guard: Child,
    // A process that prints into a closed pipe is killed, so this end stays open.
    output: BufReader<ChildStdout>,
}

impl Guarded {
    /// Starts a command, of which only the program and its arguments are used. `errors` is where its error output goes.
    pub(crate) fn start(command: &Command, errors: Stdio) -> Result<Self> {
        let mut guard = Command::new("sh")
            .args(["-c", GUARD, "sh"])
            .arg(command.get_program())
            .args(command.get_args())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(errors)
            // A group of its own: Ctrl-C must not end it before it has cleaned up.
            .process_group(0)
            .spawn()
            .context("cannot run sh")?;
        let output = BufReader::new(guard.stdout.take().context("sh has no output")?);
        Ok(Self { guard, output })
    }

    /// The first result of `find` on a line that the command prints. Fails if the output ends before that.
    pub(crate) fn find<T>(&mut self, find: impl Fn(&str) -> Option<T>) -> Result<T> {
        let mut line = String::new();
        while self.output.read_line(&mut line)? > 0 {
            if let Some(found) = find(&line) {
                return Ok(found);
            }
            line.clear();
        }
        bail!("it ended early");
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        if let Err(error) = self.guard.wait() {
            eprintln!("a server may still be running: {error}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Guarded {
        Guarded::start(Command::new("sh").args(["-c", script]), Stdio::null()).unwrap()
    }

    #[test]
    fn a_dropped_server_is_gone() {
        let mut server = shell("echo $$; exec sleep 100");
        let id: u32 = server.find(|line| line.trim().parse().ok()).unwrap();
        let alive = || std::path::Path::new(&format!("/proc/{id}")).exists();
        assert!(alive());
        drop(server);
        assert!(!alive());
    }

    #[test]
    fn a_server_that_ends_early_is_noticed() {
        assert!(shell("echo one; echo two").find(|line| line.strip_prefix("three").map(drop)).is_err());
    }
}
