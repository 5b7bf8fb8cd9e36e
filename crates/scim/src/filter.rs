//! Filters (RFC 7644 §3.4.2.2): parsing, printing and evaluating them; and the order of resources (RFC 7644 §3.4.2.3).

mod ast;
mod check;
mod error;
mod eval;
mod parser;
mod print;
mod sort;

pub use ast::{CompareOp, Filter, Folded, Literal};
pub use error::FilterError;
pub use parser::parse;
pub(crate) use parser::parse_value_filter;
pub use sort::SortBy;
