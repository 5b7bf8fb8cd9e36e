//! Finds the project's folders and runs commands.

use std::ffi::OsString;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

/// For the inner loop, or for shipping.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Profile {
    /// Quick to build.
    Dev,
    /// Small to load.
    Release,
}

/// The work tree and its build folder.
pub(crate) struct Project {
    /// The workspace's folder.
    pub(crate) root: PathBuf,
    /// Cargo's target folder.
    pub(crate) target: PathBuf,
}

impl Project {
    /// Asks cargo: the paths compiled into this program may be those of another checkout that shares the target folder.
    pub(crate) fn find() -> Result<Self> {
        let here = std::env::var_os("CARGO_MANIFEST_DIR").context("run this as `cargo xtask`")?;
        let mut command = cargo();
        command.args(["metadata", "--no-deps", "--format-version=1"]).current_dir(here);
        let metadata: serde_json::Value = serde_json::from_str(&output(&mut command)?)?;
        let path = |key: &str| metadata[key].as_str().map(PathBuf::from).context("cargo metadata names no folders");
        Ok(Self { root: path("workspace_root")?, target: path("target_directory")? })
    }

    /// The folder of files that the server embeds.
    pub(crate) fn site(&self) -> PathBuf {
        self.target.join("site")
    }

    /// The server's binary.
    pub(crate) fn binary(&self, profile: Profile) -> PathBuf {
        let folder = if profile == Profile::Release { "release" } else { "debug" };
        self.target.join(folder).join("postern")
    }

    /// A cargo command in the workspace, given as words separated by blanks. Quiet unless it runs in a terminal.
    pub(crate) fn cargo(&self, words: &str) -> Command {
        let mut command = cargo();
        command.args(words.split_whitespace()).current_dir(&self.root).env("POSTERN_SITE", self.site());
        if !std::io::stderr().is_terminal() {
            command.env("CARGO_TERM_QUIET", "true");
        }
        command
    }

    /// Builds the server with the existing bundle.
    pub(crate) fn build_server(&self, profile: Profile) -> Result<()> {
        let release = if profile == Profile::Release { "--release" } else { "" };
        run(&mut self.cargo(&format!("build -p server {release}")))
    }

    /// `postern serve` in the developer's current folder.
    pub(crate) fn serve(&self, args: &[String]) -> Command {
        let mut command = Command::new(self.binary(Profile::Dev));
        command.arg("serve").args(args);
        command
    }
}

/// Cargo without the variables that `cargo run` sets: build scripts that watch those variables (ring's does) would run
/// again at each change between this tool and plain cargo.
fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")));
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") || name == "CARGO_PRIMARY_PACKAGE" {
            command.env_remove(&*name);
        }
    }
    command
}

/// Runs a command to its end. An error of a failed command quotes it in one line.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("cannot run {}", line(command)))?;
    ensure!(status.success(), "`{}` failed ({status})", line(command));
    Ok(())
}

/// What a command prints. An error of a failed command includes its error output.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| format!("cannot run {}", line(command)))?;
    if !output.status.success() {
        bail!("`{}` failed: {}", line(command), String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// The first file of this name in PATH.
pub(crate) fn find_in_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
}

fn line(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or(command.get_program());
    std::iter::once(program).chain(command.get_args()).map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}
