use std::fmt;

use super::{Filter, Literal};

/// Writes a filter as text that parses to the same tree.
impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::And(left, right) => {
                operand(f, left, matches!(**left, Self::Or(..)))?;
                f.write_str(" and ")?;
                operand(f, right, matches!(**right, Self::And(..) | Self::Or(..)))
            }
            Self::Or(left, right) => {
                operand(f, left, false)?;
                f.write_str(" or ")?;
                operand(f, right, matches!(**right, Self::Or(..)))
            }
            Self::Not(inner) => write!(f, "not ({inner})"),
            Self::Compare { path, op, value, .. } => write!(f, "{path} {} {value}", op.as_str()),
            Self::Present(path) => write!(f, "{path} pr"),
            Self::ValuePath { path, filter } => write!(f, "{path}[{filter}]"),
        }
    }
}

impl Filter {
    /// The same filter with an ellipsis for each value, which shows its form but not what it looks for.
    #[must_use]
    pub fn without_values(&self) -> Self {
        let inner = |filter: &Self| Box::new(filter.without_values());
        match self {
            Self::And(left, right) => Self::And(inner(left), inner(right)),
            Self::Or(left, right) => Self::Or(inner(left), inner(right)),
            Self::Not(filter) => Self::Not(inner(filter)),
            Self::Compare { path, op, .. } => Self::compare(path.clone(), *op, Literal::String("…".to_owned())),
            Self::Present(path) => Self::Present(path.clone()),
            Self::ValuePath { path, filter } => Self::ValuePath { path: path.clone(), filter: inner(filter) },
        }
    }
}

fn operand(f: &mut fmt::Formatter<'_>, filter: &Filter, parenthesised: bool) -> fmt::Result {
    if parenthesised { write!(f, "({filter})") } else { write!(f, "{filter}") }
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::String(text) => write!(f, "{}", serde_json::Value::from(text.as_str())),
            Self::Number(number) => write!(f, "{number}"),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Null => f.write_str("null"),
        }
    }
}
