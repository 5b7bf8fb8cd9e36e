//! The border between SCIM's wire format and the stored records: the only place that knows both. No quirk of the
//! protocol gets past it.

mod document;
mod expansion;
mod filter;
mod sort;
mod values;

pub(super) use filter::{Asked, GROUP_ATTRIBUTES, USER_ATTRIBUTES, group_filter, root_filter, user_filter};
pub(super) use sort::{Order, group_order, root_sort, user_order};
pub(crate) use values::found;

use super::{
    Problem,
    members::{Kind, Members, SAMPLE},
    outgoing::Parts,
    request::Call,
    tag::tag,
    text::write,
};
use document::{Document, emails};
use domain::{
    Error, MemberId, Timestamp,
    directory::{Edit, GroupView, UserView},
    group::{Group, GroupProfile, MemberChange, UserGroups},
    token::ClientProfile,
    user::{Profile, User},
};
use scim::{
    patch,
    resource::{Meta, Projection, check, render_text, replace, whole},
    schema::{ENTERPRISE_URN, Registry, ResourceType},
};
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::fmt::Display;

/// A resource's document, see [`scim`].
/// The record of a normalised document. RFC 7643 §4.1.1 leaves the meaning of a missing `active` to the server: here it
/// keeps the present state, so a change that does not mention it or that removes it neither suspends nor reactivates a
/// user.
fn profile(document: Document, active: bool) -> Result<Profile, scim::Error> {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
    let name = document.get("name");
    let enterprise = document.get(ENTERPRISE_URN);
    Ok(Profile {
        user_name: required(&document, "userName")?,
        external_id: text(document.get("externalId")),
        display_name: text(document.get("displayName")),
        given_name: text(name.and_then(|name| name.get("givenName"))),
        family_name: text(name.and_then(|name| name.get("familyName"))),
        employee_number: text(enterprise.and_then(|enterprise| enterprise.get("employeeNumber"))),
        manager: text(enterprise.and_then(|enterprise| enterprise.get("manager")?.get("value"))),
        active: document.get("active").and_then(Value::as_bool).unwrap_or(active),
        emails: document.get("emails").and_then(Value::as_array).map_or_else(Vec::new, |list| emails(list)),
        values: Some(values::of(&document)),
        document: write(&document),
    })
}

/// The record of a normalised document whose members were taken out.
fn group_profile(document: Document) -> Result<GroupProfile, scim::Error> {
    Ok(GroupProfile {
        display_name: required(&document, "displayName")?,
        external_id: document.get("externalId").and_then(Value::as_str).map(str::to_owned),
        document: write(&document),
    })
}

/// The record of a whole group as it was sent, without its members.
pub(super) fn whole_group_profile(document: Document) -> Result<GroupProfile, scim::Error> {
    expansion::check_group(None, &document)?;
    group_profile(document)
}

/// The record of a whole user as it was sent, with `active` in it: directories expect it whenever they read a user.
pub(super) fn whole_profile(types: Registry, document: Document, active: bool) -> Result<Profile, scim::Error> {
    let document = with_active(document, active);
    check(types.user, &document)?;
    expansion::check_user(None, &document)?;
    profile(document, active)
}

fn with_active(mut document: Document, active: bool) -> Document {
    document.entry("active").or_insert(Value::Bool(active));
    document
}

/// The change that replaces a user's document.
pub(super) fn user_put(types: Registry, document: Document) -> Edit<User> {
    user_change(put_effort(&document), move |before, active| {
        replace(types.user, before, with_active(document.clone(), active))
    })
}

/// The change that applies operations to a user's document.
pub(super) fn user_patch(types: Registry, operations: Vec<patch::Operation>) -> Edit<User> {
    user_change(patch::effort(&operations), move |before, _| patch::apply(types.user, &operations, before))
}

/// The change that replaces a group's document.
pub(super) fn group_put(types: Registry, document: Document) -> Edit<Group> {
    group_change(put_effort(&document), move |before| replace(types.group, before, document.clone()))
}

/// The change that applies operations to a group's document.
pub(super) fn group_patch(types: Registry, operations: Vec<patch::Operation>) -> Edit<Group> {
    group_change(patch::effort(&operations), move |before| patch::apply(types.group, &operations, before))
}

/// The effort of replacing a document: the new one is read and written once, regardless of the old one.
fn put_effort(document: &Document) -> usize {
    4 + scim::json::length(document) / 1024
}

/// The same document in another order is not a change, so the profile stays as it is. A document from which `active`
/// was removed gets it back with the next change.
fn user_change(
    effort: usize,
    change: impl Fn(&Document, bool) -> scim::Result<Document> + Send + Sync + 'static,
) -> Edit<User> {
    Edit::new(effort, move |user: &User| {
        let active = user.profile.active;
        let before = with_active(read(&user.profile.document)?, active);
        let after = change(&before, active).map_err(to_domain_error)?;
        if after == before {
            return Ok(user.profile.clone());
        }
        expansion::check_user(Some(&before), &after).map_err(to_domain_error)?;
        profile(after, active).map_err(to_domain_error)
    })
}

fn group_change(
    effort: usize,
    change: impl Fn(&Document) -> scim::Result<Document> + Send + Sync + 'static,
) -> Edit<Group> {
    Edit::new(effort, move |group: &Group| {
        let before = read(&group.profile.document)?;
        let after = change(&before).map_err(to_domain_error)?;
        if after == before {
            return Ok(group.profile.clone());
        }
        expansion::check_group(Some(&before), &after).map_err(to_domain_error)?;
        group_profile(after).map_err(to_domain_error)
    })
}

/// A recorded document.
fn read(text: &str) -> Result<Document, Error> {
    serde_json::from_str(text).map_err(corrupt)
}

fn corrupt(_: serde_json::Error) -> Error {
    Error::Corrupt { table: "users or groups", column: "document" }
}

/// A refusal of the protocol, on its way through the rules and back to the border.
fn to_domain_error(error: scim::Error) -> Error {
    Error::Rejected(Box::new(error))
}

/// A user as the client sees it, as JSON text, and its entity tag.
pub(super) fn user(call: &Call, view: UserView, projection: &Projection) -> Result<(String, String), Problem> {
    let groups = groups(call, &view);
    let (types, tag) = (call.schemas.user, user_tag(&view));
    let meta = meta(call, types, view.id, tag.clone(), view.created, view.changed);
    let text = render_text(types, &view.document, meta, groups.as_slice(), projection).map_err(corrupt)?;
    Ok((text, tag))
}

/// A group of a user (RFC 7643 §4.1.2).
#[derive(Serialize)]
struct Reference<'r> {
    value: String,
    #[serde(rename = "$ref")]
    location: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    display: Option<&'r str>,
    #[serde(rename = "type")]
    kind: &'r str,
}

impl<'r> Reference<'r> {
    fn new(call: &Call, resource_type: &ResourceType, id: impl Display, kind: &'r str) -> Self {
        Self { location: location(call, resource_type, &id), value: id.to_string(), display: None, kind }
    }
}

/// The attribute `groups`, as JSON text; `None` if they are too many.
fn groups(call: &Call, view: &UserView) -> Option<(&'static str, String)> {
    let groups = view.groups.all()?.iter().map(|group| Reference {
        display: Some(&group.display_name),
        ..Reference::new(call, call.schemas.group, group.id, "direct")
    });
    Some(("groups", write(&groups.collect::<Vec<_>>())))
}

/// The entity tag of a user as shown. The user's groups change without its version, so if they are included, the tag
/// has a hash of them after the version; if they are too many, a hash of a text that changes with them.
pub(super) fn user_tag(view: &UserView) -> String {
    let mut hash = Sha256::new();
    match &view.groups {
        UserGroups::All(groups) if groups.is_empty() => return tag(view.version),
        UserGroups::All(groups) => groups.iter().for_each(|group| {
            // Stored texts contain no NUL.
            hash.update(group.id.0);
            hash.update(&group.display_name);
            hash.update([0]);
        }),
        UserGroups::TooMany(state) => hash.update(state),
    }
    let [a, b, c, d, e, f, g, h, ..] = hash.finalize().0;
    format!("W/\"{}-{:016x}\"", view.version, u64::from_be_bytes([a, b, c, d, e, f, g, h]))
}

/// A group with more members is sent in parts.
const AT_ONCE: usize = 200;

/// A group as the client sees it, as JSON text.
pub(super) fn group(call: &Call, view: GroupView, projection: &Projection) -> Result<Parts, Problem> {
    let GroupView { group, members, nested, .. } = view;
    let types = call.schemas.group;
    let meta = meta(call, types, group.id, tag(group.version), group.created, group.changed);
    let sample = if members.is_empty() && nested.is_empty() { "[]" } else { SAMPLE };
    let added = [("members", sample.to_owned())];
    let text = render_text(types, &group.profile.document, meta, &added, projection).map_err(corrupt)?;
    let kind = |types: &ResourceType| Kind { location: location(call, types, ""), name: types.name };
    let (users, groups) = ((members, kind(call.schemas.user)), (nested, kind(types)));
    let Some((before, mut members, behind)) = Members::new(&text, users, groups) else { return Ok(text.into()) };
    if members.count() <= AT_ONCE {
        let members = members.next(usize::MAX / 2).unwrap_or_default();
        return Ok([before, &members, behind].concat().into());
    }
    let mut parts = Parts::from(before.to_owned());
    parts.members(members);
    parts.text(behind.to_owned());
    Ok(parts)
}

/// The URL of a resource.
pub(super) fn location(call: &Call, resource_type: &ResourceType, id: impl Display) -> String {
    format!("{}{}/{id}", call.base_url, resource_type.endpoint)
}

/// The members that a client names, users and groups. Ids that no user and no group here has are skipped, well-formed
/// or not: a directory sends people in any order, and one that is out of scope must not prevent the others. A list in
/// which no id is well-formed is refused: as a replacement it would empty the group.
pub(super) fn member_ids(named: Vec<String>) -> Result<Vec<MemberId>, scim::Error> {
    let ids = known(&named);
    if ids.is_empty() && !named.is_empty() {
        let detail =
            "None of the members is named by an id of this server; send the id that a user or a group has here.";
        return Err(scim::Error::invalid_value(detail));
    }
    Ok(ids)
}

/// Whether a text may be an id, here or on another server.
fn is_plain(id: &str) -> bool {
    !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

fn known(named: &[String]) -> Vec<MemberId> {
    named.iter().filter_map(|id| id.parse().ok()).collect()
}

/// A change of membership. RFC 7644 §3.5.2.3: `replace` replaces. Entra, which never sends a whole list by PATCH, means
/// that these join: taken literally, each of its PATCHes would leave one member. In a removal, texts that are not ids
/// are skipped: no member has them.
pub(super) fn member_change(call: &Call, change: patch::MemberOperation) -> Result<MemberChange, scim::Error> {
    Ok(match change {
        // An id of another server is skipped, since no user here has it; a text that cannot be an id at all was
        // misunderstood.
        patch::MemberOperation::Add(members) if members.iter().all(|id| is_plain(id)) => {
            MemberChange::Add(known(&members))
        }
        patch::MemberOperation::Add(members) => MemberChange::Add(member_ids(members)?),
        patch::MemberOperation::Remove(ids) => MemberChange::Remove(known(&ids)),
        patch::MemberOperation::Replace(members) if call.profile == Some(ClientProfile::Entra) => {
            MemberChange::Add(member_ids(members)?)
        }
        patch::MemberOperation::Replace(members) => MemberChange::Replace(member_ids(members)?),
        patch::MemberOperation::Exchange { out, into } => {
            MemberChange::Exchange { out: known(&out), into: member_ids(into)? }
        }
        patch::MemberOperation::Clear => MemberChange::Replace(Vec::new()),
    })
}

/// A user as filters and sorting see it.
pub(super) fn whole_user(call: &Call, view: &UserView) -> Result<Document, Error> {
    let types = call.schemas.user;
    let mut added = Vec::new();
    if let Some((name, text)) = groups(call, view) {
        added.push((name, serde_json::from_str(&text).map_err(corrupt)?));
    }
    let meta = meta(call, types, view.id, user_tag(view), view.created, view.changed);
    Ok(whole(types, read(&view.document)?, &meta, added))
}

/// A group as filters and sorting see it, without its members.
pub(super) fn whole_group(call: &Call, group: &Group) -> Result<Document, Error> {
    let types = call.schemas.group;
    let meta = meta(call, types, group.id, tag(group.version), group.created, group.changed);
    Ok(whole(types, read(&group.profile.document)?, &meta, Vec::new()))
}

fn meta(
    call: &Call,
    resource_type: &ResourceType,
    id: impl Display,
    version: String,
    created: Timestamp,
    changed: Timestamp,
) -> Meta {
    Meta {
        location: location(call, resource_type, &id),
        id: id.to_string(),
        created: created.to_string(),
        last_modified: changed.to_string(),
        version,
    }
}

fn required(document: &Document, name: &str) -> Result<String, scim::Error> {
    let text = document.get(name).and_then(Value::as_str).filter(|text| !text.trim().is_empty());
    text.map(str::to_owned)
        .ok_or_else(|| scim::Error::invalid_value(format!("{name} is required and may not be empty.")))
}
