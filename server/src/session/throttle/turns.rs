/// How long the turn of a caller that was asked to wait is kept, in milliseconds.
const KEPT: u64 = 60_000;
/// The longest wait for a turn that a caller is asked for: it leaves time to type the secret again before the turn is
/// lost.
pub(super) const TOLD: u64 = 45_000;
/// How many callers are remembered for each network. Beyond that, the quickest of the others go first.
const CALLERS: usize = 32;

/// Turns among the callers of a network. The caller whose last attempt was longest ago goes first, so the one that asks
/// most often does not take every attempt that becomes available.
#[derive(Clone, Debug, Default)]
pub(super) struct Turns(Vec<Caller>);

#[derive(Clone, Debug)]
struct Caller {
    id: u64,
    /// When it had its last attempt.
    had: Option<u64>,
    /// When it last asked for its next attempt.
    asked: Option<u64>,
}

impl Caller {
    fn waits(&self, at: u64) -> bool {
        self.asked.is_some_and(|asked| at < asked + KEPT)
    }

    /// The least informative are forgotten first; one that waits and has had no attempt yet is never forgotten.
    fn worth(&self, at: u64) -> u8 {
        match (self.waits(at), self.had.is_some()) {
            (false, false) => 0,
            (false, true) => 1,
            (true, true) => 2,
            (true, false) => 3,
        }
    }
}

impl Turns {
    /// Records that a caller waits for an attempt; returns how many others go first.
    pub(super) fn ask(&mut self, id: u64, at: u64) -> u64 {
        let had = self.caller(id, at).and_then(|caller| {
            caller.asked = Some(at);
            caller.had
        });
        let first = self.0.iter().filter(|other| other.id != id && other.waits(at) && other.had < had).count();
        u64::try_from(first).unwrap_or(u64::MAX)
    }

    /// Records that the caller got its attempt, and no longer waits.
    pub(super) fn take(&mut self, id: u64, at: u64) {
        if let Some(caller) = self.caller(id, at) {
            caller.asked = None;
        }
    }

    /// Records that the caller has had its attempt.
    pub(super) fn had(&mut self, id: u64, at: u64) {
        if let Some(caller) = self.caller(id, at) {
            caller.had = Some(at);
        }
    }

    /// What is remembered of a caller; `None` if there is no room.
    fn caller(&mut self, id: u64, at: u64) -> Option<&mut Caller> {
        let known = self.0.iter().position(|caller| caller.id == id);
        let place = known.or_else(|| self.place(at))?;
        if known.is_none() {
            self.0[place] = Caller { id, had: None, asked: None };
        }
        self.0.get_mut(place)
    }

    /// A place for one more caller.
    fn place(&mut self, at: u64) -> Option<usize> {
        if self.0.len() < CALLERS {
            self.0.push(Caller { id: 0, had: None, asked: None });
            return Some(self.0.len() - 1);
        }
        let (place, least) = self.0.iter().enumerate().min_by_key(|(_, caller)| (caller.worth(at), caller.had))?;
        (least.worth(at) < 3).then_some(place)
    }

    /// How many callers are remembered.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_had_none_goes_first() {
        let mut turns = Turns::default();
        assert_eq!(turns.ask(1, 0), 0);
        turns.take(1, 0);
        turns.had(1, 0);
        assert_eq!((turns.ask(2, 1), turns.ask(1, 2), turns.ask(3, 3)), (0, 1, 0));
        assert_eq!(turns.ask(1, 4), 2);
        turns.take(2, 5);
        turns.had(2, 5);
        assert_eq!((turns.ask(2, 6), turns.ask(1, 6)), (2, 1), "the one who had it longer ago goes before the other");
        assert_eq!(turns.ask(2, KEPT + 3), 1, "who did not come back is not waited for");
    }

    #[test]
    fn those_who_wait_for_their_first_try_are_not_forgotten() {
        let mut turns = Turns::default();
        turns.ask(0, 0);
        for id in 1..1_000 {
            turns.ask(id, id);
            turns.take(id, id);
            turns.had(id, id);
            turns.ask(id, id);
        }
        assert_eq!(turns.len(), CALLERS);
        assert_eq!((turns.ask(999, 1_000), turns.ask(0, 1_000)), (31, 0));
    }
}
