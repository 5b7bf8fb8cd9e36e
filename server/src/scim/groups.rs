//! `/Groups`.

use super::{Problem, Reply, looked_up, mapping, request::Call};
use axum::http::StatusCode;
use domain::{
    GroupId,
    directory::{GroupChange, GroupView},
    group::MemberChange,
    query::Filter,
};
use scim::{
    message::ListResponse,
    patch::{self, PatchRequest},
    resource::{Projection, normalise},
};
use std::sync::Arc;

/// Groups that match a filter (RFC 7644 §3.4.2).
pub(super) async fn list(call: &Call) -> Result<Reply, Problem> {
    let projection = call.projection(call.schemas.group)?;
    let filter = call.filter()?.map_or(Ok(Filter::All), |filter| mapping::group_filter(&filter))?;
    let slice = call.slice()?;
    let found = call.directory.groups(filter, slice, projection.wants("members")).await?;
    let resources =
        found.items.into_iter().map(|view| mapping::group(call, view, &projection)).collect::<Result<_, _>>()?;
    let list = ListResponse { total_results: found.total, start_index: slice.offset + 1, resources };
    Ok(Reply::ok(list.into_json()).outcome(looked_up(found.total)))
}

/// One group (RFC 7644 §3.4.1).
pub(super) async fn read(call: &Call, id: &str) -> Result<Reply, Problem> {
    let projection = call.projection(call.schemas.group)?;
    let view = call.directory.group(parse(id)?, projection.wants("members")).await?;
    if call.has_version(view.group.version) {
        return Ok(Reply::empty(StatusCode::NOT_MODIFIED).version(view.group.version));
    }
    answer(call, view, &projection)
}

/// A new group (RFC 7644 §3.3).
pub(super) async fn create(call: &Call) -> Result<Reply, Problem> {
    let mut document = normalise(call.schemas.group, call.body()?)?;
    let projection = call.projection(call.schemas.group)?.with_document(call.schemas.group, &document);
    let members = mapping::member_ids(patch::take_members(&mut document)?);
    let profile = mapping::group_profile(document)?;
    let view = call.directory.create_group(profile, members, projection.wants("members")).await?;
    let location = mapping::location(call, call.schemas.group, view.group.id);
    Ok(answer(call, view, &projection)?.created(location).recorded())
}

/// A group put in the place of another (RFC 7644 §3.5.1).
pub(super) async fn replace(call: &Call, id: &str) -> Result<Reply, Problem> {
    let mut document = normalise(call.schemas.group, call.body()?)?;
    let members = mapping::member_ids(patch::take_members(&mut document)?);
    let projection = call.projection(call.schemas.group)?.with_document(call.schemas.group, &document);
    let put = mapping::group_put(call.schemas, document);
    change(call, id, &projection, put, vec![MemberChange::Replace(members)]).await
}

/// A group changed in part (RFC 7644 §3.5.2): all operations or none. A change of nothing but members is answered
/// without a body, as the RFC allows, so that it costs the same in a group of any size; `attributes` asks for one.
pub(super) async fn patch(call: &Call, id: &str) -> Result<Reply, Problem> {
    let request = PatchRequest::parse(call.body()?, &call.limits)?;
    let (operations, members) = patch::split_members(patch::normalise(call.schemas.group, &request)?)?;
    let members: Vec<MemberChange> = members.into_iter().map(mapping::member_change).collect();
    if operations.is_empty() && call.parameter("attributes").is_none() {
        let keep: GroupChange = Arc::new(|group| Ok(group.profile.clone()));
        let view = call.directory.change_group(parse(id)?, call.expected(), false, keep, members).await?;
        return Ok(Reply::empty(StatusCode::NO_CONTENT).version(view.group.version).recorded());
    }
    let projection = call.projection(call.schemas.group)?.with_operations(call.schemas.group, &operations);
    change(call, id, &projection, mapping::group_patch(call.schemas, operations), members).await
}

/// The end of a group (RFC 7644 §3.6).
pub(super) async fn delete(call: &Call, id: &str) -> Result<Reply, Problem> {
    call.directory.delete_group(parse(id)?, call.expected()).await?;
    Ok(Reply::empty(StatusCode::NO_CONTENT).recorded())
}

async fn change(
    call: &Call,
    id: &str,
    projection: &Projection,
    change: GroupChange,
    members: Vec<MemberChange>,
) -> Result<Reply, Problem> {
    let (id, expected, with_members) = (parse(id)?, call.expected(), projection.wants("members"));
    let view = call.directory.change_group(id, expected, with_members, change, members).await?;
    Ok(answer(call, view, projection)?.recorded())
}

fn answer(call: &Call, view: GroupView, projection: &Projection) -> Result<Reply, Problem> {
    let (id, version) = (view.group.id, view.group.version);
    Ok(Reply::ok(mapping::group(call, view, projection)?).version(version).about(id.0))
}

fn parse(id: &str) -> Result<GroupId, Problem> {
    id.parse().map_err(|_| domain::Error::NotFound.into())
}
