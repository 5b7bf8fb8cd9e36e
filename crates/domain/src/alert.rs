//! Alerts: the audit log is their outbox. An event that alerts is committed with its change, and each channel keeps how
//! far it has told them, so that none is lost however often the process dies. A channel may tell one twice, under the
//! same id.

use crate::{
    Env, Result, Timestamp,
    audit::{Action, Actor, Entry},
};
use serde_json::Value;

/// How a channel does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelState {
    /// Its name: `webhook`, `mail` or `syslog`.
    pub name: String,
    /// The number of the last event that it has told.
    pub cursor: i64,
    /// How often the next one has failed.
    pub attempts: u32,
    /// When it is tried again.
    pub next_try: Timestamp,
    /// When it last told one.
    pub last_sent: Option<Timestamp>,
    /// Why it last failed, where the last try did.
    pub last_error: Option<String>,
}

/// For how long a process keeps a channel for itself while it sends.
const LEASE_MILLIS: i64 = 30_000;

/// The longest pause between two tries: a channel that comes back is told what it missed within a minute.
const LONGEST_MILLIS: i64 = 40_000;

/// Says which channels this server was given, by name. All processes on one database are given the same.
pub async fn register(env: &Env, names: Vec<String>) -> Result<()> {
    env.store.write(names, |names, tx| Box::pin(async move { tx.register_channels(names).await })).await
}

/// The next alert of a channel, which is kept for the caller for half a minute. `None` where there is nothing to do.
pub async fn next(env: &Env, name: &str) -> Result<Option<(ChannelState, Entry)>> {
    let work = env.store.write((name.to_owned(), env.now()), |(name, now), tx| {
        Box::pin(async move {
            let Some(channel) = tx.claim_channel(name, *now, now.plus_millis(LEASE_MILLIS)).await? else {
                return Ok(None);
            };
            match tx.next_alert(channel.cursor).await? {
                Some(entry) => Ok(Some((channel, entry))),
                None => {
                    tx.update_channel(&channel).await?;
                    Ok(None)
                }
            }
        })
    });
    // Most of the time there is nothing, and looking must not cost a write.
    let waiting = env.store.read(name.to_owned(), |name, tx| {
        Box::pin(async move {
            let channels = tx.channels().await?;
            let Some(channel) = channels.into_iter().find(|channel| channel.name == *name) else { return Ok(false) };
            Ok(tx.next_alert(channel.cursor).await?.is_some())
        })
    });
    if waiting.await? { work.await } else { Ok(None) }
}

/// Writes that a channel told an alert, or why it did not.
pub async fn tried(env: &Env, channel: ChannelState, entry: &Entry, failure: Option<String>) -> Result<()> {
    let now = env.now();
    let channel = match failure {
        None => ChannelState {
            cursor: entry.seq,
            attempts: 0,
            next_try: now,
            last_sent: Some(now),
            last_error: None,
            ..channel
        },
        Some(error) => {
            let pause = LONGEST_MILLIS.min(1_000 << channel.attempts.min(16));
            let attempts = channel.attempts.saturating_add(1);
            ChannelState { attempts, next_try: now.plus_millis(pause), last_error: Some(error), ..channel }
        }
    };
    env.store.write(channel, |channel, tx| Box::pin(async move { tx.update_channel(channel).await })).await
}

/// What an alert says, in one line. Names that a directory sent stand in quotation marks.
pub fn title(entry: &Entry) -> String {
    let event = &entry.event;
    let name = event.target_name.as_deref().map_or_else(|| "a name that does not exist".to_owned(), quoted);
    let attempts = fact(entry, "attempts").and_then(|value| value.as_u64()).unwrap_or(1);
    match event.action {
        Action::BreakGlassSignedIn => format!("Break-glass sign-in with {name}"),
        Action::BreakGlassRefused if attempts == 1 => format!("A break-glass sign-in with {name} was refused"),
        Action::BreakGlassRefused => format!("{attempts} break-glass sign-ins with {name} were refused"),
        Action::BreakGlassRescue => format!("The host made a one-time way in for {name}"),
        Action::BreakGlassCreated => format!("Break-glass account {name} was made"),
        Action::BreakGlassReset => format!("Break-glass account {name} got a new secret from the host"),
        Action::BreakGlassRotated => format!("Break-glass account {name} was given a new secret"),
        Action::BreakGlassRemoved => format!("Break-glass account {name} was removed"),
        Action::DrillStarted => format!("A drill with break-glass account {name} has begun"),
        Action::GuardTripped => format!("Many people lost access at once through token {name}"),
        Action::GuardHeld => format!("Postern holds back departures through token {name}"),
        Action::GuardChanged => "The guard against mass deprovisioning was changed".to_owned(),
        Action::TokenCreated => format!("SCIM token {name} was made"),
        Action::TokenRotated => format!("SCIM token {name} is being replaced"),
        Action::TokenFirstUsed => format!("SCIM token {name} was used for the first time"),
        Action::TokenNewNetwork => format!("SCIM token {name} was used from a new network"),
        Action::TokenOutsideNetworks => format!("SCIM token {name} was used from outside its networks and refused"),
        Action::TokenUsedLate => format!("SCIM token {name} was used after its end and refused"),
        Action::TokenReminder => format!("SCIM token {name} is due for another"),
        Action::UserRoleChanged => format!("The role of {name} was changed"),
        Action::GroupRoleChanged => format!("The role of group {name} was changed"),
        Action::ProvisioningEnabled => "SCIM provisioning was turned on".to_owned(),
        Action::ProvisioningDisabled => "SCIM provisioning was turned off".to_owned(),
        Action::AuditChanged => "How long the audit log is kept was changed".to_owned(),
        Action::AlertTested => "A test of Postern’s alerts".to_owned(),
        other => other.as_str().to_owned(),
    }
}

/// What an alert says, in some lines for people. `channel` is where it is told.
pub fn text(entry: &Entry, channel: &str) -> String {
    let event = &entry.event;
    let who = match &event.actor {
        Actor::Scim { name, .. } => format!("SCIM token {}", quoted(name)),
        Actor::BreakGlass { name, .. } => format!("break-glass account {}", quoted(name)),
        Actor::User { name, .. } => quoted(name),
        Actor::Host => "somebody with a shell on the host".to_owned(),
        Actor::System => "Postern itself".to_owned(),
        Actor::Nobody => "somebody unknown".to_owned(),
    };
    let mut lines = vec![title(entry), String::new(), format!("When: {}", event.at), format!("Who: {who}")];
    lines.extend(event.address.as_ref().map(|address| format!("From: {address}")));
    lines.extend(event.reason.as_ref().map(|reason| format!("Reason: {reason}")));
    lines.extend(event.before.as_ref().map(|before| format!("Before: {before}")));
    lines.extend(event.after.as_ref().map(|after| format!("Details: {after}")));
    if let Some(drill) = drill_of(entry) {
        lines.push(format!("Code of this channel for the drill: {}", crate::drill::code(drill, channel)));
    }
    lines.push(format!("Event {} of the audit log.", entry.seq));
    lines.join("\n")
}

/// A name between quotation marks, on one line whatever is in it.
fn quoted(name: &str) -> String {
    let line: String = name.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    format!("“{line}”")
}

fn drill_of(entry: &Entry) -> Option<uuid::Uuid> {
    (entry.event.action == Action::DrillStarted).then(|| fact(entry, "drill"))??.as_str()?.parse().ok()
}

fn fact(entry: &Entry, name: &str) -> Option<Value> {
    let facts: Value = serde_json::from_str(entry.event.after.as_deref()?).ok()?;
    facts.get(name).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::Event;
    use serde_json::json;
    use uuid::Uuid;

    fn entry(action: Action, facts: &Value) -> Entry {
        let event = Event::new(Timestamp::from_millis(0), Actor::Host, Some("192.0.2.7".into()), action);
        Entry { seq: 7, event: event.on(Uuid::from_u128(1), "gate-7f3k").with(facts), link: None }
    }

    #[test]
    fn an_alert_says_who_did_what_from_where() {
        let text = text(&entry(Action::BreakGlassSignedIn, &json!({"by": "secret"})), "mail");
        for part in ["Break-glass sign-in with “gate-7f3k”", "From: 192.0.2.7", "a shell on the host", "Event 7"] {
            assert!(text.contains(part), "{part} in {text}");
        }
    }

    #[test]
    fn a_drill_gives_each_channel_its_code() {
        let drill = Uuid::from_u128(9);
        let entry = entry(Action::DrillStarted, &json!({"drill": drill.to_string()}));
        assert!(text(&entry, "mail").contains(&crate::drill::code(drill, "mail")));
        assert!(!text(&entry, "mail").contains(&crate::drill::code(drill, "webhook")));
    }
}
