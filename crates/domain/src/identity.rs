//! Who acts: one form for sessions, for the audit log, and for exports and alerts. A new kind of identity is a variant
//! of [`Who`], or of [`PersonId`] if it can sign in.

use crate::{BreakGlassId, TokenId, UserId};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::borrow::Cow;
use uuid::Uuid;

/// Who did something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// A SCIM client, by its token.
    Token {
        /// The token's id.
        id: TokenId,
        /// The token's name.
        name: String,
    },
    /// A person who is signed in.
    Person(Person),
    /// A person with a shell on the host.
    Host,
    /// Postern itself, on its own schedule.
    System,
    /// An unknown caller.
    Nobody,
}

/// A person who can sign in. Only persons have sessions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Which account or user.
    pub id: PersonId,
    /// The name.
    pub name: String,
}

/// What a person signs in as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PersonId {
    /// A break-glass account.
    BreakGlass(BreakGlassId),
    /// A user.
    User(UserId),
}

impl PersonId {
    /// The id of the account or the user.
    pub fn uuid(self) -> Uuid {
        match self {
            Self::BreakGlass(id) => id.0,
            Self::User(id) => id.0,
        }
    }
}

impl From<Person> for Who {
    fn from(person: Person) -> Self {
        Self::Person(person)
    }
}

impl Who {
    /// The name of the token or person.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Token { name, .. } | Self::Person(Person { name, .. }) => Some(name),
            Self::Host | Self::System | Self::Nobody => None,
        }
    }

    /// The same with another name, if it has one.
    pub(crate) fn renamed(mut self, rename: impl FnOnce(&str) -> String) -> Self {
        if let Self::Token { name, .. } | Self::Person(Person { name, .. }) = &mut self {
            *name = rename(name);
        }
        self
    }

    /// The actor, in words for the middle of a sentence. `show` makes a name fit for where the words appear.
    pub fn in_words(&self, show: impl FnOnce(&str) -> String) -> String {
        match self {
            Self::Token { name, .. } => format!("SCIM token {}", show(name)),
            Self::Person(Person { id: PersonId::BreakGlass(_), name }) => {
                format!("break-glass account {}", show(name))
            }
            Self::Person(Person { id: PersonId::User(_), name }) => show(name),
            Self::Host => "a person with a shell on the host".to_owned(),
            Self::System => "Postern itself".to_owned(),
            Self::Nobody => "somebody unknown".to_owned(),
        }
    }

    /// The kind, the id and the name, as they are stored and hashed.
    pub fn parts(&self) -> (&'static str, Option<Uuid>, Option<&str>) {
        match self {
            Self::Token { id, name } => ("scim", Some(id.0), Some(name)),
            Self::Person(Person { id: PersonId::BreakGlass(id), name }) => ("break_glass", Some(id.0), Some(name)),
            Self::Person(Person { id: PersonId::User(id), name }) => ("user", Some(id.0), Some(name)),
            Self::Host => ("host", None, None),
            Self::System => ("system", None, None),
            Self::Nobody => ("nobody", None, None),
        }
    }

    /// The one with these stored parts; `None` if they do not fit together.
    pub fn of_parts(kind: &str, id: Option<Uuid>, name: Option<String>) -> Option<Self> {
        let person = |id, name| Some(Person { id, name }.into());
        match (kind, id, name) {
            ("scim", Some(id), Some(name)) => Some(Self::Token { id: TokenId(id), name }),
            ("break_glass", Some(id), Some(name)) => person(PersonId::BreakGlass(BreakGlassId(id)), name),
            ("user", Some(id), Some(name)) => person(PersonId::User(UserId(id)), name),
            ("host", None, None) => Some(Self::Host),
            ("system", None, None) => Some(Self::System),
            ("nobody", None, None) => Some(Self::Nobody),
            _ => None,
        }
    }
}

/// The parts in JSON, for exports and alerts. Each is written even if it is null, so that a missing one is noticed.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Parts<'w> {
    kind: Cow<'w, str>,
    #[serde(deserialize_with = "Option::deserialize")]
    id: Option<Cow<'w, str>>,
    #[serde(deserialize_with = "Option::deserialize")]
    name: Option<Cow<'w, str>>,
}

impl Serialize for Who {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (kind, id, name) = self.parts();
        let id = id.map(|id| Cow::from(id.to_string()));
        Parts { kind: kind.into(), id, name: name.map(Cow::from) }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Who {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Parts { kind, id, name } = Parts::deserialize(deserializer)?;
        let id = id.map(|id| Uuid::try_parse(&id)).transpose().map_err(D::Error::custom)?;
        Self::of_parts(&kind, id, name.map(Cow::into_owned)).ok_or_else(|| D::Error::custom("the actor cannot be read"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: Uuid = Uuid::from_u128(7);

    fn person(id: PersonId) -> Who {
        Person { id, name: "Ada".to_owned() }.into()
    }

    fn all() -> [Who; 6] {
        [
            Who::Token { id: TokenId(ID), name: "Entra".to_owned() },
            person(PersonId::BreakGlass(BreakGlassId(ID))),
            person(PersonId::User(UserId(ID))),
            Who::Host,
            Who::System,
            Who::Nobody,
        ]
    }

    #[test]
    fn the_form_is_known_outside() {
        let id = "00000000-0000-0000-0000-000000000007";
        let written = [
            format!(r#"{{"kind":"scim","id":"{id}","name":"Entra"}}"#),
            format!(r#"{{"kind":"break_glass","id":"{id}","name":"Ada"}}"#),
            format!(r#"{{"kind":"user","id":"{id}","name":"Ada"}}"#),
            r#"{"kind":"host","id":null,"name":null}"#.to_owned(),
            r#"{"kind":"system","id":null,"name":null}"#.to_owned(),
            r#"{"kind":"nobody","id":null,"name":null}"#.to_owned(),
        ];
        for (who, text) in all().into_iter().zip(written) {
            assert_eq!(serde_json::to_string(&who).unwrap(), text);
            assert_eq!(serde_json::from_str::<Who>(&text).unwrap(), who);
        }
    }

    #[test]
    fn another_form_is_refused() {
        for text in [
            r#"{"kind":"host","id":null}"#,
            r#"{"kind":"host","id":null,"name":null,"note":1}"#,
            r#"{"kind":"host","id":null,"name":"Ada"}"#,
            r#"{"kind":"user","id":null,"name":"Ada"}"#,
            r#"{"kind":"user","id":"7","name":"Ada"}"#,
            r#"{"kind":"ghost","id":null,"name":null}"#,
        ] {
            assert!(serde_json::from_str::<Who>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn each_is_named_in_one_way() {
        let words = all().map(|who| who.in_words(|name| format!("<{name}>")));
        assert_eq!(
            words,
            [
                "SCIM token <Entra>",
                "break-glass account <Ada>",
                "<Ada>",
                "a person with a shell on the host",
                "Postern itself",
                "somebody unknown"
            ]
        );
        assert_eq!(all().map(|who| who.name().map(str::len)), [Some(5), Some(3), Some(3), None, None, None]);
    }
}
