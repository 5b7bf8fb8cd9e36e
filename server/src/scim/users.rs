//! `/Users`.

use super::{Problem, Reply, looked_up, mapping, request::Call};
use axum::http::StatusCode;
use domain::{
    UserId,
    directory::{UserChange, UserView},
    query::Filter,
};
use scim::{
    message::ListResponse,
    patch::{self, PatchRequest},
    resource::{Projection, normalise},
};

/// Users that match a filter (RFC 7644 §3.4.2).
pub(super) async fn list(call: &Call) -> Result<Reply, Problem> {
    let projection = call.projection(call.schemas.user)?;
    let filter = call.filter()?.map_or(Ok(Filter::All), |filter| mapping::user_filter(&filter))?;
    let slice = call.slice()?;
    let found = call.directory.users(filter, slice, projection.wants("groups")).await?;
    let resources =
        found.items.into_iter().map(|view| mapping::user(call, view, &projection)).collect::<Result<_, _>>()?;
    let list = ListResponse { total_results: found.total, start_index: slice.offset + 1, resources };
    Ok(Reply::ok(list.into_json()).outcome(looked_up(found.total)))
}

/// One user (RFC 7644 §3.4.1).
pub(super) async fn read(call: &Call, id: &str) -> Result<Reply, Problem> {
    let projection = call.projection(call.schemas.user)?;
    let view = call.directory.user(parse(id)?, projection.wants("groups")).await?;
    // The version counts changes of the user; its groups change without it.
    if call.has_version(view.user.version) && !projection.wants("groups") {
        return Ok(Reply::empty(StatusCode::NOT_MODIFIED).version(view.user.version));
    }
    answer(call, view, &projection)
}

/// A new user (RFC 7644 §3.3).
pub(super) async fn create(call: &Call) -> Result<Reply, Problem> {
    let types = call.schemas.user;
    let document = normalise(types, call.body()?)?;
    let projection = call.projection(types)?.with_document(types, &document);
    let view = call.directory.create_user(mapping::whole_profile(document, true)?).await?;
    let location = mapping::location(call, types, view.user.id);
    Ok(answer(call, view, &projection)?.created(location).recorded())
}

/// A user put in the place of another (RFC 7644 §3.5.1).
pub(super) async fn replace(call: &Call, id: &str) -> Result<Reply, Problem> {
    let document = normalise(call.schemas.user, call.body()?)?;
    let projection = call.projection(call.schemas.user)?.with_document(call.schemas.user, &document);
    change(call, id, &projection, mapping::user_put(call.schemas, document)).await
}

/// A user changed in part (RFC 7644 §3.5.2): all operations or none.
pub(super) async fn patch(call: &Call, id: &str) -> Result<Reply, Problem> {
    let request = PatchRequest::parse(call.body()?, &call.limits)?;
    let operations = patch::normalise(call.schemas.user, &request)?;
    let projection = call.projection(call.schemas.user)?.with_operations(call.schemas.user, &operations);
    change(call, id, &projection, mapping::user_patch(call.schemas, operations)).await
}

/// The end of a user (RFC 7644 §3.6).
pub(super) async fn delete(call: &Call, id: &str) -> Result<Reply, Problem> {
    call.directory.delete_user(parse(id)?, call.expected()).await?;
    Ok(Reply::empty(StatusCode::NO_CONTENT).recorded())
}

async fn change(call: &Call, id: &str, projection: &Projection, change: UserChange) -> Result<Reply, Problem> {
    let view = call.directory.change_user(parse(id)?, call.expected(), projection.wants("groups"), change).await?;
    Ok(answer(call, view, projection)?.recorded())
}

fn answer(call: &Call, view: UserView, projection: &Projection) -> Result<Reply, Problem> {
    let (id, version) = (view.user.id, view.user.version);
    Ok(Reply::ok(mapping::user(call, view, projection)?).version(version).about(id.0))
}

fn parse(id: &str) -> Result<UserId, Problem> {
    id.parse().map_err(|_| domain::Error::NotFound.into())
}
