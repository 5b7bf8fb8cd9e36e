//! The parameters of a call, read.

use super::{
    super::reply::Problem,
    Call,
    query::{PARAMETERS, of_body},
};
use domain::query::Slice;
use scim::{resource::Projection, schema::ResourceType};

impl Call {
    /// Whether it has any parameter of a query.
    pub(in crate::scim) fn is_query(&self) -> bool {
        PARAMETERS.iter().any(|name| self.parameter(name).is_some())
    }

    /// The names of the query's parameters.
    pub(in crate::scim) fn parameter_names(&self) -> impl Iterator<Item = &str> {
        self.query.iter().map(|(name, _)| name.as_str())
    }

    /// A query parameter; its name is compared without regard to case, and unknown parameters are ignored.
    pub(in crate::scim) fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// Takes the query in the body of a search request (RFC 7644 §3.4.3), as if it were in the URL.
    pub(in crate::scim) fn search(&mut self) -> Result<(), Problem> {
        self.query = of_body(self.take_body()?)?;
        Ok(())
    }

    /// The filter, if there is one.
    pub(in crate::scim) fn filter(&self) -> Result<Option<scim::filter::Filter>, Problem> {
        let text = self.parameter("filter");
        Ok(text.map(|text| scim::filter::parse(text, &self.limits)).transpose().map_err(scim::Error::from)?)
    }

    /// `attributes` and `excludedAttributes`.
    pub(in crate::scim) fn projection(&self, resource_type: &ResourceType) -> Result<Projection, Problem> {
        let (only, except) = (self.parameter("attributes"), self.parameter("excludedAttributes"));
        Ok(Projection::parse(only, except, resource_type)?)
    }

    /// `startIndex` and `count`. RFC 7644 §3.4.2.4: a `startIndex` below 1 is 1, a negative `count` is 0.
    pub(in crate::scim) fn slice(&self) -> Result<Slice, Problem> {
        let number = |name, default: u64| match self.parameter(name).map(str::trim) {
            None | Some("") => Ok(default),
            Some(text) if text.starts_with('-') && text[1..].bytes().all(|b| b.is_ascii_digit()) => Ok(0),
            Some(text) => text.parse().map_err(|_| {
                scim::Error::invalid_value("startIndex and count must be whole numbers; lists start at 1.")
            }),
        };
        let (default, largest) = self.page_sizes();
        let offset = number("startIndex", 1)?.saturating_sub(1).min(i64::MAX.unsigned_abs());
        Ok(Slice { offset, limit: number("count", default)?.min(largest) })
    }

    /// `count` together with a cursor. RFC 9865 §2.1: a negative one is 0; no page exceeds the largest size.
    pub(in crate::scim) fn count(&self) -> Result<u64, Problem> {
        let (default, largest) = self.page_sizes();
        let text = self.parameter("count").map(str::trim).unwrap_or_default();
        let digits = text.strip_prefix('-').unwrap_or(text);
        match (text, digits) {
            ("", _) => Ok(default),
            (_, "") => Err(scim::Error::invalid_count("count must be a whole number.").into()),
            _ if !digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                Err(scim::Error::invalid_count("count must be a whole number.").into())
            }
            _ if text != digits => Ok(0),
            // A number that is too large to be parsed is too large for a page, too.
            _ => Ok(text.parse().unwrap_or(largest).min(largest)),
        }
    }

    fn page_sizes(&self) -> (u64, u64) {
        let size = |size| u64::try_from(size).unwrap_or(u64::MAX);
        (size(self.limits.default_page_size), size(self.limits.page_size))
    }

    /// `sortBy`, if there is one.
    pub(in crate::scim) fn sort_by(&self) -> Option<&str> {
        self.parameter("sortBy").map(str::trim).filter(|name| !name.is_empty())
    }

    /// Whether `sortOrder` is `descending` (RFC 7644 §3.4.2.3).
    pub(in crate::scim) fn descending(&self) -> Result<bool, Problem> {
        match self.parameter("sortOrder").map(str::trim) {
            None | Some("") => Ok(false),
            Some(order) if order.eq_ignore_ascii_case("ascending") => Ok(false),
            Some(order) if order.eq_ignore_ascii_case("descending") => Ok(true),
            Some(_) => Err(scim::Error::invalid_value("sortOrder is ascending or descending.").into()),
        }
    }
}
