//! JSON Lines that a machine reads back whole: everything that the hash of an entry covers survives byte for byte, so
//! that the chain can be checked without the database.

use domain::{
    Timestamp,
    audit::{Action, Entry, Event, Link, from_hex, to_hex},
    identity::Who,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Named in the first line; another number means another format.
const FORMAT: &str = "postern-audit-1";

/// Why a line is not one of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unreadable(String);

impl std::fmt::Display for Unreadable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unreadable {}

/// The content of the first line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    /// When the log was exported.
    pub(crate) at: Timestamp,
    /// The number and the hash of the last event at that time, if there was one.
    pub(crate) head: Option<(i64, [u8; 32])>,
    /// How many events had no number at that time, and so are missing here.
    pub(crate) pending: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct HeaderLine {
    format: String,
    exported: String,
    #[serde(deserialize_with = "Option::deserialize")]
    head: Option<HeadLine>,
    #[serde(default, skip_serializing_if = "is_none")]
    pending: u64,
}

fn is_none(pending: &u64) -> bool {
    *pending == 0
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct HeadLine {
    seq: i64,
    hash: String,
}

/// Every field is written, so that a missing one is noticed; `before` and `after` are strings, because their exact
/// bytes are hashed.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    seq: i64,
    at: String,
    actor: Who,
    #[serde(deserialize_with = "Option::deserialize")]
    address: Option<String>,
    action: String,
    #[serde(deserialize_with = "Option::deserialize")]
    target: Option<String>,
    #[serde(deserialize_with = "Option::deserialize")]
    target_name: Option<String>,
    #[serde(deserialize_with = "Option::deserialize")]
    before: Option<String>,
    #[serde(deserialize_with = "Option::deserialize")]
    after: Option<String>,
    #[serde(deserialize_with = "Option::deserialize")]
    reason: Option<String>,
    #[serde(deserialize_with = "Option::deserialize")]
    link: Option<LinkLine>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct LinkLine {
    previous: String,
    hash: String,
}

/// The first line of an export, without its end.
pub(crate) fn json_header(header: &Header) -> String {
    let head = header.head.map(|(seq, hash)| HeadLine { seq, hash: to_hex(&hash) });
    line(&HeaderLine { format: FORMAT.to_owned(), exported: header.at.to_string(), head, pending: header.pending })
}

/// Reads what [`json_header`] writes.
///
/// # Errors
/// If it is not the first line of one of our exports, or is in another format.
pub(crate) fn read_json_header(text: &str) -> Result<Header, Unreadable> {
    let line: HeaderLine = serde_json::from_str(text).map_err(|error| {
        Unreadable(format!("the first line is not that of an export of Postern’s audit log: {error}"))
    })?;
    if line.format != FORMAT {
        return Err(Unreadable(format!("the format is not {FORMAT}; check it with the Postern that wrote it")));
    }
    let head = line.head.map(|head| Ok((head.seq, hash(&head.hash)?))).transpose()?;
    Ok(Header { at: moment(&line.exported)?, head, pending: line.pending })
}

/// One event as a line, without its end.
pub(crate) fn json_line(entry: &Entry) -> String {
    let Entry { seq, event, link } = entry.clone();
    line(&Line {
        seq,
        at: event.at.to_string(),
        actor: event.actor,
        address: event.address,
        action: event.action.as_str().to_owned(),
        target: event.target.map(|id| id.to_string()),
        target_name: event.target_name,
        before: event.before,
        after: event.after,
        reason: event.reason,
        link: link.map(|link| LinkLine { previous: to_hex(&link.previous), hash: to_hex(&link.hash) }),
    })
}

/// Reads what [`json_line`] writes. The verifier checks the hash.
///
/// # Errors
/// If a field is missing or unknown, or has a value that cannot have been written.
pub(crate) fn read_json_line(text: &str) -> Result<Entry, Unreadable> {
    let line: Line =
        serde_json::from_str(text).map_err(|error| Unreadable(format!("this line is not an event: {error}")))?;
    let link =
        line.link.map(|link| Ok(Link { previous: hash(&link.previous)?, hash: hash(&link.hash)? })).transpose()?;
    let event = Event {
        at: moment(&line.at)?,
        actor: line.actor,
        address: line.address,
        action: Action::parse(&line.action).ok_or_else(|| unreadable("the action"))?,
        target: line.target.map(|id| uuid(&id)).transpose()?,
        target_name: line.target_name,
        before: line.before,
        after: line.after,
        reason: line.reason,
    };
    Ok(Entry { seq: line.seq, event, link })
}

fn line(value: &impl Serialize) -> String {
    // This fails only for maps with keys that are not strings, and these structs have none.
    serde_json::to_string(value).unwrap_or_default()
}

fn moment(text: &str) -> Result<Timestamp, Unreadable> {
    Timestamp::parse(text).ok_or_else(|| unreadable("the time"))
}

fn uuid(text: &str) -> Result<Uuid, Unreadable> {
    Uuid::try_parse(text).map_err(|_| unreadable("an id"))
}

fn hash(text: &str) -> Result<[u8; 32], Unreadable> {
    from_hex(text).ok_or_else(|| unreadable("a hash"))
}

fn unreadable(what: &str) -> Unreadable {
    Unreadable(format!("{what} cannot be read"))
}

#[cfg(test)]
mod tests {
    use super::{super::testing::entry, *};
    use domain::audit::Verifier;
    use proptest::prelude::*;

    const SIGNED_IN: &str = concat!(
        r#"{"seq":7,"at":"2026-11-18T11:06:40.007Z","actor":{"kind":"break_glass","#,
        r#""id":"00000000-0000-0000-0000-000000000001","name":"gate-7f3k"},"address":"192.0.2.7","#,
        r#""action":"break_glass.signed_in","target":null,"target_name":null,"before":null,"#,
        r#""after":"{\"by\":\"secret\"}","reason":"Entra is down","link":null}"#,
    );

    #[test]
    fn the_form_of_a_line_is_known_outside() {
        let entry = read_json_line(SIGNED_IN).unwrap();
        assert_eq!(entry.event.reason.as_deref(), Some("Entra is down"));
        assert_eq!(json_line(&entry), SIGNED_IN);
    }

    #[test]
    fn the_header_says_where_the_log_ended() {
        let header = Header { at: Timestamp::from_millis(7), head: Some((7, [0xab; 32])), pending: 0 };
        let text = json_header(&header);
        assert!(
            text.starts_with(r#"{"format":"postern-audit-1","exported":"1970-01-01T00:00:00.007Z","head":{"seq":7,"#)
        );
        assert_eq!(read_json_header(&text), Ok(header));
        let behind = Header { pending: 3, ..header };
        assert_eq!(read_json_header(&json_header(&behind)), Ok(behind));
        let empty = Header { head: None, ..header };
        assert_eq!(read_json_header(&json_header(&empty)), Ok(empty));
        assert!(read_json_header(&text.replace("audit-1", "audit-2")).is_err());
        assert!(read_json_header(SIGNED_IN).is_err());
    }

    #[test]
    fn a_line_that_was_tampered_with_is_refused() {
        for (from, to) in [
            (r#","reason":"Entra is down""#, ""),
            (r#"{"seq":7"#, r#"{"note":1,"seq":7"#),
            ("break_glass.signed_in", "break_glass.unknown"),
            (r#""kind":"break_glass""#, r#""kind":"host""#),
            (r#""kind":"break_glass""#, r#""kind":"ghost""#),
            ("2026-11-18", "2026-11-38"),
        ] {
            assert!(read_json_line(&SIGNED_IN.replacen(from, to, 1)).is_err(), "{to}");
        }
    }

    proptest! {
        #[test]
        fn a_line_comes_back_whole(entry in entry()) {
            let text = json_line(&entry);
            prop_assert!(!text.contains(['\n', '\r']), "more than one line: {text:?}");
            prop_assert_eq!(read_json_line(&text), Ok(entry));
        }

        #[test]
        fn what_was_taken_out_still_holds_together(mut entries in prop::collection::vec(entry(), 1..6)) {
            let mut previous = [0; 32];
            for (seq, entry) in (1..).zip(&mut entries) {
                entry.seq = seq;
                let link = Link::of(previous, seq, &entry.event);
                (entry.link, previous) = (Some(link), link.hash);
            }
            let mut verifier = Verifier::default();
            for entry in &entries {
                let read = read_json_line(&json_line(entry)).unwrap();
                prop_assert_eq!(verifier.take(&read), Ok(()));
            }
            prop_assert_eq!(verifier.finish(Some(previous)).map(|verified| verified.head), Ok(previous));
        }
    }
}
