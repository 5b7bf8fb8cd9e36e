use super::{
    print::{line, print_json, program},
    sheet,
};
use crate::Hasher;
use domain::{
    Env, Error,
    break_glass::{DEFAULT_STEM, NewAccount, RESCUE_MINUTES, Secret, Sheet, suffixed},
    host::Host,
};
use serde::Serialize;
use std::time::{Duration, Instant};

/// How often to try, a second apart.
const TRIES: u32 = 12;

/// How long to retry a busy database. On SQLite a single try takes this long by itself.
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Create an account. Only its generated secret is printed on standard output; its name, which gets a random
    /// suffix, is printed on standard error.
    Create {
        /// Beginning of the name to sign in with: lower-case letters, digits and hyphens.
        name: String,
        /// Print the whole sheet on standard output: name, secret and recovery codes.
        #[arg(long)]
        sheet: bool,
    },
    /// Give an account a new secret, which alone is printed on standard output. Its sessions end and its recovery codes
    /// become invalid.
    Reset {
        /// Name of the account.
        name: String,
    },
    /// Create a way in for an emergency: a one-time code, valid for 15 minutes, to type as the secret. This works even
    /// while the server is down, and creates an account if there is none.
    Recover {
        /// Name of the account; by default the first one.
        name: Option<String>,
    },
    /// List the accounts.
    List {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
}

impl Command {
    /// Whether it sets Postern up, and therefore creates a database if there is none.
    pub(super) fn makes_database(&self) -> bool {
        matches!(self, Self::Create { .. })
    }
}

/// How often a command retries to open a database that another process holds: an emergency does not wait for others.
pub(super) fn patience(command: &Command) -> u32 {
    if matches!(command, Command::Recover { .. }) { TRIES } else { 0 }
}

pub(super) async fn run(command: Command, host: Host, env: Env) -> Result<(), String> {
    match command {
        Command::Create { name, sheet } => create(&host, &env, &name, sheet).await,
        Command::Reset { name } => {
            let secret = Secret::generate(&env);
            host.reset_break_glass(&name, &hash(&secret).await?).await.map_err(|error| unknown(&error))?;
            say!("{}", secret.reveal());
            Ok(())
        }
        Command::Recover { name } => recover(&host, &env, name.as_deref()).await,
        Command::List { json } => list(&host, json).await,
    }
}

async fn create(host: &Host, env: &Env, stem: &str, whole: bool) -> Result<(), String> {
    let sheet = Sheet::generate(env, suffixed(env, stem).map_err(|error| line(&error))?);
    let new = new_account(&sheet, whole).await?;
    host.create_break_glass(new).await.map_err(|error| line(&error))?;
    if whole {
        say!("{}", sheet::text(&sheet));
    } else {
        eprintln!("note: the name to sign in with is {}", sheet.name);
        say!("{}", sheet.secret.reveal());
    }
    Ok(())
}

async fn recover(host: &Host, env: &Env, name: Option<&str>) -> Result<(), String> {
    let code = Secret::generate_code(env);
    let fallback = Sheet::generate(env, suffixed(env, DEFAULT_STEM).map_err(|error| line(&error))?);
    let fallback = new_account(&fallback, false).await?;
    let began = Instant::now();
    let name = loop {
        match host.rescue(name, code.digest(), fallback.clone()).await {
            Ok(name) => break name,
            Err(Error::Unavailable(_)) if began.elapsed() < PATIENCE => {
                eprintln!("note: the database is busy; trying again");
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
            Err(error) => return Err(unknown(&error)),
        }
    };
    say!("Sign in within {RESCUE_MINUTES} minutes, once, at /login of your server:");
    say!("\n  Name    {name}\n  Secret  {}\n", code.reveal());
    say!("Then make a new secret under Break-glass, and print its sheet.");
    Ok(())
}

fn unknown(error: &Error) -> String {
    match error {
        Error::NotFound => {
            format!("there is no break-glass account with that name; see {} break-glass list", program())
        }
        other => line(other),
    }
}

async fn new_account(sheet: &Sheet, with_codes: bool) -> Result<NewAccount, String> {
    let codes = if with_codes { sheet.hashes() } else { Vec::new() };
    Ok(NewAccount { name: sheet.name.clone(), secret_hash: hash(&sheet.secret).await?, codes })
}

#[derive(Serialize)]
struct Row {
    name: String,
    created: String,
    secret_changed: String,
    last_signed_in: Option<String>,
    proven: bool,
    codes_left: u64,
    new_secret_waits: bool,
}

async fn list(host: &Host, json: bool) -> Result<(), String> {
    let accounts = host.break_glass().await.map_err(|error| line(&error))?;
    let rows: Vec<Row> = accounts
        .iter()
        .map(|holdings| (&holdings.account, holdings.codes))
        .map(|(account, codes)| Row {
            name: account.name.clone(),
            created: account.created.to_string(),
            secret_changed: account.secret_changed.to_string(),
            last_signed_in: account.proven.map(|at| at.to_string()),
            proven: host.is_proven(account),
            codes_left: codes,
            new_secret_waits: account.next_hash.is_some(),
        })
        .collect();
    if json {
        return print_json(&rows);
    }
    if rows.is_empty() {
        say!("There is no break-glass account. Make one: {} break-glass create NAME", program());
    }
    for row in rows {
        let state = match (&row.last_signed_in, row.proven) {
            (Some(at), true) => format!("proven, last signed in {at}"),
            (Some(at), false) => format!("no longer proven, last signed in {at}"),
            (None, _) => "not proven: sign in with it once".to_owned(),
        };
        say!("{}  {state}", row.name);
    }
    Ok(())
}

async fn hash(secret: &Secret) -> Result<String, String> {
    let hasher = Hasher::default();
    hasher.hash(secret.reveal().to_owned()).await.map_err(|error| line(&error))
}
