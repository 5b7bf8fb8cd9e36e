//! Parts that the pages share.

mod chip;
mod confirm;
mod copy_field;
mod empty;
mod frame;
mod icon;
pub(crate) mod lockout;
mod pager;
mod people;
mod problem;
mod search;
mod when;

pub(crate) use chip::{Tone, chip, source_chip, status_chip};
pub(crate) use confirm::{Opener, Question, confirm, hidden};
pub(crate) use copy_field::copy_field;
pub(crate) use empty::empty;
pub(crate) use frame::{Here, framed};
pub(crate) use icon::{Icon, icon, mark};
pub(crate) use pager::{pager, place};
pub(crate) use people::{avatar, people_table};
pub(crate) use search::{encode, search_box};
pub(crate) use when::when;
