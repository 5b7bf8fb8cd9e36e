//! Texts of any origin: the forms in which they are compared and searched, and a form with nothing hidden in it.

mod fold;
mod search;
mod visible;

pub use fold::{fold, fold_part};
pub use search::fold_search;
pub use visible::visible;
