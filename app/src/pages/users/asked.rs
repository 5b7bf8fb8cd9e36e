//! What an address of the list of people asks for.

use crate::components::{Parameters, encode};
use domain::{
    GroupId, Timestamp,
    console::{PeopleFilter, UserStatus},
    query::{Sort, UserKey, UserValue},
    role::Role,
    search::PeopleQuery,
};
use leptos_router::params::ParamsMap;

/// The orders, with the words for each in an address: from the first to the last, and reversed. Reversed departments would
/// begin with those who have none, whom no index finds.
const ORDERS: [(UserKey, &[&str]); 3] = [
    (UserKey::DisplayName, &["name", "-name"]),
    (UserKey::Value(UserValue::Department), &["department"]),
    (UserKey::Changed, &["changed", "-changed"]),
];

/// What is asked for, as texts of an address; texts that cannot be read are left out, and named in `unread`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) search: String,
    pub(super) status: UserStatus,
    pub(super) role: Option<Role>,
    /// The id of a group.
    pub(super) group: String,
    pub(super) department: String,
    /// The first day, as `2026-11-22`.
    pub(super) since: String,
    /// The order; `None` is the usual one.
    pub(super) order: Option<Sort<UserKey>>,
    /// The names of parameters with values that cannot be read.
    pub(super) unread: Vec<&'static str>,
}

impl Asked {
    pub(super) fn read(query: &ParamsMap) -> Self {
        let mut asked = Parameters::of(query);
        let status = asked.value("status", read_status).unwrap_or_default();
        let role = asked.value("role", |word| Role::parse(word).filter(|role| *role != Role::Member));
        let group = asked.value("group", |id| id.parse().ok().map(|id: GroupId| id.to_string())).unwrap_or_default();
        let since = asked.value("since", |day| midnight(day).map(|_| day.to_owned())).unwrap_or_default();
        let order = asked.value("sort", read_order);
        let (search, department) = (asked.text("q"), asked.text("department").trim().replace(char::is_control, " "));
        Self { search, status, role, group, department, since, order, unread: asked.unread() }
    }

    /// The filters.
    pub(super) fn filter(&self) -> PeopleFilter {
        PeopleFilter {
            words: PeopleQuery::new(&self.search, None),
            status: self.status,
            role: self.role,
            group: self.group.parse().ok(),
            department: Some(self.department.clone()).filter(|name| !name.is_empty()),
            since: midnight(&self.since),
        }
    }

    /// The order: that of the last change, unless another is asked for. People of one department are in the order of their
    /// names.
    pub(super) fn sort(&self) -> Sort<UserKey> {
        let is_of_department = |order: &Sort<UserKey>| order.by == UserKey::Value(UserValue::Department);
        if !self.department.is_empty() && self.order.as_ref().is_some_and(is_of_department) {
            return Sort { by: UserKey::DisplayName, descending: false };
        }
        self.order.unwrap_or(Sort { by: UserKey::Changed, descending: true })
    }

    /// The search, if nothing but a search is asked for.
    pub(super) fn plain_search(&self) -> Option<PeopleQuery> {
        let is_plain =
            self.order.is_none() && self.filter() == PeopleFilter { status: self.status, ..self.only_words() };
        is_plain.then(|| PeopleQuery::new(&self.search, self.status.active()))?
    }

    fn only_words(&self) -> PeopleFilter {
        PeopleFilter { words: PeopleQuery::new(&self.search, None), ..PeopleFilter::default() }
    }

    pub(super) fn has_words(&self) -> bool {
        self.filter().words.is_some()
    }

    pub(super) fn is_filtered(&self) -> bool {
        self.filter().is_set()
    }

    /// Whether only a status is asked for.
    pub(super) fn is_only(&self, status: UserStatus) -> bool {
        self.filter() == PeopleFilter { status, ..PeopleFilter::default() }
    }

    /// The parts of the address; empty ones are the usual.
    pub(super) fn pairs(&self) -> [(&'static str, &str); 7] {
        [
            ("q", &self.search),
            ("status", status_word(self.status)),
            ("role", self.role.map_or("", Role::as_str)),
            ("group", &self.group),
            ("department", &self.department),
            ("since", &self.since),
            ("sort", order_word(self.order)),
        ]
    }

    /// The address of the first page of the same.
    pub(super) fn address(&self) -> String {
        encode(&self.pairs())
    }
}

/// The filters that an address asks for, from the pairs of its query; `None` if one of them cannot be read.
pub fn people_asked(pairs: Vec<(String, String)>) -> Option<PeopleFilter> {
    let asked = Asked::read(&ParamsMap::from_iter(pairs));
    asked.unread.is_empty().then(|| asked.filter())
}

/// The address of the members of a group.
pub(in crate::pages) fn members_of(group: GroupId) -> String {
    format!("/admin/users{}", Asked { group: group.to_string(), ..Asked::default() }.address())
}

fn midnight(day: &str) -> Option<Timestamp> {
    Timestamp::parse(&format!("{day}T00:00:00Z"))
}

fn read_status(word: &str) -> Option<UserStatus> {
    [UserStatus::Active, UserStatus::Suspended].into_iter().find(|status| status_word(*status) == word)
}

pub(super) fn status_word(status: UserStatus) -> &'static str {
    match status {
        UserStatus::Any => "",
        UserStatus::Active => "active",
        UserStatus::Suspended => "suspended",
    }
}

fn read_order(word: &str) -> Option<Sort<UserKey>> {
    let order = |(by, words): (UserKey, &[&str])| {
        words.iter().position(|known| *known == word).map(|at| Sort { by, descending: at == 1 })
    };
    ORDERS.into_iter().find_map(order)
}

pub(super) fn order_word(order: Option<Sort<UserKey>>) -> &'static str {
    let Some(order) = order else { return "" };
    let words = ORDERS.into_iter().find(|(by, _)| *by == order.by).map_or(&[][..], |(_, words)| words);
    words.get(usize::from(order.descending)).copied().unwrap_or_default()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in super::super) fn asked(pairs: &[(&str, &str)]) -> Asked {
        Asked::read(&pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn an_address_says_what_is_asked_for() {
        let group = "00000000-0000-0000-0000-000000000007";
        let pairs = [
            ("q", "ada"),
            ("status", "suspended"),
            ("role", "auditor"),
            ("group", group),
            ("department", "R&D"),
            ("since", "2026-11-22"),
            ("sort", "-name"),
        ];
        let asked = asked(&pairs);
        let filter = asked.filter();
        assert_eq!((filter.status, filter.role), (UserStatus::Suspended, Some(Role::Auditor)));
        assert_eq!(
            (filter.group.map(|id| id.to_string()).as_deref(), filter.department.as_deref()),
            (Some(group), Some("R&D"))
        );
        assert_eq!(filter.since.map(|at| at.to_string()).as_deref(), Some("2026-11-22T00:00:00.000Z"));
        assert_eq!(asked.sort(), Sort { by: UserKey::DisplayName, descending: true });
        assert_eq!(asked.pairs(), pairs);
        assert!(asked.unread.is_empty() && asked.plain_search().is_none());
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let pairs =
            [("status", "removed"), ("role", "member"), ("group", "7"), ("since", "today"), ("sort", "-department")];
        let asked = asked(&pairs);
        assert_eq!(asked.unread, ["status", "role", "group", "since", "sort"]);
        assert!(!asked.is_filtered());
    }

    #[test]
    fn a_search_alone_comes_newest_first() {
        let plain = |pairs: &[(&str, &str)]| asked(pairs).plain_search().is_some();
        assert!(plain(&[("q", "ada")]) && plain(&[("q", "ada"), ("status", "active")]));
        assert!(!plain(&[]) && !plain(&[("q", " ")]));
        assert!(!plain(&[("q", "ada"), ("sort", "name")]) && !plain(&[("q", "ada"), ("role", "auditor")]));
    }
}
