//! `/Users`.

use super::{
    Problem, Reply, aside,
    mapping::{self, Asked, Order},
    paging::Paging,
    request::{Call, written},
    scan::{self, Look},
    tag::tag,
};
use axum::http::StatusCode;
use domain::{
    Conflict, Error, UserId,
    directory::{Edit, ResourceKind, RootMark, UserView},
    query::{Predicate, Sort, Start, Test, UserCondition, UserKey, UserText},
    user::User,
};
use scim::{
    patch::{self, Operation, PatchRequest},
    resource::{Projection, normalise, normalise_put},
};
use std::sync::Arc;

/// Users that match a filter (RFC 7644 §3.4.2).
pub(super) async fn list(call: &Call) -> Result<Reply, Problem> {
    let projection = call.projection(call.schemas.user)?;
    let filter = call.filter()?;
    let (asked, order) = plan(call, filter.as_ref()).await?;
    let paging = Paging::read(call, call.schemas.user.endpoint)?;
    let with_groups = projection.wants("groups");
    let filter = asked.rest.as_ref();
    let found = match order {
        Order::Indexed(sort) => {
            let window = paging.window(ResourceKind::User, sort)?;
            let filter = match filter {
                None => asked.filter,
                _ => scan::among_users(&scan::users(call, asked.filter, &Look { filter, sort: None }).await?.known()?),
            };
            call.directory.users(filter, window, with_groups).await?
        }
        Order::Evaluated(by, descending) => {
            let part = paging.part(ResourceKind::User, descending)?;
            let list =
                scan::users(call, asked.filter, &Look { filter, sort: Some((by, descending)) }).await?.known()?;
            call.directory.users_in_order(list.marks, part, with_groups).await?
        }
    };
    let text = |view| Ok(mapping::user(call, view, &projection)?.0.into());
    let resources = found.items.into_iter().map(text).collect::<Result<_, Problem>>()?;
    let root = |mark| RootMark { kind: ResourceKind::User, mark };
    Ok(paging.answer(found.total, found.previous.map(root), found.next.map(root), resources))
}

/// The database query for a filter, and the order of the list.
async fn plan(
    call: &Call,
    filter: Option<&scim::filter::Filter>,
) -> Result<(Asked<UserCondition>, Order<UserKey>), Problem> {
    let descending = call.descending()?;
    let planned = |knows| {
        let asked = filter.map_or_else(
            || Ok(Asked::exact(Predicate::All)),
            |filter| mapping::user_filter(call.schemas, filter, knows),
        );
        Ok::<_, scim::Error>((asked?, mapping::user_order(call.schemas, call.sort_by(), descending, knows)?))
    };
    let (asked, order) = planned(true)?;
    let asks_values = asked.asks_values || matches!(order, Order::Indexed(Sort { by: UserKey::Value(_), .. }));
    if !asks_values || call.directory.knows_values().await? {
        return Ok((asked, order));
    }
    Ok(planned(false)?)
}

/// One user (RFC 7644 §3.4.1).
pub(super) async fn read(call: &Call, id: &str) -> Result<Reply, Problem> {
    let projection = call.projection(call.schemas.user)?;
    let view = call.directory.user(parse(id)?, projection.wants("groups")).await?;
    call.check_match(view.version)?;
    let tag = mapping::user_tag(&view);
    if call.has_tag(&tag) {
        return Ok(Reply::empty(StatusCode::NOT_MODIFIED).tag(tag));
    }
    answer(call, view, &projection)
}

/// Creates a user (RFC 7644 §3.3).
pub(super) async fn create(call: &mut Call) -> Result<Reply, Problem> {
    let document = normalise(call.schemas.user, call.take_body()?)?;
    call.remark(call.schemas.user, document.keys().map(String::as_str));
    let projection = call.projection(call.schemas.user)?.with_document(call.schemas.user, &document);
    let profile = mapping::whole_profile(call.schemas, document, true)?;
    let name = profile.user_name.clone();
    let view = match call.directory.create_user(profile).await {
        Err(Error::Conflict(Conflict::UserName)) => return Err(taken(call, name).await),
        created => created?,
    };
    let location = mapping::location(call, call.schemas.user, view.id);
    Ok(answer_write(call, view, &projection)?.created(location))
}

/// The refusal of a name that another user has. The record of the call leads to that user.
async fn taken(call: &Call, name: String) -> Problem {
    let named = Predicate::Where(UserCondition::Text(UserText::UserName, Test::Equals(name)));
    let found = call.directory.scan_users(&named, Start::First, (1, 1), false).await;
    let holder = found.ok().and_then(|page| page.rows.first().map(|user| user.id.0));
    Problem::of(Error::Conflict(Conflict::UserName)).because_of(holder)
}

/// Replaces a user (RFC 7644 §3.5.1).
pub(super) async fn replace(call: &mut Call, id: &str) -> Result<Reply, Problem> {
    let document = normalise_put(call.schemas.user, call.take_body()?)?;
    call.writing(Some(written::of_put(&document)));
    call.remark(call.schemas.user, document.keys().map(String::as_str));
    let projection = call.projection(call.schemas.user)?.with_document(call.schemas.user, &document);
    change(call, id, &projection, mapping::user_put(call.schemas, document)).await
}

/// Changes part of a user (RFC 7644 §3.5.2): all operations or none.
pub(super) async fn patch(call: &mut Call, id: &str) -> Result<Reply, Problem> {
    let request = PatchRequest::parse(call.take_body()?, &call.limits)?;
    let operations = patch::normalise(call.schemas.user, &request)?;
    call.writing(written::of_patch(&request, &operations));
    call.remark(call.schemas.user, own_names(&operations));
    let projection = call.projection(call.schemas.user)?.with_operations(call.schemas.user, &operations);
    change(call, id, &projection, mapping::user_patch(call.schemas, operations)).await
}

/// Deletes a user (RFC 7644 §3.6).
pub(super) async fn delete(call: &Call, id: &str) -> Result<Reply, Problem> {
    let seen = refuse_known(call, id).await?;
    call.directory.delete_user(parse(id)?, call.expected(seen)).await?;
    Ok(Reply::empty(StatusCode::NO_CONTENT).recorded())
}

async fn change(call: &Call, id: &str, projection: &Projection, edit: Edit<User>) -> Result<Reply, Problem> {
    let with_groups = projection.wants("groups") && !call.wants_nothing_back();
    let seen = refuse_known(call, id).await?;
    let (id, expected, edit) = (parse(id)?, call.expected(seen), Arc::new(edit));
    let attempt = |source| call.directory.change_user(id, expected.clone(), with_groups, edit.clone(), source);
    answer_write(call, aside::change(&edit, call.slot_to_change(), attempt).await?, projection)
}

/// The answer to a write, as much of it as the client wants.
fn answer_write(call: &Call, view: UserView, projection: &Projection) -> Result<Reply, Problem> {
    let reply = match call.wants_nothing_back() {
        true => Reply::empty(StatusCode::NO_CONTENT).version(view.version).about(view.id.0),
        false => answer(call, view, projection)?,
    };
    Ok(reply.preferred(call.preference).recorded())
}

/// RFC 9110 §13.1.2: a version that `If-None-Match` names is not changed; `*` names every version. Returns the version
/// that was read, if there was a reason to read it.
async fn refuse_known(call: &Call, id: &str) -> Result<Option<i64>, Problem> {
    if !call.has_none_match() {
        return Ok(None);
    }
    let view = call.directory.user(parse(id)?, true).await?;
    let tags = [tag(view.version), mapping::user_tag(&view)];
    if tags.iter().any(|tag| call.has_tag(tag)) { Err(Problem::known()) } else { Ok(Some(view.version)) }
}

fn answer(call: &Call, view: UserView, projection: &Projection) -> Result<Reply, Problem> {
    let id = view.id;
    let (text, tag) = mapping::user(call, view, projection)?;
    Ok(Reply::ok(text).tag(tag).about(id.0))
}

/// The attributes outside extensions that operations target.
pub(super) fn own_names(operations: &[Operation]) -> impl Iterator<Item = &str> {
    let own = operations.iter().map(|operation| &operation.target).filter(|target| target.extension.is_none());
    own.map(|target| target.attribute.as_str())
}

fn parse(id: &str) -> Result<UserId, Problem> {
    id.parse().map_err(|_| domain::Error::NotFound.into())
}
