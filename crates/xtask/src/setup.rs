//! Tools that do not come with cargo. Each function finds one, installs it if that is safe without asking (a rustup
//! target; Debian packages when we are root, as in a CI container), or says in one line what to do.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::project::{Project, find_in_path, output, run};

/// rustfmt and clippy.
pub(crate) fn components(project: &Project) -> Result<()> {
    if works(&mut project.cargo("fmt --version")) && works(&mut project.cargo("clippy --version")) {
        return Ok(());
    }
    rustup(project, &["component", "add", "rustfmt", "clippy"])
}

/// The sources of every crate in the lock file. A build downloads only those for its own platform; tools that read the
/// whole lock file offline need the others, too.
pub(crate) fn crates(project: &Project) -> Result<()> {
    run(&mut project.cargo("fetch --quiet --locked"))
}

/// The standard library for the browser. rustc is asked whether it is installed, since it need not come from rustup; it
/// is added by name, since the list in rust-toolchain.toml is ignored if RUSTUP_AUTO_INSTALL=0.
pub(crate) fn wasm_target(project: &Project) -> Result<()> {
    let mut rustc = Command::new("rustc");
    rustc.args(["--print", "target-libdir", "--target", "wasm32-unknown-unknown"]).current_dir(&project.root);
    if PathBuf::from(output(&mut rustc)?.trim()).is_dir() {
        return Ok(());
    }
    rustup(project, &["target", "add", "wasm32-unknown-unknown"])
}

/// Node and npm, which run the browser tests.
pub(crate) fn node() -> Result<()> {
    for program in ["node", "npm"] {
        find_in_path(program).with_context(|| format!("{program} is missing: install Node 20 or newer"))?;
    }
    Ok(())
}

/// The browser.
pub(crate) fn chromium() -> Result<PathBuf> {
    let find = || std::env::var_os("CHROMIUM").map(PathBuf::from).or_else(|| find_in_path("chromium"));
    or_install(find, "chromium", "Chromium is missing (set CHROMIUM=… for a browser elsewhere)")
}

/// The folder of initdb, pg_ctl and psql, the newest if Debian has installed several.
pub(crate) fn postgres() -> Result<PathBuf> {
    let find = || {
        if let Some(initdb) = find_in_path("initdb") {
            // PATH may hold links to only some of the programs.
            return initdb.canonicalize().ok()?.parent().map(PathBuf::from);
        }
        let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?.flatten();
        let newest = versions.max_by_key(|entry| entry.file_name().to_string_lossy().parse::<u32>().unwrap_or(0))?;
        Some(newest.path().join("bin")).filter(|bin| bin.join("initdb").is_file())
    };
    or_install(find, "postgresql", "Postgres is missing (initdb is neither in PATH nor in /usr/lib/postgresql)")
}

/// The reverse proxies for the tests of the server behind one. If they are missing, those tests are skipped, except in
/// CI.
pub(crate) fn proxies(_: &Project) -> Result<()> {
    if std::env::var_os("CI").is_none() {
        return Ok(());
    }
    for (program, package) in [("nginx", "nginx-light"), ("caddy", "caddy"), ("haproxy", "haproxy")] {
        let find = || {
            find_in_path(program)
                .or_else(|| Some(PathBuf::from("/usr/sbin").join(program)).filter(|file| file.is_file()))
        };
        or_install(find, package, &format!("{program} is missing"))?;
    }
    Ok(())
}

/// The shared library that sets a process's clock.
pub(crate) fn faketime() -> Result<PathBuf> {
    let find = || {
        let folders = std::fs::read_dir("/usr/lib").ok()?.flatten().map(|entry| entry.path());
        folders.map(|folder| folder.join("faketime/libfaketime.so.1")).find(|library| library.is_file())
    };
    or_install(find, "libfaketime", "libfaketime is missing")
}

/// Python, with the module that makes virtual environments.
pub(crate) fn python() -> Result<PathBuf> {
    let find = || {
        let python = find_in_path("python3")?;
        works(Command::new(&python).args(["-c", "import ensurepip, venv"])).then_some(python)
    };
    or_install(find, "python3-venv", "Python 3 with venv is missing")
}

/// Whether we are root.
pub(crate) fn is_root() -> Result<bool> {
    Ok(output(Command::new("id").arg("-u"))?.trim() == "0")
}

fn or_install(find: impl Fn() -> Option<PathBuf>, package: &str, missing: &str) -> Result<PathBuf> {
    if let Some(path) = find() {
        return Ok(path);
    }
    if !is_root()? || find_in_path("apt-get").is_none() {
        bail!("{missing}: install it, on Debian with `sudo apt-get install -y {package}`");
    }
    eprintln!("installing {package}");
    apt_get(&["update"])?;
    apt_get(&["install", "-y", "--no-install-recommends", package])?;
    find().with_context(|| format!("{missing}, and the package {package} does not provide it"))
}

fn apt_get(args: &[&str]) -> Result<()> {
    output(Command::new("apt-get").arg("-qq").args(args).env("DEBIAN_FRONTEND", "noninteractive")).map(drop)
}

fn rustup(project: &Project, args: &[&str]) -> Result<()> {
    let line = format!("rustup {}", args.join(" "));
    if find_in_path("rustup").is_none() {
        bail!("`{line}` is needed, and there is no rustup: install it, or provide the same for your toolchain");
    }
    eprintln!("{line}");
    run(Command::new("rustup").arg("--quiet").args(args).current_dir(&project.root))
}

/// Whether a command succeeds.
pub(crate) fn works(command: &mut Command) -> bool {
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}
