use super::encode;
use crate::words::range;
use domain::page::{Page, Place};
use leptos::prelude::*;
use leptos_router::params::ParamsMap;
use std::{fmt::Display, str::FromStr};

/// The page of a list that an address asks for.
pub(crate) fn place<K: FromStr>(query: &ParamsMap) -> Place<K> {
    let key = |name| query.get_str(name).and_then(|key| key.parse().ok());
    match (key("after"), key("before")) {
        (Some(key), _) => Place::After(key),
        (None, Some(key)) => Place::Before(key),
        (None, None) => Place::Start,
    }
}

/// The foot of a list: which rows these are, and links to the other pages. `query` is the rest of the query string.
pub(crate) fn pager<T, K: Display>(page: &Page<T, K>, query: &[(&str, &str)]) -> impl IntoView + use<T, K> {
    let link = |direction: &'static str, key: Option<&K>| {
        key.map(|key| {
            let key = key.to_string();
            encode(&[query, &[(direction, key.as_str())]].concat())
        })
    };
    let (previous, next) = (link("before", page.previous.as_ref()), link("after", page.next.as_ref()));
    let several = previous.is_some() || next.is_some();
    view! {
        <div class="pager">
            <p class="figures">{range(page)}</p>
            {several.then(|| view! {
                <nav aria-label="Pages">
                    {step("Previous", previous)} {step("Next", next)}
                </nav>
            })}
        </div>
    }
}

/// The foot of a list that leads back in time, page by page. `rows` is the sentence about how many a page has.
pub(crate) fn back_in_time(rows: String, newest: Option<String>, older: Option<String>) -> impl IntoView {
    view! {
        <div class="pager">
            <p>{rows}</p>
            <nav aria-label="Pages">{step("Newest", newest)} {step("Older", older)}</nav>
        </div>
    }
}

/// A link to another page, or only its label if there is none.
fn step(word: &'static str, href: Option<String>) -> impl IntoView {
    let dead = href.is_none().then_some("true");
    view! { <a class="button" href=href aria-disabled=dead>{word}</a> }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::page::Key;

    #[test]
    fn a_place_is_read_from_the_address() {
        let key = "1795000000007.00000000000000000000000000000007";
        let query = |name: &str, value: &str| ParamsMap::from_iter([(name.to_owned(), value.to_owned())]);
        let parsed: Key = key.parse().unwrap();
        assert_eq!(place(&query("after", key)), Place::After(parsed));
        assert_eq!(place(&query("before", key)), Place::Before(parsed));
        assert_eq!(place(&query("after", "7")), Place::<Key>::Start);
        assert_eq!(place(&ParamsMap::new()), Place::<Key>::Start);
    }
}
