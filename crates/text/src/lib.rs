//! Texts of any origin: the form in which they are compared, and a form with nothing hidden in it.

mod fold;
mod visible;

pub use fold::{fold, fold_part};
pub use visible::visible;
