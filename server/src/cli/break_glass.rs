use super::{line, print_json};
use crate::Hasher;
use domain::{Env, Error, break_glass::Secret, host::Host};
use serde::Serialize;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Make an account and print its generated secret, alone, on standard output.
    Create {
        /// Name to sign in with: lower-case letters, digits and hyphens.
        name: String,
    },
    /// Give an account a new secret and print it, alone, on standard output. Its sessions end.
    Reset {
        /// Name of the account.
        name: String,
    },
    /// List the accounts.
    List {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
}

pub(super) async fn run(command: Command, host: Host, env: Env) -> Result<(), String> {
    match command {
        Command::Create { name } => {
            let secret = Secret::generate(&env);
            host.create_break_glass(&name, &hash(&secret).await?).await.map_err(|error| line(&error))?;
            say!("{}", secret.reveal());
            Ok(())
        }
        Command::Reset { name } => {
            let secret = Secret::generate(&env);
            host.reset_break_glass(&name, &hash(&secret).await?).await.map_err(|error| match error {
                Error::NotFound => "there is no break-glass account of that name; see postern break-glass list".into(),
                other => line(&other),
            })?;
            say!("{}", secret.reveal());
            Ok(())
        }
        Command::List { json } => list(&host, json).await,
    }
}

#[derive(Serialize)]
struct Row {
    name: String,
    created: String,
    secret_changed: String,
    last_signed_in: Option<String>,
    proven: bool,
}

async fn list(host: &Host, json: bool) -> Result<(), String> {
    let accounts = host.break_glass().await.map_err(|error| line(&error))?;
    let rows: Vec<Row> = accounts
        .iter()
        .map(|account| Row {
            name: account.name.clone(),
            created: account.created.to_string(),
            secret_changed: account.secret_changed.to_string(),
            last_signed_in: account.proven.map(|at| at.to_string()),
            proven: host.is_proven(account),
        })
        .collect();
    if json {
        return print_json(&rows);
    }
    if rows.is_empty() {
        say!("There is no break-glass account. Make one: postern break-glass create NAME");
    }
    for row in rows {
        let state = match (&row.last_signed_in, row.proven) {
            (Some(at), true) => format!("proven, last signed in {at}"),
            (Some(at), false) => format!("not proven any more, last signed in {at}"),
            (None, _) => "not proven: sign in with it once".to_owned(),
        };
        say!("{}  {state}", row.name);
    }
    Ok(())
}

async fn hash(secret: &Secret) -> Result<String, String> {
    let hasher = Hasher::new().map_err(|error| line(&error))?;
    hasher.hash(secret.reveal().to_owned()).await.map_err(|error| line(&error))
}
