use crate::{
    components::{Here, empty, encode, ended, framed, pager, place, search_box, when},
    words::{count, grouped, visible},
};
use domain::{Timestamp, group::GroupSummary, page::Page};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

/// All groups, or those that match a search.
pub(crate) fn show() -> impl IntoView {
    let query = use_query_map().get_untracked();
    let place = place(&query);
    let search = query.get("q").unwrap_or_default();
    framed(Here::Groups, async move |console, counts| {
        let listing = console.groups(&search, place).await?;
        Ok(page(search, listing, counts.groups, console.now()).into_any())
    })
}

fn page(search: String, listing: Page<GroupSummary>, all: u64, now: Timestamp) -> impl IntoView {
    let sentence = match all {
        0 => "None yet. Groups arrive when your directory provisions them.".to_owned(),
        _ => format!("{}. Your directory decides who is in them, not Postern.", count(all, "group", "groups")),
    };
    let list = if listing.rows.is_empty() && listing.total > 0 {
        let there = count(listing.total, "group", "groups");
        ended(there, encode(&[("q", &search)])).into_any()
    } else if listing.rows.is_empty() {
        none(&search, all).into_any()
    } else {
        let pager = pager(&listing, &[("q", &search)]);
        view! { {table(listing.rows, now)} {pager} }.into_any()
    };
    view! {
        <Title text="Groups"/>
        <div class="page-head">
            <h1>Groups</h1>
            <p class="soft">{sentence}</p>
        </div>
        <section class="panel" aria-label="Groups">
            <div class="toolbar">{search_box("Name of a group", search, Vec::new())}</div>
            {list}
        </section>
    }
}

fn table(rows: Vec<GroupSummary>, now: Timestamp) -> impl IntoView {
    let row = |row: GroupSummary| {
        let nested = (row.nested > 0).then(|| format!("+ {}", count(row.nested, "group", "groups")));
        view! {
            <tr>
                <td class="row-main">
                    <a class="row-link" href=format!("/admin/groups/{}", row.id)>{visible(&row.display_name)}</a>
                </td>
                <td class="figures">{grouped(row.members)} <span class="card-label">{if row.members == 1 { " member" } else { " members" }}</span> {nested.map(|nested| view! { " " <span class="soft">{nested}</span> })}</td>
                <td class="soft">{when(now, row.changed)}</td>
            </tr>
        }
    };
    view! {
        <table class="rows" aria-label="Groups">
            <thead>
                <tr>
                    <th scope="col">Group</th>
                    <th scope="col">Members</th>
                    <th scope="col">Changed</th>
                </tr>
            </thead>
            <tbody>{rows.into_iter().map(row).collect_view()}</tbody>
        </table>
    }
}

fn none(search: &str, all: u64) -> impl IntoView + use<> {
    match search.trim() {
        _ if all == 0 => {
            let words =
                "Assign groups to the application in Entra, which needs Entra ID P1; they arrive with the next cycle.";
            empty("No groups yet".to_owned(), words, "/admin/sso/scim".to_owned(), "See the state of provisioning")
        }
        search => {
            let words = "The search looks for the text anywhere in the name.";
            empty(
                format!("No group matches “{}”", visible(search)),
                words,
                "/admin/groups".to_owned(),
                "Show all groups",
            )
        }
    }
}
