//! Sends alerts through the channels that the server was given: one task for each lane of each channel, so that none
//! waits for another.

use alert::{Channel, Message};
use domain::{
    Env, Result,
    alert::{drill_code, next, register, text, title, tried},
    audit::{Entry, Lane, to_hex},
};
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};
use tokio::time::sleep;

/// How often a channel checks whether there is something to send.
const PAUSE: Duration = Duration::from_secs(1);

/// Starts the channels. They run until the process ends: what they have not sent by then is sent by the next process.
pub(crate) async fn start(env: &Env, channels: Vec<Channel>) -> Result<()> {
    register(env, channels.iter().map(|channel| channel.name().to_owned()).collect()).await?;
    for channel in channels {
        tracing::info!(channel = channel.name(), to = channel.describe(), "alerts are told");
        let channel = Arc::new(channel);
        for lane in Lane::ALL {
            tokio::spawn(run(env.clone(), channel.clone(), lane));
        }
    }
    Ok(())
}

async fn run(env: Env, channel: Arc<Channel>, lane: Lane) {
    loop {
        match tell(&env, &channel, lane).await {
            Ok(true) => {}
            Ok(false) => sleep(PAUSE).await,
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "alerts could not be read");
                sleep(PAUSE).await;
            }
        }
    }
}

/// Sends the next alert. Returns false if there was none, or if it has to wait.
async fn tell(env: &Env, channel: &Channel, lane: Lane) -> Result<bool> {
    let Some((state, entry)) = next(env, channel.name(), lane).await? else { return Ok(false) };
    let code = drill_code(env, &entry, channel.name()).await?;
    let sent = channel.send(&message(&entry, code.as_deref()), env.now().millis() / 1_000).await;
    let failure = sent.err().map(|error| error.to_string());
    if let Some(reason) = &failure {
        tracing::warn!(channel = channel.name(), reason, event = entry.seq, "an alert could not be sent yet");
    }
    tried(env, state, &entry, failure).await?;
    Ok(true)
}

/// The number alone is not enough: it is reused after a restore, and a receiver that has seen it would drop the new
/// alert.
fn id(entry: &Entry) -> String {
    match &entry.link {
        Some(link) => format!("postern-audit-{}-{}", entry.seq, &to_hex(&link.hash)[..8]),
        None => format!("postern-audit-{}", entry.seq),
    }
}

fn message(entry: &Entry, code: Option<&str>) -> Message {
    let event = &entry.event;
    let object = |text: &Option<String>| text.as_deref().and_then(|text| serde_json::from_str::<Value>(text).ok());
    Message {
        id: id(entry),
        unix_millis: event.at.millis(),
        kind: event.action.as_str().to_owned(),
        title: title(entry),
        text: text(entry, code),
        details: json!({
            "event": entry.seq,
            "urgent": event.lane().is_some_and(Lane::is_urgent),
            "actor": event.actor,
            "address": event.address,
            "target": {"id": event.target.map(|id| id.to_string()), "name": event.target_name},
            "before": object(&event.before),
            "after": object(&event.after),
            "reason": event.reason,
            "text": text(entry, code),
        }),
    }
}
