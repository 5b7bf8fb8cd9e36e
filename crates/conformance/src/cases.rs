//! The cases, by subject.

mod auth;
mod bulk;
mod cursors;
mod discovery;
mod entra;
mod errors;
mod etags;
mod filter_literals;
mod filter_syntax;
mod filters;
mod groups;
mod identity;
mod limits;
mod me;
mod names;
mod paging;
mod patch;
mod patch_groups;
mod patch_users;
mod preferences;
mod projection;
mod search;
mod sorting;
mod users;

use crate::Case;
use names::{ENTERPRISE, GROUP, NOBODY, USER};

/// All cases. Their names are unique.
pub fn cases() -> Vec<Case> {
    [
        bulk::cases(),
        etags::cases(),
        preferences::cases(),
        me::cases(),
        auth::cases(),
        discovery::cases(),
        errors::cases(),
        entra::cases(),
        identity::cases(),
        limits::cases(),
        cursors::cases(),
        filter_literals::cases(),
        filter_syntax::cases(),
        filters::cases(),
        groups::cases(),
        paging::cases(),
        patch_groups::cases(),
        patch_users::cases(),
        projection::cases(),
        search::cases(),
        sorting::cases(),
        users::cases(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn names_are_unique_and_rules_are_lines() {
        let mut names = HashSet::new();
        for case in cases() {
            assert!(names.insert(case.name.clone()), "{}", case.name);
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '.';
            assert!(case.name.chars().all(plain), "{}", case.name);
            assert!(!case.rule.is_empty() && !case.rule.contains('\n'), "{}", case.name);
        }
    }
}
