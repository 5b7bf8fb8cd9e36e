//! Components that several pages share.

mod account;
pub(crate) mod attributes;
mod banner;
mod chip;
mod confirm;
mod copy_field;
mod empty;
mod frame;
mod here;
mod icon;
mod ids;
pub(crate) mod lockout;
mod number;
mod pager;
mod parameters;
mod people;
mod problem;
mod search;
pub(crate) mod steps;
mod tabs;
mod when;

pub(crate) use chip::{Tone, chip, source_chip, status_chip};
pub(crate) use confirm::{Opener, Question, confirm, hidden};
pub(crate) use copy_field::copy_field;
pub(crate) use empty::{empty, ended};
pub(crate) use frame::framed;
pub(crate) use here::Here;
pub(crate) use icon::{Icon, icon, mark};
pub(crate) use ids::ids;
pub(crate) use number::number;
pub(crate) use pager::{back_in_time, pager, place};
pub(crate) use parameters::{Parameters, unread};
pub(crate) use people::{avatar, people_table};
pub(crate) use search::{encode, search_box, search_box_at};
pub(crate) use tabs::{Tab, sso_head};
pub(crate) use when::when;
