//! Texts of any origin: the form in which they are compared, and the form in which nothing hides.

mod fold;
mod visible;

pub use fold::{fold, fold_part};
pub use visible::visible;
