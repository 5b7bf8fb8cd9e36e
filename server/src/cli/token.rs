use super::print::{line, print_json, program};
use domain::{
    Error, Timestamp, TokenId,
    host::Host,
    token::{ClientProfile, Token},
};
use serde::Serialize;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Create a token, which alone is printed on standard output. It is shown only this once.
    Create {
        /// What the token is for, for example "Entra production".
        #[arg(long)]
        name: String,
        /// The user whom /Me addresses for this token, by user name.
        #[arg(long, value_name = "USERNAME")]
        user: Option<String>,
    },
    /// List the tokens, masked.
    List {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Revoke a token: the next call with it is refused.
    Revoke {
        /// The token's id, as shown by `token list`.
        id: TokenId,
    },
}

pub(super) async fn run(command: Command, host: Host) -> Result<(), String> {
    match command {
        Command::Create { name, user } => {
            let new = host.create_token(&name, user.as_deref()).await.map_err(|error| match error {
                Error::NotFound => "there is no user with that user name; see the users in the console".into(),
                other => line(&other),
            })?;
            say!("{}", new.secret);
            Ok(())
        }
        Command::List { json } => list(&host, json).await,
        Command::Revoke { id } => {
            host.revoke_token(id).await.map_err(|error| match error {
                Error::NotFound => format!("there is no token with that id; see {} token list", program()),
                other => line(&other),
            })?;
            say!("The token is revoked.");
            Ok(())
        }
    }
}

#[derive(Serialize)]
struct Row {
    id: String,
    name: String,
    token: String,
    client: Option<&'static str>,
    user: Option<String>,
    budget_mib_per_hour: u32,
    refusals_per_minute: u32,
    created: String,
    last_used: Option<String>,
    expires: Option<String>,
    paused: Option<String>,
    revoked: Option<String>,
    /// Whether calls with it are accepted.
    works: bool,
}

impl Row {
    fn of(token: Token, now: Timestamp) -> Self {
        let text = |at: Option<Timestamp>| at.map(|at| at.to_string());
        Self {
            id: token.id.to_string(),
            token: token.masked(),
            client: token.profile.map(ClientProfile::as_str),
            user: token.user.map(|id| id.to_string()),
            budget_mib_per_hour: token.budget.mib,
            refusals_per_minute: token.budget.refusals,
            created: token.created.to_string(),
            last_used: text(token.last_used),
            expires: text(token.expires),
            paused: text(token.paused),
            revoked: text(token.revoked),
            works: token.ended(now).is_none() && token.paused.is_none(),
            name: token.name,
        }
    }

    fn state(&self) -> String {
        let used = self.last_used.as_ref().map_or("never used".to_owned(), |at| format!("last used {at}"));
        match (&self.revoked, &self.paused, &self.expires) {
            (Some(at), ..) => format!("revoked {at}"),
            (None, Some(at), _) if !self.works => format!("paused {at}, {used}"),
            (None, _, Some(at)) if !self.works => format!("expired {at}, {used}"),
            _ => used,
        }
    }
}

async fn list(host: &Host, json: bool) -> Result<(), String> {
    let tokens = host.tokens().await.map_err(|error| line(&error))?;
    let rows: Vec<Row> = tokens.into_iter().map(|token| Row::of(token, host.now())).collect();
    if json {
        return print_json(&rows);
    }
    if rows.is_empty() {
        say!("There is no token. Make one: {} token create --name NAME", program());
    }
    for row in rows {
        let state = row.state();
        let budget = row.budget_mib_per_hour;
        say!("{}  {}  {}  {state}, budget {budget} MiB an hour", row.id, row.token, row.name);
    }
    Ok(())
}
