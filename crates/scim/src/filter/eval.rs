//! Evaluates a filter against a resource in memory.

use std::cmp::Ordering;

use serde_json::{Map, Value};

use super::{CompareOp, Filter, Folded, Literal};
use crate::path::AttributePath;
use crate::schema::{Attribute, ResourceType, Type};
use crate::text;

/// Where paths are looked up.
#[derive(Clone, Copy)]
pub(super) enum Scope<'s> {
    /// In a whole resource.
    Resource(&'s ResourceType),
    /// In one value of a complex attribute.
    Element(Option<&'static Attribute>),
}

/// What a path names: the values, lists flattened, and the attribute if it is known.
pub(super) struct Selection<'v> {
    pub(super) values: Vec<&'v Value>,
    pub(super) attribute: Option<&'static Attribute>,
}

impl Filter {
    /// Whether the resource satisfies the filter.
    ///
    /// Text is compared as the attribute's `case_exact` says, a dateTime as an instant; one value of a multi-valued
    /// attribute is enough; a complex attribute stands for its `value`. An attribute without a value is `ne` to
    /// everything and satisfies no other comparison. What cannot be compared, such as a boolean by `gt`, does not
    /// match.
    pub fn matches(&self, resource: &Map<String, Value>, resource_type: &ResourceType) -> bool {
        self.holds(resource, Scope::Resource(resource_type))
    }

    /// Whether a resource has a value at this path.
    pub fn is_found(path: &AttributePath, resource: &Map<String, Value>, resource_type: &ResourceType) -> bool {
        select(resource, path, Scope::Resource(resource_type)).values.iter().any(|value| !value.is_null())
    }

    /// Whether one value of `attribute` satisfies the filter; a plain value counts as its own `value`.
    pub(crate) fn matches_element(&self, element: &Value, attribute: Option<&'static Attribute>) -> bool {
        match element {
            Value::Object(map) => self.holds(map, Scope::Element(attribute)),
            plain => {
                let map = Map::from_iter([("value".to_owned(), plain.clone())]);
                self.holds(&map, Scope::Element(attribute))
            }
        }
    }

    fn holds(&self, map: &Map<String, Value>, scope: Scope<'_>) -> bool {
        match self {
            Self::And(left, right) => left.holds(map, scope) && right.holds(map, scope),
            Self::Or(left, right) => left.holds(map, scope) || right.holds(map, scope),
            Self::Not(inner) => !inner.holds(map, scope),
            Self::Present(path) => select(map, path, scope).values.iter().any(|value| !crate::value::is_empty(value)),
            Self::Compare { path, op, value, folded } => {
                compare(&select(map, path, scope), &Wanted { op: *op, literal: value, folded })
            }
            Self::ValuePath { path, filter } => {
                let selection = select(map, path, scope);
                selection.values.iter().any(|element| filter.matches_element(element, selection.attribute))
            }
        }
    }
}

pub(super) fn select<'v>(map: &'v Map<String, Value>, path: &AttributePath, scope: Scope<'_>) -> Selection<'v> {
    match scope {
        Scope::Resource(resource_type) => {
            let found = resource_type.resolve(path);
            let container = match found.extension {
                Some(urn) => text::get(map, urn).and_then(Value::as_object),
                None => Some(map),
            };
            let values = container.and_then(|inner| text::get(inner, found.name)).map_or(vec![], flatten);
            descend(values, found.attribute, found.sub_name)
        }
        Scope::Element(attribute) => {
            let is_value = path.attribute.eq_ignore_ascii_case("value");
            let sub = attribute.and_then(|parent| match parent.kind {
                Type::Complex => parent.sub_attribute(&path.attribute),
                _ => Some(parent).filter(|_| is_value),
            });
            let values = get(map, &path.attribute, sub).map_or(vec![], flatten);
            descend(values, sub, path.sub_attribute.as_deref())
        }
    }
}

fn descend<'v>(values: Vec<&'v Value>, attribute: Option<&'static Attribute>, sub: Option<&str>) -> Selection<'v> {
    let Some(name) = sub else {
        return Selection { values, attribute };
    };
    let attribute = attribute.and_then(|parent| parent.sub_attribute(name));
    let sub = |value: &'v Value| value.as_object().and_then(|map| get(map, name, attribute)).unwrap_or(&Value::Null);
    Selection { values: values.into_iter().map(sub).flat_map(flatten).collect(), attribute }
}

/// A sub-attribute of a value. RFC 7643 §2.4: a `primary` that is not given is false.
fn get<'v>(map: &'v Map<String, Value>, name: &str, attribute: Option<&Attribute>) -> Option<&'v Value> {
    let is_primary = || attribute.is_some_and(|known| known.kind == Type::Boolean && known.name == "primary");
    text::get(map, name).or_else(|| is_primary().then_some(&Value::Bool(false)))
}

fn flatten(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(items) => items.iter().collect(),
        other => vec![other],
    }
}

fn compare(selection: &Selection<'_>, wanted: &Wanted<'_>) -> bool {
    let op = wanted.op;
    if *wanted.literal == Literal::Null {
        // RFC 7643 §2.5: an attribute without a value is the same as null.
        let is_present = selection.values.iter().any(|value| !crate::value::is_empty(value));
        return accepts_equality(op, !is_present);
    }
    // RFC 7644 §3.4.2.2: a complex attribute stands for its `value`.
    let narrowed = selection.values.iter().any(|value| value.is_object());
    let attribute = selection.attribute;
    let leaf = if narrowed { attribute.and_then(|parent| parent.sub_attribute("value")) } else { attribute };
    let leaves = selection.values.iter().map(|value| match value {
        Value::Object(map) => text::get(map, "value").unwrap_or(&Value::Null),
        plain => plain,
    });
    let mut leaves = leaves.peekable();
    match leaves.peek() {
        Some(_) => leaves.any(|value| compare_one(value, wanted, leaf)),
        None => op == CompareOp::Ne,
    }
}

/// What values are compared with.
struct Wanted<'l> {
    op: CompareOp,
    literal: &'l Literal,
    folded: &'l Folded,
}

impl Wanted<'_> {
    fn folded(&self, text: &str) -> &str {
        self.folded.get_or_init(|| match self.op {
            CompareOp::Co => text::fold_part(text),
            CompareOp::Sw => text::fold_part(text.trim_start()),
            CompareOp::Ew => text::fold_part(text.trim_end()),
            _ => text::fold(text),
        })
    }
}

fn compare_one(value: &Value, wanted: &Wanted<'_>, attribute: Option<&Attribute>) -> bool {
    let (op, literal) = (wanted.op, wanted.literal);
    let kind = attribute.map(|known| known.kind);
    match value {
        Value::Bool(actual) => match literal.as_bool() {
            Some(expected) => accepts_equality(op, *actual == expected),
            None => op == CompareOp::Ne,
        },
        Value::Number(actual) => match literal {
            Literal::Number(expected) => accepts(op, order_numbers(actual, expected)),
            _ => op == CompareOp::Ne,
        },
        Value::String(actual) => match literal.as_text() {
            Some(expected) if kind == Some(Type::DateTime) => compare_instants(actual, op, &expected),
            Some(expected) if attribute.is_some_and(|known| known.case_exact) => compare_text(actual, op, &expected),
            Some(expected) if op == CompareOp::Eq && text::same(actual, &expected, true) => true,
            Some(expected) => compare_text(&text::fold(actual), op, wanted.folded(&expected)),
            None => op == CompareOp::Ne,
        },
        Value::Null => op == CompareOp::Ne,
        _ => false,
    }
}

fn accepts_equality(op: CompareOp, equal: bool) -> bool {
    match op {
        CompareOp::Eq => equal,
        CompareOp::Ne => !equal,
        _ => false,
    }
}

fn accepts(op: CompareOp, order: Option<Ordering>) -> bool {
    let Some(order) = order else {
        return op == CompareOp::Ne;
    };
    match op {
        CompareOp::Eq => order.is_eq(),
        CompareOp::Ne => order.is_ne(),
        CompareOp::Gt => order.is_gt(),
        CompareOp::Ge => order.is_ge(),
        CompareOp::Lt => order.is_lt(),
        CompareOp::Le => order.is_le(),
        CompareOp::Co | CompareOp::Sw | CompareOp::Ew => false,
    }
}

fn order_numbers(a: &serde_json::Number, b: &serde_json::Number) -> Option<Ordering> {
    match (a.as_i64(), b.as_i64()) {
        (Some(a), Some(b)) => Some(a.cmp(&b)),
        _ => a.as_f64()?.partial_cmp(&b.as_f64()?),
    }
}

fn compare_instants(actual: &str, op: CompareOp, expected: &str) -> bool {
    match (text::instant(actual), text::instant(expected)) {
        (Some(actual), Some(expected)) => accepts(op, Some(actual.cmp(&expected))),
        _ => op == CompareOp::Ne,
    }
}

/// Compares texts as they are; where letter case does not count, the caller has folded them.
fn compare_text(actual: &str, op: CompareOp, expected: &str) -> bool {
    match op {
        CompareOp::Co => actual.contains(expected),
        CompareOp::Sw => actual.starts_with(expected),
        CompareOp::Ew => actual.ends_with(expected),
        _ => accepts(op, Some(actual.cmp(expected))),
    }
}
