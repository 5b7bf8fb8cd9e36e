//! PATCH (RFC 7644 §3.5.2): a request, its operations in one normal form, and their effect on a document.
//!
//! [`PatchRequest::parse`] reads the body, [`normalise`] turns the shapes that clients send into one [`Operation`] per
//! attribute, [`apply`] returns the changed document. For groups, [`split_members`] takes out the membership changes
//! between these last two steps, because the server keeps membership as rows.

mod apply;
mod cost;
mod elements;
mod fitting;
mod members;
mod merge;
mod normalise;
mod request;
mod twins;

use serde_json::Value;

pub use apply::apply;
pub(crate) use apply::apply_unchecked;
pub(crate) use cost::check_size;
pub use cost::effort;
pub use members::{MemberOperation, split_members, take_members};
pub(crate) use normalise::explode;
pub use normalise::normalise;
pub use request::PatchRequest;

use crate::filter::{Filter, Literal};
use crate::path::{AttributePath, PatchPath};

/// What an operation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OperationKind {
    /// Sets a single-valued attribute, adds to a multi-valued one.
    Add,
    /// Sets an attribute; of a single complex value only the sub-attributes given. Values that a filter selects are
    /// replaced whole (RFC 7644 §3.5.2.3), except that they keep immutable sub-attributes, and those that the filter
    /// mentions unless new ones are given.
    Replace,
    /// Unsets an attribute, or takes values out of a multi-valued one.
    Remove,
}

/// What an operation changes. Names are canonical if the schema knows them.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// URN of the extension that holds the attribute; `None` for the top level.
    pub extension: Option<String>,
    /// The attribute; at the top level it may be the URN of an extension that is removed as a whole.
    pub attribute: String,
    /// Selects among the values of a multi-valued attribute.
    pub filter: Option<Filter>,
    /// The sub-attribute.
    pub sub_attribute: Option<String>,
}

/// The types that a form names: RFC 7643 §4.1.2 suggests them, and they say nothing about a person.
const TYPES: [&str; 6] = ["work", "home", "other", "mobile", "fax", "pager"];

impl Target {
    /// The path without the values in its filter, except for a usual `type`:
    /// `emails[type eq "work"].value`, `members[value eq "…"]`. The URN of an extension is left out if the request does
    /// not name it, as `names` says.
    pub fn form(&self, names: impl Fn(&str) -> bool) -> String {
        let filter = self.filter.as_ref().map(|filter| match filter {
            Filter::Compare { path, value: Literal::String(kind), .. }
                if path.attribute == "type" && TYPES.contains(&kind.as_str()) =>
            {
                filter.clone()
            }
            filter => filter.without_values(),
        });
        let schema = self.extension.clone().filter(|urn| names(urn));
        self.path(schema, filter).to_string()
    }

    fn path(&self, schema: Option<String>, filter: Option<Filter>) -> PatchPath {
        let (attribute, sub_attribute) = (self.attribute.clone(), self.sub_attribute.clone());
        PatchPath { path: AttributePath { schema, attribute, sub_attribute }, filter }
    }

    /// Whether this targets the members of a group.
    fn is_members(&self) -> bool {
        self.extension.is_none() && self.attribute == "members"
    }

    /// Whether this targets members that a filter names.
    fn is_filtered_members(&self) -> bool {
        self.is_members() && self.chooses_values()
    }

    /// Whether this targets whole values that a filter selects.
    fn chooses_values(&self) -> bool {
        self.filter.is_some() && self.sub_attribute.is_none()
    }

    /// Whether this is an attribute with all its values.
    fn is_whole(&self) -> bool {
        self.filter.is_none() && self.sub_attribute.is_none()
    }
}

/// The whole path.
impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.path(self.extension.clone(), self.filter.clone()).fmt(f)
    }
}

/// One change to one attribute.
#[derive(Debug, Clone, PartialEq)]
pub struct Operation {
    /// What is done.
    pub kind: OperationKind,
    /// What it is done to.
    pub target: Target,
    /// The value, of the attribute's type. Always there for `Add` and `Replace`. For `Remove` on a multi-valued
    /// attribute it lists the values to take out, and an empty list takes out none; on a single value it is the value
    /// that must be there for anything to be removed; `None` removes everything. For members that a filter names it is
    /// a list, too.
    ///
    /// In a complex value, a sub-attribute that is `null` is to be unset.
    pub value: Option<Value>,
}
