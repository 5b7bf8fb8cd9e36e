use serde_json::Value;

use crate::path::AttributePath;
use crate::schema::{Attribute, COMMON, ResourceType, Returned, Type};
use crate::text::is_urn;
use crate::value::is_empty;
use crate::{Error, Result};

/// Most names in one list.
const MAX_NAMES: usize = 200;

/// Which attributes a response has: the query parameters `attributes` and `excludedAttributes` (RFC 7644 §3.9).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Projection {
    only: Option<Vec<Item>>,
    except: Vec<Item>,
    /// What the request itself wrote.
    pub(super) written: Vec<Item>,
}

/// One name of a list. Names are compared without regard to case.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Item {
    /// A whole schema: an extension, or the core schema (`None`).
    Schema(Option<String>),
    /// An attribute or a sub-attribute.
    Attribute { extension: Option<String>, name: String, sub: Option<String> },
}

/// How a list affects one attribute.
#[derive(Default)]
struct Mention<'i> {
    /// It names the schema of the attribute.
    schema: bool,
    /// It names the attribute.
    whole: bool,
    /// It names these sub-attributes.
    subs: Vec<&'i str>,
}

impl Mention<'_> {
    fn names(&self) -> bool {
        self.whole || !self.subs.is_empty()
    }
}

/// How all the lists together affect one attribute.
struct Choice<'i> {
    only: Mention<'i>,
    except: Mention<'i>,
    written: Mention<'i>,
}

impl Projection {
    /// Everything that is returned by default.
    pub fn all() -> Self {
        Self::default()
    }

    /// Reads the two query parameters, comma-separated lists of names. An empty `attributes` counts as not given; if
    /// both are given, `excludedAttributes` is subtracted from `attributes`. Names without a meaning are ignored.
    ///
    /// Refuses more than 200 names.
    pub fn parse(attributes: Option<&str>, excluded: Option<&str>, resource_type: &ResourceType) -> Result<Self> {
        let only = attributes.filter(|list| !list.trim().is_empty());
        Ok(Self {
            only: only.map(|list| items(list, resource_type)).transpose()?,
            except: excluded.map_or(Ok(vec![]), |list| items(list, resource_type))?,
            written: vec![],
        })
    }

    /// Whether any part of the core attribute `name` is returned, so that the server must load it.
    pub fn wants(&self, name: &str) -> bool {
        let common = COMMON.iter().find(|known| known.name.eq_ignore_ascii_case(name));
        self.choice(None, name, common).is_some()
    }

    /// Whether each attribute is returned whole or not at all, as far as the request decides that.
    pub(super) fn is_by_attribute(&self) -> bool {
        let is_whole = |item: &Item| matches!(item, Item::Attribute { extension: None, sub: None, .. });
        self.only.is_none() && self.except.iter().all(is_whole)
    }

    /// Whether anything of the top-level member `name` is returned.
    pub(super) fn wants_of(&self, resource_type: &ResourceType, name: &str) -> bool {
        self.except.is_empty() || self.choice(None, name, resource_type.attribute(None, name)).is_some()
    }

    /// What remains of the top-level member `name` of a resource, which may be the object of an extension.
    pub(super) fn keep(&self, resource_type: &ResourceType, name: &str, value: Value) -> Option<Value> {
        let kept = match value {
            Value::Object(extension) if is_urn(name) && resource_type.attribute(None, name).is_none() => {
                let members = extension.into_iter();
                let part = |(inner, value): (String, Value)| {
                    let kept = self.part(Some(name), &inner, resource_type.attribute(Some(name), &inner), value)?;
                    Some((inner, kept))
                };
                Value::Object(members.filter_map(part).collect())
            }
            value => self.part(None, name, resource_type.attribute(None, name), value)?,
        };
        Some(kept).filter(|value| !is_empty(value))
    }

    fn part(&self, extension: Option<&str>, name: &str, known: Option<&Attribute>, mut value: Value) -> Option<Value> {
        // What the server adds is never in an extension, so a value found here was written before the extension was
        // declared.
        let is_secret =
            |known: Option<&Attribute>| extension.is_some() && known.is_some_and(|known| !known.is_stored());
        if is_secret(known) {
            return None;
        }
        let Choice { only, except, written } = self.choice(extension, name, known)?;
        let is_kept = |sub: &str| {
            let known = known.and_then(|known| known.sub_attribute(sub));
            if is_secret(known) {
                return false;
            }
            let is_named = contains(&only.subs, sub);
            let is_included = is_named || only.whole || only.schema || only.subs.is_empty();
            let is_asked_for = is_named || contains(&written.subs, sub);
            is_returned(known, is_included, is_asked_for, contains(&except.subs, sub))
        };
        retain(&mut value, known, &is_kept);
        Some(value).filter(|value| !is_empty(value))
    }

    /// How the lists affect an attribute that is returned in whole or in part; `None` if nothing of it is.
    fn choice(&self, extension: Option<&str>, name: &str, known: Option<&Attribute>) -> Option<Choice<'_>> {
        let only = self.only.as_deref().map_or(Mention::default(), |items| mention(items, extension, name));
        let except = mention(&self.except, extension, name);
        // A client that names the attributes to return gets no others.
        let written = if self.only.is_none() { mention(&self.written, extension, name) } else { Mention::default() };
        let is_included = self.only.is_none() || only.schema || only.names();
        let is_asked_for = only.names() || written.names();
        let is_excluded = except.schema || except.whole;
        is_returned(known, is_included, is_asked_for, is_excluded).then_some(Choice { only, except, written })
    }
}

/// RFC 7643 §7 and RFC 7644 §3.9: whether an attribute is returned. That depends on its `returned` and on whether the
/// request includes it (by name or along with the rest), requests it (by naming or writing it) or excludes it.
fn is_returned(known: Option<&Attribute>, is_included: bool, is_asked_for: bool, is_excluded: bool) -> bool {
    match known.map_or(Returned::Default, |known| known.returned) {
        Returned::Always => true,
        Returned::Never => false,
        Returned::Default => is_included && !is_excluded,
        Returned::Request => is_asked_for && !is_excluded,
    }
}

fn items(list: &str, resource_type: &ResourceType) -> Result<Vec<Item>> {
    let names: Vec<_> = list.split(',').map(str::trim).filter(|name| !name.is_empty()).take(MAX_NAMES + 1).collect();
    if names.len() > MAX_NAMES {
        return Err(Error::invalid_value(format!("A list of attributes may hold at most {MAX_NAMES} names.")));
    }
    Ok(names.into_iter().flat_map(|name| item(name, resource_type)).collect())
}

/// What a name means. An unknown URN may be an extension or an attribute of one, so it is taken for both.
fn item(name: &str, resource_type: &ResourceType) -> Vec<Item> {
    if resource_type.schema.id.eq_ignore_ascii_case(name) {
        return vec![Item::Schema(None)];
    }
    if let Some(schema) = resource_type.extension(name) {
        return vec![Item::Schema(Some(schema.id.to_owned()))];
    }
    let mut items = Vec::new();
    if is_urn(name) {
        items.push(Item::Schema(Some(name.to_owned())));
    }
    // Some clients put a filter after the name; the attribute is returned with all its values.
    let name = name.split('[').next().unwrap_or(name);
    if let Ok(path) = AttributePath::parse(name) {
        let found = resource_type.resolve(&path);
        items.push(Item::Attribute {
            extension: found.extension.map(Into::into),
            name: found.name.to_owned(),
            sub: found.sub_name.map(Into::into),
        });
    }
    items
}

fn mention<'i>(items: &'i [Item], extension: Option<&str>, name: &str) -> Mention<'i> {
    let same = |a: Option<&str>, b: Option<&str>| match (a, b) {
        (Some(a), Some(b)) => a.eq_ignore_ascii_case(b),
        (a, b) => a == b,
    };
    let mut found = Mention::default();
    for item in items {
        match item {
            Item::Schema(urn) if same(urn.as_deref(), extension) => found.schema = true,
            Item::Attribute { extension: urn, name: wanted, sub }
                if same(urn.as_deref(), extension) && wanted.eq_ignore_ascii_case(name) =>
            {
                match sub {
                    Some(sub) => found.subs.push(sub),
                    None => found.whole = true,
                }
            }
            _ => {}
        }
    }
    found
}

fn contains(names: &[&str], name: &str) -> bool {
    names.iter().any(|candidate| candidate.eq_ignore_ascii_case(name))
}

/// Keeps the chosen members of an object, or of each object in a list. A plain value of a complex attribute, from
/// before its schema was declared, counts as its `value`.
fn retain(value: &mut Value, known: Option<&Attribute>, keep: &dyn Fn(&str) -> bool) {
    match value {
        Value::Object(map) => map.retain(|name, _| keep(name)),
        // The client sent this element empty, so it stays.
        Value::Array(items) => items.retain_mut(|item| {
            let says_nothing = is_empty(item);
            retain(item, known, keep);
            says_nothing || !is_empty(item)
        }),
        plain if known.is_some_and(|known| known.kind == Type::Complex) && !keep("value") => *plain = Value::Null,
        _ => {}
    }
}
