//! `/Groups`.

use super::{
    Problem, Reply, aside,
    mapping::{self, Asked, Order},
    paging::Paging,
    prefer::Preference,
    request::{Call, written},
    scan::{self, Look},
    tag::tag,
    users::own_names,
};
use axum::http::StatusCode;
use domain::{
    Conflict, Error, GroupId,
    directory::{Edit, GroupView, Members, ResourceKind, RootMark},
    group::{Group, MemberChange},
    query::{GroupCondition, GroupText, Predicate, Start, Test},
    token::ClientProfile,
};
use scim::{
    patch::{self, PatchRequest},
    resource::{Projection, normalise, normalise_put},
};
use std::sync::Arc;

/// A change of members is answered with the whole group if it has at most this many members, users and groups.
const FEW: u64 = 100;

/// Groups that match a filter (RFC 7644 §3.4.2).
pub(super) async fn list(call: &Call) -> Result<Reply, Problem> {
    let projection = call.projection(call.schemas.group)?;
    let filter = call.filter()?;
    let ask = |filter| mapping::group_filter(call.schemas, filter);
    let asked = filter.as_ref().map_or_else(|| Ok(Asked::exact(Predicate::All)), ask)?;
    let paging = Paging::read(call, call.schemas.group.endpoint)?;
    let with_members = projection.wants("members");
    let filter = asked.rest.as_ref();
    let found = match mapping::group_order(call.schemas, call.sort_by(), call.descending()?)? {
        Order::Indexed(sort) => {
            let window = paging.window(ResourceKind::Group, sort)?;
            let filter = match filter {
                None => asked.filter,
                _ => {
                    scan::among_groups(&scan::groups(call, asked.filter, &Look { filter, sort: None }).await?.known()?)
                }
            };
            call.directory.groups(filter, window, with_members).await?
        }
        Order::Evaluated(by, descending) => {
            let part = paging.part(ResourceKind::Group, descending)?;
            let list =
                scan::groups(call, asked.filter, &Look { filter, sort: Some((by, descending)) }).await?.known()?;
            call.directory.groups_in_order(list.marks, part, with_members).await?
        }
    };
    let resources =
        found.items.into_iter().map(|view| mapping::group(call, view, &projection)).collect::<Result<_, _>>()?;
    let root = |mark| RootMark { kind: ResourceKind::Group, mark };
    Ok(paging.answer(found.total, found.previous.map(root), found.next.map(root), resources))
}

/// One group (RFC 7644 §3.4.1).
pub(super) async fn read(call: &Call, id: &str) -> Result<Reply, Problem> {
    let projection = call.projection(call.schemas.group)?;
    let view = call.directory.group(parse(id)?, projection.wants("members")).await?;
    call.check_match(view.group.version)?;
    if call.has_tag(&tag(view.group.version)) {
        return Ok(Reply::empty(StatusCode::NOT_MODIFIED).version(view.group.version));
    }
    answer(call, view, &projection)
}

/// Creates a group (RFC 7644 §3.3).
pub(super) async fn create(call: &mut Call) -> Result<Reply, Problem> {
    let mut document = normalise(call.schemas.group, call.take_body()?)?;
    call.remark(call.schemas.group, document.keys().map(String::as_str));
    let projection = call.projection(call.schemas.group)?.with_document(call.schemas.group, &document);
    let members = mapping::member_ids(patch::take_members(&mut document)?)?;
    let profile = mapping::whole_group_profile(document)?;
    let with_members = projection.wants("members") && !call.wants_nothing_back();
    let name = profile.display_name.clone();
    let view = match call.directory.create_group(profile, members, with_members).await {
        Err(Error::Conflict(Conflict::GroupName)) => return Err(taken(call, name).await),
        created => created?,
    };
    let location = mapping::location(call, call.schemas.group, view.group.id);
    Ok(answer_write(call, view, &projection)?.created(location))
}

/// The refusal of a name that another group has. The record of the call leads to that group.
async fn taken(call: &Call, name: String) -> Problem {
    let named = Predicate::Where(GroupCondition::Text(GroupText::DisplayName, Test::Equals(name)));
    let found = call.directory.scan_groups(&named, Start::First, (1, 1)).await;
    let holder = found.ok().and_then(|page| page.rows.first().map(|group| group.id.0));
    Problem::of(Error::Conflict(Conflict::GroupName)).because_of(holder)
}

/// Replaces a group (RFC 7644 §3.5.1).
pub(super) async fn replace(call: &mut Call, id: &str) -> Result<Reply, Problem> {
    let mut document = normalise_put(call.schemas.group, call.take_body()?)?;
    call.writing(Some(written::of_put(&document)));
    call.remark(call.schemas.group, document.keys().map(String::as_str));
    let members = mapping::member_ids(patch::take_members(&mut document)?)?;
    let projection = call.projection(call.schemas.group)?.with_document(call.schemas.group, &document);
    let put = mapping::group_put(call.schemas, document);
    let view = change(call, id, whole(call)?, put, vec![MemberChange::Replace(members)]).await?;
    answer_write(call, view, &projection)
}

/// Changes part of a group (RFC 7644 §3.5.2): all operations or none. A change of members alone is answered with the
/// group if it has few of them. If it has many, the answer has no body, as the RFC allows, so that the cost does not
/// depend on the size of the group, unless `attributes` or `Prefer` ask for a body. Entra gets
/// no body after a change of members alone, and none after any change of a large group.
pub(super) async fn patch(call: &mut Call, id: &str) -> Result<Reply, Problem> {
    let request = PatchRequest::parse(call.take_body()?, &call.limits)?;
    let operations = patch::normalise(call.schemas.group, &request)?;
    call.writing(written::of_patch(&request, &operations));
    let (operations, members) = patch::split_members(operations)?;
    call.remark(call.schemas.group, own_names(&operations));
    let call = &*call;
    let members: Vec<MemberChange> =
        members.into_iter().map(|change| mapping::member_change(call, change)).collect::<Result<_, _>>()?;
    let projection = call.projection(call.schemas.group)?.with_operations(call.schemas.group, &operations);
    let answer = Answer::to(call, operations.is_empty(), projection.wants("members"));
    let edit = match operations.is_empty() {
        true => Edit::new(0, |group: &Group| Ok(group.profile.clone())),
        false => mapping::group_patch(call.schemas, operations),
    };
    let view = change(call, id, answer.shown(), edit, members).await?;
    match answer {
        Answer::Bare => Ok(empty(&view).preferred(call.preference).recorded()),
        Answer::IfFew if !view.with_members => Ok(empty(&view).preferred(call.preference).recorded()),
        _ => answer_write(call, view, &projection),
    }
}

/// The body of the answer to a PATCH.
enum Answer {
    /// No body.
    Bare,
    /// The group without its members, which the client does not want.
    WithoutMembers,
    /// The whole group if it has few members, otherwise nothing.
    IfFew,
    /// The whole group.
    Whole,
}

impl Answer {
    fn to(call: &Call, only_members: bool, wants_members: bool) -> Self {
        let asked_back = call.parameter("attributes").is_some() || call.preference == Some(Preference::Representation);
        let is_entra = call.profile == Some(ClientProfile::Entra);
        match (only_members, is_entra) {
            _ if call.wants_nothing_back() => Self::Bare,
            (true, true) if !asked_back => Self::Bare,
            _ if !wants_members => Self::WithoutMembers,
            (true, _) | (_, true) if !asked_back => Self::IfFew,
            _ => Self::Whole,
        }
    }

    fn shown(&self) -> Members {
        match self {
            Self::Bare | Self::WithoutMembers => Members::None,
            Self::IfFew => Members::UpTo(FEW),
            Self::Whole => Members::All,
        }
    }
}

/// Deletes a group (RFC 7644 §3.6).
pub(super) async fn delete(call: &Call, id: &str) -> Result<Reply, Problem> {
    let seen = refuse_known(call, id).await?;
    call.directory.delete_group(parse(id)?, call.expected(seen)).await?;
    Ok(Reply::empty(StatusCode::NO_CONTENT).recorded())
}

async fn change(
    call: &Call,
    id: &str,
    shown: Members,
    edit: Edit<Group>,
    members: Vec<MemberChange>,
) -> Result<GroupView, Problem> {
    let seen = refuse_known(call, id).await?;
    let (id, expected, edit, members) = (parse(id)?, call.expected(seen), Arc::new(edit), Arc::from(members));
    let attempt = |source| {
        let (edit, members) = (edit.clone(), Arc::clone(&members));
        call.directory.change_group(id, expected.clone(), shown, edit, members, source)
    };
    aside::change(&edit, call.slot_to_change(), attempt).await
}

/// The members that the answer to a write includes.
fn whole(call: &Call) -> Result<Members, Problem> {
    let wanted = call.projection(call.schemas.group)?.wants("members") && !call.wants_nothing_back();
    Ok(if wanted { Members::All } else { Members::None })
}

fn empty(view: &GroupView) -> Reply {
    Reply::empty(StatusCode::NO_CONTENT).version(view.group.version).about(view.group.id.0)
}

/// The answer to a write, as much of it as the client wants.
fn answer_write(call: &Call, view: GroupView, projection: &Projection) -> Result<Reply, Problem> {
    let reply = match call.wants_nothing_back() {
        true => empty(&view),
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
    let version = call.directory.group(parse(id)?, false).await?.group.version;
    if call.has_tag(&tag(version)) { Err(Problem::known()) } else { Ok(Some(version)) }
}

fn answer(call: &Call, view: GroupView, projection: &Projection) -> Result<Reply, Problem> {
    let (id, version) = (view.group.id, view.group.version);
    Ok(Reply::ok(mapping::group(call, view, projection)?).version(version).about(id.0))
}

fn parse(id: &str) -> Result<GroupId, Problem> {
    id.parse().map_err(|_| domain::Error::NotFound.into())
}
