mod ask;
mod compare;

use super::values;
use ask::{Ask, ask};
use compare::{boolean, id, negated, order, resource_type, text, time};
use domain::{
    fold,
    query::{EmailCondition, GroupCondition, GroupText, Predicate, Test, UserCondition, UserText, UserValue},
};
use scim::{
    Error,
    filter::{CompareOp, Filter, Literal},
    path::AttributePath,
    schema::{ENTERPRISE_URN, GROUP, Registry, ResourceType, USER},
};

/// The attributes by which a filter of users can be narrowed, to be named when one is refused as too wide.
pub(crate) const USER_ATTRIBUTES: &str = "id, userName, externalId, displayName, name.formatted, name.givenName, \
    name.familyName, title, userType, nickName, active, emails, phoneNumbers.value, groups, manager, employeeNumber, \
    department, costCenter, organization, division, meta.created or meta.lastModified";
/// The same for groups.
pub(crate) const GROUP_ATTRIBUTES: &str = "id, displayName, externalId, members, meta.created or meta.lastModified";
const MEMBERS: &str = "Members can be filtered by their value, with eq, ne or pr, beside attributes that are indexed or joined to \
    others with and.";

type Result<T> = std::result::Result<T, Error>;

/// A SCIM filter as a query over what is indexed.
#[derive(Debug, PartialEq)]
pub(crate) struct Asked<C> {
    /// Finds all that match.
    pub(crate) filter: Predicate<C>,
    /// What the documents must decide about those it finds; `None` if the query is exact.
    pub(crate) rest: Option<Filter>,
    /// It asks for values of users, which the database may not know yet.
    pub(crate) asks_values: bool,
}

impl<C> Asked<C> {
    /// A filter that an index answers alone.
    pub(crate) fn exact(filter: Predicate<C>) -> Self {
        Self { filter, rest: None, asks_values: false }
    }

    /// A filter that no index can answer.
    fn looked_at(filter: &Filter) -> Self {
        Self { filter: Predicate::All, rest: Some(filter.clone()), asks_values: false }
    }

    fn map<D>(self, map: impl Fn(Predicate<C>) -> Predicate<D>) -> Asked<D> {
        Asked { filter: map(self.filter), rest: self.rest, asks_values: self.asks_values }
    }
}

/// A SCIM filter over users. Refuses with `invalidFilter` what cannot be asked about users. `knows_values` is whether
/// the database knows the values of all users.
pub(crate) fn user_filter(types: Registry, filter: &Filter, knows_values: bool) -> Result<Asked<UserCondition>> {
    filter.check_for(types.user)?;
    narrow(filter, &|leaf| Ok(user_leaf(leaf, knows_values)))
}

/// A SCIM filter over groups. Refuses what [`user_filter`] does, and also what could be answered only from all members
/// of a group.
pub(crate) fn group_filter(types: Registry, filter: &Filter) -> Result<Asked<GroupCondition>> {
    filter.check_for(types.group)?;
    without_members(types, narrow(filter, &group_leaf)?)
}

/// Refuses to look for members in documents, which do not contain them.
fn without_members(types: Registry, asked: Asked<GroupCondition>) -> Result<Asked<GroupCondition>> {
    match asked.rest.as_ref().is_some_and(|rest| rest.names(types.group, "members")) {
        true => Err(Error::invalid_filter(MEMBERS)),
        false => Ok(asked),
    }
}

/// A SCIM filter over both, as a query over each. RFC 7644 §3.4.2.1: for an attribute that a kind of resource does not
/// have, it has no value.
pub(crate) fn root_filter(
    types: Registry,
    filter: &Filter,
    knows_values: bool,
) -> Result<(Asked<UserCondition>, Asked<GroupCondition>)> {
    filter.check_for(types.user)?;
    filter.check_for(types.group)?;
    let is_of = |leaf: &Filter, one: &ResourceType, other: &ResourceType| {
        path_of(leaf)
            .is_some_and(|path| one.resolve(path).attribute.is_some() && other.resolve(path).attribute.is_none())
    };
    let users = |leaf: &Filter| match is_of(leaf, types.group, types.user) {
        true => Ok(Asked::exact(absent(leaf))),
        false => Ok(user_leaf(leaf, knows_values)),
    };
    let groups = |leaf: &Filter| match is_of(leaf, types.user, types.group) {
        true => Ok(Asked::exact(absent(leaf))),
        false => group_leaf(leaf),
    };
    Ok((narrow(filter, &users)?, without_members(types, narrow(filter, &groups)?)?))
}

fn path_of(leaf: &Filter) -> Option<&AttributePath> {
    match leaf {
        Filter::Compare { path, .. } | Filter::Present(path) | Filter::ValuePath { path, .. } => Some(path),
        _ => None,
    }
}

/// The result of a leaf if its attribute has no value: only a comparison that asks for absence, or for a different
/// value, holds.
fn absent<C>(leaf: &Filter) -> Predicate<C> {
    let Filter::Compare { op, value, .. } = leaf else { return Predicate::NONE };
    let holds = match op {
        CompareOp::Eq => value.as_text().is_none(),
        CompareOp::Ne => value.as_text().is_some(),
        _ => false,
    };
    if holds { Predicate::All } else { Predicate::NONE }
}

/// The operands of a chain of `and` or of `or`, in their order. A chain is a tree as deep as it is long, so it is walked
/// without recursion.
fn operands(chain: &Filter) -> Vec<&Filter> {
    let (mut found, mut rest) = (Vec::new(), vec![chain]);
    while let Some(next) = rest.pop() {
        match (chain, next) {
            (Filter::And(..), Filter::And(left, right)) | (Filter::Or(..), Filter::Or(left, right)) => {
                rest.extend([&**right, &**left]);
            }
            _ => found.push(next),
        }
    }
    found
}

fn narrow<C>(filter: &Filter, leaf: &dyn Fn(&Filter) -> Result<Asked<C>>) -> Result<Asked<C>> {
    Ok(match filter {
        Filter::And(..) => {
            let mut all = Asked { filter: Predicate::All, rest: None, asks_values: false };
            let mut parts = Vec::new();
            for operand in operands(filter) {
                let Asked { filter, rest, asks_values } = narrow(operand, leaf)?;
                parts.push(filter);
                all.rest = match (all.rest, rest) {
                    (Some(left), Some(right)) => Some(Filter::And(Box::new(left), Box::new(right))),
                    (left, right) => left.or(right),
                };
                all.asks_values |= asks_values;
            }
            Asked { filter: Predicate::And(parts), ..all }
        }
        Filter::Or(..) => {
            let found: Vec<Asked<C>> =
                operands(filter).into_iter().map(|operand| narrow(operand, leaf)).collect::<Result<_>>()?;
            let rest = found.iter().any(|part| part.rest.is_some()).then(|| filter.clone());
            let asks_values = found.iter().any(|part| part.asks_values);
            Asked { filter: Predicate::Or(found.into_iter().map(|part| part.filter).collect()), rest, asks_values }
        }
        Filter::Not(inner) => match narrow(inner, leaf)? {
            inner if inner.rest.is_none() => inner.map(negated),
            // The negation of a query that finds too much would find too little.
            _ => Asked::looked_at(filter),
        },
        other => leaf(other)?,
    })
}

fn user_leaf(leaf: &Filter, knows_values: bool) -> Asked<UserCondition> {
    if let Some(filter) = indexed_user_leaf(leaf) {
        return Asked::exact(filter);
    }
    let asked = match leaf {
        Filter::ValuePath { path, filter } => within(path, filter).map(|asked| {
            let rest = asked.rest.as_ref().map(|_| leaf.clone());
            Asked { rest, ..asked }
        }),
        _ => value_leaf(leaf),
    };
    match asked {
        // The documents of users whose values are not known are examined.
        Some(asked) if asked.asks_values && !knows_values => {
            let outdated = Predicate::Where(UserCondition::Outdated);
            Asked { filter: Predicate::Or(vec![asked.filter, outdated]), rest: Some(leaf.clone()), asks_values: false }
        }
        asked => asked.unwrap_or_else(|| Asked::looked_at(leaf)),
    }
}

/// A condition on one of several values.
fn within(path: &AttributePath, filter: &Filter) -> Option<Asked<UserCondition>> {
    match names(&USER, path) {
        (None, "emails", None) => {
            let leaf = |leaf: &Filter| Ok(email_leaf(leaf).map_or_else(|| Asked::looked_at(leaf), Asked::exact));
            let asked = narrow(filter, &leaf).ok()?.map(Predicate::simplified);
            let tells_nothing = asked.rest.is_some() && asked.filter == Predicate::All;
            (!tells_nothing).then(|| asked.map(some_email))
        }
        (None, "phoneNumbers", None) => match phone_leaf(filter) {
            Some(asked) => Some(asked),
            // Each condition finds all users with some number that meets it; only the documents tell whether one number
            // meets all.
            None => {
                let leaf = |leaf: &Filter| {
                    let asked = phone_leaf(leaf).unwrap_or_else(|| Asked::looked_at(leaf));
                    Ok(Asked { rest: Some(leaf.clone()), ..asked })
                };
                narrow(filter, &leaf).ok()
            }
        },
        _ => None,
    }
}

/// Whether a path between brackets is that of the value itself.
fn is_value(path: &AttributePath) -> bool {
    path.schema.is_none() && path.sub_attribute.is_none() && path.attribute.eq_ignore_ascii_case("value")
}

fn phone_leaf(leaf: &Filter) -> Option<Asked<UserCondition>> {
    let (_, ask) = ask(leaf).filter(|(path, _)| is_value(path))?;
    values_asked(UserValue::PhoneNumber, &ask, leaf)
}

/// A leaf about an attribute whose values are kept.
fn value_leaf(leaf: &Filter) -> Option<Asked<UserCondition>> {
    let (path, ask) = ask(leaf)?;
    let (attribute, is_single) = match names(&USER, path) {
        // A phone number without a value counts as one, too.
        (None, "phoneNumbers", None) if matches!(ask, Ask::Present) => return None,
        (None, "phoneNumbers", None | Some("value")) => (UserValue::PhoneNumber, false),
        (extension, name, sub) => (values::single(extension, name, sub)?, true),
    };
    match ask {
        Ask::Compare(op, value) if is_single => {
            let has = |filter| Asked { asks_values: true, ..Asked::exact(filter) };
            let present = || Predicate::Where(UserCondition::Value(attribute, Test::Present));
            match (op, value.as_text()) {
                (CompareOp::Eq, None) => Some(has(negated(present()))),
                (CompareOp::Ne, None) => Some(has(present())),
                (CompareOp::Ne, Some(_)) => {
                    Some(values_asked(attribute, &Ask::Compare(CompareOp::Eq, value), leaf)?.map(negated))
                }
                _ => values_asked(attribute, &ask, leaf),
            }
        }
        _ => values_asked(attribute, &ask, leaf),
    }
}

/// The query for users with some value that fulfils the comparison, as far as the kept values can tell; `None` for what
/// asks for the absence of a value.
fn values_asked(attribute: UserValue, ask: &Ask<'_>, leaf: &Filter) -> Option<Asked<UserCondition>> {
    let asked = |test, is_exact: bool| {
        let filter = Predicate::Where(UserCondition::Value(attribute, test));
        Some(Asked { filter, rest: (!is_exact).then(|| leaf.clone()), asks_values: true })
    };
    let Ask::Compare(op, value) = ask else { return asked(Test::Present, true) };
    let text = value.as_text()?.into_owned();
    // A text at least as long as what is kept cannot be distinguished from others with the same beginning.
    if text.chars().count().max(fold(&text).chars().count()) >= UserValue::KEPT {
        return None;
    }
    match op {
        CompareOp::Eq => asked(Test::Equals(text), true),
        CompareOp::Ne => None,
        CompareOp::Sw => asked(Test::StartsWith(text), true),
        CompareOp::Co => asked(Test::Contains(text), false),
        CompareOp::Ew => asked(Test::EndsWith(text), false),
        other => asked(Test::Ordered(order(*other)?, text), true),
    }
}

fn indexed_user_leaf(leaf: &Filter) -> Option<Predicate<UserCondition>> {
    let (path, ask) = ask(leaf)?;
    match names(&USER, path) {
        (None, "id", None) if matches!(ask, Ask::Present) => Some(Predicate::All),
        (None, "id", None) => id(&ask, |id| UserCondition::Id(id.parse().ok())),
        (None, "userName", None) => text(&ask, |test| UserCondition::Text(UserText::UserName, test)),
        (None, "externalId", None) => text(&ask, |test| UserCondition::Text(UserText::ExternalId, test)),
        (None, "displayName", None) => text(&ask, |test| UserCondition::Text(UserText::DisplayName, test)),
        (None, "name", Some("givenName")) => text(&ask, |test| UserCondition::Text(UserText::GivenName, test)),
        (None, "name", Some("familyName")) => text(&ask, |test| UserCondition::Text(UserText::FamilyName, test)),
        (None, "active", None) => boolean(&ask, UserCondition::Active),
        (None, "groups", None | Some("value")) if matches!(ask, Ask::Compare(CompareOp::Eq, _)) => {
            id(&ask, |id| UserCondition::MemberOf(id.parse().ok()))
        }
        (None, "meta", Some("created")) => time(&ask, UserCondition::Created),
        (None, "meta", Some("lastModified")) => time(&ask, UserCondition::Changed),
        (None, "meta", Some("resourceType")) => resource_type(&USER, &ask),
        (None, "emails", None) if matches!(ask, Ask::Present) => Some(some_email(Predicate::All)),
        // An e-mail address without a value counts as one, too.
        (None, "emails", None) if is_null(&ask) => {
            let some = some_email(Predicate::All);
            Some(if matches!(ask, Ask::Compare(CompareOp::Eq, _)) { negated(some) } else { some })
        }
        (None, "emails", sub) => emails(&ask, email_ask(sub.unwrap_or("value"), &ask)?),
        (Some(ENTERPRISE_URN), "employeeNumber", None) => {
            text(&ask, |test| UserCondition::Text(UserText::EmployeeNumber, test))
        }
        // A manager may be a reference alone, of which the index knows nothing.
        (Some(ENTERPRISE_URN), "manager", None) if matches!(ask, Ask::Present) || is_null(&ask) => None,
        (Some(ENTERPRISE_URN), "manager", None | Some("value")) => {
            text(&ask, |test| UserCondition::Text(UserText::Manager, test))
        }
        _ => None,
    }
}

fn is_null(ask: &Ask<'_>) -> bool {
    matches!(ask, Ask::Compare(_, Literal::Null))
}

fn some_email(condition: Predicate<EmailCondition>) -> Predicate<UserCondition> {
    Predicate::Where(UserCondition::Email(condition))
}

/// RFC 7644 §3.4.2.2: a comparison with a multi-valued attribute holds if some value fulfils it, including `ne`. If
/// there is no value, only `ne` holds.
fn emails(ask: &Ask<'_>, condition: Predicate<EmailCondition>) -> Option<Predicate<UserCondition>> {
    Some(match (ask, condition) {
        // `eq null` asks for the absence of all values.
        (Ask::Compare(CompareOp::Eq, _), Predicate::Not(present)) => negated(some_email(*present)),
        (_, Predicate::Not(equal)) => {
            Predicate::Or(vec![negated(some_email(Predicate::All)), some_email(Predicate::Not(equal))])
        }
        (_, condition) => some_email(condition),
    })
}

fn email_leaf(leaf: &Filter) -> Option<Predicate<EmailCondition>> {
    let (path, ask) = ask(leaf)?;
    match (&path.schema, &path.sub_attribute) {
        (None, None) => email_ask(&path.attribute.to_ascii_lowercase(), &ask),
        _ => None,
    }
}

fn email_ask(sub: &str, ask: &Ask<'_>) -> Option<Predicate<EmailCondition>> {
    match sub {
        "value" => text(ask, EmailCondition::Value),
        "type" => text(ask, EmailCondition::Kind),
        "primary" => boolean(ask, EmailCondition::Primary),
        _ => None,
    }
}

fn group_leaf(leaf: &Filter) -> Result<Asked<GroupCondition>> {
    Ok(indexed_group_leaf(leaf).map_or_else(|| Asked::looked_at(leaf), Asked::exact))
}

/// The condition that some member fulfils the comparison.
fn some_member(ask: &Ask<'_>) -> Option<Predicate<GroupCondition>> {
    let condition = match ask {
        Ask::Present => GroupCondition::HasMembers,
        Ask::Compare(CompareOp::Eq, value) => GroupCondition::Member(value.as_text()?.parse().ok()),
        Ask::Compare(CompareOp::Ne, value) => GroupCondition::OtherMember(value.as_text()?.parse().ok()),
        Ask::Compare(..) => return None,
    };
    Some(Predicate::Where(condition))
}

/// Like [`emails`]: a group without members has none that is equal.
fn members(ask: &Ask<'_>) -> Option<Predicate<GroupCondition>> {
    let some = some_member(ask)?;
    let is_negative = matches!(ask, Ask::Compare(CompareOp::Ne, _));
    let none = || negated(Predicate::Where(GroupCondition::HasMembers));
    Some(if is_negative { Predicate::Or(vec![none(), some]) } else { some })
}

fn indexed_group_leaf(leaf: &Filter) -> Option<Predicate<GroupCondition>> {
    if let Filter::ValuePath { path, filter } = leaf {
        let (None, "members", None) = names(&GROUP, path) else { return None };
        let (inner, ask) = ask(filter)?;
        return is_value(inner).then(|| some_member(&ask))?;
    }
    let (path, ask) = ask(leaf)?;
    match names(&GROUP, path) {
        (None, "id", None) if matches!(ask, Ask::Present) => Some(Predicate::All),
        (None, "id", None) => id(&ask, |id| GroupCondition::Id(id.parse().ok())),
        (None, "displayName", None) => text(&ask, |test| GroupCondition::Text(GroupText::DisplayName, test)),
        (None, "externalId", None) => text(&ask, |test| GroupCondition::Text(GroupText::ExternalId, test)),
        (None, "members", None | Some("value")) => members(&ask),
        (None, "meta", Some("created")) => time(&ask, GroupCondition::Created),
        (None, "meta", Some("lastModified")) => time(&ask, GroupCondition::Changed),
        (None, "meta", Some("resourceType")) => resource_type(&GROUP, &ask),
        _ => None,
    }
}

pub(super) fn names<'p>(
    resource_type: &ResourceType,
    path: &'p AttributePath,
) -> (Option<&'p str>, &'p str, Option<&'p str>) {
    let resolved = resource_type.resolve(path);
    (resolved.extension, resolved.name, resolved.sub_name)
}

#[cfg(test)]
mod tests;
