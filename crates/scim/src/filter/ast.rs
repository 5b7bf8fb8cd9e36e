use std::borrow::Cow;
use std::sync::OnceLock;

use crate::path::AttributePath;
use crate::schema::{ResourceType, Type};
use crate::text;

/// A filter.
#[derive(Debug, Clone, PartialEq)]
pub enum Filter {
    /// Both sides hold.
    And(Box<Filter>, Box<Filter>),
    /// One side holds, or both.
    Or(Box<Filter>, Box<Filter>),
    /// The inner filter does not hold.
    Not(Box<Filter>),
    /// An attribute compared with a literal.
    Compare {
        /// The attribute.
        path: AttributePath,
        /// The operator.
        op: CompareOp,
        /// The literal.
        value: Literal,
        /// Its folded form, made at most once.
        folded: Folded,
    },
    /// The attribute has a value, `pr`.
    Present(AttributePath),
    /// The same value of a multi-valued attribute satisfies the whole inner filter: `emails[type eq "work"]`.
    ///
    /// `emails[type eq "work"].value eq "x"`, which clients send although the grammar does not allow it, is read as
    /// `emails[type eq "work" and value eq "x"]`.
    ValuePath {
        /// The multi-valued attribute.
        path: AttributePath,
        /// What a value must satisfy; its paths name sub-attributes.
        filter: Box<Filter>,
    },
}

impl Filter {
    /// The comparison of an attribute with a literal.
    pub fn compare(path: AttributePath, op: CompareOp, value: Literal) -> Self {
        Self::Compare { path, op, value, folded: Folded::default() }
    }

    /// Whether the filter mentions the core attribute of that name, or a part of it.
    pub fn names(&self, resource_type: &ResourceType, name: &str) -> bool {
        self.paths().into_iter().any(|path| {
            let found = resource_type.resolve(path);
            found.extension.is_none() && found.name == name
        })
    }

    /// The attributes that the filter mentions; paths between brackets are not listed, only the one before them.
    pub fn paths(&self) -> Vec<&AttributePath> {
        match self {
            Self::And(left, right) | Self::Or(left, right) => [left.paths(), right.paths()].concat(),
            Self::Not(inner) => inner.paths(),
            Self::Compare { path, .. } | Self::Present(path) | Self::ValuePath { path, .. } => vec![path],
        }
    }

    /// The attributes that the filter mentions and that no schema has ([`AttributePath::is_undeclared`]). For a filter
    /// between brackets, the sub-attributes that it mentions.
    pub fn undeclared(&self, resource_type: &ResourceType) -> Vec<AttributePath> {
        let of = |path: &AttributePath| Some(path.clone()).filter(|path| path.is_undeclared(resource_type));
        match self {
            Self::And(left, right) | Self::Or(left, right) => {
                [left.undeclared(resource_type), right.undeclared(resource_type)].concat()
            }
            Self::Not(inner) => inner.undeclared(resource_type),
            Self::Compare { path, .. } | Self::Present(path) => of(path).into_iter().collect(),
            Self::ValuePath { path, .. } if path.is_undeclared(resource_type) => vec![path.clone()],
            Self::ValuePath { path, filter } => {
                // A plain value counts as its own `value`.
                let is_plain = resource_type.resolve(path).attribute.is_some_and(|known| known.kind != Type::Complex);
                let part = |inner: &AttributePath| {
                    let whole = AttributePath { sub_attribute: Some(inner.attribute.clone()), ..path.clone() };
                    of(&whole).filter(|_| !(is_plain && inner.attribute.eq_ignore_ascii_case("value")))
                };
                filter.paths().into_iter().filter_map(part).collect()
            }
        }
    }

    /// How many comparisons the filter makes at most.
    pub fn terms(&self) -> usize {
        match self {
            Self::And(left, right) | Self::Or(left, right) => left.terms() + right.terms(),
            Self::Not(inner) | Self::ValuePath { filter: inner, .. } => inner.terms(),
            Self::Compare { .. } | Self::Present(_) => 1,
        }
    }

    /// The cost of folding the literals, in comparisons of a short text.
    pub(crate) fn literals(&self) -> usize {
        match self {
            Self::And(left, right) | Self::Or(left, right) => left.literals() + right.literals(),
            Self::Not(inner) | Self::ValuePath { filter: inner, .. } => inner.literals(),
            Self::Compare { value, .. } => value.as_text().map_or(0, |text| text::cost(&text)),
            Self::Present(_) => 0,
        }
    }
}

/// A comparison operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompareOp {
    /// Equal.
    Eq,
    /// Not equal.
    Ne,
    /// Contains.
    Co,
    /// Starts with.
    Sw,
    /// Ends with.
    Ew,
    /// Greater than.
    Gt,
    /// Greater than or equal.
    Ge,
    /// Less than.
    Lt,
    /// Less than or equal.
    Le,
}

impl CompareOp {
    /// All operators.
    pub const ALL: [Self; 9] =
        [Self::Eq, Self::Ne, Self::Co, Self::Sw, Self::Ew, Self::Gt, Self::Ge, Self::Lt, Self::Le];

    /// The operator as it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Eq => "eq",
            Self::Ne => "ne",
            Self::Co => "co",
            Self::Sw => "sw",
            Self::Ew => "ew",
            Self::Gt => "gt",
            Self::Ge => "ge",
            Self::Lt => "lt",
            Self::Le => "le",
        }
    }
}

/// The folded form of a comparison's literal, made when it is first needed: folding a long text takes milliseconds, and
/// a list has many values to compare with it. It adds nothing to the literal, so any two are equal. Boxed, since
/// filters are built by deep recursion.
#[derive(Debug, Clone, Default)]
pub struct Folded(Box<OnceLock<String>>);

impl Folded {
    pub(super) fn get_or_init(&self, make: impl FnOnce() -> String) -> &str {
        self.0.get_or_init(make)
    }
}

impl PartialEq for Folded {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// The right side of a comparison.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    /// Text: quoted, or a bare token that is not another literal.
    String(String),
    /// A number.
    Number(serde_json::Number),
    /// `true` or `false`, in any letter case when bare.
    Bool(bool),
    /// `null`.
    Null,
}

impl Literal {
    /// The literal as text, for comparison with a text attribute; `None` for `null`.
    ///
    /// Clients leave quotes out, so a text attribute may be compared with a bare number or a bare `true`.
    pub fn as_text(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::String(text) => Some(Cow::Borrowed(text)),
            Self::Number(number) => Some(Cow::Owned(number.to_string())),
            Self::Bool(value) => Some(Cow::Borrowed(if *value { "true" } else { "false" })),
            Self::Null => None,
        }
    }

    /// The literal as a boolean: `true` or `false`, quoted or not, in any letter case.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            Self::String(text) => crate::value::boolean(text),
            _ => None,
        }
    }
}
