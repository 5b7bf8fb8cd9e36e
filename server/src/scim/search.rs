//! Queries at the root, over users and groups at once (RFC 7644 §3.4.2.1): first the users, then the groups, each in
//! the order asked for; a descending order reverses that. For an attribute that only one kind has, the other has no
//! value.

use super::{
    Problem, Reply, mapping,
    paging::{self, Paging},
    request::Call,
    scan::{self, Look},
};
use domain::{
    directory::{Resource, ResourceKind, Search},
    query::{GroupCondition, Predicate, SortKey, Start, UserCondition},
};
use scim::filter::Filter;

/// Users and groups that match a filter.
pub(super) async fn list(call: &Call) -> Result<Reply, Problem> {
    let (users, groups) = (call.projection(call.schemas.user)?, call.projection(call.schemas.group)?);
    let (of_users, of_groups) = match call.filter()? {
        Some(filter) => filters(call, &filter).await?,
        None => (Predicate::All, Predicate::All),
    };
    let (by_users, by_groups) = mapping::root_sort(call.sort_by(), call.descending()?)?;
    let paging = Paging::read(call, "/")?;
    if let Start::After(place) | Start::Before(place) = &paging.start {
        let key = if place.kind == ResourceKind::User { by_users.by.kind() } else { by_groups.by.kind() };
        if !place.mark.fits(key) {
            return Err(paging::invalid());
        }
    }
    let search = Search {
        users: (of_users, by_users, users.wants("groups")),
        groups: (of_groups, by_groups, groups.wants("members")),
        reversed: by_users.descending || by_groups.descending,
        start: paging.start.clone(),
        limit: paging.limit,
        bytes: paging.bytes,
    };
    let found = call.directory.search(search).await?;
    let render = |item| match item {
        Resource::User(view) => mapping::user(call, view, &users).map(|(text, _)| text.into()),
        Resource::Group(view) => mapping::group(call, view, &groups),
    };
    let resources = found.items.into_iter().map(render).collect::<Result<_, _>>()?;
    Ok(paging.answer(found.total, found.previous, found.next, resources))
}

/// The queries that find the users and the groups that match.
async fn filters(
    call: &Call,
    filter: &Filter,
) -> Result<(Predicate<UserCondition>, Predicate<GroupCondition>), Problem> {
    let ask = |knows| mapping::root_filter(call.schemas, filter, knows);
    let (mut users, mut groups) = ask(true)?;
    if users.asks_values && !call.directory.knows_values().await? {
        (users, groups) = ask(false)?;
    }
    let mut unknown = Vec::new();
    if let Some(rest) = &users.rest {
        let found = scan::users(call, users.filter, &Look { filter: Some(rest), sort: None }).await?;
        users.filter = scan::among_users(&found);
        unknown.push(found.unknown);
    }
    if let Some(rest) = &groups.rest {
        let found = scan::groups(call, groups.filter, &Look { filter: Some(rest), sort: None }).await?;
        groups.filter = scan::among_groups(&found);
        unknown.push(found.unknown);
    }
    // An attribute that one kind has is known.
    if let Some(refusal) = unknown.into_iter().collect::<Option<Vec<_>>>().and_then(|each| each.into_iter().next()) {
        return Err(refusal.into());
    }
    Ok((users.filter, groups.filter))
}
