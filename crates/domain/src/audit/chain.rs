//! The hash chain over the audit log: changing, removing or reordering an entry breaks it.

use super::{Entry, Event};
use sha2::{Digest, Sha256};

/// What binds an entry to the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// The hash of the entry before; zero for the first of the chain.
    pub previous: [u8; 32],
    /// SHA-256 over the previous hash, the number and every field.
    pub hash: [u8; 32],
}

impl Link {
    /// The link of an event with this number that follows the hash `previous`.
    pub fn of(previous: [u8; 32], seq: i64, event: &Event) -> Self {
        let mut digest = Sha256::new();
        digest.update(b"postern-audit-1\n");
        digest.update(previous);
        digest.update(seq.to_be_bytes());
        digest.update(event.at.millis().to_be_bytes());
        let (kind, id, name) = event.actor.parts();
        let id = id.map(|id| id.to_string());
        let target = event.target.map(|id| id.to_string());
        let fields = [
            Some(kind),
            id.as_deref(),
            name,
            event.address.as_deref(),
            Some(event.action.as_str()),
            target.as_deref(),
            event.target_name.as_deref(),
            event.before.as_deref(),
            event.after.as_deref(),
            event.reason.as_deref(),
        ];
        for field in fields {
            // The length comes first, so that nothing can be moved from one field to the next.
            match field {
                Some(text) => {
                    digest.update([1]);
                    digest.update((text.len() as u64).to_be_bytes());
                    digest.update(text);
                }
                None => digest.update([0]),
            }
        }
        Self { previous, hash: digest.finalize().into() }
    }
}

/// Where a chain is broken, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// An entry is not what was written.
    #[error("event {0} is not what was written: its hash does not fit its text")]
    Changed(i64),
    /// The number does not follow: entries were removed, doubled or moved.
    #[error("event {found} is where event {expected} should be: events were removed, duplicated or moved")]
    OutOfPlace {
        /// The number that should be here.
        expected: i64,
        /// The number that is here.
        found: i64,
    },
    /// The previous entry was replaced by another.
    #[error("event {0} does not follow from the event before it")]
    Unlinked(i64),
    /// An entry that must have a hash has none.
    #[error("event {0} has no hash")]
    Unsealed(i64),
    /// Entries are missing at the start, and no entry records their regular removal.
    #[error("the events before {0} are missing, and no event says that they were removed")]
    NoStart(i64),
    /// The last entry is not the stated one.
    #[error("the log does not end with the hash it should: events at the end are missing or were replaced")]
    OtherHead,
    /// No entry has the hash of an entry that is known to be in the log.
    #[error("no event has the hash of --head: events at the end are missing, or were replaced")]
    Unknown,
    /// There are no entries.
    #[error("there are no events in it")]
    Empty,
}

/// Checks a chain, entry after entry.
#[derive(Debug, Default)]
pub struct Verifier {
    last: Option<(i64, [u8; 32])>,
    /// The number of the first entry and the hash before it, if the chain does not start at its beginning.
    missing: Option<(i64, [u8; 32])>,
    accounted: bool,
    /// A hash that was written down earlier, and the number of the event with that hash, once found.
    known: Option<([u8; 32], Option<i64>)>,
    entries: u64,
    unsealed: u64,
}

/// The result for a chain that holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verified {
    /// How many entries were checked.
    pub entries: u64,
    /// How many entries at the start are older than the chain.
    pub unsealed: u64,
    /// The last entry's number and hash.
    pub seq: i64,
    /// The last entry's hash.
    pub head: [u8; 32],
    /// The number of the entry whose hash was known beforehand, if one was given.
    pub known: Option<i64>,
}

impl Verifier {
    /// A verifier that also looks for the hash of an event that is known to be in the log.
    pub fn knowing(hash: Option<[u8; 32]>) -> Self {
        Self { known: hash.map(|hash| (hash, None)), ..Self::default() }
    }

    /// Takes the next entry.
    ///
    /// # Errors
    /// If it does not follow from the entry before.
    pub fn take(&mut self, entry: &Entry) -> Result<(), Broken> {
        let seq = entry.seq;
        let Some(link) = entry.link else {
            self.unsealed += 1;
            return if self.last.is_some() { Err(Broken::Unsealed(seq)) } else { Ok(()) };
        };
        match self.last {
            Some((last, _)) if seq != last + 1 => {
                return Err(Broken::OutOfPlace { expected: last + 1, found: seq });
            }
            Some((_, hash)) if hash != link.previous => return Err(Broken::Unlinked(seq)),
            None if link.previous != [0; 32] => {
                self.missing = Some((seq, link.previous));
                self.find(seq - 1, link.previous);
            }
            _ => {}
        }
        if Link::of(link.previous, seq, &entry.event) != link {
            return Err(Broken::Changed(seq));
        }
        if let Some((first, previous)) = self.missing {
            self.accounted |= removal(&entry.event) == Some((first - 1, previous));
        }
        self.last = Some((seq, link.hash));
        self.find(seq, link.hash);
        self.entries += 1;
        Ok(())
    }

    fn find(&mut self, seq: i64, hash: [u8; 32]) {
        if let Some((known, found)) = &mut self.known
            && *known == hash
        {
            *found = Some(seq);
        }
    }

    /// The end of the log; `head` is the hash with which it claims to end, if it does.
    ///
    /// # Errors
    /// If the start or the end is missing, or the event whose hash is known.
    pub fn finish(self, head: Option<[u8; 32]>) -> Result<Verified, Broken> {
        let (seq, hash) = self.last.ok_or(Broken::Empty)?;
        if let Some((first, _)) = self.missing.filter(|_| !self.accounted) {
            return Err(Broken::NoStart(first));
        }
        if head.is_some_and(|head| head != hash) {
            return Err(Broken::OtherHead);
        }
        let known = match self.known {
            Some((_, None)) => return Err(Broken::Unknown),
            known => known.and_then(|(_, seq)| seq),
        };
        Ok(Verified { entries: self.entries, unsealed: self.unsealed, seq, head: hash, known })
    }
}

/// The number and the hash of the last removed event, according to an event of removal.
fn removal(event: &Event) -> Option<(i64, [u8; 32])> {
    if event.action != super::Action::AuditPruned {
        return None;
    }
    Some((event.fact("through")?.as_i64()?, from_hex(event.fact("hash")?.as_str()?)?))
}

/// A hash as text.
pub fn to_hex(hash: &[u8; 32]) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A hash from its text; `None` if it is not one.
pub fn from_hex(text: &str) -> Option<[u8; 32]> {
    let mut hash = [0; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (at, byte) in hash.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[at * 2..at * 2 + 2], 16).ok()?;
    }
    Some(hash)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Timestamp, audit::Action, identity::Who};

    fn log(count: i64) -> Vec<Entry> {
        let mut previous = [0; 32];
        let entry = |seq| {
            let event = Event::new(Timestamp::from_millis(seq), Who::Host, None, Action::TokenCreated)
                .on(uuid::Uuid::from_u128(7), &format!("token {seq}"));
            let link = Link::of(previous, seq, &event);
            previous = link.hash;
            Entry { seq, event, link: Some(link) }
        };
        (1..=count).map(entry).collect()
    }

    fn verify(entries: &[Entry], head: Option<[u8; 32]>) -> Result<Verified, Broken> {
        let mut verifier = Verifier::default();
        for entry in entries {
            verifier.take(entry)?;
        }
        verifier.finish(head)
    }

    fn head(entries: &[Entry]) -> Option<[u8; 32]> {
        Some(entries.last()?.link?.hash)
    }

    #[test]
    fn a_whole_log_holds() {
        let log = log(9);
        let verified = verify(&log, head(&log)).unwrap();
        assert_eq!((verified.entries, verified.seq), (9, 9));
    }

    #[test]
    fn a_changed_entry_is_found_whichever_field_it_is() {
        let changes: [fn(&mut Event); 8] = [
            |event| event.at = event.at.plus_millis(1),
            |event| event.actor = Who::System,
            |event| event.address = Some(String::new()),
            |event| event.action = Action::TokenRevoked,
            |event| event.target = None,
            |event| event.target_name = event.before.take(),
            |event| event.after = Some("{}".to_owned()),
            |event| event.reason = Some("because".to_owned()),
        ];
        for (number, change) in changes.into_iter().enumerate() {
            let mut log = log(5);
            change(&mut log[2].event);
            assert_eq!(verify(&log, None), Err(Broken::Changed(3)), "change {number}");
        }
    }

    /// Logs and exports of earlier versions must still hold.
    #[test]
    fn hashes_are_those_of_earlier_versions() {
        let hash = |kind: &str, id: Option<u128>, name: Option<&str>| {
            let actor = Who::of_parts(kind, id.map(uuid::Uuid::from_u128), name.map(str::to_owned)).unwrap();
            let event = Event::new(Timestamp::from_millis(8), actor, None, Action::TokenCreated);
            to_hex(&Link::of([0; 32], 7, &event).hash)
        };
        let named = |kind, name| hash(kind, Some(1), Some(name));
        assert_eq!(named("scim", "Entra"), "dd0cdfc5c00d4be0384ba58d81b4a9152d5c96d8c59c3fce3fd11aeb832c0ed2");
        let gate = named("break_glass", "gate-7f3k");
        assert_eq!(gate, "a08b840a38a39149a537d992483d02760657594d7a0ccf75884309bd4aa23eef");
        assert_eq!(named("user", "Ada"), "21669498ac99b0c748df544aac2f3b0242771972dc92f9c1b9fa9821c67db991");
        for (kind, written) in [
            ("host", "184109534d15f430bfbe87b80ba612934b0dcc20b822dfdf6bc5e9842000a314"),
            ("system", "9e907195662d4cf5790810ef42f3f833c8daeb1b4db80e8a2ce90b89b312e3dc"),
            ("nobody", "abe40bf4bc143723c27ffce024979287bbf80ddcd1778f563426a08ef19f40fa"),
        ] {
            assert_eq!(hash(kind, None, None), written, "{kind}");
        }
    }

    #[test]
    fn text_cannot_move_between_fields() {
        let event = |before: Option<&str>, after: Option<&str>| Event {
            before: before.map(str::to_owned),
            after: after.map(str::to_owned),
            ..Event::new(Timestamp::from_millis(0), Who::Host, None, Action::Refused)
        };
        let hash = |event| Link::of([0; 32], 1, &event).hash;
        assert_ne!(hash(event(Some("ab"), Some("c"))), hash(event(Some("a"), Some("bc"))));
        assert_ne!(hash(event(Some(""), None)), hash(event(None, Some(""))));
    }

    #[test]
    fn a_removed_a_doubled_and_a_moved_entry_are_found() {
        let mut removed = log(5);
        removed.remove(2);
        assert_eq!(verify(&removed, None), Err(Broken::OutOfPlace { expected: 3, found: 4 }));
        let mut doubled = log(5);
        doubled.insert(2, doubled[1].clone());
        assert_eq!(verify(&doubled, None), Err(Broken::OutOfPlace { expected: 3, found: 2 }));
        let mut moved = log(5);
        moved.swap(2, 3);
        assert_eq!(verify(&moved, None), Err(Broken::OutOfPlace { expected: 3, found: 4 }));
    }

    #[test]
    fn a_replaced_entry_is_found_although_its_own_hash_fits() {
        let mut log = log(5);
        log[2].event.target_name = Some("another".to_owned());
        let previous = log[2].link.unwrap().previous;
        log[2].link = Some(Link::of(previous, 3, &log[2].event));
        assert_eq!(verify(&log, None), Err(Broken::Unlinked(4)));
    }

    #[test]
    fn a_cut_end_is_found_by_its_head() {
        let log = log(5);
        assert_eq!(verify(&log[..4], head(&log)), Err(Broken::OtherHead));
        assert_eq!(verify(&[], None), Err(Broken::Empty));
    }

    /// A hash that was written down stays valid as the log grows.
    #[test]
    fn an_event_that_is_known_is_found() {
        let log = log(5);
        let verify = |entries: &[Entry], known: Option<[u8; 32]>| {
            let mut verifier = Verifier::knowing(known);
            for entry in entries {
                verifier.take(entry)?;
            }
            verifier.finish(None).map(|verified| verified.known)
        };
        for known in 1..=5 {
            assert_eq!(verify(&log, head(&log[..known])), Ok(Some(known as i64)));
        }
        assert_eq!(verify(&log, None), Ok(None));
        assert_eq!(verify(&log[..3], head(&log[..4])), Err(Broken::Unknown));
        assert_eq!(verify(&log, Some([7; 32])), Err(Broken::Unknown));
    }

    #[test]
    fn a_cut_start_needs_an_event_that_accounts_for_it() {
        let mut log = log(5);
        let (last, third) = (log[4].link.unwrap(), log[2].link.unwrap());
        assert_eq!(verify(&log[3..], None), Err(Broken::NoStart(4)));
        let facts = serde_json::json!({"through": 3, "hash": to_hex(&third.hash)});
        let event = Event::new(Timestamp::from_millis(6), Who::System, None, Action::AuditPruned).with(&facts);
        log.push(Entry { seq: 6, link: Some(Link::of(last.hash, 6, &event)), event });
        assert!(verify(&log[3..], None).is_ok());
        assert_eq!(verify(&log[4..], None), Err(Broken::NoStart(5)), "more is missing than was removed");
    }

    #[test]
    fn entries_without_a_hash_stand_only_at_the_start() {
        let mut log = log(3);
        log.insert(0, Entry { seq: 0, link: None, ..log[0].clone() });
        assert_eq!(verify(&log, None).unwrap().unsealed, 1);
        log[2].link = None;
        assert_eq!(verify(&log, None), Err(Broken::Unsealed(2)));
    }
}
