//! `cargo xtask advisories` and `cargo xtask sbom`: the dependencies, and what is known about them. Neither is a step
//! of the tests: both depend on the day, and a commit that passes today must pass tomorrow.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail, ensure};

use crate::project::{Project, find_in_path, output};

/// The workspaces; each has a lock file.
const MANIFESTS: [&str; 2] = ["Cargo.toml", "fuzz/Cargo.toml"];

/// Checks all lock files against today's RustSec database.
pub(crate) fn advisories(project: &Project) -> Result<()> {
    needs("cargo-deny")?;
    for manifest in MANIFESTS {
        let words = format!("deny --locked --config deny.toml --manifest-path {manifest} check --hide-inclusion-graph");
        let checked = project.cargo(&words).arg("advisories").output().context("cannot run cargo deny")?;
        let said = String::from_utf8_lossy(&checked.stderr);
        eprint!("{said}");
        verdict(checked.status.success(), &said).with_context(|| manifest.to_owned())?;
    }
    println!("No known advisory concerns the lock files, except those that deny.toml explains.");
    Ok(())
}

/// If the database could not be fetched, that is a failure, too.
fn verdict(is_good: bool, said: &str) -> Result<()> {
    if said.contains("failed to fetch advisory database") {
        bail!("the advisories could not be fetched, so nothing was checked");
    }
    ensure!(is_good, "there are advisories; SECURITY.md says how soon each must be dealt with");
    Ok(())
}

/// Writes the binary's bill of materials to the target folder, as CycloneDX.
pub(crate) fn sbom(project: &Project) -> Result<()> {
    needs("cargo-cyclonedx")?;
    // It writes a file next to each manifest of the workspace and accepts no other folder.
    let words = "cyclonedx --format json --spec-version 1.5 --override-filename sbom --manifest-path server/Cargo.toml";
    output(&mut project.cargo(words))?;
    let written = manifests(project)?.into_iter().map(|manifest| manifest.with_file_name("sbom.json"));
    let kept = project.target.join("postern.cdx.json");
    for file in written.filter(|file| file.is_file()) {
        if file.starts_with(project.root.join("server")) {
            fs::copy(&file, &kept)?;
        }
        fs::remove_file(file)?;
    }
    ensure!(kept.is_file(), "cargo cyclonedx wrote nothing for the server");
    println!("{}", kept.display());
    Ok(())
}

/// The manifests of the workspace's members.
fn manifests(project: &Project) -> Result<Vec<PathBuf>> {
    let text = output(&mut project.cargo("metadata --no-deps --format-version=1"))?;
    let metadata: serde_json::Value = serde_json::from_str(&text)?;
    let packages = metadata["packages"].as_array().context("cargo metadata names no packages")?;
    Ok(packages.iter().filter_map(|package| package["manifest_path"].as_str()).map(PathBuf::from).collect())
}

fn needs(tool: &str) -> Result<()> {
    find_in_path(tool).map(drop).with_context(|| format!("{tool} is missing: `cargo install --locked {tool}`"))
}

#[cfg(test)]
mod tests {
    use super::verdict;

    #[test]
    fn r27_advisories_that_could_not_be_fetched_are_no_good_news() {
        let offline = "[ERROR] failed to fetch advisory database https://github.com/RustSec/advisory-db with cli";
        for (is_good, said, why) in
            [(false, offline, "nothing was checked"), (false, "error[vulnerability]", "advisories")]
        {
            assert!(verdict(is_good, said).unwrap_err().to_string().contains(why), "{said}");
        }
        verdict(true, "advisories ok").unwrap();
    }
}
