//! `cargo xtask prepare`: what `cargo sqlx prepare` does, for two databases at once.
//!
//! A `query!` that finds a database writes its description to SQLX_OFFLINE_DIR. So both store crates are compiled
//! against fresh databases with all migrations applied, and what they wrote is kept in the `.sqlx` folder of each.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context, Result, ensure};

use crate::files;
use crate::postgres::Postgres;
use crate::project::{Project, output, run};

/// A store crate's package and folder, and the environment variable with the database's address that its sqlx.toml
/// names.
const SQLITE: (&str, &str, &str) = ("store-sqlite", "crates/store/sqlite", "POSTERN_SQLITE_URL");
const POSTGRES: (&str, &str, &str) = ("store-postgres", "crates/store/postgres", "POSTERN_POSTGRES_URL");

/// Brings both `.sqlx` folders up to date, or with `check` fails if they are not.
pub(crate) fn prepare(project: &Project, check: bool) -> Result<()> {
    let postgres = Postgres::start()?;
    prepare_with(project, &postgres, check)
}

/// The same with a running cluster.
pub(crate) fn prepare_with(project: &Project, postgres: &Postgres, check: bool) -> Result<()> {
    let temporary = tempfile::tempdir()?;
    let sqlite = temporary.path().join("prepare.db");
    migrate_sqlite(&sqlite, &project.root.join("migrations/sqlite"))?;
    migrate_postgres(postgres, &project.root.join("migrations/postgres"))?;
    for (store, url) in [(SQLITE, format!("sqlite://{}", sqlite.display())), (POSTGRES, postgres.url("prepare"))] {
        let (package, folder, variable) = store;
        let described = temporary.path().join(package);
        fs::create_dir(&described)?;
        let folder = project.root.join(folder);
        describe(project, package, &folder, variable, &url, &described)?;
        store_or_compare(&described, &folder.join(".sqlx"), check)?;
    }
    Ok(())
}

/// The migrations of a folder in their order.
fn migrations(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = files::below(folder)?;
    files.sort();
    ensure!(!files.is_empty(), "{} holds no migrations", folder.display());
    Ok(files)
}

fn migrate_sqlite(database: &Path, folder: &Path) -> Result<()> {
    let connection = rusqlite::Connection::open(database)?;
    for file in migrations(folder)? {
        connection.execute_batch(&fs::read_to_string(&file)?).with_context(|| file.display().to_string())?;
    }
    Ok(())
}

/// Applies the migrations in a database of its own, so that the tests find the cluster unchanged.
fn migrate_postgres(postgres: &Postgres, folder: &Path) -> Result<()> {
    output(postgres.psql("postgres").args(["--command", "CREATE DATABASE prepare"]))?;
    for file in migrations(folder)? {
        output(postgres.psql("prepare").arg("--single-transaction").arg("--file").arg(file))?;
    }
    Ok(())
}

/// Compiles a store crate against a database, tests included, since clippy compiles those too.
///
/// Cargo does not know that the macros read the environment, so the crate's modification time is changed to trigger a
/// build, and set back afterwards unless the file has changed since: otherwise everything that depends on it would
/// be built again.
fn describe(project: &Project, package: &str, folder: &Path, variable: &str, url: &str, out: &Path) -> Result<()> {
    let source = folder.join("src/lib.rs");
    let file = File::options().append(true).open(&source).with_context(|| source.display().to_string())?;
    let modified = file.metadata()?.modified()?;
    let touched = SystemTime::now();
    file.set_modified(touched)?;
    let mut check = project.cargo(&format!("check -p {package} --all-targets"));
    let checked = run(check.env(variable, url).env("SQLX_OFFLINE_DIR", out).env("SQLX_OFFLINE", "false"));
    if source.metadata()?.modified()? == touched {
        file.set_modified(modified)?;
    }
    checked
}

fn store_or_compare(described: &Path, stored: &Path, check: bool) -> Result<()> {
    let wanted = files::read(described)?;
    if !check {
        return files::sync(stored, &wanted);
    }
    ensure!(files::read(stored)? == wanted, "{} is out of date: run `cargo xtask prepare`", stored.display());
    Ok(())
}
