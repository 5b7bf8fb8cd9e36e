//! What the activity record keeps of a request: its form, and nothing that a directory filled in.

use super::query::PARAMETERS;
use crate::{observe::RequestId, scim::route::Route};
use axum::{
    extract::{Query, Request},
    http::{Method, header},
};
use domain::activity;

/// The longest form of a request, and the longest name of a client, in characters.
const FORM: usize = 300;
const AGENT: usize = 64;

/// The request as it is recorded.
pub(in crate::scim) fn of(request: &Request, route: &Route) -> activity::Request {
    let id = request.extensions().get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default();
    let agent = request.headers().get(header::USER_AGENT).map(|agent| {
        let printable = agent.as_bytes().iter().copied().map(char::from).filter(|c| matches!(c, ' '..='~'));
        printable.take(AGENT).collect()
    });
    let query = Query::try_from_uri(request.uri()).map_or_else(|_| Vec::new(), |Query(query)| query);
    let asked = format!("{} {}{}", request.method(), route.form(), parameters(&query));
    activity::Request { id, asked: asked.chars().take(FORM).collect(), agent }
}

/// An operation of a bulk request, as it is recorded.
pub(super) fn part(of: &activity::Request, method: &Method, route: &Route) -> activity::Request {
    activity::Request { asked: format!("{method} {}, in a bulk request", route.form()), ..of.clone() }
}

/// The parameters of a query, with the values of filters left out.
fn parameters(query: &[(String, String)]) -> String {
    let mut form = String::new();
    for (name, value) in query {
        let Some(name) = PARAMETERS.into_iter().find(|known| known.eq_ignore_ascii_case(name)) else { continue };
        form.push(if form.is_empty() { '?' } else { '&' });
        form.push_str(name);
        form.push('=');
        match name {
            "filter" => form.push_str(&without_values(value)),
            "cursor" => form.push('…'),
            _ => form.extend(value.chars().filter(char::is_ascii_graphic).take(AGENT)),
        }
    }
    form
}

/// A filter without the values that it compares with; anything that may be one is left out.
fn without_values(filter: &str) -> String {
    const OPERATORS: [&str; 9] = ["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"];
    let (mut form, mut rest, mut is_value) = (String::new(), filter, false);
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '"' => end_of_text(rest),
            ' ' | '(' | ')' | '[' | ']' => first.len_utf8(),
            _ => rest.find([' ', '(', ')', '[', ']', '"']).unwrap_or(rest.len()),
        };
        let (word, after) = rest.split_at(length);
        rest = after;
        match first {
            ' ' | '(' | ')' | '[' | ']' => form.push(first),
            '"' => form.push('…'),
            _ if is_value => form.push('…'),
            _ if word.is_ascii() => form.push_str(word),
            _ => form.push('…'),
        }
        if first != ' ' {
            is_value = OPERATORS.iter().any(|operator| word.eq_ignore_ascii_case(operator));
        }
    }
    form
}

/// How long the quoted text is that begins here; without a closing quote, all of the rest is in it.
fn end_of_text(rest: &str) -> usize {
    let mut is_escaped = true;
    for (at, byte) in rest.bytes().enumerate() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn o37_a_form_has_no_value_of_a_filter() {
        for (filter, form) in [
            (r#"userName eq "ada""#, "userName eq …"),
            ("userName Eq ada and active eq true", "userName Eq … and active eq …"),
            (r#"emails[type eq "work" and value co "a\" b"]"#, "emails[type eq … and value co …]"),
            ("not (externalId pr)", "not (externalId pr)"),
            (r#"userName eq "ada"#, "userName eq …"),
            (r#""ada" eq userName"#, "… eq …"),
            (r#"userName eq("ada")"#, "userName eq(…)"),
            ("Zoë pr", "… pr"),
        ] {
            assert_eq!(without_values(filter), form, "{filter}");
        }
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let query = [
            pair("FILTER", "id eq 7"),
            pair("x", "secret"),
            pair("cursor", "abc"),
            pair("count", "1"),
            pair("sortBy", "name.familyName"),
        ];
        assert_eq!(parameters(&query), "?filter=id eq …&cursor=…&count=1&sortBy=name.familyName");
        assert_eq!(parameters(&[]), "");
    }
}
