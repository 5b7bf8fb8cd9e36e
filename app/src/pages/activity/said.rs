//! What a call did, in words.

use crate::{components::Tone, words::visible};
use domain::{
    activity::{CallKind, Outcome, Record, RecordRow, Subject},
    audit::{Action, NAME},
};

/// What kind of call it was; the sign in front of its sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    /// Something came.
    Came,
    /// Something changed.
    Changed,
    /// Something or somebody left.
    Left,
    /// It was refused, or failed.
    Refused,
    /// It only read, or changed nothing.
    Read,
}

impl Sign {
    pub(super) fn of(row: &RecordRow) -> Self {
        let record = &row.record;
        match (record.outcome, record.call.operation) {
            (Outcome::Refused | Outcome::Failed, _) => Self::Refused,
            (Outcome::Done, CallKind::Create) => Self::Came,
            (Outcome::Done, CallKind::Delete) => Self::Left,
            (Outcome::Done, CallKind::Change) => match row.event {
                Some((_, Action::UserDeactivated)) => Self::Left,
                Some((_, Action::UserReactivated)) => Self::Came,
                _ => Self::Changed,
            },
            _ => Self::Read,
        }
    }

    /// The sign, and the class of its colour.
    pub(super) fn mark(self) -> (&'static str, &'static str) {
        match self {
            Self::Came => ("+", "sign sign-came"),
            Self::Changed => ("~", "sign"),
            Self::Left => ("−", "sign sign-left"),
            Self::Refused => ("!", "sign sign-refused"),
            Self::Read => ("·", "sign"),
        }
    }
}

/// A sentence around the name of what the call concerned, if it has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) before: String,
    pub(super) name: Option<String>,
    pub(super) after: &'static str,
}

impl Said {
    pub(super) fn of(row: &RecordRow) -> Self {
        let name = row.target_name.as_deref().map(visible);
        let (before, after) = match row.event {
            Some((_, action)) => {
                let sentence = action.kind().sentence;
                let (before, after) = sentence.split_once(NAME).unwrap_or((sentence, ""));
                (before.to_owned(), after)
            }
            None => words(&row.record, name.is_some()),
        };
        let has_place = before.is_empty() || before.ends_with(' ');
        match name {
            Some(name) if has_place => Self { before, name: Some(name), after },
            None if has_place => {
                let group = before.strip_suffix("Group ").or_else(|| before.strip_suffix("group "));
                let (begun, someone) = (group.unwrap_or(&before), someone(row.record.call.subject));
                let someone = if begun.is_empty() { someone.to_owned() } else { someone.to_lowercase() };
                Self { before: format!("{begun}{someone}"), name: None, after }
            }
            _ => Self { before, name: None, after },
        }
    }

    /// The sentence as plain text.
    pub(super) fn text(&self) -> String {
        format!("{}{}{}", self.before, self.name.as_deref().unwrap_or_default(), self.after)
    }
}

fn someone(subject: Subject) -> &'static str {
    match subject {
        Subject::User => "A user",
        Subject::Group => "A group",
        Subject::Service => "Something",
    }
}

/// What stands before the name and after it. What has no place for a name does not end with a space.
fn words(record: &Record, has_name: bool) -> (String, &'static str) {
    use {CallKind::*, Outcome::*};
    let (one, many) = match record.call.subject {
        Subject::User => ("user", "users"),
        Subject::Group => ("group", "groups"),
        Subject::Service => ("user or group", "users and groups"),
    };
    let (name, plain) = (if one == "group" { "Group " } else { "" }, |text: &str| (text.to_owned(), ""));
    match (record.call.operation, record.outcome) {
        (LookUp, Done) if has_name => (format!("Looked for a {one} and found "), ""),
        (LookUp, Done) => (format!("Looked for {many} and found some"), ""),
        (LookUp, Empty | Unchanged) => (format!("Looked for a {one} and found none"), ""),
        (LookUp, _) => (format!("A look-up of {many} was refused"), ""),
        (List, Done | Empty | Unchanged) => (format!("Read a list of {many}"), ""),
        (List, _) => (format!("A list of {many} was refused"), ""),
        (Read, Done | Empty | Unchanged) if has_name => (format!("Read {}", name.to_lowercase()), ""),
        (Read, Done | Empty | Unchanged) => (format!("Read a {one}"), ""),
        (Read, _) => (name.to_owned(), " could not be read"),
        (Create, Refused | Failed) => (format!("A {one} could not be created"), ""),
        (Create, _) => (name.to_owned(), " was created"),
        (Change, Refused | Failed) => (name.to_owned(), " could not be changed"),
        (Change, Done) => (name.to_owned(), " was changed"),
        (Change, _) => (format!("Nothing changed about {}", name.to_lowercase()), ""),
        (Delete, Refused | Failed) => (name.to_owned(), " could not be deleted"),
        (Delete, _) => (name.to_owned(), " was deleted"),
        (Bulk, Refused | Failed) => plain("A bulk request was refused"),
        (Bulk, _) => plain("Sent a bulk request"),
        (Discover, Refused | Failed) => plain("A call that is for neither users nor groups was refused"),
        (Discover, _) => plain("Read the capabilities of this service"),
    }
}

/// What happened, in a word for the sum of a cycle; `None` for what only read.
pub(super) fn word(row: &RecordRow) -> Option<&'static str> {
    Some(match (Sign::of(row), row.event, row.record.call.operation) {
        (Sign::Read, ..) => return None,
        (Sign::Refused, ..) => "refused",
        (_, Some((_, Action::UserDeactivated)), _) => "deactivated",
        (_, Some((_, Action::UserReactivated)), _) => "reactivated",
        (_, _, CallKind::Create) => "created",
        (_, _, CallKind::Delete) => "deleted",
        _ => "changed",
    })
}

/// The words of [`word`], in the order in which they are summed up.
pub(super) const WORDS: [&str; 6] = ["created", "changed", "reactivated", "deactivated", "deleted", "refused"];

/// The result, where a call was refused or failed: its colour, its word and its status.
pub(super) fn result(record: &Record) -> Option<(Tone, String)> {
    let (tone, word) = match record.outcome {
        Outcome::Refused => (Tone::Bad, "Refused"),
        Outcome::Failed => (Tone::Bad, "Failed"),
        Outcome::Unchanged => return Some((Tone::Plain, "No change".to_owned())),
        Outcome::Done | Outcome::Empty => return None,
    };
    Some((tone, record.status.map_or_else(|| word.to_owned(), |status| format!("{word}, {status}"))))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use domain::{Timestamp, activity::Call};

    pub(in crate::pages::activity) fn row(operation: CallKind, outcome: Outcome, name: Option<&str>) -> RecordRow {
        let (at, subject) = (Timestamp::from_millis(1_795_000_000_000), Subject::User);
        let call = Call {
            at,
            token: None,
            address: None,
            request: None,
            operation,
            subject,
            named: None,
            remark: None,
            written: None,
        };
        let record =
            Record { call, target: None, outcome, status: Some(409), reason: None, millis: Some(3), detail: None };
        let target_name = name.map(str::to_owned);
        RecordRow { seq: 1, record, token_name: Some("Entra".to_owned()), target_name, event: None }
    }

    #[test]
    fn a_call_is_a_sentence() {
        use {CallKind::*, Outcome::*};
        let said = |operation, outcome, name| Said::of(&row(operation, outcome, name)).text();
        assert_eq!(said(LookUp, Empty, None), "Looked for a user and found none");
        assert_eq!(said(LookUp, Done, Some("Ada")), "Looked for a user and found Ada");
        assert_eq!(said(Create, Done, Some("Ada")), "Ada was created");
        assert_eq!(said(Create, Refused, None), "A user could not be created");
        assert_eq!(said(Change, Unchanged, Some("Ada")), "Nothing changed about Ada");
        assert_eq!(said(Change, Unchanged, None), "Nothing changed about a user");
        assert_eq!(said(Change, Refused, None), "A user could not be changed");
        assert_eq!(said(Delete, Done, Some("ad\u{202e}a")), "ad[U+202E]a was deleted");
        let suspended = RecordRow { event: Some((7, Action::UserDeactivated)), ..row(Change, Done, Some("Ada")) };
        assert_eq!(Said::of(&suspended).text(), "Ada was deactivated");
        assert_eq!(Sign::of(&suspended), Sign::Left);
    }

    #[test]
    fn only_what_is_not_ordinary_has_a_result() {
        use {CallKind::*, Outcome::*};
        let result = |outcome| result(&row(Change, outcome, None).record).map(|(_, word)| word);
        assert_eq!(result(Refused).as_deref(), Some("Refused, 409"));
        assert_eq!(result(Unchanged).as_deref(), Some("No change"));
        assert_eq!((result(Done), result(Empty)), (None, None));
    }
}
