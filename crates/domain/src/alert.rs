//! Alerts: the audit log is their outbox. An event that alerts is committed with its change, and each channel records
//! how far it has sent the log, so that no alert is lost however often the process dies. A channel may send one twice,
//! under the same id. It has two lanes, each with its own cursor in the log, so that urgent alerts wait only for other
//! urgent ones.

use crate::{
    Env, Result, Timestamp,
    audit::{Action, Entry, Event, Lane, NAME},
};
use serde_json::Value;

/// The state of one lane of a channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelState {
    /// Its name: `webhook`, `mail` or `syslog`.
    pub name: String,
    /// Which alerts it sends.
    pub lane: Lane,
    /// The number of the last event that it has sent.
    pub cursor: i64,
    /// How often sending the next one has failed.
    pub attempts: u32,
    /// When it is tried again.
    pub next_try: Timestamp,
    /// When it last sent one.
    pub last_sent: Option<Timestamp>,
    /// Why the last attempt failed, if it did.
    pub last_error: Option<String>,
}

/// How long a process reserves a channel for itself while it sends.
const LEASE_MILLIS: i64 = 30_000;

/// The longest pause between two attempts: a channel that recovers is sent what it missed within a minute.
const LONGEST_MILLIS: i64 = 40_000;

/// Registers the channels that this server was given, by name. All processes on one database are given the same ones.
pub async fn register(env: &Env, names: Vec<String>) -> Result<()> {
    // A new channel starts after the last number; events that have none yet lie in the past as well.
    env.store.settle_to_read().await;
    env.store.write(names, |names, tx| Box::pin(async move { tx.register_channels(names).await })).await
}

/// The next alert of a channel's lane, which is reserved for the caller for half a minute. `None` if there is nothing
/// to send.
pub async fn next(env: &Env, name: &str, lane: Lane) -> Result<Option<(ChannelState, Entry)>> {
    let work = env.store.write((name.to_owned(), lane, env.now()), |(name, lane, now), tx| {
        Box::pin(async move {
            let Some(channel) = tx.claim_channel(name, *lane, *now, now.plus_millis(LEASE_MILLIS)).await? else {
                return Ok(None);
            };
            match tx.next_alert(*lane, channel.cursor).await? {
                Some(entry) => Ok(Some((channel, entry))),
                None => {
                    tx.update_channel(&channel).await?;
                    Ok(None)
                }
            }
        })
    });
    // Usually there is nothing to send, and finding that out must not cost a write.
    let waiting = env.store.read((name.to_owned(), lane), |(name, lane), tx| {
        Box::pin(async move {
            let mut channels = tx.channels().await?.into_iter();
            let channel = channels.find(|channel| channel.name == *name && channel.lane == *lane);
            let Some(channel) = channel else { return Ok(false) };
            Ok(tx.next_alert(*lane, channel.cursor).await?.is_some())
        })
    });
    if waiting.await? { work.await } else { Ok(None) }
}

/// Records that a channel sent an alert, or why it did not.
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

/// The alert in one line. Names from a directory are in quotation marks.
pub fn title(entry: &Entry) -> String {
    let event = &entry.event;
    let name = event.target_name.as_deref().map_or_else(|| "a name that does not exist".to_owned(), quoted);
    numbered(event, &name).unwrap_or_else(|| match event.action.kind().alert {
        Some(alert) => alert.title.replacen(NAME, &name, 1),
        None => event.action.as_str().to_owned(),
    })
}

/// The line of an alert that includes a number; `None` if the title of its kind suffices.
fn numbered(event: &Event, name: &str) -> Option<String> {
    let number = |fact: Value| fact.as_u64();
    let further = || event.fact("further").map(|further| number(further).unwrap_or_default());
    match event.action {
        Action::BreakGlassRefused => {
            let attempts = event.fact("attempts").and_then(number).filter(|attempts| *attempts != 1)?;
            Some(format!("{attempts} break-glass sign-ins with {name} were refused"))
        }
        Action::TokenNewNetwork => {
            let further = further()?;
            Some(format!("SCIM token {name} was used from {further} more new networks within an hour"))
        }
        Action::UserRoleChanged => match (further(), event.fact("people")) {
            (Some(further), _) => {
                Some(format!("Through SCIM token {name}, {further} more changes of roles were logged within an hour"))
            }
            (None, Some(people)) => Some(format!("The role of {people} people was changed")),
            (None, None) => None,
        },
        _ => None,
    }
}

/// The code that a channel shows in its alert about the start of a drill; `None` for any other alert.
pub async fn drill_code(env: &Env, entry: &Entry, channel: &str) -> Result<Option<String>> {
    let Some(id) = drill_of(entry) else { return Ok(None) };
    let drill = env.store.read(id, |id, tx| Box::pin(async move { tx.drill(*id).await })).await?;
    Ok(drill.map(|drill| crate::drill::code(&drill.seed, channel)))
}

/// The alert in several lines for people, with the [`drill_code`] if it has one.
pub fn text(entry: &Entry, code: Option<&str>) -> String {
    let event = &entry.event;
    let who = event.actor.in_words(quoted);
    let mut lines = vec![title(entry), String::new(), format!("When: {}", event.at), format!("Who: {who}")];
    lines.extend(event.address.as_ref().map(|address| format!("From: {address}")));
    lines.extend(event.reason.as_ref().map(|reason| format!("Reason: {reason}")));
    lines.extend(event.before.as_ref().map(|before| format!("Before: {before}")));
    lines.extend(event.after.as_ref().map(|after| format!("Details: {after}")));
    lines.extend(code.map(|code| format!("Code of this channel for the drill: {code}")));
    lines.push(format!("Event {} of the audit log.", entry.seq));
    lines.join("\n")
}

/// A name between quotation marks, on one line, whatever is in it. Quotation marks and backslashes in the name are
/// escaped by a backslash, so that no name ends its quotation.
fn quoted(name: &str) -> String {
    let mut line = String::with_capacity(name.len());
    for character in name.chars() {
        if is_quotation_mark(character) || character == '\\' {
            line.push('\\');
        }
        line.push(if character.is_control() { ' ' } else { character });
    }
    format!("“{line}”")
}

/// Characters that could be taken for the end of a quotation. An apostrophe is not among them: many names have one.
fn is_quotation_mark(character: char) -> bool {
    matches!(
        character,
        '"' | '“'
            | '”'
            | '„'
            | '‟'
            | '«'
            | '»'
            | '‹'
            | '›'
            | '〝'
            | '〞'
            | '〟'
            | '＂'
            | '「'
            | '」'
            | '『'
            | '』'
            | '″'
            | '❝'
            | '❞'
            | '❠'
            | '🙶'
            | '🙷'
            | '🙸'
    )
}

fn drill_of(entry: &Entry) -> Option<uuid::Uuid> {
    (entry.event.action == Action::DrillStarted).then(|| entry.event.fact("drill"))??.as_str()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::Who;
    use serde_json::json;
    use uuid::Uuid;

    fn entry(action: Action, facts: &Value) -> Entry {
        let event = Event::new(Timestamp::from_millis(0), Who::Host, Some("192.0.2.7".into()), action);
        Entry { seq: 7, event: event.on(Uuid::from_u128(1), "gate-7f3k").with(facts), link: None }
    }

    #[test]
    fn an_alert_says_who_did_what_from_where() {
        let text = text(&entry(Action::BreakGlassSignedIn, &json!({"by": "secret"})), None);
        for part in ["Break-glass sign-in with “gate-7f3k”", "From: 192.0.2.7", "a shell on the host", "Event 7"] {
            assert!(text.contains(part), "{part} in {text}");
        }
    }

    #[test]
    fn r28_a_name_does_not_end_its_quotation() {
        let event = Event::new(Timestamp::from_millis(0), Who::Host, None, Action::TokenRevoked);
        let name = "x” was revoked. All is well. “y\\";
        let token =
            Entry { seq: 7, event: Event { action: Action::TokenSpent, ..event }.on(Uuid::nil(), name), link: None };
        let said = title(&token);
        assert!(said.starts_with(r"SCIM token “x\” was revoked. All is well. \“y\\” has stored"), "{said}");
        assert_eq!(quoted("O’Brien\n"), "“O’Brien ”");
        assert_eq!(quoted("a\"b»c"), r#"“a\"b\»c”"#);
    }

    #[test]
    fn r10_a_summary_says_how_many_more() {
        let said = title(&entry(Action::TokenNewNetwork, &json!({"further": 1_495})));
        assert_eq!(said, "SCIM token “gate-7f3k” was used from 1495 more new networks within an hour");
    }

    #[test]
    fn a_drill_shows_the_code_of_its_channel() {
        let entry = entry(Action::DrillStarted, &json!({"drill": Uuid::from_u128(9).to_string()}));
        assert!(text(&entry, Some("012345")).contains("Code of this channel for the drill: 012345"));
    }

    #[test]
    fn r25_what_loosens_a_guard_is_told_in_words() {
        use Action::{
            AuditExported, GuardApproved, GuardDismissed, GuardUndone, SessionRevoked, TokenPaused, TokenResumed,
            TokenRevoked,
        };
        let told = [
            GuardApproved,
            GuardUndone,
            GuardDismissed,
            TokenRevoked,
            TokenPaused,
            TokenResumed,
            SessionRevoked,
            AuditExported,
        ];
        for action in told {
            let entry = entry(action, &Value::Null);
            assert!(entry.event.alerts(), "{action:?}");
            assert_ne!(title(&entry), action.as_str());
        }
    }
}
