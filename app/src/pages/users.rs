use crate::{
    components::{Here, empty, encode, ended, framed, pager, people_table, place, search_box},
    words::{count, grouped, visible},
};
use domain::{
    Timestamp,
    console::{UserListing, UserStatus},
};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

/// All users, or those who match a search and a status.
pub(crate) fn show() -> impl IntoView {
    let query = use_query_map().get_untracked();
    let place = place(&query);
    let search = query.get("q").unwrap_or_default();
    let status = query.get("status").unwrap_or_default();
    framed(Here::Users, async move |console, _| {
        let asked = Asked { status: read_status(&status), search };
        let listing = console.users(&asked.search, asked.status, place).await?;
        Ok(page(&asked, listing, console.now()).into_any())
    })
}

struct Asked {
    search: String,
    status: UserStatus,
}

fn page(asked: &Asked, listing: UserListing, now: Timestamp) -> impl IntoView + use<> {
    let query = [("q", asked.search.as_str()), ("status", status_word(asked.status))];
    let kept = vec![("status", status_word(asked.status))];
    view! {
        <Title text="Users"/>
        <div class="page-head">
            <h1>Users</h1>
            <p class="soft">{sentence(&listing)}</p>
        </div>
        <section class="panel" aria-label="Users">
            <div class="toolbar">
                {search_box("Name, user name or e-mail", asked.search.clone(), kept)} {filters(asked)}
            </div>
            {if listing.page.rows.is_empty() && listing.page.total > 0 {
                let there = count(listing.page.total, "person", "people");
                ended(there, encode(&query)).into_any()
            } else if listing.page.rows.is_empty() {
                nobody(asked, listing.all).into_any()
            } else {
                let pager = pager(&listing.page, &query);
                view! { {people_table("Users", listing.page.rows, now)} {pager} }.into_any()
            }}
        </section>
    }
}

fn sentence(listing: &UserListing) -> String {
    let people = count(listing.all, "person", "people");
    match (listing.all, listing.suspended) {
        (0, _) => "No users yet. They arrive when your directory provisions them.".to_owned(),
        (_, 0) => format!("{people}, all active. Their names and addresses change in your directory, not here."),
        (_, suspended) => {
            let suspended = grouped(suspended);
            format!(
                "{people}, {suspended} of them suspended. Their names and addresses change in your directory, not here."
            )
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
            "The search looks for the text anywhere in names, user names and e-mail addresses.",
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

    #[test]
    fn a_status_is_its_word() {
        for status in [UserStatus::Any, UserStatus::Active, UserStatus::Suspended] {
            assert_eq!(read_status(status_word(status)), status);
        }
        assert_eq!(read_status("removed"), UserStatus::Any);
    }
}
