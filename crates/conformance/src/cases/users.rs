//! A user's life: creation, retrieval, replacement, deletion (RFC 7644 §3.3, §3.4.1, §3.5.1, §3.6).

mod attributes;
mod creation;
mod deletion;
mod full;
mod refusals;
mod replacement;

use crate::Case;
use full::full;

pub(super) fn cases() -> Vec<Case> {
    [
        creation::cases(),
        attributes::cases(),
        attributes::echoes(),
        refusals::cases(),
        refusals::uniqueness(),
        creation::retrieval(),
        replacement::cases(),
        deletion::cases(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
