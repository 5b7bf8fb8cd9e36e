//! What tokens use of their budgets, counted in this process and written to the database now and then. The row there
//! has the hour's sum over all processes, and survives a restart.

use crate::{
    Result, Timestamp, TokenId,
    audit::{Action, Event},
    identity::Who,
    store::Tx,
    token::hour,
};
use serde_json::json;
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

pub(super) const HOUR_MILLIS: i64 = 3_600_000;
const MINUTE_MILLIS: i64 = 60_000;

/// The tokens that were used recently. Each store has one of these.
#[derive(Default)]
pub(crate) struct Usage(Mutex<HashMap<TokenId, Account>>);

/// What one token used.
struct Account {
    /// The hour that is counted.
    hour: i64,
    /// The sum in the database when it was last written.
    recorded: u64,
    /// How much is being written to it.
    underway: u64,
    /// How much still has to be written, and when the last of it was stored.
    pending: u64,
    last: Timestamp,
    /// The minute that is counted.
    minute: i64,
    /// How many calls were refused in it.
    refused: u32,
    /// When an alert last reported a refused call, as far as this process knows.
    misuse_told: Option<Timestamp>,
    /// The hour in which an alert last reported a refused name.
    name_told: Option<i64>,
}

impl Default for Account {
    fn default() -> Self {
        let (hour, minute, last) = (0, 0, Timestamp::from_millis(0));
        let (recorded, underway, pending, refused) = (0, 0, 0, 0);
        Self { hour, recorded, underway, pending, last, minute, refused, misuse_told: None, name_told: None }
    }
}

impl Account {
    /// Starts a new hour when it is time. A unit that began before the hour ended counts in the next one; if the clock
    /// was set back, the count starts over.
    fn roll(&mut self, at: Timestamp) {
        let now = hour(at);
        if now > self.hour || now < self.hour - 1 {
            (self.hour, self.recorded, self.underway, self.pending) = (now, 0, 0, 0);
        }
    }

    fn spent(&self) -> u64 {
        self.recorded.saturating_add(self.underway).saturating_add(self.pending)
    }
}

/// Bytes of one token that still have to be recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pending {
    token: TokenId,
    hour: i64,
    bytes: u64,
    at: Timestamp,
}

impl Usage {
    fn lock(&self) -> MutexGuard<'_, HashMap<TokenId, Account>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the token's changes have stored in this hour, as far as this process knows.
    pub(super) fn spent(&self, token: TokenId, now: Timestamp) -> u64 {
        let mut accounts = self.lock();
        let Some(account) = accounts.get_mut(&token) else { return 0 };
        account.roll(now);
        account.spent()
    }

    pub(super) fn charge(&self, token: TokenId, at: Timestamp, bytes: u64) {
        let mut accounts = self.lock();
        let account = accounts.entry(token).or_default();
        account.roll(at);
        account.pending = account.pending.saturating_add(bytes);
        account.last = at;
    }

    /// Takes what still has to be recorded.
    pub(crate) fn take(&self) -> Vec<Pending> {
        let mut due = Vec::new();
        for (token, account) in self.lock().iter_mut().filter(|(_, account)| account.pending > 0) {
            let bytes = std::mem::take(&mut account.pending);
            account.underway = account.underway.saturating_add(bytes);
            due.push(Pending { token: *token, hour: account.hour, bytes, at: account.last });
        }
        due
    }

    /// Notes that what was taken is written, and that the database has this sum now.
    pub(crate) fn wrote(&self, pending: Pending, total: u64) {
        self.settle(pending, |account| account.recorded = account.recorded.max(total));
    }

    /// Makes what was taken pending again: it could not be written.
    pub(crate) fn kept(&self, pending: Pending) {
        self.settle(pending, |account| account.pending = account.pending.saturating_add(pending.bytes));
    }

    fn settle(&self, pending: Pending, end: impl FnOnce(&mut Account)) {
        if let Some(account) = self.lock().get_mut(&pending.token).filter(|account| account.hour == pending.hour) {
            account.underway = account.underway.saturating_sub(pending.bytes);
            end(account);
        }
    }

    /// Counts a call that is refused. If there were more than `most` in this minute, returns the seconds until the
    /// next.
    pub(super) fn refused(&self, token: TokenId, now: Timestamp, most: u32) -> Option<u32> {
        let mut accounts = self.lock();
        let account = accounts.entry(token).or_default();
        let minute = now.millis().div_euclid(MINUTE_MILLIS);
        if account.minute != minute {
            (account.minute, account.refused) = (minute, 0);
        }
        account.refused = account.refused.saturating_add(1);
        (account.refused > most).then(|| seconds_left(now, MINUTE_MILLIS))
    }

    /// When an alert last reported a refused call.
    pub(super) fn misuse_told(&self, token: TokenId) -> Option<Timestamp> {
        self.lock().get(&token)?.misuse_told
    }

    /// Notes that an alert has reported a refused call.
    pub(super) fn tell_misuse(&self, token: TokenId, at: Timestamp) {
        self.lock().entry(token).or_default().misuse_told = Some(at);
    }

    /// Whether an alert has reported a refused name in this hour, as far as this process knows.
    pub(super) fn has_told_name(&self, token: TokenId, now: Timestamp) -> bool {
        self.lock().get(&token).is_some_and(|account| account.name_told == Some(hour(now)))
    }

    /// Notes that a refused name was reported.
    pub(super) fn tell_name(&self, token: TokenId, at: Timestamp) {
        self.lock().entry(token).or_default().name_told = Some(hour(at));
    }

    /// Forgets the tokens that have used nothing since the previous hour.
    pub(crate) fn forget(&self, now: Timestamp) {
        let (this_hour, this_minute) = (hour(now), now.millis().div_euclid(MINUTE_MILLIS));
        self.lock().retain(|_, account| {
            account.pending + account.underway > 0
                || (this_hour - 1..=this_hour).contains(&account.hour)
                || (this_minute - 60..=this_minute).contains(&account.minute)
        });
    }
}

/// The seconds until the next hour or minute begins.
pub(super) fn seconds_left(now: Timestamp, length: i64) -> u32 {
    let left = length - now.millis().rem_euclid(length);
    u32::try_from((left + 999) / 1_000).unwrap_or(1)
}

/// The seconds until the next hour begins.
pub(super) fn until_next_hour(now: Timestamp) -> u32 {
    seconds_left(now, HOUR_MILLIS)
}

/// Adds bytes to the database's row, and returns the sum over all processes. The process that takes a token past half
/// of its budget, or past all of it, adds the alert, so that there is only one.
pub(crate) async fn write_down(tx: &mut dyn Tx, pending: Pending, events: &mut Vec<Event>) -> Result<u64> {
    let Pending { token: id, hour, bytes, at } = pending;
    let total = tx.spend(id, hour, bytes).await?;
    let Some(token) = tx.token(id).await? else { return Ok(total) };
    let (budget, before) = (token.budget.bytes(), total.saturating_sub(bytes));
    let crossed = |mark: u64| before < mark && mark <= total;
    let action = match (crossed(budget), crossed(token.budget.half())) {
        (true, _) => Action::TokenSpent,
        (false, true) => Action::TokenHalfSpent,
        (false, false) => return Ok(total),
    };
    let actor = Who::Token { id, name: token.name.clone() };
    let facts = json!({"MiB stored": total / 1024 / 1024, "budget": token.budget.mib});
    events.push(Event::new(at, actor, None, action).on(id.0, &token.name).with(&facts));
    Ok(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: TokenId = TokenId(uuid::Uuid::nil());

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_millis(minutes * MINUTE_MILLIS)
    }

    #[test]
    fn r01c_an_hour_is_counted_and_the_next_starts_over() {
        let usage = Usage::default();
        usage.charge(TOKEN, at(0), 100);
        usage.charge(TOKEN, at(59), 20);
        assert_eq!((usage.spent(TOKEN, at(59)), usage.spent(TOKEN, at(60))), (120, 0));
        // A unit that began before the hour ended does not bring the old hour back.
        usage.charge(TOKEN, at(59), 5);
        assert_eq!(usage.spent(TOKEN, at(61)), 5);
        // A clock that was set back by more than that starts over.
        usage.charge(TOKEN, at(-600), 7);
        assert_eq!(usage.spent(TOKEN, at(-600)), 7);
    }

    #[test]
    fn r01c_what_is_written_down_counts_once() {
        let usage = Usage::default();
        usage.charge(TOKEN, at(0), 100);
        let taken = usage.take();
        assert_eq!(taken, [Pending { token: TOKEN, hour: 0, bytes: 100, at: at(0) }]);
        usage.charge(TOKEN, at(1), 10);
        assert_eq!(usage.spent(TOKEN, at(1)), 110);
        usage.kept(taken[0]);
        assert_eq!(usage.spent(TOKEN, at(1)), 110);
        let taken = usage.take();
        assert_eq!(taken[0].bytes, 110);
        // Another process has added 50.
        usage.wrote(taken[0], 160);
        assert_eq!((usage.spent(TOKEN, at(1)), usage.take().len()), (160, 0));
    }

    #[test]
    fn r21_refused_calls_are_told_why_up_to_a_number() {
        let usage = Usage::default();
        let asked = |seconds: i64| usage.refused(TOKEN, Timestamp::from_millis(seconds * 1_000), 2);
        assert_eq!((asked(0), asked(10), asked(20), asked(59)), (None, None, Some(40), Some(1)));
        assert_eq!(asked(60), None);
    }

    #[test]
    fn r28_tokens_that_are_not_used_are_forgotten() {
        let usage = Usage::default();
        usage.refused(TOKEN, at(0), 2);
        usage.forget(at(30));
        assert_eq!(usage.lock().len(), 1);
        usage.forget(at(180));
        assert_eq!(usage.lock().len(), 0);
    }
}
