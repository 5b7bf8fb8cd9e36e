//! A SCIM document taken apart into lines that people can read.

use super::{count, cut, visible::visible_lines};
use domain::audit::TextSummary;
use serde_json::{Map, Value};

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// Attributes that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Section {
    /// The heading.
    pub(crate) title: String,
    /// Whether the heading is the name of a schema.
    pub(crate) is_urn: bool,
    /// The label and the value of each attribute.
    pub(crate) rows: Vec<(String, String)>,
}

/// How many lines a page shows of one document.
const LINES: usize = 300;

/// The most bytes of a value, and of the name of an attribute.
const VALUE: usize = 2 * 1024;
const LABEL: usize = 256;

/// Puts a document's attributes under headings, in the order in which people look for them, and returns how many lines
/// are not shown. Empty attributes, and those that the page shows elsewhere, are left out.
pub(crate) fn sections(document: &Map<String, Value>) -> (Vec<Section>, u64) {
    let mut sections: Vec<Section> =
        ["Identity", "Contact", "Organisation", "Other attributes"].map(|title| Section::new(title, false)).into();
    let mut reader = Reader::new(LINES);
    for (name, value) in document {
        match (place(name), value) {
            (Place::Elsewhere, _) => {}
            (Place::Section(at), Value::Object(attributes)) if name == "name" || name.contains(':') => {
                reader.rows = std::mem::take(&mut sections[at].rows);
                attributes.iter().for_each(|(name, value)| reader.read(&label(name), value));
                sections[at].rows = std::mem::take(&mut reader.rows);
            }
            (Place::Section(at), _) => {
                reader.rows = std::mem::take(&mut sections[at].rows);
                reader.read(&label(name), value);
                sections[at].rows = std::mem::take(&mut reader.rows);
            }
            (Place::Extension, _) => {
                match value {
                    Value::Object(attributes) => {
                        attributes.iter().for_each(|(name, value)| reader.read(&label(name), value));
                    }
                    other => reader.read("Value", other),
                }
                if !reader.rows.is_empty() {
                    let rows = std::mem::take(&mut reader.rows);
                    sections.push(Section { rows, ..Section::new(&visible_lines(&cut(name, LABEL)), true) });
                }
            }
        }
    }
    sections.retain(|section| !section.rows.is_empty());
    (sections, reader.more)
}

/// Reads documents into lines: a limited number, and none longer than a page should show.
pub(crate) struct Reader {
    /// The label and the value of each line that is shown.
    pub(crate) rows: Vec<(String, String)>,
    /// How many more lines may be shown.
    left: usize,
    /// How many lines are not shown.
    pub(crate) more: u64,
    /// Whether an object may be the summary of a long text, as in the audit log.
    summaries: bool,
}

impl Reader {
    /// For this many lines.
    pub(crate) fn new(lines: usize) -> Self {
        Self { rows: Vec::new(), left: lines, more: 0, summaries: false }
    }

    /// For the values in an event.
    pub(crate) fn of_events(lines: usize) -> Self {
        Self { summaries: true, ..Self::new(lines) }
    }

    /// Adds the lines of one attribute, at any depth.
    pub(crate) fn attribute(&mut self, name: &str, value: &Value) {
        match value {
            Value::Object(parts) if name == "name" || name.eq_ignore_ascii_case(ENTERPRISE) => {
                parts.iter().for_each(|(name, value)| self.read(&label(name), value));
            }
            _ if name.contains(':') => self.read(&cut(name, LABEL), value),
            _ => self.read(&label(name), value),
        }
    }

    /// Adds a line.
    pub(crate) fn push(&mut self, label: &str, value: &str) {
        if value.is_empty() {
            return;
        }
        if self.left == 0 {
            self.more += 1;
            return;
        }
        self.left -= 1;
        self.rows.push((visible_lines(label), visible_lines(&cut(value, VALUE))));
    }

    fn read(&mut self, label: &str, value: &Value) {
        match value {
            Value::Array(items) if items.iter().all(|item| text(item).is_some()) => {
                let items: Vec<String> = items.iter().filter_map(text).filter(|item| !item.is_empty()).collect();
                self.push(label, &items.join(", "));
            }
            Value::Array(items) => items.iter().for_each(|item| self.read(label, item)),
            Value::Object(parts) => match TextSummary::read(value).filter(|_| self.summaries) {
                Some(summary) => self.push(label, &summarised(&summary)),
                None => self.read_object(label, parts),
            },
            plain => self.push(label, &text(plain).unwrap_or_default()),
        }
    }

    /// A complex value. If it has the sub-attributes `value`, `type` and `primary` of RFC 7643 §2.4, the value is the
    /// line and the other two tell it from its neighbours.
    fn read_object(&mut self, label: &str, parts: &Map<String, Value>) {
        let part = |name: &str| parts.get(name).and_then(text).filter(|text| !text.is_empty());
        let mut marks: Vec<String> = part("type").into_iter().collect();
        if parts.get("primary").is_some_and(|primary| primary == true) {
            marks.push("primary".to_owned());
        }
        let label = if marks.is_empty() { label.to_owned() } else { format!("{label} ({})", marks.join(", ")) };
        let label = cut(&label, LABEL);
        if let Some(value) = part("value") {
            self.push(&label, &value);
        } else if let Some(value @ (Value::Object(_) | Value::Array(_))) = parts.get("value") {
            self.read(&label, value);
        }
        for (name, value) in
            parts.iter().filter(|(name, _)| !matches!(name.as_str(), "value" | "type" | "primary" | "$ref"))
        {
            let label = format!("{label} · {}", self::label(name).to_lowercase());
            self.read(&cut(&label, LABEL), value);
        }
    }
}

/// The summary of a long text that the audit log keeps.
fn summarised(summary: &TextSummary) -> String {
    format!("a text of {} with the SHA-256 {}", count(summary.bytes, "byte", "bytes"), summary.sha256)
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
    for (at, c) in cut(name, LABEL).chars().enumerate() {
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
        sections(&document).0.into_iter().map(|section| (section.title, section.rows)).collect()
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

    #[test]
    fn nothing_hides_in_a_value() {
        let read = read(json!({"displayName": "exe\u{202e}txt", "x\u{202e}": "two\nlines"}));
        assert_eq!(read[0].1, rows(&[("Display name", "exe[U+202E]txt")]));
        assert_eq!(read[1].1, rows(&[("X[U+202E]", "two\nlines")]));
    }

    #[test]
    fn a_document_of_any_size_has_so_many_lines() {
        let names =
            |count: usize| (0..count).map(|n| (format!("a{n}"), json!("x".repeat(5_000)))).collect::<Map<_, _>>();
        let (shown, more) = sections(&names(1_000));
        let lines: Vec<_> = shown.iter().flat_map(|section| &section.rows).collect();
        assert_eq!((lines.len(), more), (LINES, 1_000 - LINES as u64));
        assert!(lines.iter().all(|(_, value)| value.len() <= VALUE && value.ends_with('…')));
        let mut deep = json!((0..2_000).map(|n| json!({"n": n})).collect::<Vec<_>>());
        for _ in 0..60 {
            deep = json!({"é".repeat(500): deep});
        }
        let (shown, more) = sections(&Map::from_iter([("urn:x:y".to_owned(), deep)]));
        assert_eq!((shown[0].rows.len(), more), (LINES, 2_000 - LINES as u64));
        assert!(shown[0].rows.iter().all(|(label, _)| label.len() <= LABEL));
    }
}
