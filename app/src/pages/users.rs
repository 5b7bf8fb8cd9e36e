use crate::{
    components::{Here, empty, encode, ended, framed, pager, people_table, place, search_box},
    words::{count, grouped, total, visible},
};
use domain::{
    Timestamp,
    console::{UserListing, UserStatus},
    page::{Page, Position},
    search::PeopleQuery,
};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use std::fmt::Display;

/// All users, or those who match a search and a status.
pub(crate) fn show() -> impl IntoView {
    let query = use_query_map().get_untracked();
    let search = query.get("q").unwrap_or_default();
    let status = read_status(&query.get("status").unwrap_or_default());
    framed(Here::Users, async move |console, _| {
        let asked = Asked { status, search };
        Ok(match PeopleQuery::new(&asked.search, status.active()) {
            Some(people) => {
                let listing = console.find_users(people, place(&query)).await?;
                let sentence = found(&listing);
                page(&asked, listing, sentence, console.now()).into_any()
            }
            None => {
                let listing = console.users(status, place(&query)).await?;
                let sentence = sentence(status, &listing);
                page(&asked, listing, sentence, console.now()).into_any()
            }
        })
    })
}

struct Asked {
    search: String,
    status: UserStatus,
}

fn page<K: Display>(
    asked: &Asked,
    listing: UserListing<K>,
    sentence: String,
    now: Timestamp,
) -> impl IntoView + use<K> {
    let query = [("q", asked.search.as_str()), ("status", status_word(asked.status))];
    let kept = vec![("status", status_word(asked.status))];
    view! {
        <Title text="Users"/>
        <div class="page-head">
            <h1>Users</h1>
            <p class="soft">{sentence}</p>
        </div>
        <section class="panel" aria-label="Users">
            <div class="toolbar">
                {search_box("Name, e-mail, title, department, phone", asked.search.clone(), kept)} {filters(asked)}
            </div>
            {if listing.page.rows.is_empty() && listing.page.total > 0 {
                ended(people(&listing.page), encode(&query)).into_any()
            } else if listing.page.rows.is_empty() {
                nobody(asked, listing.all).into_any()
            } else {
                let pager = pager(&listing.page, &query);
                view! { {people_table("Users", listing.page.rows, now)} {pager} }.into_any()
            }}
        </section>
    }
}

/// How many people a list has: `1 person`, `more than 1,000 people`.
fn people<T, K>(page: &Page<T, K>) -> String {
    let one = page.total == 1 && !page.has_more;
    format!("{} {}", total(page), if one { "person" } else { "people" })
}

fn sentence(status: UserStatus, listing: &UserListing) -> String {
    let source = "Their names and addresses change in your directory, not here.";
    let all = count(listing.all, "person", "people");
    let suspended = grouped(listing.suspended);
    match (status, listing.all, listing.suspended) {
        (_, 0, _) => "No users yet. They arrive when your directory provisions them.".to_owned(),
        (UserStatus::Any, _, 0) => format!("{all}, all active. {source}"),
        (UserStatus::Any, ..) => format!("{all}, {suspended} of them suspended. {source}"),
        (UserStatus::Active, ..) => format!("{} of {all} active. {source}", grouped(listing.page.total)),
        (UserStatus::Suspended, ..) => format!("{suspended} of {all} suspended. {source}"),
    }
}

fn found(listing: &UserListing<Position>) -> String {
    let all = grouped(listing.all);
    match (people(&listing.page), listing.page.has_more) {
        (people, false) => format!("{people} of {all} found, the newest first."),
        (people, true) => {
            let mut people = people.chars();
            let first = people.next().map(|letter| letter.to_ascii_uppercase());
            let people: String = first.into_iter().chain(people).collect();
            format!("{people} of {all} found, the newest first. Add a word to find fewer.")
        }
    }
}

fn filters(asked: &Asked) -> impl IntoView + use<> {
    let filter = |status, word| {
        let here = (asked.status == status).then_some("true");
        let href = encode(&[("q", &asked.search), ("status", status_word(status))]);
        view! { <a href=href aria-current=here>{word}</a> }
    };
    view! {
        <nav class="filters" aria-label="Status">
            {filter(UserStatus::Any, "Any status")}
            {filter(UserStatus::Active, "Active")}
            {filter(UserStatus::Suspended, "Suspended")}
        </nav>
    }
}

fn nobody(asked: &Asked, all: u64) -> impl IntoView + use<> {
    if all == 0 {
        let words = "Turn on provisioning and connect your directory; it creates them.";
        return empty("No users yet".to_owned(), words, "/admin/sso/scim".to_owned(), "Set up provisioning");
    }
    let whom = match asked.status {
        UserStatus::Any => "Nobody",
        UserStatus::Active => "No active users",
        UserStatus::Suspended => "No suspended users",
    };
    let (title, words) = match asked.search.trim() {
        "" => (format!("{whom} is here"), "Your directory says who is active and who is suspended."),
        search => (
            format!("{whom} matches “{}”", visible(search)),
            "The search looks for these words, in any order, in names, user names, e-mail addresses, employee \
             numbers, titles, departments and phone numbers: one or two characters where a word begins, more \
             anywhere. An id has to be whole.",
        ),
    };
    empty(title, words, "/admin/users".to_owned(), "Show everybody")
}

fn read_status(word: &str) -> UserStatus {
    match word {
        "active" => UserStatus::Active,
        "suspended" => UserStatus::Suspended,
        _ => UserStatus::Any,
    }
}

fn status_word(status: UserStatus) -> &'static str {
    match status {
        UserStatus::Any => "",
        UserStatus::Active => "active",
        UserStatus::Suspended => "suspended",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listing<K>(total: u64, has_more: bool) -> UserListing<K> {
        let page = Page { rows: Vec::new(), total, has_more, previous: None, next: None };
        UserListing { page, all: 1_284, suspended: 84 }
    }

    #[test]
    fn the_sentence_follows_the_filter() {
        for (status, total, start) in [
            (UserStatus::Any, 1_284, "1,284 people, 84 of them suspended. "),
            (UserStatus::Active, 1_200, "1,200 of 1,284 people active. "),
            (UserStatus::Suspended, 84, "84 of 1,284 people suspended. "),
        ] {
            let said = sentence(status, &listing(total, false));
            assert!(said.starts_with(start), "{said}");
        }
    }

    #[test]
    fn a_search_says_how_many_were_found() {
        for (total, has_more, wanted) in [
            (0, false, "0 people of 1,284 found, the newest first."),
            (1, false, "1 person of 1,284 found, the newest first."),
            (1_000, false, "1,000 people of 1,284 found, the newest first."),
            (1_000, true, "More than 1,000 people of 1,284 found, the newest first. Add a word to find fewer."),
        ] {
            assert_eq!(found(&listing(total, has_more)), wanted);
        }
    }

    #[test]
    fn a_status_is_its_word() {
        for status in [UserStatus::Any, UserStatus::Active, UserStatus::Suspended] {
            assert_eq!(read_status(status_word(status)), status);
        }
        assert_eq!(read_status("removed"), UserStatus::Any);
    }
}
