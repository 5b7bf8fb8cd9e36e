//! What Microsoft Entra ID sends, in both of its dialects, and the answers that it needs. The numbers are sections of a
//! collection of public facts about it.

mod creation;
mod dialects;
mod groups;
mod life;
mod look_ups;
mod managers;
mod person;

use crate::Case;
use person::{ada, person};

pub(super) fn cases() -> Vec<Case> {
    [
        look_ups::probes(),
        creation::cases(),
        look_ups::cases(),
        life::deactivation(),
        dialects::cases(),
        managers::cases(),
        groups::cases(),
        dialects::flag(),
        life::renames(),
        look_ups::pages(),
        life::deletion(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
