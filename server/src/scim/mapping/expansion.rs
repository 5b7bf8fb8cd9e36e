//! Refuses texts whose keys would be far longer than they are themselves ([`domain::key_excess`]).

use super::{Document, values};
use domain::key_excess;
use scim::schema::ENTERPRISE_URN;
use serde_json::Value;

/// Refuses a user with such texts. Those that an earlier version accepted may stay while the rest changes.
pub(super) fn check_user(before: Option<&Document>, after: &Document) -> Result<(), scim::Error> {
    check(|| before.map_or(0, |before| sum(&of_user(before))), &of_user(after))
}

/// The same for a group.
pub(super) fn check_group(before: Option<&Document>, after: &Document) -> Result<(), scim::Error> {
    check(|| before.map_or(0, |before| sum(&of_group(before))), &of_group(after))
}

type Texts<'d> = Vec<(&'static str, &'d str)>;

fn sum(texts: &Texts<'_>) -> usize {
    texts.iter().map(|(_, text)| key_excess(text)).sum()
}

fn check(accepted: impl FnOnce() -> usize, texts: &Texts<'_>) -> Result<(), scim::Error> {
    let Some((name, _)) = texts.iter().find(|(_, text)| key_excess(text) > 0) else { return Ok(()) };
    if sum(texts) <= accepted() {
        return Ok(());
    }
    Err(scim::Error::invalid_value(format!(
        "{name} consists of characters that stand for many others, such as U+FDFA. Write them out."
    )))
}

/// Every text of a user that a key is made from, and its attribute.
fn of_user(document: &Document) -> Texts<'_> {
    let name = document.get("name").and_then(Value::as_object);
    let enterprise = document.get(ENTERPRISE_URN).and_then(Value::as_object);
    let single = [
        (Some(document), "userName"),
        (Some(document), "displayName"),
        (name, "givenName"),
        (name, "familyName"),
        (enterprise, "employeeNumber"),
    ];
    let single = single.into_iter().filter_map(|(container, name)| Some((name, container?.get(name)?.as_str()?)));
    let emails = document.get("emails").and_then(Value::as_array).into_iter().flatten();
    let emails = emails.flat_map(|email| ["value", "type"].map(|part| email.get(part))).flatten();
    let emails = emails.filter_map(|text| Some(("emails", text.as_str()?)));
    let values = values::texts(document).map(|(attribute, text)| (values::name(attribute), text));
    single.chain(emails).chain(values).collect()
}

fn of_group(document: &Document) -> Texts<'_> {
    document.get("displayName").and_then(Value::as_str).map(|text| ("displayName", text)).into_iter().collect()
}
