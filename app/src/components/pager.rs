use super::encode;
use crate::words::range;
use domain::page::{Key, Page, Place};
use leptos::prelude::*;
use leptos_router::params::ParamsMap;

/// The page of a list that an address asks for.
pub(crate) fn place(query: &ParamsMap) -> Place {
    let key = |name| query.get_str(name).and_then(Key::parse);
    match (key("after"), key("before")) {
        (Some(key), _) => Place::After(key),
        (None, Some(key)) => Place::Before(key),
        (None, None) => Place::Start,
    }
}

/// The foot of a list: which rows these are, and links to the other pages. `query` is the rest of the query string.
pub(crate) fn pager<T>(page: &Page<T>, query: &[(&str, &str)]) -> impl IntoView + use<T> {
    let link = |direction: &'static str, key: Option<Key>| {
        key.map(|key| {
            let key = key.to_string();
            encode(&[query, &[(direction, key.as_str())]].concat())
        })
    };
    let (previous, next) = (link("before", page.previous), link("after", page.next));
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

    #[test]
    fn a_place_is_read_from_the_address() {
        let key = "1795000000007.00000000000000000000000000000007";
        let query = |name: &str, value: &str| ParamsMap::from_iter([(name.to_owned(), value.to_owned())]);
        let parsed = Key::parse(key).unwrap();
        assert_eq!(place(&query("after", key)), Place::After(parsed));
        assert_eq!(place(&query("before", key)), Place::Before(parsed));
        assert_eq!(place(&query("after", "7")), Place::Start);
        assert_eq!(place(&ParamsMap::new()), Place::Start);
    }
}
