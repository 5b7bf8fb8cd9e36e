use super::{filter::names, values};
use domain::query::{GroupKey, Sort, UserKey};
use scim::{
    Error,
    filter::SortBy,
    path::AttributePath,
    schema::{GROUP, Registry, ResourceType, USER},
};

const ROOT_ATTRIBUTES: &str = "Users and groups together can be sorted by id, userName, displayName, externalId, \
    meta.created and meta.lastModified.";

/// The order of a list (RFC 7644 §3.4.2.3).
pub(crate) enum Order<K> {
    /// The order of an index.
    Indexed(Sort<K>),
    /// The order of an attribute that is read from the documents, and whether it descends.
    Evaluated(SortBy, bool),
}

/// The order of a list of users. Without `sortBy` it is that in which users were created or restored, whatever
/// `sortOrder` says. Refuses a text that is not an attribute, and an attribute without an order, with `invalidValue`.
/// `knows_values` is whether the database knows the values of all users.
pub(crate) fn user_order(
    types: Registry,
    by: Option<&str>,
    descending: bool,
    knows_values: bool,
) -> Result<Order<UserKey>, Error> {
    let is_known = |key: &UserKey| knows_values || !matches!(key, UserKey::Value(_));
    order(types.user, by, descending, |path| user_key(path).filter(is_known))
}

/// The order of a list of groups, like [`user_order`].
pub(crate) fn group_order(types: Registry, by: Option<&str>, descending: bool) -> Result<Order<GroupKey>, Error> {
    order(types.group, by, descending, group_key)
}

fn order<K: Default>(
    types: &ResourceType,
    by: Option<&str>,
    descending: bool,
    key: impl Fn(&AttributePath) -> Option<K>,
) -> Result<Order<K>, Error> {
    let Some(by) = by else { return Ok(Order::Indexed(Sort::default())) };
    if let Some(by) = path(by).and_then(|path| key(&path)) {
        return Ok(Order::Indexed(Sort { by, descending }));
    }
    let by = SortBy::parse(by, types).map_err(|error| Error::invalid_value(error.detail))?;
    Ok(Order::Evaluated(by, descending))
}

/// The orders of a list of both. The kind that does not have the attribute stays in the order of creation.
pub(crate) fn root_sort(by: Option<&str>, descending: bool) -> Result<(Sort<UserKey>, Sort<GroupKey>), Error> {
    let Some(by) = by else { return Ok(Default::default()) };
    let users = |path: &AttributePath| user_key(path).filter(|key| !matches!(key, UserKey::Value(_)));
    let (users, groups) = path(by).map_or((None, None), |path| (users(&path), group_key(&path)));
    if users.is_none() && groups.is_none() {
        return Err(Error::invalid_value(ROOT_ATTRIBUTES));
    }
    let (users, groups) = (users.unwrap_or_default(), groups.unwrap_or_default());
    Ok((Sort { by: users, descending }, Sort { by: groups, descending }))
}

fn path(text: &str) -> Option<AttributePath> {
    AttributePath::parse(text).ok()
}

fn user_key(path: &AttributePath) -> Option<UserKey> {
    match names(&USER, path) {
        // Ids begin with the time of creation.
        (None, "id", None) | (None, "meta", Some("created")) => Some(UserKey::Id),
        (None, "userName", None) => Some(UserKey::UserName),
        (None, "displayName", None) => Some(UserKey::DisplayName),
        (None, "externalId", None) => Some(UserKey::ExternalId),
        (None, "meta", Some("lastModified")) => Some(UserKey::Changed),
        (extension, name, sub) => values::single(extension, name, sub).map(UserKey::Value),
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
