//! The whole product: the browser bundle, and the binary that embeds it.

use std::fs;

use anyhow::Result;

use crate::bundle::bundle;
use crate::project::{Profile, Project};
use crate::setup;

/// Builds the browser bundle and the binary that embeds it.
pub(crate) fn build(project: &Project, profile: Profile) -> Result<()> {
    setup::wasm_target(project)?;
    bundle(project, profile)?;
    eprintln!("building the server");
    project.build_server(profile)?;
    let binary = project.binary(profile);
    if profile == Profile::Release {
        let size = fs::metadata(&binary)?.len();
        eprintln!("{}: {:.1} MB", binary.display(), size as f64 / 1e6);
    }
    Ok(())
}
