use super::{
    database::{env, missing, no_database, open},
    print::{line, program},
};
use domain::{
    Timestamp,
    audit::to_hex,
    upkeep::{self, Invalidated, RestoreNoticed},
};
use sha2::{Digest, Sha256};
use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

#[derive(Debug, clap::Args)]
pub(super) struct Backup {
    /// The file to write. It must not exist; only its owner can read it.
    file: PathBuf,
}

#[derive(Debug, clap::Args)]
pub(super) struct Restore {
    /// The backup. The present database is kept under another name.
    #[arg(required_unless_present = "finish")]
    file: Option<PathBuf>,
    /// Only do what is needed after a restore, for a database that was restored in another way, such as with
    /// pg_restore: pause the tokens, end the sessions and remove the one-time codes.
    #[arg(long, conflicts_with = "file")]
    finish: bool,
}

/// Backs up the database, even while a server is running.
pub(super) async fn back_up(options: &Backup, url: &str) -> Result<(), String> {
    if let Some(tools) = store::postgres_tools(url).map_err(|error| line(&error))? {
        let command = command("pg_dump --format=custom", &tools, &["--file", &options.file.display().to_string()]);
        return Err(format!("Postgres is backed up with its own tool: {command}"));
    }
    let backup = store::backup(url, &options.file).await.map_err(|error| line(&error))?;
    let (bytes, hash) = digest(&options.file).map_err(|error| format!("{}: {error}", options.file.display()))?;
    say!("Backup   {}", options.file.display());
    say!("Size     {bytes} bytes");
    say!("SHA-256  {}", to_hex(&hash));
    if let Some((seq, head)) = backup.head {
        say!("Ends     with event {seq} of the audit log, {}", to_hex(&head));
    }
    let noted =
        if backup.is_current { note(url, bytes, hash, backup.head).await } else { Err(OTHER_TABLES.to_owned()) };
    if let Err(reason) = noted {
        eprintln!("warning: the backup is good, but could not be recorded in the database: {reason}");
    }
    Ok(())
}

const OTHER_TABLES: &str = "its tables are those of another version";

async fn note(url: &str, bytes: u64, hash: [u8; 32], head: Option<(i64, [u8; 32])>) -> Result<(), String> {
    let env = open(url).await?;
    let noted = async {
        upkeep::backed_up(&env, bytes, hash, head).await?;
        // With this mark, the backup is recognised if it is later copied over the database. If another backup has just
        // been copied over it, the mark stays, so that the next start notices that.
        if env.store.is_put_back().await? { Ok(()) } else { env.store.leave_mark().await }
    };
    let noted = noted.await.map_err(|error| line(&error));
    env.store.close().await;
    noted
}

/// Replaces the database with a backup, or only does what is needed after a restore.
pub(super) async fn restore(options: &Restore, url: &str) -> Result<(), String> {
    let tools = store::postgres_tools(url).map_err(|error| line(&error))?;
    match (&options.file, tools) {
        (None, _) => finish(url).await,
        (Some(file), Some(tools)) => {
            let file = file.display().to_string();
            let command = command("pg_restore --clean --if-exists --single-transaction", &tools, &[&file]);
            Err(format!(
                "Postgres is restored with its own tool. Stop the servers, and run: {command} && {} restore --finish",
                program()
            ))
        }
        (Some(file), None) => put_back(file, url).await,
    }
}

async fn finish(url: &str) -> Result<(), String> {
    if let Some(file) = missing(url) {
        return Err(no_database(&file));
    }
    let env = open(url).await?;
    let done = async {
        let ended = upkeep::restored(&env, RestoreNoticed::ByHost).await?;
        env.store.leave_mark().await.map(|()| ended)
    };
    let done = done.await.map_err(|error| line(&error));
    env.store.close().await;
    explain(done?)
}

async fn put_back(file: &Path, url: &str) -> Result<(), String> {
    let restore = store::restore(url, file).await.map_err(|error| line(&error))?;
    let env = env(restore.store().clone());
    let ended = upkeep::restored(&env, RestoreNoticed::ByHost).await.map_err(|error| line(&error))?;
    let kept = restore.finish(&ending(env.clock.now())).await.map_err(|error| line(&error))?;
    say!("The backup has replaced the database.");
    if let Some(kept) = kept {
        say!("The database before it is kept as {}", kept.display());
    }
    explain(ended)
}

/// The suffix for the name of a database that is replaced.
fn ending(now: Timestamp) -> String {
    let digits: String = now.to_string().chars().filter(char::is_ascii_digit).collect();
    format!(".before-{digits}")
}

fn explain(ended: Invalidated) -> Result<(), String> {
    say!(
        "\nA backup does not contain what came after it, so everything that may have ended since is ended:\n\
         - {} paused. Entra gets 403 until you replace them, or resume those that you know to be good.\n\
         - {} ended.\n\
         - {} removed. Make new ones: replace the secret of each break-glass account.",
        count(ended.tokens, "token is", "tokens are"),
        count(ended.sessions, "session is", "sessions are"),
        count(ended.codes, "one-time code is", "one-time codes are"),
    );
    say!(
        "\nWhat is left for you to do:\n\
         - Break-glass secrets are those of the backup. One that was replaced since works again: replace it again.\n\
         - Roles, networks of tokens and who is active are as in the backup. Check the roles.\n\
         - Entra gets 404 for everything that it created since. Restart provisioning there, with its state cleared."
    );
    Ok(())
}

fn count(number: u64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// A command as it is typed into a shell.
fn command(start: &str, tools: &[String], rest: &[&str]) -> String {
    let rest = tools.iter().map(String::as_str).chain(rest.iter().copied());
    rest.fold(start.to_owned(), |command, word| format!("{command} {}", quoted(word)))
}

fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:@".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

fn digest(path: &Path) -> io::Result<(u64, [u8; 32])> {
    let (mut file, mut digest) = (File::open(path)?, Sha256::new());
    let (mut part, mut bytes) = (vec![0; 1 << 16], 0);
    loop {
        let length = file.read(&mut part)?;
        if length == 0 {
            return Ok((bytes, digest.finalize().into()));
        }
        digest.update(&part[..length]);
        bytes += length as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_stays_one_word_in_a_shell() {
        let tools = ["--host=/run/postgresql".to_owned(), "--dbname=it's".to_owned()];
        assert_eq!(
            command("pg_dump", &tools, &["my file"]),
            r"pg_dump --host=/run/postgresql '--dbname=it'\''s' 'my file'"
        );
    }

    #[test]
    fn a_kept_database_is_named_after_the_moment() {
        assert_eq!(ending(Timestamp::from_millis(1_795_000_000_007)), ".before-20261118110640007");
    }
}
