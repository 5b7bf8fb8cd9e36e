//! Embeds the browser bundle, the styles and the static files, so that the binary needs no other files.
//!
//! The folder is named by `POSTERN_SITE`; `cargo xtask` fills it and sets the variable. Without it the binary is built
//! with no assets: enough for everything but a browser.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-env-changed=POSTERN_SITE");
    let mut files = Vec::new();
    if let Some(site) = env::var_os("POSTERN_SITE").map(PathBuf::from) {
        println!("cargo::rerun-if-changed={}", site.display());
        collect(&site, &site, &mut files)?;
    }
    files.sort();
    let name = files.iter().find_map(|(path, _)| path.strip_prefix("/pkg/")?.strip_suffix(".js")).unwrap_or("postern");
    let mut code = format!("const OUTPUT_NAME: &str = {name:?};\nstatic ASSETS: &[Asset] = &[\n");
    for (path, file) in files.iter().filter(|(path, _)| !path.ends_with(".br")) {
        let brotli = match files.iter().find(|(other, _)| other == &format!("{path}.br")) {
            Some((_, file)) => format!("Some(include_bytes!({file:?}))"),
            None => "None".to_owned(),
        };
        code += &format!("Asset {{ path: {path:?}, plain: include_bytes!({file:?}), brotli: {brotli} }},\n");
    }
    code += "];\n";
    fs::write(PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join("assets.rs"), code)
}

fn collect(site: &Path, folder: &Path, files: &mut Vec<(String, PathBuf)>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(site, &path, files)?;
        } else if let Ok(relative) = path.strip_prefix(site) {
            files.push((format!("/{}", relative.display()), path));
        }
    }
    Ok(())
}
