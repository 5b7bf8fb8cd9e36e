use super::filter::names;
use domain::query::{GroupKey, Sort, UserKey};
use scim::{
    Error,
    path::AttributePath,
    schema::{GROUP, USER},
};

const USER_ATTRIBUTES: &str = "Users can be sorted by id, userName, displayName, externalId, meta.created and \
    meta.lastModified.";
const GROUP_ATTRIBUTES: &str = "Groups can be sorted by id, displayName, externalId, meta.created and \
    meta.lastModified.";

/// The order of a list of users (RFC 7644 §3.4.2.3). Without `sortBy` it is that in which they came, whatever
/// `sortOrder` says. Refuses what is not indexed with `invalidValue`.
pub(crate) fn user_sort(by: Option<&str>, descending: bool) -> Result<Sort<UserKey>, Error> {
    let Some(by) = by else { return Ok(Sort::default()) };
    let by = path(by).and_then(|path| user_key(&path)).ok_or_else(|| Error::invalid_value(USER_ATTRIBUTES))?;
    Ok(Sort { by, descending })
}

/// The order of a list of groups, as [`user_sort`] has it.
pub(crate) fn group_sort(by: Option<&str>, descending: bool) -> Result<Sort<GroupKey>, Error> {
    let Some(by) = by else { return Ok(Sort::default()) };
    let by = path(by).and_then(|path| group_key(&path)).ok_or_else(|| Error::invalid_value(GROUP_ATTRIBUTES))?;
    Ok(Sort { by, descending })
}

/// The orders of a list of both. Those who do not have the attribute stay in the order in which they came.
pub(crate) fn root_sort(by: Option<&str>, descending: bool) -> Result<(Sort<UserKey>, Sort<GroupKey>), Error> {
    let Some(by) = by else { return Ok(Default::default()) };
    let (users, groups) = path(by).map_or((None, None), |path| (user_key(&path), group_key(&path)));
    if users.is_none() && groups.is_none() {
        return Err(Error::invalid_value(USER_ATTRIBUTES));
    }
    let (users, groups) = (users.unwrap_or_default(), groups.unwrap_or_default());
    Ok((Sort { by: users, descending }, Sort { by: groups, descending }))
}

fn path(text: &str) -> Option<AttributePath> {
    AttributePath::parse(text).ok()
}

fn user_key(path: &AttributePath) -> Option<UserKey> {
    match names(&USER, path) {
        // Ids begin with the moment of creation.
        (None, "id", None) | (None, "meta", Some("created")) => Some(UserKey::Id),
        (None, "userName", None) => Some(UserKey::UserName),
        (None, "displayName", None) => Some(UserKey::DisplayName),
        (None, "externalId", None) => Some(UserKey::ExternalId),
        (None, "meta", Some("lastModified")) => Some(UserKey::Changed),
        _ => None,
    }
}

fn group_key(path: &AttributePath) -> Option<GroupKey> {
    match names(&GROUP, path) {
        (None, "id", None) | (None, "meta", Some("created")) => Some(GroupKey::Id),
        (None, "displayName", None) => Some(GroupKey::DisplayName),
        (None, "externalId", None) => Some(GroupKey::ExternalId),
        (None, "meta", Some("lastModified")) => Some(GroupKey::Changed),
        _ => None,
    }
}
