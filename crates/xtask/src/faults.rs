//! `cargo xtask faults`: breaks the product on purpose, with the programs in crates/faults.

use std::process::Command;

use anyhow::{Result, bail};

use crate::project::{Profile, Project, run};
use crate::setup;

/// Finds or installs what the experiments need, and checks whether they may mount disks.
pub(crate) fn set_up() -> Result<()> {
    setup::postgres()?;
    setup::faketime()?;
    if setup::works(unshare()?.arg("true")) {
        return Ok(());
    }
    bail!(
        "no disk can be mounted here: be root, allow user namespaces, or start the container with --cap-add SYS_ADMIN"
    )
}

/// A command that runs another in a namespace where it may mount small disks, which vanish with it.
fn unshare() -> Result<Command> {
    let mut command = Command::new("unshare");
    command.args(if setup::is_root()? { &["--mount"][..] } else { &["--mount", "--map-current-user", "--keep-caps"] });
    Ok(command)
}

/// Runs the experiments on the built server. They start and kill Postgres clusters of their own.
pub(crate) fn start(project: &Project, profile: Profile, only: &[String], kills: u64) -> Result<()> {
    run(&mut project.cargo("build -p faults -p server"))?;
    let mut command = unshare()?;
    command.arg(project.target.join("debug/faults")).args(only).args(["--kills", &kills.to_string()]);
    command.env("POSTERN_BIN", project.binary(profile)).env("POSTGRES_BIN", setup::postgres()?);
    command.env("LIBFAKETIME", setup::faketime()?);
    run(&mut command)
}
