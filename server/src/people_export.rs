//! The list of people as a file, as filtered on its page, in the order in which they were created. It is read while it is
//! sent, so that a long list does not take up memory.

use crate::csv::{MARK, harmless, row};
use app::people_asked;
use axum::{
    Extension,
    body::Body,
    extract::Query,
    http::{HeaderValue, StatusCode, Uri, header},
    response::{IntoResponse, Redirect, Response},
};
use domain::{
    Result,
    console::{Console, PeopleFilter},
    people::PersonRow,
    query::Mark,
    role::Role,
};
use futures_util::stream::{self, StreamExt};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::json;

/// A format of the file.
#[derive(Clone, Copy)]
struct Form {
    name: &'static str,
    media_type: &'static str,
    file: &'static str,
    head: fn() -> String,
    /// A person; the first one or a later one.
    line: fn(&PersonRow, bool) -> String,
    tail: &'static str,
}

const CSV: Form = Form {
    name: "CSV",
    media_type: "text/csv; charset=utf-8; header=present",
    file: "attachment; filename=\"postern-users.csv\"",
    head: || format!("{MARK}{}", row(COLUMNS.map(str::to_owned))),
    line: |person, _| csv_row(person),
    tail: "",
};

const JSON: Form = Form {
    name: "JSON",
    media_type: "application/json",
    file: "attachment; filename=\"postern-users.json\"",
    head: || "[".to_owned(),
    line: |person, is_first| format!("{}\n{}", if is_first { "" } else { "," }, json_object(person)),
    tail: "\n]\n",
};

const COLUMNS: [&str; 8] = ["id", "userName", "name", "email", "active", "role", "groups", "changed"];

type Pairs = Query<Vec<(String, String)>>;

/// For a spreadsheet.
pub(crate) async fn csv(console: Extension<Console>, uri: Uri, asked: Pairs) -> Response {
    download(console, uri, asked, CSV).await
}

/// For a script.
pub(crate) async fn json(console: Extension<Console>, uri: Uri, asked: Pairs) -> Response {
    download(console, uri, asked, JSON).await
}

async fn download(Extension(console): Extension<Console>, uri: Uri, Query(asked): Pairs, form: Form) -> Response {
    if !console.is_confirmed() {
        let here = format!("/admin/users?{}", uri.query().unwrap_or_default());
        let next = utf8_percent_encode(&here, NON_ALPHANUMERIC);
        return Redirect::to(&format!("/admin/confirm?next={next}")).into_response();
    }
    let Some(filter) = people_asked(asked) else {
        return (StatusCode::BAD_REQUEST, "The address asks for a filter that cannot be read.\n").into_response();
    };
    if let Err(error) = console.start_people_export(form.name, filter.is_set()).await {
        tracing::error!(error = &error as &dyn std::error::Error, "a list of users could not be exported");
        return (StatusCode::SERVICE_UNAVAILABLE, "The users could not be read. Try again in a moment.\n")
            .into_response();
    }
    let parts = stream::try_unfold(Next::First, move |next| part(console.clone(), filter.clone(), next, form));
    let body = Body::from_stream(stream::once(async move { Ok((form.head)()) }).chain(parts));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(form.media_type)),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static(form.file)),
    ];
    (headers, body).into_response()
}

/// Where the next part begins.
enum Next {
    First,
    After(Mark),
    End,
}

async fn part(console: Console, filter: PeopleFilter, next: Next, form: Form) -> Result<Option<(String, Next)>> {
    let (after, is_first) = match next {
        Next::First => (None, true),
        Next::After(mark) => (Some(mark), false),
        Next::End => return Ok(None),
    };
    let rows = console.exported_people(filter, after).await?;
    let text = rows.iter().enumerate().map(|(at, row)| (form.line)(&row.item, is_first && at == 0)).collect();
    Ok(Some(match rows.last() {
        Some(last) => (text, Next::After(last.mark.clone())),
        None => (form.tail.to_owned(), Next::End),
    }))
}

fn role(person: &PersonRow) -> &'static str {
    person.role.unwrap_or(Role::Member).as_str()
}

fn csv_row(person: &PersonRow) -> String {
    let user = &person.user;
    row([
        user.id.to_string(),
        harmless(&user.user_name),
        harmless(&user.name),
        harmless(user.email.as_deref().unwrap_or_default()),
        user.active.to_string(),
        role(person).to_owned(),
        person.groups.to_string(),
        user.changed.to_string(),
    ])
}

fn json_object(person: &PersonRow) -> String {
    let user = &person.user;
    json!({
        "id": user.id.to_string(),
        "userName": user.user_name,
        "name": user.name,
        "email": user.email,
        "active": user.active,
        "role": role(person),
        "groups": person.groups,
        "changed": user.changed.to_string(),
    })
    .to_string()
}
