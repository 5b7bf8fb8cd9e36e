//! Exports of the audit log: CSV for spreadsheets, JSON Lines for machines and for `postern audit verify`.

mod csv;
pub(crate) mod download;
mod json;

pub(crate) use csv::{csv_header, csv_row};
pub(crate) use json::{Header, json_header, json_line, read_json_header, read_json_line};

#[cfg(test)]
pub(crate) mod testing {
    //! Arbitrary entries, for property tests.

    use domain::{
        BreakGlassId, Timestamp, TokenId, UserId,
        audit::{Action, Entry, Event, Link},
        identity::{Person, PersonId, Who},
    };
    use proptest::{option, prelude::*};
    use uuid::Uuid;

    /// Texts as directories send them: anything, and often characters that trip up a spreadsheet or a line reader.
    fn text() -> impl Strategy<Value = String> {
        let awkward = prop::sample::select(vec![
            "=", "+1", "-", "@", "\t", "\r\n", "\0", "＝", "＋", "－", "＠", " ", "\u{a0}", "\u{feff}", ",", ";", "\"",
            "'", "é", "\u{2028}", "\u{202e}", "\\", "{}", "7",
        ]);
        prop_oneof![".{0,12}", prop::collection::vec(awkward, 0..6).prop_map(|parts| parts.concat())]
    }

    fn actor() -> impl Strategy<Value = Who> {
        (0..6u8, any::<u128>(), text()).prop_map(|(kind, id, name)| {
            let id = Uuid::from_u128(id);
            match kind {
                0 => Who::Token { id: TokenId(id), name },
                1 => Who::Person(Person { id: PersonId::BreakGlass(BreakGlassId(id)), name }),
                2 => Who::Person(Person { id: PersonId::User(UserId(id)), name }),
                3 => Who::Host,
                4 => Who::System,
                _ => Who::Nobody,
            }
        })
    }

    /// An entry in its place in a chain, or one older than the chain.
    pub(crate) fn entry() -> impl Strategy<Value = Entry> {
        let actions = [Action::UserDeactivated, Action::TokenCreated, Action::BreakGlassSignedIn, Action::AuditPruned];
        // Within the range that RFC 3339 can express.
        let at = (0..253_402_300_800_000i64).prop_map(Timestamp::from_millis);
        let who = (actor(), option::of(text()), prop::sample::select(actions.to_vec()));
        let on = (option::of(any::<u128>().prop_map(Uuid::from_u128)), option::of(text()));
        let facts = (option::of(text()), option::of(text()), option::of(text()));
        let place = (1..i64::MAX, option::of(any::<[u8; 32]>()));
        (at, who, on, facts, place).prop_map(|(at, who, on, facts, (seq, previous))| {
            let event = Event {
                at,
                actor: who.0,
                address: who.1,
                action: who.2,
                target: on.0,
                target_name: on.1,
                before: facts.0,
                after: facts.1,
                reason: facts.2,
            };
            Entry { seq, link: previous.map(|previous| Link::of(previous, seq, &event)), event }
        })
    }
}
