//! All users, or those who match a search and filters, in an order.

mod asked;
mod filters;
mod table;

use crate::{
    components::{Here, empty, ended, framed, pager, place},
    words::{count, grouped, total, visible},
};
use asked::Asked;
use domain::{
    Timestamp,
    console::{PEOPLE_SORTED, UserListing, UserStatus},
    page::Page,
    people::PersonRow,
};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use std::fmt::Display;

pub(super) use asked::members_of;
pub use asked::people_asked;

/// The page.
pub(crate) fn show() -> impl IntoView {
    let query = use_query_map().get_untracked();
    framed(Here::Users, async move |console, _| {
        let asked = Asked::read(&query);
        Ok(match asked.plain_search() {
            Some(people) => {
                let listing = console.find_people(people, place(&query)).await?;
                page(&asked, listing, console.now()).into_any()
            }
            None => {
                let listing = console.people(asked.filter(), asked.sort(), place(&query)).await?;
                page(&asked, listing, console.now()).into_any()
            }
        })
    })
}

fn page<K: Display>(asked: &Asked, listing: UserListing<K>, now: Timestamp) -> impl IntoView + use<K> {
    let sentence = sentence(asked, &listing);
    let group = listing.group.as_deref().map(visible);
    view! {
        <Title text="Users"/>
        <div class="page-head">
            <h1>Users</h1>
            <p class="soft">{sentence}</p>
        </div>
        <section class="panel" aria-label="Users">
            {filters::toolbar(asked, group)}
            {if listing.page.rows.is_empty() && listing.page.total > 0 {
                ended(people(&listing.page), asked.address()).into_any()
            } else if listing.page.rows.is_empty() {
                nobody(asked, listing.all).into_any()
            } else {
                let pager = pager(&listing.page, &asked.pairs());
                view! { {table::show(asked, listing.page.rows, now)} {pager} }.into_any()
            }}
        </section>
        {(listing.all > 0).then(|| filters::export(asked))}
    }
}

/// How many people a list has: `1 person`, `more than 1,000 people`.
fn people<T, K>(page: &Page<T, K>) -> String {
    let one = page.total == 1 && !page.has_more;
    format!("{} {}", total(page), if one { "person" } else { "people" })
}

fn sentence<K>(asked: &Asked, listing: &UserListing<K>) -> String {
    const SOURCE: &str = "Their names and addresses change in your directory, not here.";
    let all = count(listing.all, "person", "people");
    if listing.all == 0 {
        return "No users yet. They arrive when your directory provisions them.".to_owned();
    }
    if !asked.is_filtered() {
        return match listing.suspended {
            0 => format!("{all}, all active. {SOURCE}"),
            suspended => format!("{all}, {} of them suspended. {SOURCE}", grouped(suspended)),
        };
    }
    if asked.is_only(UserStatus::Active) {
        return format!("{} of {all} active. {SOURCE}", grouped(listing.page.total));
    }
    if asked.is_only(UserStatus::Suspended) {
        return format!("{} of {all} suspended. {SOURCE}", grouped(listing.suspended));
    }
    found(asked, &listing.page, listing.all)
}

fn found<K>(asked: &Asked, page: &Page<PersonRow, K>, all: u64) -> String {
    let order = if asked.plain_search().is_some() { ", the newest first" } else { "" };
    let found = people(page);
    let mut letters = found.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    let found: String = first.into_iter().chain(letters).collect();
    let more = match page.has_more {
        false => String::new(),
        true if asked.plain_search().is_some() => " Add a word to find fewer.".to_owned(),
        true if asked.has_words() => format!(" Only the newest {} are sorted: add a word.", grouped(PEOPLE_SORTED)),
        true => " Add a filter to find fewer.".to_owned(),
    };
    format!("{found} of {} found{order}.{more}", grouped(all))
}

fn nobody(asked: &Asked, all: u64) -> impl IntoView + use<> {
    if all == 0 {
        let words = "Turn on provisioning and connect your directory; it creates them.";
        return empty("No users yet".to_owned(), words, "/admin/sso/scim".to_owned(), "Set up provisioning");
    }
    let whom = match asked.status {
        UserStatus::Any => "No person",
        UserStatus::Active => "No active person",
        UserStatus::Suspended => "No suspended person",
    };
    let (title, words) = match asked.search.trim() {
        "" if asked.is_only(asked.status) => {
            (format!("{whom} is here"), "Your directory says who is active and who is suspended.")
        }
        "" => (format!("{whom} matches the filters"), "Take one of them away, or look for a part of a name."),
        _ if asked.plain_search().is_none() => {
            (format!("{whom} matches the search and the filters"), "Take a filter away, or look for a part of a name.")
        }
        search => (
            format!("{whom} matches “{}”", visible(search)),
            "The search looks for these words, in any order, in names, user names, e-mail addresses, employee \
             numbers, titles, departments and phone numbers: one or two characters where a word begins, more \
             anywhere. An id has to be whole.",
        ),
    };
    empty(title, words, "/admin/users".to_owned(), "Show all users")
}

#[cfg(test)]
mod tests {
    use super::{asked::tests::asked, *};

    fn said(address: &[(&str, &str)], total: u64, has_more: bool) -> String {
        let page: Page<PersonRow, u8> = Page { rows: Vec::new(), total, has_more, previous: None, next: None };
        sentence(&asked(address), &UserListing { page, all: 1_284, suspended: 84, group: None })
    }

    #[test]
    fn the_sentence_follows_the_filters() {
        for (address, total, has_more, start) in [
            (&[][..], 1_284, false, "1,284 people, 84 of them suspended. "),
            (&[("status", "active")], 1_200, false, "1,200 of 1,284 people active. "),
            (&[("status", "suspended")], 84, false, "84 of 1,284 people suspended. "),
            (&[("role", "auditor")], 1, false, "1 person of 1,284 found."),
            (&[("sort", "name")], 1_284, false, "1,284 people, 84 of them suspended. "),
            (
                &[("department", "IT")],
                5_000,
                true,
                "More than 5,000 people of 1,284 found. Add a filter to find fewer.",
            ),
            (&[("q", "a")], 0, false, "0 people of 1,284 found, the newest first."),
            (&[("q", "a")], 1_000, true, "More than 1,000 people of 1,284 found, the newest first. Add a word to find"),
            (
                &[("q", "a"), ("sort", "name")],
                5_000,
                true,
                "More than 5,000 people of 1,284 found. Only the newest 5,000 are sorted: add a word.",
            ),
        ] {
            let said = said(address, total, has_more);
            assert!(said.starts_with(start), "{said}");
        }
    }
}
