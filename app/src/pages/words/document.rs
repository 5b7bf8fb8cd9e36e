//! A SCIM document taken apart into lines that a person can read.

use serde_json::{Map, Value};

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// Some attributes that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Section {
    /// The heading.
    pub(crate) title: String,
    /// Whether the heading is the name of a schema.
    pub(crate) is_urn: bool,
    /// Label and value of each attribute.
    pub(crate) rows: Vec<(String, String)>,
}

/// Puts a document's attributes under headings, in the order in which a person looks for them. What stands elsewhere on
/// the page is left out, and so is what is empty.
pub(crate) fn sections(document: &Map<String, Value>) -> Vec<Section> {
    let mut sections: Vec<Section> =
        ["Identity", "Contact", "Organisation", "Other attributes"].map(|title| Section::new(title, false)).into();
    for (name, value) in document {
        match (place(name), value) {
            (Place::Elsewhere, _) => {}
            (Place::Section(at), Value::Object(attributes)) if name == "name" || name.contains(':') => {
                attributes.iter().for_each(|(name, value)| read(&mut sections[at].rows, &label(name), value));
            }
            (Place::Section(at), _) => read(&mut sections[at].rows, &label(name), value),
            (Place::Extension, _) => {
                let mut section = Section::new(name, true);
                match value {
                    Value::Object(attributes) => {
                        attributes.iter().for_each(|(name, value)| read(&mut section.rows, &label(name), value));
                    }
                    other => read(&mut section.rows, "Value", other),
                }
                sections.push(section);
            }
        }
    }
    sections.retain(|section| !section.rows.is_empty());
    sections
}

/// The lines of one attribute, wherever it stands.
pub(crate) fn lines(name: &str, value: &Value) -> Vec<(String, String)> {
    let mut rows = Vec::new();
    match value {
        Value::Object(parts) if name == "name" || name.eq_ignore_ascii_case(ENTERPRISE) => {
            parts.iter().for_each(|(name, value)| read(&mut rows, &label(name), value));
        }
        _ if name.contains(':') => read(&mut rows, name, value),
        _ => read(&mut rows, &label(name), value),
    }
    rows
}

impl Section {
    fn new(title: &str, is_urn: bool) -> Self {
        Self { title: title.to_owned(), is_urn, rows: Vec::new() }
    }
}

enum Place {
    Elsewhere,
    Section(usize),
    Extension,
}

fn place(name: &str) -> Place {
    let lower = name.to_lowercase();
    match lower.as_str() {
        "schemas" | "id" | "externalid" | "meta" | "groups" => Place::Elsewhere,
        "username" | "displayname" | "name" | "nickname" | "active" | "preferredlanguage" | "locale" | "timezone" => {
            Place::Section(0)
        }
        "emails" | "phonenumbers" | "addresses" | "ims" | "profileurl" | "photos" => Place::Section(1),
        "title" | "usertype" => Place::Section(2),
        _ if lower == ENTERPRISE.to_lowercase() => Place::Section(2),
        _ if name.contains(':') => Place::Extension,
        _ => Place::Section(3),
    }
}

fn read(rows: &mut Vec<(String, String)>, label: &str, value: &Value) {
    match value {
        Value::Array(items) if items.iter().all(|item| text(item).is_some()) => {
            let items: Vec<String> = items.iter().filter_map(text).filter(|item| !item.is_empty()).collect();
            push(rows, label.to_owned(), items.join(", "));
        }
        Value::Array(items) => items.iter().for_each(|item| read(rows, label, item)),
        Value::Object(parts) => read_object(rows, label, parts),
        plain => push(rows, label.to_owned(), text(plain).unwrap_or_default()),
    }
}

/// A complex value. Where it has the sub-attributes `value`, `type` and `primary` of RFC 7643 §2.4, the value is the
/// line and the other two tell it from its neighbours.
fn read_object(rows: &mut Vec<(String, String)>, label: &str, parts: &Map<String, Value>) {
    let part = |name: &str| parts.get(name).and_then(text).filter(|text| !text.is_empty());
    let mut marks: Vec<String> = part("type").into_iter().collect();
    if parts.get("primary").is_some_and(|primary| primary == true) {
        marks.push("primary".to_owned());
    }
    let label = if marks.is_empty() { label.to_owned() } else { format!("{label} ({})", marks.join(", ")) };
    if let Some(value) = part("value") {
        push(rows, label.clone(), value);
    }
    for (name, value) in
        parts.iter().filter(|(name, _)| !matches!(name.as_str(), "value" | "type" | "primary" | "$ref"))
    {
        read(rows, &format!("{label} · {}", self::label(name).to_lowercase()), value);
    }
}

fn push(rows: &mut Vec<(String, String)>, label: String, value: String) {
    if !value.is_empty() {
        rows.push((label, value));
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => Some(String::new()),
        Value::Bool(yes) => Some(if *yes { "Yes" } else { "No" }.to_owned()),
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => Some(text.clone()),
        Value::Array(_) | Value::Object(_) => None,
    }
}

/// `phoneNumbers` → `Phone`, `costCenter` → `Cost center`.
fn label(name: &str) -> String {
    match name {
        "emails" => return "E-mail".to_owned(),
        "phoneNumbers" => return "Phone".to_owned(),
        "addresses" => return "Address".to_owned(),
        "ims" => return "Instant messenger".to_owned(),
        "photos" => return "Photo".to_owned(),
        "roles" => return "Role".to_owned(),
        "entitlements" => return "Entitlement".to_owned(),
        "profileUrl" => return "Profile URL".to_owned(),
        "title" => return "Job title".to_owned(),
        "formatted" => return "In full".to_owned(),
        _ => {}
    }
    let mut text = String::new();
    for (at, c) in name.chars().enumerate() {
        match c {
            c if at == 0 => text.extend(c.to_uppercase()),
            c if c.is_uppercase() => {
                text.push(' ');
                text.extend(c.to_lowercase());
            }
            c => text.push(c),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(document: Value) -> Vec<(String, Vec<(String, String)>)> {
        let Value::Object(document) = document else { panic!("not an object") };
        sections(&document).into_iter().map(|section| (section.title, section.rows)).collect()
    }

    fn rows(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(label, value)| ((*label).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn attributes_stand_under_their_headings() {
        let read = read(json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
            "externalId": "5d1c",
            "userName": "ada@corp.example",
            "name": {"givenName": "Ada", "familyName": "King"},
            "active": true,
            "title": "Countess",
            ENTERPRISE: {
                "department": "Engines",
                "costCenter": "",
                "manager": {"value": "2f6f", "displayName": "Babbage"}
            },
            "urn:corp:ext:1.0:User": {"badge": 7, "doors": ["north", "postern"]},
            "entitlements": []
        }));
        let identity = rows(&[
            ("User name", "ada@corp.example"),
            ("Given name", "Ada"),
            ("Family name", "King"),
            ("Active", "Yes"),
        ]);
        let organisation = rows(&[
            ("Job title", "Countess"),
            ("Department", "Engines"),
            ("Manager", "2f6f"),
            ("Manager · display name", "Babbage"),
        ]);
        let extension = rows(&[("Badge", "7"), ("Doors", "north, postern")]);
        assert_eq!(
            read,
            [
                ("Identity".to_owned(), identity),
                ("Organisation".to_owned(), organisation),
                ("urn:corp:ext:1.0:User".to_owned(), extension)
            ]
        );
    }

    #[test]
    fn several_values_are_told_apart_by_type() {
        let read = read(json!({
            "emails": [
                {"type": "work", "primary": true, "value": "ada@corp.example"},
                {"type": "home", "value": "ada@home.example"}
            ],
            "addresses": [{"type": "work", "locality": "London", "postalCode": null}]
        }));
        let contact = rows(&[
            ("E-mail (work, primary)", "ada@corp.example"),
            ("E-mail (home)", "ada@home.example"),
            ("Address (work) · locality", "London"),
        ]);
        assert_eq!(read, [("Contact".to_owned(), contact)]);
    }

    #[test]
    fn values_without_a_known_form_still_show() {
        let read = read(json!({"x": [[1, 2], {"y": {"z": "deep"}}, "plain"], "urn:a:b": "text"}));
        let other = rows(&[("X", "1, 2"), ("X · y · z", "deep"), ("X", "plain")]);
        assert_eq!(read, [("Other attributes".to_owned(), other), ("urn:a:b".to_owned(), rows(&[("Value", "text")]))]);
    }
}
