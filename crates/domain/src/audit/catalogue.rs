//! The catalogue of audit kinds. A new kind is a variant of [`Action`] and an arm of [`Action::kind`]: the filters of
//! the audit log, its sentences and links, and the alerts are all taken from here.

use super::{
    Action, Event, Lane,
    kind::{About, AuditKind, Contents, KindAlert, Topic},
};
use crate::upkeep::BACKUP_DAYS;

/// The topic, what it is about, and what it holds.
type Of = (Topic, About, Contents);

const USER: Of = (Topic::Users, About::User, Contents::Document);
const DELETED_USER: Of = (Topic::Users, About::Deleted, Contents::Document);
const USER_ROLE: Of = (Topic::Users, About::User, Contents::Facts);
const EXPORT: Of = (Topic::Users, About::Nothing, Contents::Facts);
const GROUP: Of = (Topic::Groups, About::Group, Contents::Group);
const DELETED_GROUP: Of = (Topic::Groups, About::Deleted, Contents::Document);
const RESTORED_GROUP: Of = (Topic::Groups, About::Group, Contents::Document);
const GROUP_ROLE: Of = (Topic::Groups, About::Group, Contents::Facts);
const PROVISIONING: Of = (Topic::Provisioning, About::Nothing, Contents::Facts);
const GUARD: Of = (Topic::Guard, About::Guard, Contents::Facts);
const DECIDED: Of = (Topic::Guard, About::Nothing, Contents::Facts);
const TOKEN: Of = (Topic::Tokens, About::Token, Contents::Facts);
const BREAK_GLASS: Of = (Topic::BreakGlass, About::BreakGlass, Contents::Facts);
const DRILL: Of = (Topic::Drills, About::BreakGlass, Contents::Facts);
const SESSION: Of = (Topic::Sessions, About::Nothing, Contents::Facts);
const REFUSAL: Of = (Topic::Refusals, About::Nothing, Contents::Facts);
const AUDIT: Of = (Topic::Audit, About::Nothing, Contents::Facts);
const DATABASE: Of = (Topic::Database, About::Nothing, Contents::Facts);
const STORAGE: Of = (Topic::Storage, About::Nothing, Contents::Facts);
const ALERT: Of = (Topic::Alerts, About::Nothing, Contents::Facts);

/// No administrator requests it in the console, so it cannot be refused.
const NOT_ASKED: Option<&str> = None;

/// Such an event is only recorded in the log.
const NO_ALERT: Option<KindAlert> = None;

impl Action {
    /// What is true of every event of this kind: what it is about, its sentence, what was intended if it was refused,
    /// and its alert.
    pub fn kind(self) -> AuditKind {
        match self {
            Self::UserCreated => row(USER, "{} was created", NOT_ASKED, NO_ALERT),
            Self::UserChanged => row(USER, "{} was changed", NOT_ASKED, NO_ALERT),
            Self::UserDeactivated => row(USER, "{} was deactivated", NOT_ASKED, NO_ALERT),
            Self::UserReactivated => row(USER, "{} was reactivated", NOT_ASKED, NO_ALERT),
            Self::UserDeleted => row(DELETED_USER, "{} was deleted", NOT_ASKED, NO_ALERT),
            Self::UserRestored => row(USER, "{} was restored", "restore a user", NO_ALERT),
            Self::UserRoleChanged => row(
                USER_ROLE,
                "The role of {} was changed",
                "change the role of a user",
                urgent("The role of {} was changed").only_where(|event| !event.is_only_counted()).at_most(10),
            ),
            Self::GroupCreated => row(GROUP, "Group {} was created", NOT_ASKED, NO_ALERT),
            Self::GroupChanged => row(GROUP, "Group {} was changed", NOT_ASKED, NO_ALERT),
            Self::GroupDeleted => row(DELETED_GROUP, "Group {} was deleted", NOT_ASKED, NO_ALERT),
            Self::GroupRestored => row(RESTORED_GROUP, "Group {} was restored", "restore a group", NO_ALERT),
            Self::GroupRoleChanged => row(
                GROUP_ROLE,
                "The role of group {} was changed",
                "change the role of a group",
                urgent("The role of group {} was changed"),
            ),
            Self::ProvisioningEnabled => row(
                PROVISIONING,
                "SCIM provisioning was turned on",
                "turn on SCIM provisioning",
                urgent("SCIM provisioning was turned on"),
            ),
            Self::ProvisioningDisabled => row(
                PROVISIONING,
                "SCIM provisioning was turned off",
                "turn off SCIM provisioning",
                urgent("SCIM provisioning was turned off"),
            ),
            Self::GuardTripped => row(
                GUARD,
                "Many people lost something at once through token {}",
                NOT_ASKED,
                urgent("Many people lost something at once through token {}"),
            ),
            Self::GuardHeld => row(
                GUARD,
                "Departures through token {} are held back",
                NOT_ASKED,
                urgent("Postern holds back departures through token {}"),
            ),
            Self::GuardApproved => row(
                DECIDED,
                "Departures that were held back may continue",
                "let departures through",
                urgent("Departures that the guard held back were let through"),
            ),
            Self::GuardUndone => row(
                DECIDED,
                "A batch was undone",
                "undo a batch of departures",
                urgent("A batch of departures was undone"),
            ),
            Self::GuardDismissed => row(
                DECIDED,
                "A batch of departures was accepted as it is",
                "accept a batch of departures as it is",
                urgent("A batch of departures was accepted as it is"),
            ),
            Self::GuardChanged => row(
                DECIDED,
                "The guard against mass deprovisioning was changed",
                "change the guard",
                urgent("The guard against mass deprovisioning was changed"),
            ),
            Self::TokenCreated => row(TOKEN, "Token {} was made", "make a token", urgent("SCIM token {} was made")),
            Self::TokenRotated => row(
                TOKEN,
                "A token to replace {} was made",
                "replace a token",
                urgent("SCIM token {} is being replaced"),
            ),
            Self::TokenRevoked => {
                row(TOKEN, "Token {} was revoked", "revoke a token", urgent("SCIM token {} was revoked"))
            }
            Self::TokenPaused => row(TOKEN, "Token {} was paused", "pause a token", urgent("SCIM token {} was paused")),
            Self::TokenResumed => {
                row(TOKEN, "Token {} was resumed", "resume a token", urgent("SCIM token {} was resumed"))
            }
            Self::TokenChanged => row(
                TOKEN,
                "Token {} was changed",
                "change a token",
                urgent("The networks of SCIM token {} were changed").only_where(Event::changes_enforced_networks),
            ),
            Self::TokenFirstUsed => row(
                TOKEN,
                "Token {} was used for the first time",
                NOT_ASKED,
                ordinary("SCIM token {} was used for the first time"),
            ),
            Self::TokenNewNetwork => row(
                TOKEN,
                "Token {} was used from a new network",
                NOT_ASKED,
                ordinary("SCIM token {} was used from a new network").at_most(5),
            ),
            Self::TokenOutsideNetworks => row(
                TOKEN,
                "Token {} was used from outside its networks and refused",
                NOT_ASKED,
                ordinary("SCIM token {} was used from outside its networks and refused"),
            ),
            Self::TokenUsedLate => row(
                TOKEN,
                "Token {} was used after its end and refused",
                NOT_ASKED,
                ordinary("SCIM token {} was used after its end and refused"),
            ),
            Self::TokenReminder => {
                row(TOKEN, "Token {} is due to be replaced", NOT_ASKED, ordinary("SCIM token {} is due to be replaced"))
            }
            Self::TokenHalfSpent => row(
                TOKEN,
                "Token {} has stored half of what it may in an hour",
                NOT_ASKED,
                urgent("SCIM token {} has stored half of what it may in an hour"),
            ),
            Self::TokenSpent => row(
                TOKEN,
                "Token {} has stored all that it may in an hour; its changes are refused",
                NOT_ASKED,
                urgent("SCIM token {} has stored all that it may in an hour; its changes are refused"),
            ),
            Self::TokenNameRefused => row(
                TOKEN,
                "Token {} tried to use a name that is reserved for break-glass accounts",
                NOT_ASKED,
                ordinary("SCIM token {} asked for a name that is kept for break-glass accounts"),
            ),
            Self::BreakGlassCreated => row(
                BREAK_GLASS,
                "Break-glass account {} was made",
                "make a break-glass account",
                urgent("Break-glass account {} was made"),
            ),
            Self::BreakGlassReset => row(
                BREAK_GLASS,
                "Break-glass account {} got a new secret from the host",
                NOT_ASKED,
                urgent("Break-glass account {} got a new secret from the host"),
            ),
            Self::BreakGlassRotated => row(
                BREAK_GLASS,
                "Break-glass account {} was given a new secret",
                "give a break-glass account a new secret",
                urgent("Break-glass account {} was given a new secret"),
            ),
            Self::BreakGlassRemoved => row(
                BREAK_GLASS,
                "Break-glass account {} was removed",
                "remove a break-glass account",
                urgent("Break-glass account {} was removed"),
            ),
            Self::BreakGlassRescue => row(
                BREAK_GLASS,
                "The host made a one-time way in for {}",
                NOT_ASKED,
                urgent("The host made a one-time way in for {}"),
            ),
            Self::BreakGlassSignedIn => row(
                BREAK_GLASS,
                "Sign-in with break-glass account {}",
                NOT_ASKED,
                urgent("Break-glass sign-in with {}"),
            ),
            Self::BreakGlassRefused => row(
                BREAK_GLASS,
                "A sign-in with break-glass account {} was refused",
                NOT_ASKED,
                ordinary("A break-glass sign-in with {} was refused"),
            ),
            Self::BreakGlassConfirmed => {
                row(BREAK_GLASS, "A break-glass session was confirmed or given its reason", NOT_ASKED, NO_ALERT)
            }
            Self::DrillStarted => row(
                DRILL,
                "A drill with break-glass account {} has begun",
                "begin a drill",
                urgent("A drill with break-glass account {} has begun"),
            ),
            Self::DrillCompleted => {
                row(DRILL, "The drill with break-glass account {} was completed", "complete a drill", NO_ALERT)
            }
            Self::SignedOut => row(SESSION, "Signed out", NOT_ASKED, NO_ALERT),
            Self::SessionRevoked => row(
                SESSION,
                "The session of {} was ended",
                "end a session",
                ordinary("An administrator ended the session of {}"),
            ),
            Self::Refused => row(REFUSAL, "A change was refused", NOT_ASKED, NO_ALERT),
            Self::UsersExported => {
                row(EXPORT, "A list of users was exported", NOT_ASKED, ordinary("A list of users was exported"))
            }
            Self::AuditExported => {
                row(AUDIT, "The audit log was exported", NOT_ASKED, ordinary("The audit log was exported"))
            }
            Self::AuditPruned => row(AUDIT, "Events past their retention time were removed", NOT_ASKED, NO_ALERT),
            Self::AuditChanged => row(
                AUDIT,
                "How long the audit log is kept was changed",
                "change how long the audit log is kept",
                urgent("How long the audit log is kept was changed"),
            ),
            Self::BackupMade => row(DATABASE, "The host made a backup", NOT_ASKED, NO_ALERT),
            Self::BackupOverdue => {
                row(DATABASE, "A backup is overdue", NOT_ASKED, ordinary("Postern has had no backup for 7 days"))
            }
            Self::DatabaseRestored => row(
                DATABASE,
                "An older state of the database was restored",
                NOT_ASKED,
                urgent("An older state of the database was put back, and every token is paused"),
            ),
            Self::RemovalDelayed => row(
                DATABASE,
                "The removal of old records was put off, as the clock seems to have jumped",
                NOT_ASKED,
                ordinary("The clock seems to have jumped: old records are kept for now"),
            ),
            Self::StorageReadOnly => row(
                STORAGE,
                "The database has become read-only",
                NOT_ASKED,
                urgent("The database has become read-only"),
            ),
            Self::StorageWritable => row(
                STORAGE,
                "The database takes all changes again",
                NOT_ASKED,
                urgent("The database takes all changes again"),
            ),
            Self::AlertTested => {
                row(ALERT, "A test alert was sent", "send a test alert", ordinary("A test of Postern’s alerts"))
            }
        }
    }
}

const _: () = assert!(BACKUP_DAYS == 7, "the title of `BackupOverdue` says how many days");

fn row(
    (topic, about, contents): Of,
    sentence: &'static str,
    intention: impl Into<Option<&'static str>>,
    alert: impl Into<Option<KindAlert>>,
) -> AuditKind {
    AuditKind { topic, about, contents, sentence, intention: intention.into(), alert: alert.into() }
}

/// An alert that needs action at once.
fn urgent(title: &'static str) -> KindAlert {
    KindAlert { lane: Lane::Urgent, title, is_sent: |_| true, an_hour: None }
}

/// Any other alert.
fn ordinary(title: &'static str) -> KindAlert {
    KindAlert { lane: Lane::Ordinary, ..urgent(title) }
}
