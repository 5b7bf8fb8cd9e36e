//! What an address of the activity record asks for.

use crate::components::{Parameters, encode, unread};
use domain::{
    Timestamp, TokenId,
    activity::{RecordKey, RecordQuery, Show},
};
use leptos::prelude::*;
use leptos_router::params::ParamsMap;
use uuid::Uuid;

/// Each way to select calls by how they ended, with its word in an address and on the page.
const SHOWN: [(Show, &str, &str); 4] = [
    (Show::All, "", "Everything"),
    (Show::Changes, "changes", "Changes"),
    (Show::Unchanged, "unchanged", "Changes that changed nothing"),
    (Show::Refused, "refused", "Refused or failed"),
];

/// What is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) show: Show,
    pub(super) token: Option<TokenId>,
    pub(super) target: Option<Uuid>,
    /// The last day, as `2026-11-22`.
    pub(super) to: String,
    pub(super) before: Option<RecordKey>,
    /// The names of parameters with values that cannot be read.
    pub(super) unread: Vec<&'static str>,
}

impl Asked {
    pub(super) fn read(query: &ParamsMap) -> Self {
        let mut asked = Parameters::of(query);
        let shown = |text: &str| SHOWN.iter().find(|(_, word, _)| *word == text).map(|(show, ..)| *show);
        Self {
            show: asked.value("show", shown).unwrap_or_default(),
            token: asked.value("token", |id| id.parse().ok()),
            target: asked.value("target", |id| Uuid::try_parse(id).ok()),
            to: asked.value("to", |day| midnight(day).map(|_| day.to_owned())).unwrap_or_default(),
            before: asked.value("before", RecordKey::parse),
            unread: asked.unread(),
        }
    }

    pub(super) fn query(&self) -> RecordQuery {
        // The last day counts whole.
        let until = midnight(&self.to).map(|day| day.plus_days(1));
        RecordQuery { show: self.show, token: self.token, target: self.target, until }
    }

    pub(super) fn is_filtered(&self) -> bool {
        self.query() != RecordQuery::default()
    }

    /// The address of the same, from the newest or from before a call.
    pub(super) fn address(&self, before: Option<RecordKey>) -> String {
        let show = SHOWN.iter().find(|(show, ..)| *show == self.show).map_or("", |(_, word, _)| word);
        let text = |value: Option<String>| value.unwrap_or_default();
        let (token, target) = (text(self.token.map(|id| id.to_string())), text(self.target.map(|id| id.to_string())));
        let before = text(before.map(|before| before.to_string()));
        let query = [("show", show), ("token", &token), ("target", &target), ("to", &self.to), ("before", &before)];
        let query = encode(&query);
        if query == "?" { "/admin/activity".to_owned() } else { format!("/admin/activity{query}") }
    }
}

fn midnight(day: &str) -> Option<Timestamp> {
    Timestamp::parse(&format!("{day}T00:00:00Z"))
}

/// The address of all calls that concerned a user or group.
pub(in crate::pages) fn calls_about(target: Uuid) -> String {
    Asked { target: Some(target), ..Asked::default() }.address(None)
}

/// The address of all calls with a token.
pub(in crate::pages) fn calls_of(token: TokenId) -> String {
    Asked { token: Some(token), ..Asked::default() }.address(None)
}

/// The address of all calls that were refused or that failed.
pub(in crate::pages) fn refused_calls() -> String {
    Asked { show: Show::Refused, ..Asked::default() }.address(None)
}

/// A plain form, so that what it asks for can be kept as an address.
pub(super) fn filters(asked: &Asked, tokens: &[(TokenId, String)], about: Option<String>) -> impl IntoView + use<> {
    let shown = |(show, word, label): (Show, &'static str, &'static str)| {
        view! { <option value=word selected={show == asked.show}>{label}</option> }
    };
    let token = |(id, name): &(TokenId, String)| {
        view! { <option value=id.to_string() selected={asked.token == Some(*id)}>{name.clone()}</option> }
    };
    view! {
        <form class="toolbar filter-form" method="get" action="/admin/activity" role="search" aria-label="Calls">
            <label class="filter">
                <span class="label">Calls</span>
                <select name="show">{SHOWN.map(shown).collect_view()}</select>
            </label>
            <label class="filter">
                <span class="label">Token</span>
                <select name="token">
                    <option value="" selected=asked.token.is_none()>Any</option>
                    {tokens.iter().map(token).collect_view()}
                </select>
            </label>
            <label class="filter">
                <span class="label">"Until, UTC"</span>
                <input type="date" name="to" value=asked.to.clone()/>
            </label>
            {asked.target.map(|target| view! { <input type="hidden" name="target" value=target.to_string()/> })}
            <button class="button">Show</button>
            {asked.is_filtered().then(|| view! { <a class="filter-clear" href="/admin/activity">Show everything</a> })}
        </form>
        {unread(&asked.unread)}
        {asked.target.map(|_| {
            let about = about.unwrap_or_else(|| "one user or group".to_owned());
            view! { <p class="panel-text panel-line soft">{format!("Only calls about {about} are shown.")}</p> }
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
        let pairs = [("show", "refused"), ("token", &text), ("target", &text), ("to", "2026-11-22"), ("before", "8.9")];
        let asked = asked(&pairs);
        let query = asked.query();
        assert_eq!((query.show, query.token, query.target), (Show::Refused, Some(TokenId(id)), Some(id)));
        assert_eq!(query.until.map(|at| at.to_string()).as_deref(), Some("2026-11-23T00:00:00.000Z"));
        let key = RecordKey { at: Timestamp::from_millis(8), seq: 9 };
        assert_eq!(asked.before, Some(key));
        let address = format!("/admin/activity?show=refused&token={id}&target={id}&to=2026-11-22");
        assert_eq!(asked.address(None), address);
        assert_eq!(asked.address(Some(key)), format!("{address}&before=8.9"));
        assert_eq!(refused_calls(), "/admin/activity?show=refused");
        assert_eq!(Asked::default().address(None), "/admin/activity");
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let nothing = [("show", "all"), ("token", "7"), ("target", "x"), ("to", "2026-02-30"), ("before", "x")];
        let unread = vec!["show", "token", "target", "to", "before"];
        assert_eq!(asked(&nothing), Asked { unread, ..Asked::default() });
        assert!(!Asked::default().is_filtered());
    }
}
