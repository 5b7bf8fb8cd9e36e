//! The filters in an address of the audit log.

use crate::components::{Parameters, encode, unread};
use domain::{
    Timestamp,
    audit::{Action, EventQuery, Topic},
};
use leptos::prelude::*;
use leptos_router::params::ParamsMap;
use uuid::Uuid;

/// The label of a topic.
pub(super) fn label(topic: Topic) -> &'static str {
    match topic {
        Topic::BreakGlass => "Break-glass",
        Topic::Tokens => "Tokens",
        Topic::Users => "Users",
        Topic::Groups => "Groups",
        Topic::Guard => "Guard",
        Topic::Provisioning => "Provisioning",
        Topic::Sessions => "Sessions",
        Topic::Drills => "Drills",
        Topic::Refusals => "Refused changes",
        Topic::Alerts => "Test alerts",
        Topic::Audit => "The audit log itself",
        Topic::Database => "Backups and restores",
        Topic::Storage => "Disk space",
    }
}

/// The filters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) kind: String,
    pub(super) target: Option<Uuid>,
    /// The first day, as `2026-11-22`.
    pub(super) from: String,
    /// The last day, as `2026-11-22`.
    pub(super) to: String,
    pub(super) before: Option<i64>,
    /// The names of parameters with values that cannot be read.
    pub(super) unread: Vec<&'static str>,
}

impl Asked {
    pub(super) fn read(query: &ParamsMap) -> Self {
        let mut asked = Parameters::of(query);
        let day = |day: &str| midnight(day).map(|_| day.to_owned());
        let kind = |kind: &str| Some(kind.to_owned()).filter(|kind| !actions(kind).is_empty());
        Self {
            kind: asked.value("kind", kind).unwrap_or_default(),
            target: asked.value("target", |id| Uuid::try_parse(id).ok()),
            from: asked.value("from", day).unwrap_or_default(),
            to: asked.value("to", day).unwrap_or_default(),
            before: asked.value("before", |number| number.parse().ok()),
            unread: asked.unread(),
        }
    }

    pub(super) fn query(&self) -> EventQuery {
        EventQuery {
            actions: actions(&self.kind),
            target: self.target,
            since: midnight(&self.from),
            // The last day is included in full.
            until: midnight(&self.to).map(|day| day.plus_days(1)),
        }
    }

    pub(super) fn is_filtered(&self) -> bool {
        self.query() != EventQuery::default()
    }

    /// The address with these filters, from the newest event or from before an event.
    pub(super) fn address(&self, before: Option<i64>) -> String {
        let target = self.target.map(|target| target.to_string()).unwrap_or_default();
        let before = before.map(|before| before.to_string()).unwrap_or_default();
        let query = [
            ("kind", self.kind.as_str()),
            ("target", &target),
            ("from", &self.from),
            ("to", &self.to),
            ("before", &before),
        ];
        format!("/admin/audit{}", encode(&query))
    }
}

/// The actions of a topic; none if there is no such topic.
fn actions(word: &str) -> Vec<Action> {
    let Some(topic) = Topic::parse(word) else { return Vec::new() };
    Action::ALL.iter().copied().filter(|action| action.kind().topic == topic).collect()
}

fn midnight(day: &str) -> Option<Timestamp> {
    Timestamp::parse(&format!("{day}T00:00:00Z"))
}

/// The address of everything that happened to a user, group, token or account.
pub(in crate::pages) fn history(target: Uuid) -> String {
    Asked { target: Some(target), ..Asked::default() }.address(None)
}

/// The address of the events of a topic from the day of a moment on.
pub(in crate::pages) fn since(topic: Topic, at: Timestamp) -> String {
    let from = at.to_string().get(..10).unwrap_or_default().to_owned();
    Asked { kind: topic.as_str().to_owned(), from, ..Asked::default() }.address(None)
}

/// A plain form, so that a search can be bookmarked.
pub(super) fn filters(asked: &Asked) -> impl IntoView + use<> {
    let option = |topic: &Topic| {
        let word = topic.as_str();
        view! { <option value=word selected={word == asked.kind}>{label(*topic)}</option> }
    };
    let day = |name: &'static str, label: &'static str, value: &str| {
        view! {
            <label class="filter">
                <span class="label">{label}</span>
                <input type="date" name=name value=value.to_owned()/>
            </label>
        }
    };
    view! {
        <form class="toolbar filter-form" method="get" action="/admin/audit" role="search" aria-label="Events">
            <label class="filter">
                <span class="label">Kind</span>
                <select name="kind">
                    <option value="" selected=asked.kind.is_empty()>Everything</option>
                    {Topic::ALL.iter().map(option).collect_view()}
                </select>
            </label>
            {day("from", "From, UTC", &asked.from)}
            {day("to", "To, UTC", &asked.to)}
            {asked.target.map(|target| view! { <input type="hidden" name="target" value=target.to_string()/> })}
            <button class="button">Show</button>
            {asked.is_filtered().then(|| view! { <a class="filter-clear" href="/admin/audit">Show everything</a> })}
        </form>
        {unread(&asked.unread)}
        {asked.target.map(|_| view! {
            <p class="panel-text panel-line soft">"Only what happened to one user, group, token or account is shown."</p>
        })}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(pairs: &[(&str, &str)]) -> Asked {
        Asked::read(&ParamsMap::from_iter(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))))
    }

    #[test]
    fn an_address_says_what_is_asked_for() {
        let id = Uuid::from_u128(7);
        let text = id.to_string();
        let pairs = [
            ("kind", "tokens"),
            ("target", text.as_str()),
            ("from", "2026-11-01"),
            ("to", "2026-11-22"),
            ("before", "9"),
        ];
        let asked = asked(&pairs);
        let query = asked.query();
        assert_eq!((query.target, asked.before), (Some(id), Some(9)));
        assert!(query.actions.contains(&Action::TokenRotated) && !query.actions.contains(&Action::UserCreated));
        assert_eq!(query.since.map(|at| at.to_string()).as_deref(), Some("2026-11-01T00:00:00.000Z"));
        assert_eq!(query.until.map(|at| at.to_string()).as_deref(), Some("2026-11-23T00:00:00.000Z"));
        let address =
            "/admin/audit?kind=tokens&target=00000000-0000-0000-0000-000000000007&from=2026-11-01&to=2026-11-22";
        assert_eq!(asked.address(None), address);
        assert_eq!(asked.address(Some(9)), format!("{address}&before=9"));
        assert_eq!(history(id), "/admin/audit?target=00000000-0000-0000-0000-000000000007");
        let moment = Timestamp::from_millis(1_795_000_000_007);
        assert_eq!(since(Topic::Users, moment), "/admin/audit?kind=users&from=2026-11-18");
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let nothing =
            [("kind", "token."), ("target", "7"), ("from", "yesterday"), ("to", "2026-02-30"), ("before", "x")];
        let unread = vec!["kind", "target", "from", "to", "before"];
        assert_eq!(asked(&nothing), Asked { unread, ..Asked::default() });
        assert!(!Asked::default().is_filtered());
    }

    #[test]
    fn no_topic_is_empty() {
        assert!(Topic::ALL.iter().all(|topic| !actions(topic.as_str()).is_empty()));
        assert_eq!(actions("refusals"), [Action::Refused]);
    }
}
