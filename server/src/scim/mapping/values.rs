//! The values by which users are filtered and sorted. To add one, add it to [`UserValue`] and here, and have the keys
//! of all users renewed (`VERSION` in the store).

use super::{Document, emails};
use domain::{keys::KeySources, query::UserValue};
use scim::schema::ENTERPRISE_URN;
use serde_json::Value;

/// Where single values are: the extension, the attribute, the sub-attribute.
const SINGLE: [(UserValue, Option<&str>, &str, Option<&str>); 8] = [
    (UserValue::Title, None, "title", None),
    (UserValue::UserType, None, "userType", None),
    (UserValue::NickName, None, "nickName", None),
    (UserValue::FormattedName, None, "name", Some("formatted")),
    (UserValue::Department, Some(ENTERPRISE_URN), "department", None),
    (UserValue::CostCenter, Some(ENTERPRISE_URN), "costCenter", None),
    (UserValue::Organization, Some(ENTERPRISE_URN), "organization", None),
    (UserValue::Division, Some(ENTERPRISE_URN), "division", None),
];

/// The single value that a path names, by canonical names.
pub(super) fn single(extension: Option<&str>, name: &str, sub: Option<&str>) -> Option<UserValue> {
    SINGLE.into_iter().find(|(_, one, other, part)| (*one, *other, *part) == (extension, name, sub)).map(|(of, ..)| of)
}

/// The name of the attribute or sub-attribute.
pub(super) fn name(of: UserValue) -> &'static str {
    let single = SINGLE.into_iter().find(|(one, ..)| *one == of);
    single.map_or("phoneNumbers", |(_, _, name, sub)| sub.unwrap_or(name))
}

/// The values in a document.
pub(super) fn of(document: &Document) -> Vec<(UserValue, String)> {
    let mut values: Vec<_> = texts(document).map(|(attribute, value)| (attribute, UserValue::key(value))).collect();
    values.sort_by_key(|(attribute, _)| *attribute);
    values
}

/// The values as they were sent, those of one attribute in their order.
pub(super) fn texts(document: &Document) -> impl Iterator<Item = (UserValue, &str)> {
    let one = move |(attribute, extension, name, sub): (UserValue, Option<&str>, &str, Option<&str>)| {
        let container = match extension {
            Some(urn) => document.get(urn)?.as_object()?,
            None => document,
        };
        let value = container.get(name)?;
        Some((attribute, sub.map_or(Some(value), |sub| value.get(sub))?.as_str()?))
    };
    let phones = document.get("phoneNumbers").and_then(Value::as_array).into_iter().flatten();
    let phones = phones.filter_map(|phone| Some((UserValue::PhoneNumber, phone.get("value")?.as_str()?)));
    SINGLE.into_iter().filter_map(one).chain(phones).filter(|(_, value)| !value.is_empty())
}

/// The sources of a user's keys, besides its columns.
pub(crate) fn found(document: &str) -> KeySources {
    let document: Document = serde_json::from_str(document).unwrap_or_default();
    let list = document.get("emails").and_then(Value::as_array);
    KeySources { emails: list.map_or_else(Vec::new, |list| emails(list)), values: of(&document) }
}
