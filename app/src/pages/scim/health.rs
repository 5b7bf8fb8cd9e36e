//! The state of provisioning, in one word and one sentence.

use crate::{components::Tone, words::count};
use domain::{Timestamp, console::ScimStatus, cycle::Sync, guard::BatchState};

/// After this many minutes without a call, the page says so. Entra calls about every 40.
const QUIET_MINUTES: i64 = 120;
const CYCLE_MINUTES: i64 = 40;
/// From this many refused calls on, the page says so.
const FEW: u64 = 5;

/// The state that the header names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::pages) enum Health {
    /// Off, and never was on.
    NeverOn,
    /// Off, since then.
    TurnedOff(Timestamp),
    /// On, but no call has come.
    Waiting,
    /// Calls come, but none ever had a valid token.
    Strangers,
    /// Every token is revoked or expired.
    NoToken,
    /// Every token that is neither is paused.
    Paused,
    /// The guard refuses departures until an administrator decides.
    Held(Timestamp),
    /// A call with a valid token has come, but no user was ever created.
    Tested(Timestamp),
    /// Users were created, and calls come.
    Connected(Timestamp),
    /// The same, and each cycle sends only what is new.
    Steady(Timestamp),
    /// The same, but the same changes are sent again and again.
    Noisy(Timestamp),
    /// A directory has been silent for longer than ever before.
    Silent(Timestamp),
    /// Most calls in the last cycle of a token were refused.
    Failing(Timestamp),
    /// No calls for a while.
    Quiet(Timestamp),
    /// Many of the latest calls were refused.
    Refusing(Timestamp),
    /// No calls for a while, except with an invalid token.
    WrongToken(Timestamp),
}

impl Health {
    pub(in crate::pages) fn of(status: &ScimStatus, now: Timestamp) -> Self {
        let ScimStatus { settings, activity, tokens, waiting, .. } = status;
        if !settings.provisioning {
            return settings.provisioning_changed.map_or(Self::NeverOn, Self::TurnedOff);
        }
        let mut live = tokens.iter().filter(|token| token.ended(now).is_none()).peekable();
        let no_token = live.peek().is_none();
        let all_paused = !no_token && live.all(|token| token.paused.is_some());
        let is_quiet = |last| last < now.plus_millis(-QUIET_MINUTES * 60_000);
        if let Some(batch) =
            waiting.as_ref().filter(|batch| batch.state == BatchState::Held && !no_token && !all_paused)
        {
            return Self::Held(batch.latest);
        }
        match activity.last_call {
            _ if !tokens.is_empty() && no_token => Self::NoToken,
            _ if all_paused => Self::Paused,
            None if activity.strangers > 0 => Self::Strangers,
            None => Self::Waiting,
            // While provisioning is off, no call counts as one with a token.
            Some(last) if is_quiet(last) && activity.last_stranger > Some(last).max(settings.provisioning_changed) => {
                Self::WrongToken(last)
            }
            // An occasional duplicate is normal for a directory.
            Some(last) if activity.latest_refused >= FEW && activity.latest_refused * 4 >= activity.latest => {
                Self::Refusing(last)
            }
            Some(last) if activity.first_user.is_none() => Self::Tested(last),
            Some(last) => match Sync::worst(status.syncs.iter().copied()) {
                Some(Sync::Failing { .. }) => Self::Failing(last),
                Some(Sync::Silent { .. }) => Self::Silent(last),
                Some(Sync::Noisy { .. }) => Self::Noisy(last),
                Some(Sync::Steady { .. } | Sync::Young { .. } | Sync::Refused { .. }) | None if is_quiet(last) => {
                    Self::Quiet(last)
                }
                Some(Sync::Steady { .. }) => Self::Steady(last),
                Some(Sync::Young { .. } | Sync::Refused { .. }) | None => Self::Connected(last),
            },
        }
    }

    pub(in crate::pages) fn chip(self) -> (Tone, &'static str) {
        match self {
            Self::NeverOn | Self::TurnedOff(_) => (Tone::Plain, "Off"),
            Self::Waiting => (Tone::Info, "Waiting for the first call"),
            Self::Strangers | Self::Refusing(_) => (Tone::Warn, "Refusing"),
            Self::NoToken => (Tone::Warn, "No token"),
            Self::Paused => (Tone::Warn, "Paused"),
            Self::Held(_) => (Tone::Warn, "Held"),
            Self::WrongToken(_) => (Tone::Warn, "Wrong token"),
            Self::Tested(_) => (Tone::Info, "Waiting for the first users"),
            Self::Connected(_) => (Tone::Ok, "Connected"),
            Self::Steady(_) => (Tone::Ok, "In sync"),
            Self::Noisy(_) => (Tone::Warn, "Not steady"),
            Self::Silent(_) => (Tone::Warn, "Silent"),
            Self::Failing(_) => (Tone::Bad, "Failing"),
            Self::Quiet(_) => (Tone::Plain, "Quiet"),
        }
    }

    /// The sentence, in parts: the words before a time, the time, and the words after it.
    pub(in crate::pages) fn sentence(
        self,
        status: &ScimStatus,
        now: Timestamp,
    ) -> (&'static str, Option<Timestamp>, String) {
        const CALLED: &str = "Your directory last called ";
        let activity = &status.activity;
        let counts = status.counts;
        match self {
            Self::NeverOn => (
                "Turn it on and your directory creates, updates and suspends people here. No user is created until the \
                 directory calls. You can turn it off at any time; people stay as they are.",
                None,
                String::new(),
            ),
            Self::TurnedOff(at) => {
                let people = format!(
                    "{} and {} stay as they are",
                    count(counts.users, "user", "users"),
                    count(counts.groups, "group", "groups")
                );
                ("Turned off ", Some(at), format!(". Every call is answered with 403; {people}."))
            }
            Self::Waiting => {
                ("No calls yet. Follow the steps below; each is ticked when its call arrives.", None, String::new())
            }
            Self::Strangers => {
                let calls = count(activity.strangers, "call", "calls");
                let rest = format!(
                    "{calls} came in the last 24 hours, none with a valid token. Look at the Secret token in Entra."
                );
                ("", None, rest)
            }
            Self::NoToken => {
                ("No token works, so every call is refused. Create one and paste it into Entra.", None, String::new())
            }
            Self::Paused => {
                let rest = "Every token is paused, so each call is refused. Resume one on its page.";
                (rest, None, String::new())
            }
            Self::Held(at) => {
                let rest = ". It refuses the rest until you decide, on the Guard tab.";
                ("The guard last saw people or groups go ", Some(at), rest.to_owned())
            }
            Self::WrongToken(last) => {
                let rest = ". Calls have come since, but none with a valid token: look at the Secret token in Entra.";
                (CALLED, Some(last), rest.to_owned())
            }
            Self::Tested(last) => {
                (CALLED, Some(last), ". No users have been created yet: that happens in its first cycle.".to_owned())
            }
            Self::Connected(last) => (CALLED, Some(last), format!(". {}", next_cycle(now, last))),
            Self::Steady(last) => (CALLED, Some(last), ". Each cycle sends only what is new.".to_owned()),
            Self::Failing(last) => {
                let rest = ". Most calls of its last cycle were refused; Steady state says of which token.";
                (CALLED, Some(last), rest.to_owned())
            }
            Self::Noisy(last) => {
                let rest = ". It sends the same changes again and again; Steady state says which, and how to end it.";
                (CALLED, Some(last), rest.to_owned())
            }
            Self::Silent(last) => {
                let rest = match status.syncs.len() {
                    0 | 1 => ". It has been silent for longer than ever before: look at its provisioning job.",
                    _ => ". A token has been silent for longer than ever before; Steady state says which.",
                };
                (CALLED, Some(last), rest.to_owned())
            }
            Self::Quiet(last) => {
                let rest = ". Silence is normal while nothing changes there; if it should have called, look at its \
                            provisioning job.";
                (CALLED, Some(last), rest.to_owned())
            }
            Self::Refusing(last) => {
                let (refused, calls) = (activity.latest_refused, count(activity.latest, "call", "calls"));
                let rest =
                    format!(". {refused} of the last {calls} were refused; Activity says which, why, and what to do.");
                (CALLED, Some(last), rest)
            }
        }
    }
}

fn next_cycle(now: Timestamp, last: Timestamp) -> String {
    match CYCLE_MINUTES - (now.millis() - last.millis()) / 60_000 {
        minutes @ 1.. => {
            format!("Entra’s next cycle is due in about {}.", count(minutes.unsigned_abs(), "minute", "minutes"))
        }
        _ => format!("Entra runs a cycle about every {CYCLE_MINUTES} minutes."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{
        TokenId,
        activity::CallSummary,
        console::Counts,
        guard::Batch,
        lockout::Doors,
        settings::{GuardMode, GuardSettings, Settings},
        token::Token,
        upkeep::DatabaseHistory,
    };

    const NOW: Timestamp = Timestamp::from_millis(1_795_000_000_000);

    fn ago(minutes: i64) -> Option<Timestamp> {
        Some(NOW.plus_millis(-minutes * 60_000))
    }

    fn status(activity: CallSummary) -> ScimStatus {
        ScimStatus {
            settings: Settings {
                provisioning: true,
                provisioning_changed: ago(9_000),
                guard: GuardSettings { mode: GuardMode::Alert, count: 10, percent: 20, cap: 50, minutes: 40 },
                audit_days: 365,
            },
            doors: Doors::default(),
            activity,
            counts: Counts { users: 1_284, groups: 1 },
            tokens: Vec::new(),
            syncs: Vec::new(),
            token_users: Vec::new(),
            upkeep: DatabaseHistory::default(),
            waiting: None,
        }
    }

    fn ended_token() -> Token {
        let id = TokenId(Default::default());
        Token {
            id,
            key: String::new(),
            hash: [0; 32],
            last_four: String::new(),
            name: String::new(),
            created: NOW,
            last_used: None,
            revoked: Some(NOW),
            expires: None,
            paused: None,
            replaces: None,
            networks: None,
            profile: None,
            profile_set: false,
            user: None,
            budget: domain::token::Budget::default(),
            misuse_told: None,
        }
    }

    fn health(activity: CallSummary) -> Health {
        Health::of(&status(activity), NOW)
    }

    fn running(minutes: i64) -> CallSummary {
        CallSummary {
            last_call: ago(minutes),
            first_test: ago(8_000),
            first_user: ago(7_000),
            calls: 2_417,
            ..CallSummary::default()
        }
    }

    #[test]
    fn the_way_to_connected() {
        assert_eq!(health(CallSummary::default()), Health::Waiting);
        let tested = CallSummary { first_user: None, ..running(3) };
        assert!(matches!(health(tested), Health::Tested(_)));
        assert!(matches!(health(running(3)), Health::Connected(_)));
        assert!(matches!(health(running(121)), Health::Quiet(_)));
    }

    #[test]
    fn the_worst_sync_counts() {
        let steady = Sync::Steady { since: NOW };
        let health = |syncs: &[Sync], minutes| {
            let status = ScimStatus { syncs: syncs.to_vec(), ..status(running(minutes)) };
            Health::of(&status, NOW)
        };
        assert!(matches!(health(&[steady], 3), Health::Steady(_)));
        assert!(matches!(health(&[steady], 130), Health::Quiet(_)));
        assert!(matches!(health(&[steady, Sync::Young { cycles: 1 }], 3), Health::Connected(_)), "not all are");
        let failing = Sync::Failing { refused: 11, calls: 20 };
        assert!(matches!(health(&[steady, failing], 3), Health::Failing(_)));
        assert!(matches!(health(&[Sync::Young { cycles: 1 }], 130), Health::Quiet(_)));
        assert!(matches!(health(&[steady, Sync::Noisy { repeated: 1 }], 3), Health::Noisy(_)));
        let silent = Sync::Silent { since: NOW, longest: 1 };
        assert!(matches!(health(&[Sync::Noisy { repeated: 1 }, silent], 3), Health::Silent(_)));
    }

    #[test]
    fn refusals_count_when_they_are_many() {
        let latest =
            |latest, latest_refused| health(CallSummary { latest, latest_refused, refused: 500, ..running(3) });
        assert!(matches!(latest(50, 12), Health::Connected(_)));
        assert!(matches!(latest(50, 13), Health::Refusing(_)));
        assert!(matches!(latest(21, 4), Health::Connected(_)), "the first tries of a new directory");
        assert!(matches!(latest(5, 5), Health::Refusing(_)));
        let strangers = CallSummary { strangers: 4, ..CallSummary::default() };
        assert_eq!(health(strangers), Health::Strangers);
        let strangers = |minutes| CallSummary { strangers: 9_000, last_stranger: ago(1), ..running(minutes) };
        assert!(matches!(health(strangers(3)), Health::Connected(_)), "somebody always knocks");
        assert!(matches!(health(strangers(121)), Health::WrongToken(_)));
        assert!(matches!(health(CallSummary { last_stranger: ago(200), ..running(121) }), Health::Quiet(_)));
        let mut status = status(CallSummary { last_stranger: ago(150), ..running(200) });
        assert!(matches!(Health::of(&status, NOW), Health::WrongToken(_)));
        status.settings.provisioning_changed = ago(140);
        assert!(matches!(Health::of(&status, NOW), Health::Quiet(_)), "provisioning was off");
    }

    #[test]
    fn what_waits_for_a_decision_is_named() {
        let mut status = status(running(3));
        status.tokens = vec![Token { revoked: None, ..ended_token() }];
        let batch = |state| Batch {
            id: Default::default(),
            token: TokenId(Default::default()),
            opened: NOW,
            latest: NOW,
            state,
            approved_until: None,
            closed: None,
            undone: None,
        };
        status.waiting = Some(batch(BatchState::Open));
        assert!(matches!(Health::of(&status, NOW), Health::Connected(_)), "an open batch holds nothing back");
        status.waiting = Some(batch(BatchState::Held));
        assert_eq!(Health::of(&status, NOW), Health::Held(NOW));
        status.tokens[0].paused = Some(NOW);
        assert_eq!(Health::of(&status, NOW), Health::Paused);
        status.tokens.push(Token { revoked: None, ..ended_token() });
        assert_eq!(Health::of(&status, NOW), Health::Held(NOW), "one of two works");
    }

    #[test]
    fn off_is_off_whatever_was_before() {
        let mut status = status(running(3));
        status.settings.provisioning = false;
        assert!(matches!(Health::of(&status, NOW), Health::TurnedOff(_)));
        status.settings.provisioning_changed = None;
        assert_eq!(Health::of(&status, NOW), Health::NeverOn);
    }

    #[test]
    fn without_a_live_token_nothing_works() {
        let mut status = status(running(3));
        status.tokens = vec![ended_token()];
        assert_eq!(Health::of(&status, NOW), Health::NoToken);
    }

    #[test]
    fn sentences_hold_their_numbers() {
        let connected = status(running(3));
        let (before, at, after) = Health::of(&connected, NOW).sentence(&connected, NOW);
        assert_eq!((before, at), ("Your directory last called ", ago(3)));
        assert_eq!(after, ". Entra’s next cycle is due in about 37 minutes.");
        let off = Health::TurnedOff(NOW).sentence(&connected, NOW).2;
        assert!(off.contains("1,284 users and 1 group stay"), "{off}");
    }
}
