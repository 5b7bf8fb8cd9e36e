//! The cost of calls for a token: changes by what they store, refused calls by their number.

use super::{
    Directory,
    usage::{HOUR_MILLIS, Usage, until_next_hour},
};
use crate::{
    Refusal, Result, Timestamp, TokenId,
    activity::Call,
    audit::{Action, Event, room},
    fold,
    group::GroupProfile,
    query::UserValue,
    store::Tx,
    user::{Email, Profile},
};
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

/// How many bytes a change stores besides the texts, which are counted by their length: its rows and their index
/// entries.
const CHANGE: u64 = 1_024;

/// How many bytes a call that changed nothing stores: its activity record, and what shows whether it is repeated.
pub(super) const RECORD: u64 = 768;

/// How many bytes are stored for a member that joins or leaves a group.
pub(super) const MEMBER: u64 = 128;

/// The cost of looking up a member that is to join or to leave, whether or not anything is stored.
pub(super) const ASKED: u64 = 64;

/// How many bytes an e-mail address stores besides its text: its row, and its index entry.
const EMAIL: u64 = 128;

/// How many bytes a value stores besides its text: its row, and its index entry.
const VALUE: u64 = 96;

/// From this length on, an entry of an index takes a page of its own; in SQLite the rows of e-mail addresses and values
/// are such entries, too.
const LONG_ENTRY: u64 = 950;

/// How large a page is.
const PAGE: u64 = 4_096;

/// What one unit of work stores. It is charged when the unit has ended, even if its caller has gone away.
pub(crate) struct Meter {
    usage: Arc<Usage>,
    token: TokenId,
    at: Timestamp,
    bytes: AtomicU64,
}

impl Meter {
    pub(super) fn new(usage: Arc<Usage>, token: TokenId, at: Timestamp) -> Self {
        Self { usage, token, at, bytes: AtomicU64::new(0) }
    }

    /// Resets the count: the unit starts, perhaps not for the first time.
    pub(super) fn start(&self) {
        self.bytes.store(0, Ordering::SeqCst);
    }

    pub(super) fn add(&self, bytes: u64) {
        self.bytes.fetch_add(bytes, Ordering::SeqCst);
    }

    /// Charges the token: the unit has ended.
    pub(crate) fn charge(&self) {
        let bytes = self.bytes.swap(0, Ordering::SeqCst);
        if bytes > 0 {
            self.usage.charge(self.token, self.at, bytes);
        }
    }
}

impl Directory {
    /// Counts a call with a token that has ended, or from outside its networks, and alerts administrators once an hour.
    /// After that, refusing a call needs no database look-up.
    pub(super) async fn refuse(&self, refusal: Refusal) -> Result<Refusal> {
        let action = match refusal {
            Refusal::BadToken => Action::TokenUsedLate,
            Refusal::OutsideNetworks => Action::TokenOutsideNetworks,
            _ => return Ok(refusal),
        };
        let (id, now, most) = (self.token.id, self.env.now(), self.token.budget.refusals);
        if let Some(seconds) = self.env.store.usage().refused(id, now, most) {
            return Ok(Refusal::RefusedTooOften { most, seconds });
        }
        let hour_ago = now.plus_millis(-HOUR_MILLIS);
        let told = [self.token.misuse_told, self.env.store.usage().misuse_told(id)];
        // A time in the future was recorded before the clock was set back.
        if told.into_iter().flatten().any(|told| (hour_ago..=now).contains(&told)) {
            return Ok(refusal);
        }
        let event = self.event(now, action).on(id.0, &self.token.name);
        let work = self.env.store.provision((id, hour_ago, event), |(token, hour_ago, event), tx| {
            Box::pin(async move {
                if tx.tell_misuse(*token, *hour_ago, event.at).await? { tx.append_event(event).await } else { Ok(()) }
            })
        });
        work.await?;
        self.env.store.usage().tell_misuse(id, now);
        Ok(refusal)
    }

    /// Whether there is room for another change in this hour's budget: a caller that checks this first need not read
    /// the body.
    ///
    /// # Errors
    /// `Refused` if the budget is spent.
    pub fn check_budget(&self) -> Result<()> {
        self.has_room(self.env.now())
    }

    fn has_room(&self, now: Timestamp) -> Result<()> {
        let budget = self.token.budget;
        if self.env.store.usage().spent(self.token.id, now) < budget.bytes() {
            return Ok(());
        }
        Err(Refusal::BudgetSpent { mib: budget.mib, seconds: until_next_hour(now) }.into())
    }

    /// The directory for a unit of work that changes something, and the meter that counts what the unit stores.
    pub(super) fn metered(&self, call: &Call) -> Result<(Self, Arc<Meter>)> {
        self.has_room(call.at)?;
        let meter = Arc::new(Meter::new(self.env.store.usage().clone(), self.token.id, call.at));
        Ok((Self { meter: Some(meter.clone()), ..self.clone() }, meter))
    }

    /// Counts bytes that the unit of work stores.
    pub(super) fn stores(&self, bytes: u64) {
        if let Some(meter) = &self.meter {
            meter.add(bytes);
        }
    }

    /// Counts what a change is about to store. It is counted before it is stored, because a database keeps for a while
    /// what a failed unit of work has written.
    pub(super) fn stores_change(&self, written: &impl Stored) {
        self.stores(CHANGE + written.bytes());
    }

    /// Adds the event of a change to the audit log, bounded by what the call sent, and counts what the event stores.
    pub(super) async fn log(&self, tx: &mut dyn Tx, event: &Event) -> Result<()> {
        let event = &*event.bounded(room(self.sent));
        self.stores(texts([event.before.as_deref(), event.after.as_deref()]));
        tx.append_event(event).await
    }
}

/// What a change writes besides its event.
pub(super) trait Stored: Sync {
    /// The bytes of its document, and of the values for look-ups taken out of it: as they are, folded, and in an index.
    fn bytes(&self) -> u64;
}

impl Stored for Profile {
    fn bytes(&self) -> u64 {
        let names = [
            Some(self.user_name.as_str()),
            self.external_id.as_deref(),
            self.display_name.as_deref(),
            self.given_name.as_deref(),
            self.family_name.as_deref(),
            self.employee_number.as_deref(),
            self.manager.as_deref(),
        ];
        let email = |email: &Email| {
            let kind = email.kind.as_deref().unwrap_or_default();
            let [value, kind] = [email.value.as_str(), kind].map(|text| (text.len() as u64, key_length(text)));
            EMAIL + entry(value.0 + value.1 + kind.0 + kind.1) + entry(value.1)
        };
        let value = |(_, key): &(UserValue, String)| VALUE + 2 * entry(key.len() as u64);
        texts([Some(self.document.as_str())])
            + looked_up(names)
            + self.emails.iter().map(email).sum::<u64>()
            + self.values.iter().flatten().map(value).sum::<u64>()
    }
}

impl Stored for GroupProfile {
    fn bytes(&self) -> u64 {
        texts([Some(self.document.as_str())])
            + looked_up([Some(self.display_name.as_str()), self.external_id.as_deref()])
    }
}

/// Texts that are stored as they are, folded, and in an index. Their keys may be longer than they are.
fn looked_up<const N: usize>(texts: [Option<&str>; N]) -> u64 {
    let kept = |text: &str| text.len() as u64 + key_length(text) + entry(key_length(text));
    texts.into_iter().flatten().map(kept).sum()
}

fn key_length(text: &str) -> u64 {
    (if text.is_ascii() { text.len() } else { fold(text).len() }) as u64
}

/// An entry of an index.
fn entry(length: u64) -> u64 {
    length + if length < LONG_ENTRY { 0 } else { PAGE }
}

fn texts<const N: usize>(texts: [Option<&str>; N]) -> u64 {
    texts.into_iter().flatten().map(|text| text.len() as u64).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: TokenId = TokenId(uuid::Uuid::nil());
    const AT: Timestamp = Timestamp::from_millis(0);

    fn addressed(address: &str) -> Profile {
        let email = Email { value: address.to_owned(), kind: None, primary: false };
        Profile {
            user_name: "ada".to_owned(),
            external_id: None,
            display_name: None,
            given_name: None,
            family_name: None,
            employee_number: None,
            manager: None,
            active: true,
            emails: vec![email],
            values: Some(Vec::new()),
            document: String::new(),
        }
    }

    #[test]
    fn r40_keys_are_counted_as_long_as_they_are() {
        let bytes = |address: &str| addressed(address).bytes() - addressed("").bytes();
        assert_eq!(bytes("Ada@corp.example"), 3 * 16);
        assert_eq!(bytes("\u{fdfa}"), 3 + 2 * 33);
        assert_eq!(bytes(&"x".repeat(1_000)), 3 * 1_000 + 2 * PAGE);
        assert_eq!(bytes(&"\u{fdfa}".repeat(31)), 31 * 3 + 2 * 31 * 33 + 2 * PAGE);
        let group = |name: &str| GroupProfile { display_name: name.into(), external_id: None, document: String::new() };
        assert_eq!(group("\u{fdfa}").bytes(), 3 + 2 * 33);
    }

    #[test]
    fn r01c_a_unit_that_runs_again_is_charged_once() {
        let usage = Arc::new(Usage::default());
        let meter = Meter::new(usage.clone(), TOKEN, AT);
        for _ in 0..3 {
            meter.start();
            meter.add(100);
        }
        assert_eq!(usage.spent(TOKEN, AT), 0);
        meter.charge();
        assert_eq!(usage.spent(TOKEN, AT), 100);
    }
}
