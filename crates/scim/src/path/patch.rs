use std::fmt;

use super::{AttributePath, PathError, is_name};
use crate::Limits;
use crate::filter::{self, Filter};

/// The target of a PATCH operation: `attribute`, `attribute.sub`, `attribute[filter]` or `attribute[filter].sub`.
#[derive(Debug, Clone, PartialEq)]
pub struct PatchPath {
    /// The attribute, and the sub-attribute after it or after the filter.
    pub path: AttributePath,
    /// Selects among the values of a multi-valued attribute.
    pub filter: Option<Filter>,
}

impl PatchPath {
    /// Reads a PATCH path. Refuses what is malformed or beyond `limits`, and a bare URN.
    pub fn parse(text: &str, limits: &Limits) -> Result<Self, PathError> {
        let text = text.trim();
        if text.len() > limits.filter_length {
            return Err(PathError::Malformed);
        }
        let Some((head, rest)) = text.split_once('[') else {
            return Ok(Self { path: AttributePath::parse(text)?, filter: None });
        };
        let (inner, tail) = rest.rsplit_once(']').ok_or(PathError::Malformed)?;
        if inner.trim().is_empty() {
            return Err(PathError::Malformed);
        }
        let filter = filter::parse_value_filter(inner, limits)?;
        let mut path = AttributePath::parse(head.trim_end())?;
        // The sub-attribute comes after the filter, never before it.
        if path.sub_attribute.is_some() {
            return Err(PathError::Malformed);
        }
        if !tail.is_empty() {
            let sub = tail.strip_prefix('.').filter(|name| is_name(name)).ok_or(PathError::Malformed)?;
            path.sub_attribute = Some(sub.into());
        }
        Ok(Self { path, filter: Some(filter) })
    }
}

impl fmt::Display for PatchPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(filter) = &self.filter else {
            return self.path.fmt(f);
        };
        let attribute = AttributePath { sub_attribute: None, ..self.path.clone() };
        write!(f, "{attribute}[{filter}]")?;
        if let Some(sub) = &self.path.sub_attribute {
            write!(f, ".{sub}")?;
        }
        Ok(())
    }
}
