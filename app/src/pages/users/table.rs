//! The table of people.

use super::asked::Asked;
use crate::{
    components::{avatar, encode, status_chip, when},
    pages::roles::word,
    words::visible,
};
use domain::{
    Timestamp,
    people::PersonRow,
    query::{Sort, UserKey, UserValue},
    role::Role,
};
use leptos::prelude::*;
use serde_json::{Map, Value};

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// People, a row each. The row is the link to the person's page.
pub(super) fn show(asked: &Asked, rows: Vec<PersonRow>, now: Timestamp) -> impl IntoView + use<> {
    view! {
        <table class="rows list" aria-label="Users">
            <thead>
                <tr>
                    {head(asked, UserKey::DisplayName, "Person")}
                    {head(asked, UserKey::Value(UserValue::Department), "Department, title")}
                    <th scope="col">Groups</th>
                    <th scope="col">Role</th>
                    <th scope="col">Status</th>
                    {head(asked, UserKey::Changed, "Changed")}
                </tr>
            </thead>
            <tbody>{rows.into_iter().map(|row| person(row, now)).collect_view()}</tbody>
        </table>
    }
}

/// A head that sorts: first ascending, then descending, except that what changed last comes first.
fn head(asked: &Asked, by: UserKey, words: &'static str) -> impl IntoView + use<> {
    let here = Some(asked.sort()).filter(|sort| sort.by == by && asked.plain_search().is_none());
    let descending = here.map_or(by == UserKey::Changed, |sort| !sort.descending);
    let descending = descending && matches!(by, UserKey::DisplayName | UserKey::Changed);
    let next = Asked { order: Some(Sort { by, descending }), ..asked.clone() };
    let sorted = here.map(|sort| if sort.descending { "descending" } else { "ascending" });
    let arrow = here.map(|sort| if sort.descending { " ↓" } else { " ↑" });
    view! {
        <th scope="col" aria-sort=sorted>
            <a class="sort" href=encode(&next.pairs())>{words} <span aria-hidden="true">{arrow}</span></a>
        </th>
    }
}

fn person(row: PersonRow, now: Timestamp) -> impl IntoView {
    let PersonRow { user, document, groups, role } = row;
    let same = user.name == user.user_name;
    let (department, title) = organisation(document.as_deref());
    let work: Vec<String> = [department, title].into_iter().flatten().collect();
    let has_no_work = work.is_empty();
    view! {
        <tr>
            <td class="row-main">
                <span class="person">
                    {avatar(&user.name)}
                    <span class="person-names">
                        <a class="row-link" href=format!("/admin/users/{}", user.id)>{visible(&user.name)}</a>
                        {(!same).then(|| view! { <span class="soft">{visible(&user.user_name)}</span> })}
                    </span>
                </span>
            </td>
            <td class="row-text soft" class:card-hidden=has_no_work>{work.join(", ")}</td>
            <td class="soft" class:card-hidden={groups == 0}>
                <span class="card-label">"Groups: "</span>
                {match groups {
                    0 => String::new(),
                    1_000.. => "1,000+".to_owned(),
                    groups => groups.to_string(),
                }}
            </td>
            <td class:card-hidden=role.is_none_or(|role| role == Role::Member)>
                {role.filter(|role| *role != Role::Member).map(word)}
            </td>
            <td class:card-hidden=user.active>{(!user.active).then(|| status_chip(false))}</td>
            <td class="soft">{when(now, user.changed)}</td>
        </tr>
    }
}

/// The department and the title in a document.
fn organisation(document: Option<&str>) -> (Option<String>, Option<String>) {
    let document: Map<String, Value> = document.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    let text = |value: Option<&Value>| value.and_then(Value::as_str).filter(|text| !text.is_empty()).map(visible);
    (text(document.get(ENTERPRISE).and_then(|extension| extension.get("department"))), text(document.get("title")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_department_and_the_title_are_in_the_document() {
        let document = format!(r#"{{"title": "Boss", "{ENTERPRISE}": {{"department": "IT"}}}}"#);
        assert_eq!(organisation(Some(&document)), (Some("IT".to_owned()), Some("Boss".to_owned())));
        assert_eq!(organisation(Some(r#"{"title": 7}"#)), (None, None));
        assert_eq!(organisation(None), (None, None));
    }
}
