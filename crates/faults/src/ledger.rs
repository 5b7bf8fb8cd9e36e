//! What the callers know of the server's state: what was acknowledged, and what is uncertain.
//!
//! A call ends in one of three ways. Acknowledged: the change must be there, whatever happens. Refused: nothing was
//! changed. No answer: the change may be there or not, but never in part.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// The state of a person or a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// It does not exist.
    Absent,
    /// It exists, in the version that its nth change made.
    At(u64),
}

/// One person or group.
#[derive(Clone, Debug)]
struct Entry {
    /// The id that the server gave it, once it is known.
    id: Option<String>,
    acknowledged: State,
    /// The state that a call without an answer may have led to.
    possible: Option<State>,
}

/// The counts of an experiment.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    /// Changes that were acknowledged.
    pub(crate) acknowledged: u64,
    /// Changes that were refused.
    pub(crate) refused: u64,
    /// Changes without an answer.
    pub(crate) unanswered: u64,
    /// Those of the unanswered changes that were made.
    pub(crate) made_unanswered: u64,
    /// Acknowledged changes that were missing.
    pub(crate) lost: u64,
    /// Changes that were made in part.
    pub(crate) half: u64,
}

impl Tally {
    /// Adds another.
    pub(crate) fn add(&mut self, other: Self) {
        self.acknowledged += other.acknowledged;
        self.refused += other.refused;
        self.unanswered += other.unanswered;
        self.made_unanswered += other.made_unanswered;
        self.lost += other.lost;
        self.half += other.half;
    }
}

/// The ledger of all callers. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Ledger(Arc<Mutex<Book>>);

#[derive(Default)]
struct Book {
    entries: HashMap<String, Entry>,
    touched: Vec<String>,
    tally: Tally,
}

impl Ledger {
    fn book(&self) -> MutexGuard<'_, Book> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Records that a call that leads to this state is about to be sent.
    pub(crate) fn sent(&self, name: &str, state: State) {
        let mut book = self.book();
        book.touched.push(name.to_owned());
        let fresh = Entry { id: None, acknowledged: State::Absent, possible: None };
        book.entries.entry(name.to_owned()).or_insert(fresh).possible = Some(state);
    }

    /// Records that the call was acknowledged.
    pub(crate) fn acknowledged(&self, name: &str, id: Option<&str>) {
        let mut book = self.book();
        book.tally.acknowledged += 1;
        if let Some(entry) = book.entries.get_mut(name) {
            entry.id = id.map(str::to_owned).or(entry.id.take());
            entry.acknowledged = entry.possible.take().unwrap_or(entry.acknowledged);
        }
    }

    /// Records that the call was refused.
    pub(crate) fn refused(&self, name: &str) {
        let mut book = self.book();
        book.tally.refused += 1;
        if let Some(entry) = book.entries.get_mut(name) {
            entry.possible = None;
        }
    }

    /// Records that the call had no answer.
    pub(crate) fn unanswered(&self) {
        self.book().tally.unanswered += 1;
    }

    /// The id of a person or a group, once it is known.
    pub(crate) fn id(&self, name: &str) -> Option<String> {
        self.book().entries.get(name)?.id.clone()
    }

    /// Whether every call about it had an answer.
    pub(crate) fn is_certain(&self, name: &str) -> bool {
        self.book().entries.get(name).is_some_and(|entry| entry.possible.is_none())
    }

    /// The acknowledged state.
    pub(crate) fn state(&self, name: &str) -> State {
        self.book().entries.get(name).map_or(State::Absent, |entry| entry.acknowledged)
    }

    /// The names for which calls were sent since this was last called.
    pub(crate) fn take_touched(&self) -> Vec<String> {
        let mut touched = std::mem::take(&mut self.book().touched);
        touched.sort();
        touched.dedup();
        touched
    }

    /// All names.
    pub(crate) fn names(&self) -> Vec<String> {
        self.book().entries.keys().cloned().collect()
    }

    /// Compares with what the server has; `None` means a partial change. From here on, what the server has counts as
    /// known.
    pub(crate) fn found(&self, name: &str, id: Option<&str>, found: Option<State>) {
        let mut book = self.book();
        let book = &mut *book;
        let Some(entry) = book.entries.get_mut(name) else { return };
        let possible = entry.possible.take();
        match found {
            None => book.tally.half += 1,
            Some(found) if found == entry.acknowledged => {}
            Some(found) if Some(found) == possible => book.tally.made_unanswered += 1,
            Some(_) => book.tally.lost += 1,
        }
        entry.acknowledged = found.unwrap_or(entry.acknowledged);
        entry.id = id.map(str::to_owned);
    }

    /// A copy of everything that is acknowledged now. Its counts start at zero.
    pub(crate) fn copy(&self) -> Self {
        Self::of(self.book().entries.clone())
    }

    /// The same for what was touched since this was last asked.
    pub(crate) fn copy_touched(&self) -> Self {
        let book = self.book();
        let entry = |name: &String| Some((name.clone(), book.entries.get(name)?.clone()));
        Self::of(book.touched.iter().filter_map(entry).collect())
    }

    fn of(entries: HashMap<String, Entry>) -> Self {
        Self(Arc::new(Mutex::new(Book { entries, ..Book::default() })))
    }

    /// Whether it was deleted, or may have been.
    fn may_be_gone(&self, name: &str) -> bool {
        let book = self.book();
        let gone = |entry: &Entry| entry.acknowledged == State::Absent || entry.possible == Some(State::Absent);
        book.entries.get(name).is_none_or(gone)
    }

    /// Compares this ledger with a copy of the database that was made while callers continued; `after` is the ledger
    /// after the copy. What was acknowledged before must be in the copy, and what came later may be. `None` means a
    /// partial change. What was there before counts as acknowledged.
    pub(crate) fn found_later(&self, after: &Self, name: &str, found: Option<State>) {
        let gone_later = after.may_be_gone(name);
        let mut book = self.book();
        let Some(Entry { acknowledged, possible, .. }) = book.entries.get(name).cloned() else { return };
        let tally = &mut book.tally;
        tally.acknowledged += u64::from(acknowledged != State::Absent);
        match (found, acknowledged) {
            (None, _) => tally.half += 1,
            (Some(State::At(found)), State::At(before)) => tally.lost += u64::from(found < before),
            (Some(State::Absent), State::At(_)) => tally.lost += u64::from(!gone_later),
            // Names are never reused, so one that is there now and was not before was being created.
            (Some(State::At(_)), State::Absent) => tally.lost += u64::from(possible.is_none()),
            (Some(State::Absent), State::Absent) => {}
        }
    }

    /// The sums so far.
    pub(crate) fn tally(&self) -> Tally {
        self.book().tally
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_acknowledged_must_be_there_and_what_was_not_may_be() {
        let ledger = Ledger::default();
        ledger.sent("ada", State::At(0));
        ledger.acknowledged("ada", Some("1"));
        ledger.sent("ada", State::At(1));
        ledger.unanswered();
        ledger.found("ada", Some("1"), Some(State::At(1)));
        assert_eq!((ledger.tally().made_unanswered, ledger.tally().lost), (1, 0));
        ledger.found("ada", Some("1"), Some(State::At(0)));
        assert_eq!(ledger.tally().lost, 1, "what was seen once must stay");
        ledger.found("ada", Some("1"), None);
        assert_eq!(ledger.tally().half, 1);
        ledger.sent("bob", State::At(0));
        ledger.refused("bob");
        ledger.found("bob", Some("2"), Some(State::At(0)));
        assert_eq!(ledger.tally().lost, 2, "a refusal changes nothing");
    }

    #[test]
    fn a_copy_may_be_ahead_and_never_behind() {
        let ledger = Ledger::default();
        for name in ["ada", "bob", "eve"] {
            ledger.sent(name, State::At(0));
            ledger.acknowledged(name, Some("1"));
        }
        ledger.sent("eve", State::Absent);
        ledger.acknowledged("eve", None);
        for change in 1..=2 {
            ledger.sent("ada", State::At(change));
            ledger.acknowledged("ada", None);
        }
        ledger.sent("new", State::At(0));
        let copy = ledger.copy_touched();
        ledger.sent("bob", State::Absent);
        for (name, found, lost) in [
            ("ada", Some(State::At(2)), 0),
            ("ada", Some(State::At(3)), 0),
            ("ada", Some(State::At(1)), 1),
            ("ada", Some(State::Absent), 2),
            ("bob", Some(State::At(0)), 2),
            ("bob", Some(State::Absent), 2),
            ("eve", Some(State::Absent), 2),
            ("eve", Some(State::At(0)), 3),
            ("new", Some(State::At(0)), 3),
            ("new", Some(State::Absent), 3),
        ] {
            copy.found_later(&ledger, name, found);
            assert_eq!(copy.tally().lost, lost, "{name}");
        }
        assert_eq!(copy.tally().acknowledged, 6, "of eve and the new one nothing had to be there");
        copy.found_later(&ledger, "ada", None);
        assert_eq!(copy.tally().half, 1);
    }

    #[test]
    fn a_copy_holds_what_was_touched_or_everything() {
        let ledger = Ledger::default();
        ledger.sent("ada", State::At(0));
        ledger.take_touched();
        ledger.sent("bob", State::At(0));
        assert_eq!(ledger.copy_touched().names(), ["bob"]);
        assert_eq!(ledger.copy().names().len(), 2);
    }
}
