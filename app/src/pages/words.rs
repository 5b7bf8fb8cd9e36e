//! How numbers, times and names are put into words.

mod document;
mod list;
mod number;
mod person;
mod time;

pub(crate) use document::{Section, sections};
pub(crate) use list::list;
pub(crate) use number::{count, grouped, range};
pub(crate) use person::initials;
pub(crate) use time::{absolute, ago, minutes_left};
