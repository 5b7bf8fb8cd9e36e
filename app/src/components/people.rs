use super::{source_chip, status_chip, when};
use crate::words::{initials, visible};
use domain::{Timestamp, user::UserSummary};
use leptos::prelude::*;

/// The initials of a person or an account, on a disc. They repeat the name beside them, so they are not read out.
pub(crate) fn avatar(name: &str) -> impl IntoView + use<> {
    view! { <span class="avatar" aria-hidden="true">{initials(name)}</span> }
}

/// People, a row each. The row is the link to the person's page.
pub(crate) fn people_table(label: &'static str, rows: Vec<UserSummary>, now: Timestamp) -> impl IntoView {
    view! {
        <table class="rows people" aria-label=label>
            <thead>
                <tr>
                    <th scope="col">Person</th>
                    <th scope="col">"E-mail"</th>
                    <th scope="col">Status</th>
                    <th scope="col">Source</th>
                    <th scope="col">Changed</th>
                </tr>
            </thead>
            <tbody>{rows.into_iter().map(|row| person(row, now)).collect_view()}</tbody>
        </table>
    }
}

fn person(row: UserSummary, now: Timestamp) -> impl IntoView {
    let same = row.name == row.user_name;
    let says_nothing = row.email.as_ref().is_none_or(|email| *email == row.user_name);
    let avatar = avatar(&row.name);
    view! {
        <tr>
            <td class="row-main">
                <span class="person">
                    {avatar}
                    <span class="person-names">
                        <a class="row-link" href=format!("/admin/users/{}", row.id)>{visible(&row.name)}</a>
                        {(!same).then(|| view! { <span class="soft">{visible(&row.user_name)}</span> })}
                    </span>
                </span>
            </td>
            <td class="row-text soft" class:card-hidden=says_nothing>{address(row.email)}</td>
            <td>{status_chip(row.active)}</td>
            <td>{source_chip()}</td>
            <td class="soft">{when(now, row.changed)}</td>
        </tr>
    }
}

/// An e-mail address that breaks after its `@` rather than anywhere.
fn address(email: Option<String>) -> AnyView {
    let Some(email) = email.as_deref().map(visible) else { return "–".into_any() };
    match email.split_once('@') {
        Some((local, domain)) => view! { {format!("{local}@")} <wbr/> {domain.to_owned()} }.into_any(),
        None => email.into_any(),
    }
}
