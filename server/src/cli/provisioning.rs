use super::print::{line, print_json};
use domain::{host::Host, lockout::NEEDED};
use serde::Serialize;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Turn provisioning on, with a warning if no break-glass account is proven.
    Enable,
    /// Turn provisioning off: SCIM calls are refused with 403, users and groups stay as they are.
    Disable,
    /// Show whether provisioning is on and what it has done.
    Status {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
}

pub(super) async fn run(command: Command, host: Host) -> Result<(), String> {
    match command {
        Command::Enable => {
            host.set_provisioning(true).await.map_err(|error| line(&error))?;
            if host.scim().await.map_err(|error| line(&error))?.doors.proven() < NEEDED {
                eprintln!(
                    "warning: fewer than {NEEDED} break-glass accounts have signed in within the last 90 days; sign in \
                     with each once, so that a mistake in the directory cannot lock you out"
                );
            }
            say!("Provisioning is on.");
            Ok(())
        }
        Command::Disable => {
            host.set_provisioning(false).await.map_err(|error| line(&error))?;
            say!("Provisioning is off. Users and groups stay as they are.");
            Ok(())
        }
        Command::Status { json } => status(&host, json).await,
    }
}

#[derive(Serialize)]
struct Status {
    provisioning: bool,
    users: u64,
    groups: u64,
    live_tokens: usize,
    paused_tokens: usize,
    last_call: Option<String>,
    calls_in_24_hours: u64,
    refused_in_24_hours: u64,
    proven_break_glass: Option<String>,
}

async fn status(host: &Host, json: bool) -> Result<(), String> {
    let scim = host.scim().await.map_err(|error| line(&error))?;
    let live = scim.tokens.iter().filter(|token| token.ended(host.now()).is_none());
    let (paused, live): (Vec<_>, Vec<_>) = live.partition(|token| token.paused.is_some());
    let status = Status {
        provisioning: scim.settings.provisioning,
        users: scim.counts.users,
        groups: scim.counts.groups,
        live_tokens: live.len(),
        paused_tokens: paused.len(),
        last_call: scim.activity.last_call.map(|at| at.to_string()),
        calls_in_24_hours: scim.activity.calls,
        refused_in_24_hours: scim.activity.refused,
        proven_break_glass: scim.doors.latest().map(|(name, _)| name.to_owned()),
    };
    if json {
        return print_json(&status);
    }
    say!("Provisioning is {}.", if status.provisioning { "on" } else { "off" });
    say!("Users: {}. Groups: {}. Live tokens: {}.", status.users, status.groups, status.live_tokens);
    if status.paused_tokens > 0 {
        say!("Paused tokens: {}. Resume them in the console, under Single sign-on, SCIM.", status.paused_tokens);
    }
    say!("Calls in the last 24 hours: {}, refused: {}.", status.calls_in_24_hours, status.refused_in_24_hours);
    match status.last_call {
        Some(at) => say!("Last call {at}."),
        None => say!("No call yet."),
    }
    match status.proven_break_glass {
        Some(name) => say!("A way back in is proven: {name}."),
        None => say!("No way back in is proven: sign in with a break-glass account once."),
    }
    Ok(())
}
