use serde_json::{Map, Value};

use crate::path::AttributePath;
use crate::schema::{ResourceType, Returned};
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
}

/// One name of a list. Names are compared without regard to case.
#[derive(Debug, Clone, PartialEq)]
enum Item {
    /// A whole schema: an extension, or the core schema (`None`).
    Schema(Option<String>),
    /// An attribute or a sub-attribute.
    Attribute { extension: Option<String>, name: String, sub: Option<String> },
}

/// How a list concerns one attribute.
enum Mention<'i> {
    None,
    Whole,
    Parts(Vec<&'i str>),
}

impl Projection {
    /// Everything that is returned by default.
    pub fn all() -> Self {
        Self::default()
    }

    /// Reads the two query parameters, comma-separated lists of names. An empty `attributes` counts as not given;
    /// if both are given, `excludedAttributes` takes away from `attributes`. Names that mean nothing are ignored.
    ///
    /// Refuses more than 200 names.
    pub fn parse(attributes: Option<&str>, excluded: Option<&str>, resource_type: &ResourceType) -> Result<Self> {
        let only = attributes.filter(|list| !list.trim().is_empty());
        Ok(Self {
            only: only.map(|list| items(list, resource_type)).transpose()?,
            except: excluded.map_or(Ok(vec![]), |list| items(list, resource_type))?,
        })
    }

    /// Whether a part of the core attribute `name` is returned, so that the server must read it.
    pub fn wants(&self, name: &str) -> bool {
        if is_always(name) {
            return true;
        }
        let included = self.only.as_deref().is_none_or(|items| !matches!(mention(items, None, name), Mention::None));
        included && !matches!(mention(&self.except, None, name), Mention::Whole)
    }

    /// What remains of the top-level member `name` of a resource, which may be the object of an extension.
    pub(super) fn keep(&self, resource_type: &ResourceType, name: &str, value: &Value) -> Option<Value> {
        match value {
            Value::Object(extension) if is_urn(name) && resource_type.attribute(None, name).is_none() => {
                let members = extension.iter();
                let kept =
                    members.filter_map(|(inner, value)| Some((inner.clone(), self.part(Some(name), inner, value)?)));
                Some(Value::Object(kept.collect::<Map<_, _>>()))
            }
            _ if is_always(name) => Some(value.clone()),
            _ => self.part(None, name, value),
        }
    }

    fn part(&self, extension: Option<&str>, name: &str, value: &Value) -> Option<Value> {
        let included = match self.only.as_deref().map(|items| mention(items, extension, name)) {
            None | Some(Mention::Whole) => value.clone(),
            Some(Mention::None) => return None,
            Some(Mention::Parts(subs)) => filter_members(value, |sub| contains(&subs, sub)),
        };
        let kept = match mention(&self.except, extension, name) {
            Mention::None => included,
            Mention::Whole => return None,
            Mention::Parts(subs) => filter_members(&included, |sub| !contains(&subs, sub)),
        };
        Some(kept).filter(|value| !is_empty(value))
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
    // Some clients put a filter behind the name; the attribute is returned with all its values.
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
    let mut parts = Vec::new();
    for item in items {
        match item {
            Item::Schema(urn) if same(urn.as_deref(), extension) => return Mention::Whole,
            Item::Attribute { extension: urn, name: wanted, sub }
                if same(urn.as_deref(), extension) && wanted.eq_ignore_ascii_case(name) =>
            {
                match sub {
                    Some(sub) => parts.push(sub.as_str()),
                    None => return Mention::Whole,
                }
            }
            _ => {}
        }
    }
    if parts.is_empty() { Mention::None } else { Mention::Parts(parts) }
}

/// RFC 7643 §7: what is returned always cannot be left out.
fn is_always(name: &str) -> bool {
    crate::schema::COMMON
        .iter()
        .any(|known| known.returned == Returned::Always && known.name.eq_ignore_ascii_case(name))
}

fn contains(names: &[&str], name: &str) -> bool {
    names.iter().any(|candidate| candidate.eq_ignore_ascii_case(name))
}

/// Keeps the chosen members of an object, or of each object in a list.
fn filter_members(value: &Value, keep: impl Fn(&str) -> bool + Copy) -> Value {
    match value {
        Value::Object(map) => {
            let members = map.iter().filter(|(name, _)| keep(name));
            Value::Object(members.map(|(name, value)| (name.clone(), value.clone())).collect())
        }
        Value::Array(items) => {
            let kept = items.iter().map(|item| filter_members(item, keep)).filter(|item| !is_empty(item));
            Value::Array(kept.collect())
        }
        plain => plain.clone(),
    }
}
