//! Operations, the effect of each on a person, and the ways to write it.

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::BADGES;
use crate::model::{Email, Person, SINGLES, email, last_primary, only_primary, tags};

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Kind {
    Add,
    Replace,
    Remove,
}

/// Selects e-mail addresses.
#[derive(Debug, Clone)]
pub(crate) struct Choice {
    value: Option<String>,
    kind: Option<String>,
    primary: Option<bool>,
}

#[derive(Debug, Clone)]
pub(crate) enum Sub {
    Value,
    Kind,
    Display,
}

#[derive(Debug, Clone)]
pub(crate) enum Operation {
    /// An attribute with one text; without a text it is unset.
    Single(Kind, &'static str, Option<String>),
    /// Several parts of the name at once.
    Name(Kind, Option<String>, Option<String>),
    /// A list of plain values; a removal lists the values to remove.
    Tags(Kind, Vec<String>),
    AllTags,
    /// The whole list of e-mail addresses; a removal removes all.
    Emails(Kind, Vec<Email>),
    /// The selected addresses.
    Chosen(Kind, Choice, Email),
    /// One sub-attribute, of all addresses or of the selected ones; without a text it is unset.
    Part(Kind, Option<Choice>, Sub, Option<String>),
}

type Outcome<T> = Result<T, &'static str>;

impl Operation {
    /// All operations or none, each in its style. Operations that are wrong for every document are refused first.
    pub(crate) fn apply_all(operations: &[(Self, u8)], before: &Person) -> Outcome<Person> {
        for (operation, _) in operations {
            if let Self::Single(Kind::Add | Kind::Replace, "userName", None) = operation {
                return Err("invalidValue");
            }
        }
        let mut person = before.clone();
        for (operation, style) in operations {
            operation.apply(&mut person, *style)?;
        }
        let badge = SINGLES[6];
        let is_changed = |old: &String| person.singles.get(badge).is_none_or(|new| !new.eq_ignore_ascii_case(old));
        if before.singles.get(badge).is_some_and(is_changed) || !person.singles.contains_key("userName") {
            return Err("mutability");
        }
        // A value that differs only in letter case is the same.
        if let Some(old) = before.singles.get(badge) {
            person.singles.insert(badge, old.clone());
        }
        Ok(person)
    }

    fn apply(&self, person: &mut Person, style: u8) -> Outcome<()> {
        match self {
            Self::Single(Kind::Remove, path, _) | Self::Single(_, path, None) => drop(person.singles.remove(path)),
            Self::Single(_, path, Some(text)) => drop(person.singles.insert(path, text.clone())),
            Self::Name(kind, given, family) => {
                for (path, text) in [(SINGLES[2], given), (SINGLES[3], family)] {
                    match (kind, text) {
                        (Kind::Remove, Some(text)) if !has_path(style) && is_another(person, path, text) => {
                            return Err("noTarget");
                        }
                        (Kind::Remove, Some(_)) => drop(person.singles.remove(path)),
                        (_, Some(text)) => drop(person.singles.insert(path, text.clone())),
                        (_, None) => {}
                    }
                }
            }
            Self::AllTags => person.tags.clear(),
            Self::Tags(kind, given) => change_tags(*kind, given, &mut person.tags),
            Self::Emails(kind, given) => change_emails(*kind, given, &mut person.emails),
            Self::Chosen(kind, choice, given) => change_chosen(*kind, choice, given, &mut person.emails)?,
            Self::Part(kind, choice, sub, text) => change_part(*kind, choice.as_ref(), sub, text, &mut person.emails)?,
        }
        person.drop_twins();
        Ok(())
    }

    /// The operation as JSON; `style` chooses among the ways to write it.
    pub(crate) fn to_json(&self, style: u8) -> Value {
        let (kind, path, value) = match self {
            Self::Single(kind, path, text) => (*kind, (*path).to_owned(), json!(text)),
            Self::Name(kind, given, family) => {
                let parts = [("givenName", given), ("familyName", family)];
                let parts = parts.into_iter().filter_map(|(name, text)| Some((name.to_owned(), json!(text.as_ref()?))));
                (*kind, "name".to_owned(), Value::Object(parts.collect()))
            }
            Self::AllTags => (Kind::Remove, format!("{BADGES}:tags"), Value::Null),
            Self::Tags(kind, given) => (*kind, format!("{BADGES}:tags"), json!(given)),
            Self::Emails(kind, given) => (*kind, "emails".to_owned(), given.iter().map(Email::to_json).collect()),
            Self::Chosen(kind, choice, given) => (*kind, format!("emails[{}]", choice.text()), given.to_json()),
            Self::Part(kind, choice, sub, text) => {
                let filter = choice.as_ref().map(|choice| format!("[{}]", choice.text())).unwrap_or_default();
                let sub = match sub {
                    Sub::Value => "value",
                    Sub::Kind => "type",
                    Sub::Display => "display",
                };
                (*kind, format!("emails{filter}.{sub}"), json!(text))
            }
        };
        let op = match (kind, style % 2) {
            (Kind::Add, 0) => "add",
            (Kind::Add, _) => "Add",
            (Kind::Replace, 0) => "replace",
            (Kind::Replace, _) => "Replace",
            (Kind::Remove, 0) => "remove",
            (Kind::Remove, _) => "Remove",
        };
        let core = "urn:ietf:params:scim:schemas:core:2.0:User:";
        let path = if style & 2 == 0 || path.starts_with("urn:") { path } else { format!("{core}{path}") };
        let path = if style & 4 == 0 { path } else { path.replace("emails", "EMAILS").replace(" eq ", " EQ ") };
        let lists = matches!(self, Self::Tags(..) | Self::Name(..));
        match kind {
            Kind::Remove if !lists => json!({"op": op, "path": path}),
            // A value without a path means the same under its key as a path.
            _ if !has_path(style) => json!({"op": op, "value": {path: value}}),
            _ => json!({"op": op, "path": path, "value": value}),
        }
    }
}

fn has_path(style: u8) -> bool {
    style & 8 != 0
}

/// Whether a removal that names its value names another one than the present one.
fn is_another(person: &Person, path: &str, text: &str) -> bool {
    person.singles.get(path).is_some_and(|old| !old.eq_ignore_ascii_case(text))
}

impl Choice {
    fn text(&self) -> String {
        let texts = [("value", &self.value), ("type", &self.kind)];
        let texts = texts.into_iter().filter_map(|(name, text)| Some(format!("{name} eq \"{}\"", text.as_ref()?)));
        let flag = self.primary.map(|primary| format!("primary eq {primary}"));
        texts.chain(flag).collect::<Vec<_>>().join(" and ")
    }

    fn takes(&self, email: &Email) -> bool {
        let same = |wanted: &Option<String>, found: &Option<String>| match (wanted, found) {
            (Some(wanted), Some(found)) => wanted.eq_ignore_ascii_case(found),
            (wanted, _) => wanted.is_none(),
        };
        // RFC 7643 §2.4: if it is missing, it is false.
        let flag = self.primary.is_none_or(|primary| email.primary.unwrap_or(false) == primary);
        same(&self.value, &email.value) && same(&self.kind, &email.kind) && flag
    }

    /// "All matching record values SHALL be replaced": only the sub-attributes by which a value was selected stay.
    fn what_stays(&self, email: &Email) -> Email {
        Email {
            value: email.value.clone().filter(|_| self.value.is_some()),
            kind: email.kind.clone().filter(|_| self.kind.is_some()),
            display: None,
            primary: email.primary.filter(|_| self.primary.is_some()),
        }
    }

    /// The addresses that are selected. If there is none, one is created from the choice, unless the choice names a
    /// certain value to replace.
    fn hits(&self, kind: Kind, emails: &mut Vec<Email>) -> Outcome<Vec<usize>> {
        let hits: Vec<_> = (0..emails.len()).filter(|&index| self.takes(&emails[index])).collect();
        if !hits.is_empty() || kind == Kind::Remove {
            return Ok(hits);
        }
        if kind == Kind::Replace && self.value.is_some() {
            return Err("noTarget");
        }
        emails.push(Email { value: self.value.clone(), kind: self.kind.clone(), display: None, primary: self.primary });
        Ok(vec![emails.len() - 1])
    }
}

fn change_tags(kind: Kind, given: &[String], tags: &mut Vec<String>) {
    let has = |tags: &[String], tag: &String| tags.iter().any(|other| other.eq_ignore_ascii_case(tag));
    match kind {
        Kind::Replace => *tags = given.to_vec(),
        Kind::Remove => tags.retain(|tag| !has(given, tag)),
        Kind::Add if tags.is_empty() => *tags = given.to_vec(),
        Kind::Add => {
            for tag in given {
                if !has(tags, tag) {
                    tags.push(tag.clone());
                }
            }
        }
    }
}

fn change_emails(kind: Kind, given: &[Email], emails: &mut Vec<Email>) {
    let mut given = given.to_vec();
    let all: Vec<_> = (0..given.len()).collect();
    let winner = last_primary(&given, &all);
    only_primary(&mut given, winner);
    match kind {
        Kind::Remove => emails.clear(),
        Kind::Replace => *emails = given,
        Kind::Add if emails.is_empty() => *emails = given,
        Kind::Add => {
            let mut touched = Vec::new();
            for email in given {
                match emails.iter().position(|other| other.is_same(&email)) {
                    Some(index) => {
                        emails[index].take_over(&email);
                        touched.push(index);
                    }
                    None => {
                        touched.push(emails.len());
                        emails.push(email);
                    }
                }
            }
            let winner = last_primary(emails, &touched);
            only_primary(emails, winner);
        }
    }
}

fn change_chosen(kind: Kind, choice: &Choice, given: &Email, emails: &mut Vec<Email>) -> Outcome<()> {
    let hits = choice.hits(kind, emails)?;
    if kind == Kind::Remove {
        emails.retain(|email| !choice.takes(email));
        return Ok(());
    }
    for &index in &hits {
        if kind == Kind::Replace {
            emails[index] = choice.what_stays(&emails[index]);
        }
        emails[index].take_over(given);
    }
    let winner = last_primary(emails, &hits);
    only_primary(emails, winner);
    Ok(())
}

fn change_part(
    kind: Kind,
    choice: Option<&Choice>,
    sub: &Sub,
    text: &Option<String>,
    emails: &mut Vec<Email>,
) -> Outcome<()> {
    let text = text.as_ref().filter(|_| kind != Kind::Remove);
    let kind = if text.is_some() { kind } else { Kind::Remove };
    if emails.is_empty() && kind != Kind::Remove && choice.is_none() {
        emails.push(Email::default());
    }
    let hits = match choice {
        Some(choice) => choice.hits(kind, emails)?,
        None => (0..emails.len()).collect(),
    };
    for &index in &hits {
        let email = &mut emails[index];
        match sub {
            Sub::Value => email.value = text.cloned(),
            Sub::Kind => email.kind = text.cloned(),
            Sub::Display => email.display = text.cloned(),
        }
    }
    let winner = last_primary(emails, &hits);
    only_primary(emails, winner);
    if kind == Kind::Remove {
        // What only described a removed value is removed with it.
        let mut index = 0;
        emails.retain(|email| {
            index += 1;
            !hits.contains(&(index - 1)) || email.value.is_some() || email.display.is_some()
        });
    }
    Ok(())
}

fn text() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["a", "b", "A", "c"]).prop_map(str::to_owned)
}

fn choice() -> impl Strategy<Value = Choice> {
    let kind = prop::sample::select(vec!["work", "home", "WORK"]).prop_map(str::to_owned);
    (prop::option::weighted(0.3, text()), prop::option::of(kind), prop::option::weighted(0.3, any::<bool>()))
        .prop_map(|(value, kind, primary)| Choice { value, kind, primary })
        .prop_filter("chooses nothing", |choice| {
            choice.value.is_some() || choice.kind.is_some() || choice.primary.is_some()
        })
}

pub(crate) fn operation() -> impl Strategy<Value = Operation> {
    let kind = || prop::sample::select(vec![Kind::Add, Kind::Replace, Kind::Remove]);
    let maybe = || prop::option::weighted(0.8, text());
    let sub = prop::sample::select(vec![0, 1, 2]).prop_map(|n| [Sub::Value, Sub::Kind, Sub::Display][n].clone());
    let lists = prop::collection::vec(email(), 0..3);
    prop_oneof![
        3 => (kind(), prop::sample::select(&SINGLES[..]), maybe()).prop_map(|(a, b, c)| Operation::Single(a, b, c)),
        1 => (kind(), maybe(), text()).prop_map(|(a, b, c)| Operation::Name(a, b, Some(c))),
        2 => (kind(), tags()).prop_map(|(a, b)| Operation::Tags(a, b)),
        1 => Just(Operation::AllTags),
        2 => (kind(), lists).prop_map(|(a, b)| Operation::Emails(a, b)),
        3 => (kind(), choice(), email()).prop_map(|(a, b, c)| Operation::Chosen(a, b, c)),
        3 => (kind(), prop::option::of(choice()), sub, maybe()).prop_map(|(a, b, c, d)| Operation::Part(a, b, c, d)),
    ]
}
