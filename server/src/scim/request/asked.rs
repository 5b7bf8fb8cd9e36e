//! What the activity record keeps of a request: its form, and none of the values in it.

use super::query::PARAMETERS;
use crate::{observe::RequestId, scim::route::Route};
use axum::{
    extract::{Query, Request},
    http::{Method, header},
};
use domain::activity;
use scim::Limits;

/// The longest form of a request, and the longest name of a client, in characters.
const FORM: usize = 300;
const AGENT: usize = 64;

/// The request as it is recorded.
pub(in crate::scim) fn of(request: &Request, route: &Route) -> activity::Request {
    let id = request.extensions().get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default();
    let agent = request.headers().get(header::USER_AGENT).map(|agent| {
        let printable = agent.as_bytes().iter().copied().map(char::from).filter(|c| matches!(c, ' '..='~'));
        printable.take(AGENT).collect::<String>()
    });
    let agent = agent.filter(|agent| !agent.trim().is_empty());
    let query = Query::try_from_uri(request.uri()).map_or_else(|_| Vec::new(), |Query(query)| query);
    let asked = format!("{} {}{}", request.method(), route.form(), parameters(&query));
    activity::Request { id, asked: asked.chars().take(FORM).collect(), agent }
}

/// An operation of a bulk request, as it is recorded.
pub(super) fn part(of: &activity::Request, method: &Method, route: &Route) -> activity::Request {
    activity::Request { asked: format!("{method} {}, in a bulk request", route.form()), ..of.clone() }
}

/// The parameters of a query. Of their values only numbers and the form of a filter are kept.
fn parameters(query: &[(String, String)]) -> String {
    let mut form = String::new();
    for (name, value) in query {
        let Some(name) = PARAMETERS.into_iter().find(|known| known.eq_ignore_ascii_case(name)) else { continue };
        let value = match name {
            "filter" => {
                scim::filter::parse(value, &Limits::default()).ok().map(|filter| filter.without_values().to_string())
            }
            _ => value.parse().ok().map(|number: i64| number.to_string()),
        };
        form.push(if form.is_empty() { '?' } else { '&' });
        form.push_str(&format!("{name}={}", value.as_deref().unwrap_or("…")));
    }
    form
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn o37_a_form_has_no_value_of_a_filter() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        for (filter, form) in [
            (r#"userName eq "ada""#, r#"userName eq "…""#),
            ("userName Eq 7 and active eq true", r#"userName eq "…" and active eq "…""#),
            (r#"emails[type eq "work" and value co "a\" b"]"#, r#"emails[type eq "…" and value co "…"]"#),
            ("not (externalId pr)", "not (externalId pr)"),
            // A text that cannot be parsed is not kept: it may be a value.
            ("userName eq 'Ada Lovelace'", "…"),
            ("displayName eq Ada Lovelace", "…"),
            (r#"displayName eq "Ada "The Boss" Lovelace""#, "…"),
            ("userName=ada@corp.example", "…"),
            ("userName is ada", "…"),
            ("userName eq (ada lovelace)", "…"),
            (r#"userName eq "ada"#, "…"),
        ] {
            assert_eq!(parameters(&[pair("filter", filter)]), format!("?filter={form}"), "{filter}");
        }
        let query = [
            pair("FILTER", "id eq 7"),
            pair("x", "secret"),
            pair("cursor", "abc"),
            pair("count", "1"),
            pair("sortBy", "ada@corp.example"),
        ];
        assert_eq!(parameters(&query), r#"?filter=id eq "…"&cursor=…&count=1&sortBy=…"#);
        assert_eq!(parameters(&[]), "");
    }
}
