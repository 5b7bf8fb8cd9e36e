//! PATCH (RFC 7644 §3.5.2): a request, its operations in one normal form, and their effect on a document.
//!
//! [`PatchRequest::parse`] reads the body, [`normalise`] turns the shapes that clients send into one [`Operation`] per
//! attribute, [`apply`] gives the changed document. For groups [`split_members`] takes the membership changes out
//! between the two, because the server keeps membership as rows.

mod apply;
mod cost;
mod elements;
mod fitting;
mod members;
mod normalise;
mod request;
mod twins;

use serde_json::Value;

pub use apply::apply;
pub(crate) use apply::apply_unchecked;
pub(crate) use cost::check_size;
pub use cost::effort;
pub use members::{MemberChange, split_members, take_members};
pub(crate) use normalise::explode;
pub use normalise::normalise;
pub use request::PatchRequest;

use crate::filter::Filter;

/// What an operation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Sets a single-valued attribute, adds to a multi-valued one.
    Add,
    /// Sets an attribute; of a single complex value only the sub-attributes given. Values that a filter chooses are replaced
    /// whole (RFC 7644 §3.5.2.3), but keep what the filter asks for unless it is given, and what is immutable.
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
    /// Chooses among the values of a multi-valued attribute.
    pub filter: Option<Filter>,
    /// The sub-attribute.
    pub sub_attribute: Option<String>,
}

impl Target {
    /// Whether this is about the members of a group.
    fn is_members(&self) -> bool {
        self.extension.is_none() && self.attribute == "members"
    }

    /// Whether this is about members whom a filter names.
    fn is_filtered_members(&self) -> bool {
        self.is_members() && self.chooses_values()
    }

    /// Whether this is about whole values that a filter chooses.
    fn chooses_values(&self) -> bool {
        self.filter.is_some() && self.sub_attribute.is_none()
    }

    /// Whether this is an attribute with all its values.
    fn is_whole(&self) -> bool {
        self.filter.is_none() && self.sub_attribute.is_none()
    }
}

/// One change to one attribute.
#[derive(Debug, Clone, PartialEq)]
pub struct Operation {
    /// What is done.
    pub kind: Kind,
    /// To what.
    pub target: Target,
    /// The value, of the attribute's type. Always there for `Add` and `Replace`. For `Remove` it is the list of values
    /// to take out of a multi-valued attribute, where a list without elements takes nothing out, or the value without
    /// which nothing is removed; `None` is all. Of members whom a filter names it is a list, too.
    ///
    /// In a complex value, a sub-attribute that is `null` is to be unset.
    pub value: Option<Value>,
}
