//! The command line. Each command prints only its result on standard output; an error is one line on standard error and
//! a non-zero exit status.

/// Prints a line on standard output, or fails the command: what it prints may be a secret that is shown once. A reader
/// that has closed the pipe, such as `head`, is no reason to fail.
macro_rules! say {
    ($($words:tt)*) => {{
        use std::io::Write as _;
        if let Err(error) = writeln!(std::io::stdout(), $($words)*)
            && error.kind() != std::io::ErrorKind::BrokenPipe
        {
            return Err(format!("cannot print the result: {error}"));
        }
    }};
}

mod audit;
mod backup;
mod break_glass;
mod database;
mod health;
mod print;
mod provisioning;
mod server;
mod sheet;
mod token;

use crate::{
    config::{Serve, secret},
    observe,
};
use clap::{Parser, Subcommand};
use database::{open, with_host};

/// The default database.
const DATABASE: &str = "sqlite://postern.db";

/// Postern: a self-hosted identity console. Entra provisions, you watch, and nobody is ever locked out.
#[derive(Debug, Parser)]
#[command(name = "postern", version, arg_required_else_help = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    global: Global,
}

#[derive(Debug, clap::Args)]
struct Global {
    /// Database: sqlite://FILE or postgres://USER@HOST/NAME [env: POSTERN_DATABASE_URL, or POSTERN_DATABASE_URL_FILE
    /// for a file] [default: sqlite://postern.db]
    #[arg(long, global = true, value_name = "URL")]
    database_url: Option<String>,
    /// Log filter, such as info or server=debug. Logs go to standard error.
    #[arg(long, global = true, env = "POSTERN_LOG", value_name = "FILTER")]
    log: Option<String>,
    /// Form of the log lines.
    #[arg(long, global = true, env = "POSTERN_LOG_FORMAT", value_enum, default_value = "text", value_name = "FORM")]
    log_format: observe::LogFormat,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server. Creates and migrates the database itself.
    Serve(Serve),
    /// Manage break-glass accounts: the way in that no directory can touch.
    #[command(subcommand)]
    BreakGlass(break_glass::Command),
    /// Turn SCIM provisioning on or off, or show its state.
    #[command(subcommand)]
    Scim(provisioning::Command),
    /// Check or export the audit log.
    #[command(subcommand)]
    Audit(audit::Command),
    /// Manage SCIM tokens.
    #[command(subcommand)]
    Token(token::Command),
    /// Write the whole database to a file, even while a server is running.
    Backup(backup::Backup),
    /// Replace the database by a backup. The server must be stopped.
    Restore(backup::Restore),
    /// Ask a running server whether it is ready.
    Healthcheck(Serve),
    /// Bring the database up to this version's schema.
    Migrate,
}

/// Runs a command.
///
/// # Errors
/// One line that says what went wrong.
pub async fn run(cli: Cli) -> Result<(), String> {
    let Cli { command, global } = cli;
    let quiet = if matches!(command, Command::Serve(_)) { "info" } else { "error" };
    observe::log(global.log_format, global.log.as_deref().unwrap_or(quiet))?;
    let url = &database_url(global.database_url.as_deref(), matches!(command, Command::Serve(_)))?;
    match command {
        Command::Serve(options) => server::run(options, url).await,
        Command::Healthcheck(options) => health::run(&options).await,
        Command::Migrate => {
            let env = open(url).await?;
            env.store.close().await;
            say!("The database has the schema of this version.");
            Ok(())
        }
        Command::Backup(options) => backup::back_up(&options, url).await,
        Command::Restore(options) => backup::restore(&options, url).await,
        Command::BreakGlass(command) => {
            let (patience, makes) = (break_glass::patience(&command), command.makes_database());
            with_host(url, patience, makes, |host, env| break_glass::run(command, host, env)).await
        }
        Command::Scim(command) => {
            let makes = matches!(command, provisioning::Command::Enable);
            with_host(url, 0, makes, |host, _| provisioning::run(command, host)).await
        }
        Command::Audit(command) => audit::run(command, url).await,
        Command::Token(command) => {
            let makes = matches!(command, token::Command::Create { .. });
            with_host(url, 0, makes, |host, _| token::run(command, host)).await
        }
    }
}

/// As long as a server runs, every user of the machine can see its command line, so a password in it is refused. A
/// command is over at once, and may be an administrator's way back in.
fn database_url(flag: Option<&str>, is_server: bool) -> Result<String, String> {
    const ADVICE: &str = "--database-url holds a password, and every user of this machine can read the command line; set \
                          POSTERN_DATABASE_URL, or POSTERN_DATABASE_URL_FILE for a file";
    if flag.is_some_and(secret::has_password) {
        if is_server {
            return Err(ADVICE.to_owned());
        }
        eprintln!("warning: {ADVICE}");
    }
    Ok(secret::read(flag, "POSTERN_DATABASE_URL")?.unwrap_or_else(|| DATABASE.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn every_command_is_in_operations_md() {
        const DOCS: &str = include_str!("../../docs/operations.md");
        let lines = DOCS.lines().filter_map(|line| line.strip_prefix("postern ")?.split('#').next());
        let lines: Vec<Vec<&str>> = lines.map(|line| line.split_whitespace().collect()).collect();
        let is_told = |words: &[&str]| lines.iter().any(|line| words.iter().all(|word| line.contains(word)));
        for command in Cli::command().get_subcommands() {
            let name = command.get_name();
            assert!(is_told(&[name]), "docs/operations.md has no `postern {name}`");
            for below in command.get_subcommands().map(clap::Command::get_name) {
                assert!(is_told(&[name, below]), "docs/operations.md has no `postern {name} … {below}`");
            }
        }
    }
}
