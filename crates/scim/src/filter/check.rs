//! What a value may be compared by.

use super::{CompareOp, Filter};
use crate::schema::{Attribute, Type};
use crate::{Error, Result};

impl Filter {
    /// Refuses, as 400 `invalidFilter`, to compare a value of `attribute` by an operator that its type does not have
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
                match compared {
                    Some(known) if !op.suits(known.kind) => Err(Error::invalid_filter(format!(
                        "{} cannot be compared by {}; use eq or ne.",
                        known.name,
                        op.as_str()
                    ))),
                    _ => Ok(()),
                }
            }
        }
    }
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
