//! Alert channels: who is alerted at once when something important happens.

mod actions;

use crate::{
    components::{Here, Icon, Tone, attributes::done, chip, framed, icon, when},
    islands::submit::Submit,
    words::{count, visible},
};
use actions::TestAlert;
use domain::{Timestamp, alert::ChannelState, audit::Action, console::AlertStatus};
use leptos::{prelude::*, server_fn::ServerFn};
use leptos_meta::Title;

/// At least this many independent channels: if the mail server fails with everything else, another still delivers.
const NEEDED: usize = 2;

/// The page.
pub(crate) fn show() -> impl IntoView {
    framed(Here::Alerts, async |console, _| {
        Ok(page(console.alerts().await?, console.may_change(), console.now()).into_any())
    })
}

fn page(channels: Vec<AlertStatus>, may_change: bool, now: Timestamp) -> impl IntoView {
    let number = channels.len();
    view! {
        <Title text="Alerts"/>
        <div class="page-head">
            <p class="eyebrow">Record</p>
            <h1>Alerts</h1>
            <p class="soft">{sentence(&channels)}</p>
        </div>
        {(number < NEEDED).then(|| thin(number))}
        {(number > 0).then(|| panel(channels, may_change, now))}
        {told()}
        {configure(number == 0)}
    }
}

fn sentence(channels: &[AlertStatus]) -> String {
    let failing = channels.iter().filter(|status| status.channel.last_error.is_some()).count();
    let number = count(channels.len() as u64, "channel", "channels");
    match (channels.len(), failing) {
        (0, _) => "No alerts are sent: no channel is set up.".to_owned(),
        (1, 0) => format!("Alerts go out through {number}, which works."),
        (_, 0) => format!("Alerts go out through {number}; all of them work."),
        (_, failing) => format!(
            "Alerts go out through {number}; {failing} of them failed last. Nothing is lost: what waits is sent once a \
             channel works again."
        ),
    }
}

fn thin(number: usize) -> impl IntoView {
    let words = match number {
        0 => {
            "You learn of a break-glass sign-in, of many people losing access at once, or of a stolen token only when \
             you look here. Set up two channels that do not depend on each other, as below."
        }
        _ => {
            "One channel is not enough: what silences it silences every alert. Set up a second one that does not \
             depend on the first, as below."
        }
    };
    view! { <div class="note note-warn page-note">{icon(Icon::Warning)} <p>{words}</p></div> }
}

fn panel(channels: Vec<AlertStatus>, may_change: bool, now: Timestamp) -> impl IntoView {
    view! {
        <section class="panel" aria-labelledby="channels">
            <div class="panel-head">
                <h2 id="channels">Channels</h2>
                {may_change.then(|| view! {
                    <Submit>
                        <form method="post" {..done("A test alert is on its way.")} action=TestAlert::PATH>
                            <button class="button">Send a test alert</button>
                        </form>
                    </Submit>
                })}
            </div>
            <table class="rows" aria-label="Channels">
                <thead>
                    <tr>
                        <th scope="col">Channel</th>
                        <th scope="col">Last sent</th>
                        <th scope="col">Waiting</th>
                        <th scope="col">Status</th>
                    </tr>
                </thead>
                <tbody>{channels.into_iter().map(|status| row(status, now)).collect_view()}</tbody>
            </table>
        </section>
    }
}

fn row(status: AlertStatus, now: Timestamp) -> impl IntoView {
    let AlertStatus { channel, waiting, urgent } = status;
    let (tone, word) = standing(&channel, waiting);
    let sent = channel.last_sent.map_or_else(|| "never".into_any(), |at| when(now, at).into_any());
    let trouble = channel.last_error.as_ref().map(|error| {
        format!(
            "{}, {}. It said: {}",
            count(u64::from(channel.attempts), "failed try", "failed tries"),
            next(now, channel.next_try),
            visible(error)
        )
    });
    view! {
        <tr>
            <td class="row-main"><strong>{name(&channel.name)}</strong></td>
            <td><span class="card-label">"Last sent "</span> {sent}</td>
            <td class="figures">
                {waiting} <span class="card-label">" waiting"</span>
                {(urgent > 0).then(|| view! { <span class="soft">{format!(", {urgent} urgent")}</span> })}
            </td>
            <td class="row-text">
                {chip(tone, word)}
                {trouble.map(|words| view! { <p class="soft trouble">{words}</p> })}
            </td>
        </tr>
    }
}

fn standing(channel: &ChannelState, waiting: u64) -> (Tone, &'static str) {
    match (&channel.last_error, waiting, channel.last_sent) {
        (Some(_), ..) => (Tone::Bad, "Failing"),
        (None, 1.., _) => (Tone::Info, "Sending"),
        (None, 0, Some(_)) => (Tone::Ok, "Works"),
        (None, 0, None) => (Tone::Plain, "Not tried yet"),
    }
}

/// When a channel is next tried.
fn next(now: Timestamp, at: Timestamp) -> String {
    match (at.millis() - now.millis() + 999) / 1_000 {
        ..=0 => "the next try is due now".to_owned(),
        seconds => format!("the next try is in {}", count(seconds.unsigned_abs(), "second", "seconds")),
    }
}

fn name(channel: &str) -> String {
    match channel {
        "webhook" => "Webhook".to_owned(),
        "mail" => "Mail".to_owned(),
        "syslog" => "Syslog".to_owned(),
        other => visible(other),
    }
}

/// What is alerted: a title, words, and the kinds of events that they are about.
const TOLD: [(&str, &str, &[Action]); 5] = [
    (
        "Ways in",
        "Every sign-in with a break-glass account and every refused one; accounts and secrets that are created, \
         replaced or removed; drills.",
        &[
            Action::BreakGlassSignedIn,
            Action::BreakGlassRefused,
            Action::BreakGlassCreated,
            Action::BreakGlassReset,
            Action::BreakGlassRotated,
            Action::BreakGlassRemoved,
            Action::BreakGlassRescue,
            Action::DrillStarted,
        ],
    ),
    (
        "Mass deprovisioning",
        "The guard found that many people lost something at once, or holds them back; an administrator decided about that, or changed the guard.",
        &[
            Action::GuardTripped,
            Action::GuardHeld,
            Action::GuardApproved,
            Action::GuardUndone,
            Action::GuardDismissed,
            Action::GuardChanged,
        ],
    ),
    (
        "Tokens",
        "A token was created, replaced, revoked, paused or resumed, or the networks that it is bound to were \
         changed; it was used for the first time, from a new network, from outside its networks, or after its end; \
         it ends soon or is old; its changes have used up half of its budget, or all of it; it tried to use a name \
         that is reserved for break-glass accounts.",
        &[
            Action::TokenCreated,
            Action::TokenRotated,
            Action::TokenRevoked,
            Action::TokenPaused,
            Action::TokenResumed,
            Action::TokenChanged,
            Action::TokenFirstUsed,
            Action::TokenNewNetwork,
            Action::TokenOutsideNetworks,
            Action::TokenUsedLate,
            Action::TokenReminder,
            Action::TokenHalfSpent,
            Action::TokenSpent,
            Action::TokenNameRefused,
        ],
    ),
    ("Rights", "The role of a person or of a group was changed.", &[Action::UserRoleChanged, Action::GroupRoleChanged]),
    (
        "Postern itself",
        "Provisioning was turned on or off; the database became read-only, or takes changes again; an \
         administrator ended a session; users or the audit log were exported, or how long it is kept was changed; a backup \
         is overdue or was restored; the clock seems to have jumped.",
        &[
            Action::ProvisioningEnabled,
            Action::ProvisioningDisabled,
            Action::StorageReadOnly,
            Action::StorageWritable,
            Action::SessionRevoked,
            Action::UsersExported,
            Action::AuditExported,
            Action::AuditChanged,
            Action::BackupOverdue,
            Action::DatabaseRestored,
            Action::RemovalDelayed,
        ],
    ),
];

fn told() -> impl IntoView {
    let kind = |(title, words, _)| {
        view! {
            <div>
                <dt>{title}</dt>
                <dd>{words}</dd>
            </div>
        }
    };
    view! {
        <section class="panel" aria-labelledby="told">
            <div class="panel-head"><h2 id="told">"What you are alerted about"</h2></div>
            <p class="panel-text soft">
                "Urgent alerts, such as those about a sign-in, the guard, roles or disk space, do not wait for others. \
                 Of those that the holder of a token can cause at will, you get a few an hour, and then one with the \
                 number."
            </p>
            <dl class="attributes">{TOLD.map(kind).collect_view()}</dl>
        </section>
    }
}

/// How to set up a channel: on the command line, so that an intruder in the console cannot silence it.
fn configure(open: bool) -> impl IntoView {
    let flags = [
        (
            "Webhook",
            &["--alert-webhook https://…"][..],
            "Each message is signed with the key in POSTERN_ALERT_WEBHOOK_SECRET, or in the file that POSTERN_ALERT_WEBHOOK_SECRET_FILE names, in the form of Standard Webhooks.",
        ),
        (
            "Mail",
            &["--alert-mail smtps://HOST:465", "--alert-mail-from FROM", "--alert-mail-to TO"],
            "Over TLS, to an address that is read at night. A URL with a user and password goes into \
             POSTERN_ALERT_MAIL, or into the file that POSTERN_ALERT_MAIL_FILE names.",
        ),
        (
            "Syslog",
            &["--alert-syslog tls://HOST:6514"],
            "A line as in RFC 5424; udp://, tcp:// and unix:///dev/log too. Syslog acknowledges nothing, so use it \
             only together with another channel.",
        ),
        (
            "A certificate authority of your own",
            &["--alert-ca FILE"],
            "A PEM file. It is trusted for the webhook, the mail server and syslog, besides the public ones.",
        ),
    ];
    let flag = |(title, flags, words): (&'static str, &[&'static str], &'static str)| {
        let flags = flags.iter().map(|flag| view! { <code class="flag">{*flag}</code> });
        view! {
            <div>
                <dt>{title}</dt>
                <dd>
                    {flags.collect_view()}
                    <span class="soft flag-words">{words}</span>
                </dd>
            </div>
        }
    };
    view! {
        <details class="panel panel-fold" open=open>
            <summary>"How to set up a channel"</summary>
            <p class="panel-text soft">
                "Channels are flags of " <code>"postern serve"</code>
                ", so that an intruder in the console cannot silence them. Restart it with:"
            </p>
            <dl class="attributes">{flags.map(flag).collect_view()}</dl>
        </details>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_795_000_000_000);

    fn status(error: Option<&str>, sent: bool, waiting: u64) -> AlertStatus {
        let channel = ChannelState {
            name: "mail".to_owned(),
            lane: domain::audit::Lane::Urgent,
            cursor: 0,
            attempts: 3,
            next_try: NOW.plus_millis(12_000),
            last_sent: sent.then_some(NOW),
            last_error: error.map(str::to_owned),
        };
        AlertStatus { channel, waiting, urgent: 0 }
    }

    fn word(status: &AlertStatus) -> &'static str {
        standing(&status.channel, status.waiting).1
    }

    #[test]
    fn a_channel_has_a_word() {
        assert_eq!(word(&status(None, false, 0)), "Not tried yet");
        assert_eq!(word(&status(None, true, 0)), "Works");
        assert_eq!(word(&status(None, true, 2)), "Sending");
        assert_eq!(word(&status(Some("refused"), true, 2)), "Failing");
        assert_eq!(next(NOW, NOW.plus_millis(12_000)), "the next try is in 12 seconds");
        assert_eq!(next(NOW, NOW), "the next try is due now");
    }

    #[test]
    fn the_page_says_what_is_told() {
        let listed: Vec<Action> = TOLD.iter().flat_map(|(.., kinds)| kinds.iter().copied()).collect();
        // The sender of a test alert knows about it.
        for action in Action::ALL.iter().copied().filter(|action| *action != Action::AlertTested) {
            let lines = listed.iter().filter(|listed| **listed == action).count();
            assert_eq!(lines, usize::from(action.kind().may_alert()), "{action:?} in TOLD of app/src/pages/alerts.rs");
        }
    }

    #[test]
    fn the_page_says_who_is_told() {
        assert!(sentence(&[]).starts_with("No alerts are sent"));
        assert_eq!(sentence(&[status(None, true, 0)]), "Alerts go out through 1 channel, which works.");
        let both = [status(None, true, 0), status(Some("refused"), true, 4)];
        assert!(sentence(&both).starts_with("Alerts go out through 2 channels; 1 of them failed last."));
    }
}
