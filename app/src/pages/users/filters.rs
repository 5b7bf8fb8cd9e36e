//! The search, the filters, and the links to exports.

use super::asked::{Asked, status_word};
use crate::components::{Icon, encode, icon, unread};
use domain::{console::UserStatus, role::Role};
use leptos::prelude::*;

const STATUSES: [(UserStatus, &str); 3] =
    [(UserStatus::Any, "Any"), (UserStatus::Active, "Active"), (UserStatus::Suspended, "Suspended")];

const ROLES: [(Role, &str); 2] = [(Role::Administrator, "Administrators"), (Role::Auditor, "Auditors")];

const SEARCHED: &str = "Name, e-mail, title, department, phone";

/// A plain form, so that what it asks for can be kept as an address; below it, what is in force.
pub(super) fn toolbar(asked: &Asked, group: Option<String>) -> impl IntoView + use<> {
    let status = |(status, label): (UserStatus, &'static str)| {
        view! { <option value=status_word(status) selected={status == asked.status}>{label}</option> }
    };
    let role = |(role, label): (Role, &'static str)| {
        view! { <option value=role.as_str() selected={asked.role == Some(role)}>{label}</option> }
    };
    let kept = asked.pairs().into_iter().filter(|(name, value)| matches!(*name, "group" | "sort") && !value.is_empty());
    view! {
        <form class="toolbar filter-form people-form" method="get" action="/admin/users" role="search" aria-label="Users">
            <div class="search">
                {icon(Icon::Search)}
                <input
                    type="search"
                    name="q"
                    value=asked.search.clone()
                    placeholder=SEARCHED
                    aria-label=SEARCHED
                    maxlength="200"
                    autocomplete="off"
                    spellcheck="false"
                />
            </div>
            <label class="filter">
                <span class="label">Status</span>
                <select name="status">{STATUSES.map(status).collect_view()}</select>
            </label>
            <label class="filter">
                <span class="label">Role</span>
                <select name="role">
                    <option value="">Any</option>
                    {ROLES.map(role).collect_view()}
                </select>
            </label>
            <label class="filter">
                <span class="label">"Department, whole name"</span>
                <input name="department" value=asked.department.clone() maxlength="200" autocomplete="off"/>
            </label>
            <label class="filter">
                <span class="label">"Changed since, UTC"</span>
                <input type="date" name="since" value=asked.since.clone()/>
            </label>
            {kept.map(|(name, value)| view! { <input type="hidden" name=name value=value.to_owned()/> }).collect_view()}
            <button class="button">Show</button>
        </form>
        {unread(&asked.unread)}
        {in_force(asked, group)}
    }
}

/// The filters in force, each with a link that takes it away.
fn in_force(asked: &Asked, group: Option<String>) -> impl IntoView + use<> {
    let words = |name: &str, value: &str| match name {
        "q" => Some(format!("“{value}”")),
        "status" => STATUSES.iter().find(|(status, _)| *status == asked.status).map(|(_, label)| (*label).to_owned()),
        "role" => ROLES.iter().find(|(role, _)| asked.role == Some(*role)).map(|(_, label)| (*label).to_owned()),
        "group" => Some(
            group
                .clone()
                .map_or_else(|| "Members of a group that is gone".to_owned(), |name| format!("Members of {name}")),
        ),
        "department" => Some(format!("Department {value}")),
        "since" => Some(format!("Changed since {value}")),
        _ => None,
    };
    let pairs = asked.pairs();
    let chips = pairs.iter().filter(|(_, value)| !value.is_empty()).filter_map(|(name, value)| {
        let words = crate::words::visible(&words(name, value)?);
        let rest: Vec<(&str, &str)> = pairs.iter().filter(|(other, _)| other != name).copied().collect();
        let label = format!("Take away the filter: {words}");
        Some(view! {
            <li>
                <a class="filter-chip" href=format!("/admin/users{}", encode(&rest)) aria-label=label>
                    {words} <span aria-hidden="true">" ×"</span>
                </a>
            </li>
        })
    });
    let chips: Vec<_> = chips.collect();
    (!chips.is_empty()).then(|| view! { <ul class="filter-chips" aria-label="Filters in force">{chips}</ul> })
}

/// The list as files: forms, because an export is recorded.
pub(super) fn export(asked: &Asked) -> impl IntoView + use<> {
    let address = asked.address();
    let form = |path: &str, word: &'static str| {
        let action = format!("{path}{}", if address == "?" { "" } else { &address });
        view! { <form method="post" action=action><button class="button">{word}</button></form> }
    };
    let what = if asked.is_filtered() { "All who match" } else { "All users" };
    view! {
        <div class="export">
            <p class="hint">{format!("{what}, as a file. An export is recorded in the audit log.")}</p>
            {form("/admin/users/export.csv", "Export CSV")}
            {form("/admin/users/export.json", "Export JSON")}
        </div>
    }
}
