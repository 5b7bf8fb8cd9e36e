//! PATCH of a user (RFC 7644 §3.5.2): each operation on each kind of path.

mod adding;
mod outcomes;
mod removing;
mod replacing;
mod row;
mod several;

use crate::Case;
use row::{emails, row};

pub(super) fn cases() -> Vec<Case> {
    [
        adding::cases(),
        replacing::cases(),
        removing::cases(),
        several::cases(),
        outcomes::unchanged(),
        outcomes::refusals(),
        outcomes::answers(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
