use crate::words::{count, list};
use domain::guard::Losses;

/// What was lost: people, groups and memberships separately.
pub(super) fn lost(losses: Losses) -> String {
    let Losses { people, renamed, groups, memberships } = losses;
    let parts = [
        (people, format!("{} lost access", count(people, "person", "people"))),
        (renamed, format!("{} renamed", count(renamed, "person was", "people were"))),
        (groups, format!("{} deleted", count(groups, "group was", "groups were"))),
        (memberships, format!("{} ended", count(memberships, "membership", "memberships"))),
    ];
    let parts: Vec<&str> = parts.iter().filter(|(number, _)| *number > 0).map(|(_, part)| part.as_str()).collect();
    if parts.is_empty() { "0 people lost access".to_owned() } else { list(&parts) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memberships_are_told_apart_from_people() {
        let none = Losses::default();
        assert_eq!(lost(Losses { people: 1, ..none }), "1 person lost access");
        assert_eq!(lost(Losses { memberships: 299, ..none }), "299 memberships ended");
        assert_eq!(
            lost(Losses { people: 2, renamed: 1, groups: 1, memberships: 7 }),
            "2 people lost access, 1 person was renamed, 1 group was deleted and 7 memberships ended"
        );
        assert_eq!(lost(Losses::default()), "0 people lost access");
    }
}
