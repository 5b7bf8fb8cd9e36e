//! Numbers, times and names in words.

mod browser;
mod cut;
mod document;
mod list;
mod number;
mod person;
mod time;
mod visible;

pub(crate) use browser::browser;
pub(crate) use cut::cut;
pub(crate) use document::{Reader, Section, sections};
pub(crate) use list::list;
pub(crate) use number::{count, grouped, range, total};
pub(crate) use person::initials;
pub(crate) use time::{absolute, ago, clock, day, in_days, minutes_left};
pub(crate) use visible::{visible, visible_json, visible_text};
