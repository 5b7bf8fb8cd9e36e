//! What the browser loads: the islands compiled to WebAssembly, the style sheet, and static files, in one folder that
//! the server embeds.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use sha2::{Digest, Sha256};

use crate::files;
use crate::project::{Profile, Project, run};

/// The most bytes of script and WebAssembly together, as transferred; more would make the sign-in page slow on a
/// telephone.
const BUDGET: usize = 120_000;

/// Builds the bundle into the site folder. Refuses a release bundle above the budget.
pub(crate) fn bundle(project: &Project, profile: Profile) -> Result<()> {
    eprintln!("building the browser bundle");
    let wasm = compile(project, profile)?;
    let [js, wasm] = bind(&wasm, profile)?;
    let css = style(project, profile)?;

    // One name for the set: scripts, WebAssembly and the classes of style sheets do not fit those of other builds.
    let hash = Sha256::new().chain_update(&js).chain_update(&wasm).chain_update(&css).finalize();
    let hash: String = hash.iter().take(6).map(|byte| format!("{byte:02x}")).collect();

    let mut files = files::read(&project.root.join("style/static"))?;
    let mut travels = 0;
    for (extension, contents) in [("js", js), ("wasm", wasm), ("css", css)] {
        let name = format!("pkg/postern-{hash}.{extension}");
        if profile == Profile::Release {
            let compressed = compress(&contents)?;
            eprintln!("{name}: {} bytes, {} with brotli", contents.len(), compressed.len());
            travels += if extension == "css" { 0 } else { compressed.len() };
            files.insert(format!("{name}.br").into(), compressed);
        }
        files.insert(name.into(), contents);
    }
    ensure!(travels <= BUDGET, "the browser bundle has {travels} bytes with brotli; {BUDGET} are allowed");
    files::sync(&project.site(), &files)
}

fn compile(project: &Project, profile: Profile) -> Result<PathBuf> {
    let (flags, folder) = match profile {
        Profile::Dev => ("", "debug"),
        Profile::Release => ("--profile wasm-release", "wasm-release"),
    };
    run(&mut project.cargo(&format!(
        "rustc -p app --lib --features hydrate --crate-type cdylib --target wasm32-unknown-unknown {flags}"
    )))?;
    Ok(project.target.join("wasm32-unknown-unknown").join(folder).join("app.wasm"))
}

/// Script and WebAssembly in the form that the browser loads.
fn bind(wasm: &Path, profile: Profile) -> Result<[Vec<u8>; 2]> {
    let out = tempfile::tempdir()?;
    wasm_bindgen_cli_support::Bindgen::new()
        .input_path(wasm)
        .out_name("postern")
        .web(true)?
        .typescript(false)
        // Leptos passes the hashed path; the default would name a file that does not exist.
        .omit_default_module_path(true)
        .remove_name_section(profile == Profile::Release)
        .remove_producers_section(profile == Profile::Release)
        .generate(out.path())
        .context("wasm-bindgen")?;
    // The hash covers two files, so no other file may be loaded.
    ensure!(
        !out.path().join("snippets").exists(),
        "a dependency of app ships JavaScript of its own, which is not served"
    );
    Ok([fs::read(out.path().join("postern.js"))?, fs::read(out.path().join("postern_bg.wasm"))?])
}

fn style(project: &Project, profile: Profile) -> Result<Vec<u8>> {
    let style = match profile {
        Profile::Dev => grass::OutputStyle::Expanded,
        Profile::Release => grass::OutputStyle::Compressed,
    };
    let css = grass::from_path(project.root.join("style/main.scss"), &grass::Options::default().style(style))
        .map_err(|error| anyhow::anyhow!("style/main.scss: {error}"))?;
    Ok(css.into_bytes())
}

fn compress(contents: &[u8]) -> Result<Vec<u8>> {
    let mut compressed = Vec::new();
    let params = brotli::enc::BrotliEncoderParams { quality: 11, ..Default::default() };
    brotli::BrotliCompress(&mut &*contents, &mut compressed, &params)?;
    Ok(compressed)
}
