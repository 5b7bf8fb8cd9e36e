//! Filters: text to a tree, the tree to text, and the tree against resources.

use std::cell::RefCell;
use std::fmt::Write;

use scim::Limits;
use scim::filter::parse;

use super::samples::{self, TYPES, limits_of_printed};

thread_local! {
    static PRINTED: RefCell<String> = const { RefCell::new(String::new()) };
}

/// A filter that parses is printed as text that parses to the same filter, and can be evaluated.
pub fn check(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let Ok(filter) = parse(text, &Limits::default()) else { return };
    PRINTED.with_borrow_mut(|printed| {
        printed.clear();
        write!(printed, "{filter}").expect("a string takes everything");
        assert_eq!(parse(printed, &limits_of_printed()).as_ref(), Ok(&filter), "{printed}");
    });
    filter.matches(&samples::USER, TYPES.user);
    filter.matches(&samples::GROUP, TYPES.group);
}
