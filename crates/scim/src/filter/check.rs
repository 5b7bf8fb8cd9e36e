//! Which comparisons a value allows.

use super::{CompareOp, Filter, Literal};
use crate::path::AttributePath;
use crate::schema::{Attribute, ResourceType, Type};
use crate::{Error, Result, text};

impl Filter {
    /// Refuses, as 400 `invalidFilter`, conditions that make no sense for any resource of this type: a comparison with
    /// an operator or a literal that does not fit the attribute's type (RFC 7644 §3.4.2.2), one with a complex
    /// attribute that has no `value`, and any condition on an attribute that is never returned (RFC 7643 §7), since a
    /// client could find out its value by trying.
    pub fn check_for(&self, resource_type: &ResourceType) -> Result<()> {
        match self {
            Self::And(left, right) | Self::Or(left, right) => {
                left.check_for(resource_type).and_then(|()| right.check_for(resource_type))
            }
            Self::Not(inner) => inner.check_for(resource_type),
            Self::Present(path) => asked(resource_type, path).map(|_| ()),
            Self::Compare { path, op, value, .. } => match asked(resource_type, path)? {
                Some(known) => check_comparison(known, *op, value),
                None => check_null(&path.attribute, *op, value),
            },
            Self::ValuePath { path, filter } => match asked(resource_type, path)? {
                Some(known) => filter.check(known),
                None => Ok(()),
            },
        }
    }

    /// Refuses, as 400 `invalidFilter`, to compare a value of `attribute` with an operator that does not fit its type
    /// (RFC 7644 §3.4.2.2): booleans and binaries have no order, and a boolean has no parts.
    pub(crate) fn check(&self, attribute: &Attribute) -> Result<()> {
        match self {
            Self::And(left, right) | Self::Or(left, right) => {
                left.check(attribute).and_then(|()| right.check(attribute))
            }
            Self::Not(inner) | Self::ValuePath { filter: inner, .. } => inner.check(attribute),
            Self::Present(_) => Ok(()),
            Self::Compare { path, op, .. } => {
                let sub = attribute.sub_attribute(&path.attribute);
                let compared = if attribute.kind == Type::Complex { sub } else { Some(attribute) };
                compared.map_or(Ok(()), |known| check_operator(known, *op))
            }
        }
    }
}

/// The attribute or sub-attribute that a path names, if it is known. Refuses one that is never returned.
fn asked(resource_type: &ResourceType, path: &AttributePath) -> Result<Option<&'static Attribute>> {
    let found = resource_type.resolve(path);
    if resource_type.is_schema(path) {
        return Err(Error::invalid_filter("The filter names a schema; name one of its attributes."));
    }
    if let Some(known) = found.secret() {
        return Err(Error::invalid_filter(format!("{} is never returned, so it cannot be filtered by.", known.name)));
    }
    Ok(if found.sub_name.is_some() { found.sub_attribute } else { found.attribute })
}

fn check_comparison(attribute: &Attribute, op: CompareOp, value: &Literal) -> Result<()> {
    let Some(compared) = attribute.compared() else {
        let detail = format!("{} has parts; name one of them, as in name.givenName.", attribute.name);
        return Err(Error::invalid_filter(detail));
    };
    check_operator(compared, op)?;
    check_null(compared.name, op, value)?;
    let fits = match compared.kind {
        _ if *value == Literal::Null => true,
        Type::Boolean => value.as_bool().is_some(),
        Type::DateTime => value.as_text().is_some_and(|moment| text::instant(&moment).is_some()),
        _ => true,
    };
    let is_part = matches!(op, CompareOp::Co | CompareOp::Sw | CompareOp::Ew);
    match compared.kind {
        Type::DateTime if is_part => {
            let detail =
                format!("{} cannot be compared with {}; use eq, ne, gt, ge, lt or le.", compared.name, op.as_str());
            Err(Error::invalid_filter(detail))
        }
        Type::DateTime if !fits => {
            let detail = format!("Compare {} with a time such as \"2026-01-31T09:30:00Z\".", compared.name);
            Err(Error::invalid_filter(detail))
        }
        _ if !fits => Err(Error::invalid_filter(format!("Compare {} with true or false.", compared.name))),
        _ => Ok(()),
    }
}

fn check_operator(attribute: &Attribute, op: CompareOp) -> Result<()> {
    if op.suits(attribute.kind) {
        return Ok(());
    }
    let detail = format!("{} cannot be compared with {}; use eq or ne.", attribute.name, op.as_str());
    Err(Error::invalid_filter(detail))
}

/// `null` means the absence of a value: nothing is greater than it or contains it.
fn check_null(name: &str, op: CompareOp, value: &Literal) -> Result<()> {
    if *value != Literal::Null || matches!(op, CompareOp::Eq | CompareOp::Ne) {
        return Ok(());
    }
    Err(Error::invalid_filter(format!("{name} can be compared with null only by eq and ne.")))
}

impl CompareOp {
    fn suits(self, kind: Type) -> bool {
        match self {
            Self::Eq | Self::Ne => true,
            Self::Co | Self::Sw | Self::Ew => kind != Type::Boolean,
            Self::Gt | Self::Ge | Self::Lt | Self::Le => !matches!(kind, Type::Boolean | Type::Binary),
        }
    }
}
