//! Attribute paths (RFC 7644 §3.10) and PATCH paths (RFC 7644 §3.5.2).

mod patch;

pub use patch::PatchPath;

use std::fmt;

use crate::filter::FilterError;
use crate::schema::SCHEMAS;
use crate::text::{is_urn, strip_prefix};

/// A path that is not well-formed. The messages are fixed and repeat nothing of the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// It names no attribute.
    #[error(
        "The path is not valid: give an attribute such as userName, name.givenName or emails[type eq \"work\"].value."
    )]
    Malformed,
    /// What is between its brackets is not a filter.
    #[error(transparent)]
    Filter(#[from] FilterError),
}

/// RFC 7644 §3.12: a bad filter is `invalidFilter` everywhere, also inside a path.
impl From<PathError> for crate::Error {
    fn from(error: PathError) -> Self {
        match error {
            PathError::Malformed => Self::invalid_path(error.to_string()),
            PathError::Filter(filter) => filter.into(),
        }
    }
}

/// Names an attribute or a sub-attribute, optionally with the URN of its schema in front.
///
/// Names are kept as given; [`crate::schema::ResourceType::resolve`] finds the canonical ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttributePath {
    /// URN of the schema, canonical if the schema is known.
    pub schema: Option<String>,
    /// The attribute.
    pub attribute: String,
    /// The sub-attribute.
    pub sub_attribute: Option<String>,
}

impl AttributePath {
    /// Reads `attribute`, `attribute.sub`, `urn:…:attribute` or `urn:…:attribute.sub`. Refuses anything else, including
    /// a bare URN.
    pub fn parse(text: &str) -> Result<Self, PathError> {
        let (schema, rest) = split_urn(text)?;
        let (attribute, sub_attribute) = match rest.split_once('.') {
            Some((attribute, sub)) => (attribute, Some(sub)),
            None => (rest, None),
        };
        if !is_name(attribute) || !sub_attribute.is_none_or(is_name) {
            return Err(PathError::Malformed);
        }
        Ok(Self { schema, attribute: attribute.into(), sub_attribute: sub_attribute.map(Into::into) })
    }
}

impl fmt::Display for AttributePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(schema) = &self.schema {
            write!(f, "{schema}:")?;
        }
        f.write_str(&self.attribute)?;
        if let Some(sub) = &self.sub_attribute {
            write!(f, ".{sub}")?;
        }
        Ok(())
    }
}

/// Splits the URN off the front. Known URNs are matched whole, because they contain dots ("2.0") and so may the
/// attribute; of an unknown URN, everything up to the last colon is the schema.
fn split_urn(text: &str) -> Result<(Option<String>, &str), PathError> {
    if !is_urn(text) {
        return Ok((None, text));
    }
    for schema in SCHEMAS {
        if let Some(rest) = strip_prefix(text, schema.id).and_then(|rest| rest.strip_prefix(':')) {
            return Ok((Some(schema.id.into()), rest));
        }
    }
    let (urn, rest) = text.rsplit_once(':').ok_or(PathError::Malformed)?;
    let well_formed = urn.len() > "urn:".len() && urn.bytes().all(is_urn_byte);
    if well_formed { Ok((Some(urn.into()), rest)) } else { Err(PathError::Malformed) }
}

pub(crate) fn is_urn_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b":.-_/%+".contains(&byte)
}

/// RFC 7644 §3.4.2.2: a name begins with a letter, followed by letters, digits, `-` and `_`. `$ref` is a name, too, and
/// some custom attributes begin with an underscore.
pub(crate) fn is_name(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'$' || first == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_' || byte == b'$')
}
