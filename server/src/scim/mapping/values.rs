//! The values by which users are filtered and sorted. To add one, add it to [`UserValue`] and here, and have the keys
//! of all users renewed (`VERSION` in the store).

use super::{Document, emails};
use domain::{keys::KeySources, query::UserValue};
use scim::schema::ENTERPRISE_URN;
use serde_json::Value;

/// Where the values of an attribute are in a document.
enum Source {
    /// There is one: the extension, the attribute, the sub-attribute.
    Single(Option<&'static str>, &'static str, Option<&'static str>),
    /// The `value` of each element of this list.
    Each(&'static str),
}

fn source(of: UserValue) -> Source {
    use Source::{Each, Single};
    match of {
        UserValue::Title => Single(None, "title", None),
        UserValue::UserType => Single(None, "userType", None),
        UserValue::NickName => Single(None, "nickName", None),
        UserValue::FormattedName => Single(None, "name", Some("formatted")),
        UserValue::PhoneNumber => Each("phoneNumbers"),
        UserValue::Department => Single(Some(ENTERPRISE_URN), "department", None),
        UserValue::CostCenter => Single(Some(ENTERPRISE_URN), "costCenter", None),
        UserValue::Organization => Single(Some(ENTERPRISE_URN), "organization", None),
        UserValue::Division => Single(Some(ENTERPRISE_URN), "division", None),
    }
}

/// The single value that a path names, by canonical names.
pub(super) fn single(extension: Option<&str>, name: &str, sub: Option<&str>) -> Option<UserValue> {
    let is_there = |of: &UserValue| match source(*of) {
        Source::Single(one, other, part) => (one, other, part) == (extension, name, sub),
        Source::Each(_) => false,
    };
    UserValue::ALL.iter().copied().find(is_there)
}

/// The name of the attribute or sub-attribute.
pub(super) fn name(of: UserValue) -> &'static str {
    match source(of) {
        Source::Single(_, name, sub) => sub.unwrap_or(name),
        Source::Each(name) => name,
    }
}

/// The values in a document, in the order of their attributes.
pub(super) fn of(document: &Document) -> Vec<(UserValue, String)> {
    texts(document).map(|(attribute, value)| (attribute, UserValue::key(value))).collect()
}

/// The values as they were sent, in the order of their attributes, those of one attribute in their own.
pub(super) fn texts(document: &Document) -> impl Iterator<Item = (UserValue, &str)> {
    let values = move |attribute: UserValue| {
        let (one, list) = match source(attribute) {
            Source::Single(extension, name, sub) => (part(document, extension, name, sub), None),
            Source::Each(name) => (None, document.get(name).and_then(Value::as_array)),
        };
        let each = list.into_iter().flatten().filter_map(|element| element.get("value"));
        let texts = one.into_iter().chain(each).filter_map(Value::as_str);
        texts.filter(|text| !text.is_empty()).map(move |text| (attribute, text))
    };
    UserValue::ALL.iter().copied().flat_map(values)
}

fn part<'d>(document: &'d Document, extension: Option<&str>, name: &str, sub: Option<&str>) -> Option<&'d Value> {
    let container = match extension {
        Some(urn) => document.get(urn)?.as_object()?,
        None => document,
    };
    let value = container.get(name)?;
    sub.map_or(Some(value), |sub| value.get(sub))
}

/// The sources of a user's keys, besides its columns.
pub(crate) fn found(document: &str) -> KeySources {
    let document: Document = serde_json::from_str(document).unwrap_or_default();
    let list = document.get("emails").and_then(Value::as_array);
    KeySources { emails: list.map_or_else(Vec::new, |list| emails(list)), values: of(&document) }
}
