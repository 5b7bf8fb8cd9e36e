use domain::{
    Timestamp,
    query::{EmailCondition, Filter, GroupCondition, GroupText, Order, Test, UserCondition, UserText},
};
use scim::{
    Error,
    filter::{CompareOp, Filter as Wire, Literal},
    path::AttributePath,
    schema::{ENTERPRISE_URN, GROUP, ResourceType, USER},
};

const USER_ATTRIBUTES: &str = "Users can be filtered by id, userName, externalId, displayName, name.givenName, \
    name.familyName, active, emails (value, type, primary), groups, manager, employeeNumber, meta.created, \
    meta.lastModified and meta.resourceType, with operators that fit the attribute.";
const GROUP_ATTRIBUTES: &str = "Groups can be filtered by id, displayName, externalId, members, meta.created, \
    meta.lastModified and meta.resourceType, with operators that fit the attribute.";

type Result<T> = std::result::Result<T, Error>;

/// What a leaf of a filter asks of one attribute.
enum Ask<'f> {
    Compare(CompareOp, &'f Literal),
    Present,
}

/// A SCIM filter over users, as a query over what is indexed.
///
/// Refuses attributes that are not indexed with `invalidFilter`: an answer that ignored the filter would make a client
/// take one person for another.
pub(crate) fn user_filter(filter: &Wire) -> Result<Filter<UserCondition>> {
    convert(filter, &|leaf| user_leaf(leaf).ok_or_else(|| Error::invalid_filter(USER_ATTRIBUTES)))
}

/// A SCIM filter over groups, as a query over what is indexed. Refuses as [`user_filter`] does.
pub(crate) fn group_filter(filter: &Wire) -> Result<Filter<GroupCondition>> {
    convert(filter, &|leaf| group_leaf(leaf).ok_or_else(|| Error::invalid_filter(GROUP_ATTRIBUTES)))
}

/// A SCIM filter over both, as a query over each. RFC 7644 §3.4.2.1: of an attribute that a kind of resource does not
/// have, it has no value.
pub(crate) fn root_filter(filter: &Wire) -> Result<(Filter<UserCondition>, Filter<GroupCondition>)> {
    let refused = || Error::invalid_filter(USER_ATTRIBUTES);
    let users = |leaf: &Wire| user_leaf(leaf).or_else(|| group_leaf(leaf).map(|_| absent(leaf))).ok_or_else(refused);
    let groups = |leaf: &Wire| group_leaf(leaf).or_else(|| user_leaf(leaf).map(|_| absent(leaf))).ok_or_else(refused);
    Ok((convert(filter, &users)?, convert(filter, &groups)?))
}

/// What a leaf is where its attribute has no value: only a comparison that asks for that, or for another value, holds.
fn absent<C>(leaf: &Wire) -> Filter<C> {
    let Wire::Compare { op, value, .. } = leaf else { return Filter::NONE };
    let holds = match op {
        CompareOp::Eq => value.as_text().is_none(),
        CompareOp::Ne => value.as_text().is_some(),
        _ => false,
    };
    if holds { Filter::All } else { Filter::NONE }
}

/// A leaf about `meta.resourceType`, which is the same for all of a kind.
fn resource_type<C>(resource_type: &ResourceType, ask: &Ask<'_>) -> Option<Filter<C>> {
    let Ask::Compare(op, value) = ask else { return Some(Filter::All) };
    let (name, Some(value)) = (resource_type.name, value.as_text()) else {
        return match op {
            CompareOp::Eq => Some(Filter::NONE),
            CompareOp::Ne => Some(Filter::All),
            _ => None,
        };
    };
    let holds = match op {
        CompareOp::Eq => name == value,
        CompareOp::Ne => name != value,
        CompareOp::Co => name.contains(&*value),
        CompareOp::Sw => name.starts_with(&*value),
        CompareOp::Ew => name.ends_with(&*value),
        CompareOp::Gt | CompareOp::Ge | CompareOp::Lt | CompareOp::Le => return None,
    };
    Some(if holds { Filter::All } else { Filter::NONE })
}

fn convert<C>(filter: &Wire, leaf: &dyn Fn(&Wire) -> Result<Filter<C>>) -> Result<Filter<C>> {
    Ok(match filter {
        Wire::And(left, right) => Filter::And(vec![convert(left, leaf)?, convert(right, leaf)?]),
        Wire::Or(left, right) => Filter::Or(vec![convert(left, leaf)?, convert(right, leaf)?]),
        Wire::Not(inner) => Filter::Not(Box::new(convert(inner, leaf)?)),
        other => leaf(other)?,
    })
}

fn user_leaf(leaf: &Wire) -> Option<Filter<UserCondition>> {
    if let Wire::ValuePath { path, filter } = leaf {
        let (None, "emails", None) = names(&USER, path) else { return None };
        let inner = convert(filter, &|leaf| email_leaf(leaf).ok_or_else(|| Error::invalid_filter(USER_ATTRIBUTES)));
        return Some(Filter::Where(UserCondition::Email(inner.ok()?)));
    }
    let (path, ask) = ask(leaf)?;
    match names(&USER, path) {
        (None, "id", None) if matches!(ask, Ask::Present) => Some(Filter::All),
        (None, "id", None) => id(&ask, |id| UserCondition::Id(id.parse().ok())),
        (None, "userName", None) => text(&ask, |test| UserCondition::Text(UserText::UserName, test)),
        (None, "externalId", None) => text(&ask, |test| UserCondition::Text(UserText::ExternalId, test)),
        (None, "displayName", None) => text(&ask, |test| UserCondition::Text(UserText::DisplayName, test)),
        (None, "name", Some("givenName")) => text(&ask, |test| UserCondition::Text(UserText::GivenName, test)),
        (None, "name", Some("familyName")) => text(&ask, |test| UserCondition::Text(UserText::FamilyName, test)),
        (None, "active", None) => boolean(&ask, UserCondition::Active),
        (None, "groups", None | Some("value")) => id(&ask, |id| UserCondition::MemberOf(id.parse().ok())),
        (None, "meta", Some("created")) => time(&ask, UserCondition::Created),
        (None, "meta", Some("lastModified")) => time(&ask, UserCondition::Changed),
        (None, "meta", Some("resourceType")) => resource_type(&USER, &ask),
        (None, "emails", None) if matches!(ask, Ask::Present) => Some(some_email(Filter::All)),
        (None, "emails", sub) => emails(&ask, email_ask(sub.unwrap_or("value"), &ask)?),
        (Some(ENTERPRISE_URN), "employeeNumber", None) => {
            text(&ask, |test| UserCondition::Text(UserText::EmployeeNumber, test))
        }
        (Some(ENTERPRISE_URN), "manager", None | Some("value")) => {
            text(&ask, |test| UserCondition::Text(UserText::Manager, test))
        }
        _ => None,
    }
}

fn some_email(condition: Filter<EmailCondition>) -> Filter<UserCondition> {
    Filter::Where(UserCondition::Email(condition))
}

/// RFC 7644 §3.4.2.2: a comparison with a multi-valued attribute holds when some value fulfils it, `ne` too. Where there
/// is no value, nothing but `ne` holds.
fn emails(ask: &Ask<'_>, condition: Filter<EmailCondition>) -> Option<Filter<UserCondition>> {
    Some(match (ask, condition) {
        // `eq null` asks for the absence of all values.
        (Ask::Compare(CompareOp::Eq, _), Filter::Not(present)) => negated(some_email(*present)),
        (_, Filter::Not(equal)) => Filter::Or(vec![negated(some_email(Filter::All)), some_email(Filter::Not(equal))]),
        (_, condition) => some_email(condition),
    })
}

fn email_leaf(leaf: &Wire) -> Option<Filter<EmailCondition>> {
    let (path, ask) = ask(leaf)?;
    match (&path.schema, &path.sub_attribute) {
        (None, None) => email_ask(&path.attribute.to_ascii_lowercase(), &ask),
        _ => None,
    }
}

fn email_ask(sub: &str, ask: &Ask<'_>) -> Option<Filter<EmailCondition>> {
    match sub {
        "value" => text(ask, EmailCondition::Value),
        "type" => text(ask, EmailCondition::Kind),
        "primary" => boolean(ask, EmailCondition::Primary),
        _ => None,
    }
}

fn group_leaf(leaf: &Wire) -> Option<Filter<GroupCondition>> {
    let member = |ask: &Ask<'_>| match ask {
        Ask::Present => Some(Filter::Where(GroupCondition::HasMembers)),
        Ask::Compare(..) => id(ask, |id| GroupCondition::Member(id.parse().ok())),
    };
    if let Wire::ValuePath { path, filter } = leaf {
        let (None, "members", None) = names(&GROUP, path) else { return None };
        let (inner, ask) = ask(filter)?;
        return inner.attribute.eq_ignore_ascii_case("value").then(|| member(&ask))?;
    }
    let (path, ask) = ask(leaf)?;
    match names(&GROUP, path) {
        (None, "id", None) if matches!(ask, Ask::Present) => Some(Filter::All),
        (None, "id", None) => id(&ask, |id| GroupCondition::Id(id.parse().ok())),
        (None, "displayName", None) => text(&ask, |test| GroupCondition::Text(GroupText::DisplayName, test)),
        (None, "externalId", None) => text(&ask, |test| GroupCondition::Text(GroupText::ExternalId, test)),
        (None, "members", None | Some("value")) => member(&ask),
        (None, "meta", Some("created")) => time(&ask, GroupCondition::Created),
        (None, "meta", Some("lastModified")) => time(&ask, GroupCondition::Changed),
        (None, "meta", Some("resourceType")) => resource_type(&GROUP, &ask),
        _ => None,
    }
}

fn ask(leaf: &Wire) -> Option<(&AttributePath, Ask<'_>)> {
    match leaf {
        Wire::Compare { path, op, value } => Some((path, Ask::Compare(*op, value))),
        Wire::Present(path) => Some((path, Ask::Present)),
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

fn negated<C>(filter: Filter<C>) -> Filter<C> {
    Filter::Not(Box::new(filter))
}

fn text<C>(ask: &Ask<'_>, condition: impl Fn(Test) -> C) -> Option<Filter<C>> {
    let passes = |test| Filter::Where(condition(test));
    let Ask::Compare(op, value) = ask else { return Some(passes(Test::Present)) };
    let Some(value) = value.as_text() else {
        // `eq null` asks for absence, `ne null` for presence.
        return match op {
            CompareOp::Eq => Some(negated(passes(Test::Present))),
            CompareOp::Ne => Some(passes(Test::Present)),
            _ => None,
        };
    };
    let value = value.into_owned();
    Some(match op {
        CompareOp::Eq => passes(Test::Equals(value)),
        CompareOp::Ne => negated(passes(Test::Equals(value))),
        CompareOp::Co => passes(Test::Contains(value)),
        CompareOp::Sw => passes(Test::StartsWith(value)),
        CompareOp::Ew => passes(Test::EndsWith(value)),
        other => passes(Test::Ordered(order(*other)?, value)),
    })
}

fn id<C>(ask: &Ask<'_>, condition: impl Fn(&str) -> C) -> Option<Filter<C>> {
    match ask {
        Ask::Compare(CompareOp::Eq, value) => Some(Filter::Where(condition(&value.as_text()?))),
        Ask::Compare(CompareOp::Ne, value) => Some(negated(Filter::Where(condition(&value.as_text()?)))),
        _ => None,
    }
}

fn boolean<C>(ask: &Ask<'_>, condition: impl Fn(bool) -> C) -> Option<Filter<C>> {
    match ask {
        Ask::Present => Some(Filter::All),
        Ask::Compare(CompareOp::Eq, value) => Some(Filter::Where(condition(value.as_bool()?))),
        Ask::Compare(CompareOp::Ne, value) => Some(negated(Filter::Where(condition(value.as_bool()?)))),
        Ask::Compare(..) => None,
    }
}

fn time<C>(ask: &Ask<'_>, condition: impl Fn(Order, Timestamp) -> C) -> Option<Filter<C>> {
    let Ask::Compare(op, value) = ask else { return Some(Filter::All) };
    let (moment, exact) = Timestamp::of_nanos(scim::instant(&value.as_text()?)?)?;
    match op {
        // What is kept ends with the millisecond and so is never equal to a moment within one.
        CompareOp::Eq if !exact => Some(Filter::Or(vec![])),
        CompareOp::Ne if !exact => Some(Filter::All),
        CompareOp::Lt if !exact => Some(Filter::Where(condition(Order::LessOrEqual, moment))),
        CompareOp::Ge if !exact => Some(Filter::Where(condition(Order::Greater, moment))),
        CompareOp::Ne => Some(negated(Filter::Where(condition(Order::Equal, moment)))),
        other => Some(Filter::Where(condition(order(*other)?, moment))),
    }
}

fn order(op: CompareOp) -> Option<Order> {
    match op {
        CompareOp::Eq => Some(Order::Equal),
        CompareOp::Gt => Some(Order::Greater),
        CompareOp::Ge => Some(Order::GreaterOrEqual),
        CompareOp::Lt => Some(Order::Less),
        CompareOp::Le => Some(Order::LessOrEqual),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use scim::Limits;

    fn users(text: &str) -> Result<Filter<UserCondition>> {
        user_filter(&scim::filter::parse(text, &Limits::default()).unwrap())
    }

    #[test]
    fn names_are_taken_in_any_spelling() {
        let expected = Filter::Where(UserCondition::Text(UserText::UserName, Test::Equals("ada".into())));
        for text in [
            "userName eq \"ada\"",
            "USERNAME EQ \"ada\"",
            "urn:ietf:params:scim:schemas:core:2.0:User:userName eq \"ada\"",
            "userName eq ada",
        ] {
            assert_eq!(users(text), Ok(expected.clone()), "{text}");
        }
    }

    #[test]
    fn a_value_path_asks_one_and_the_same_address() {
        let value = Filter::Where(EmailCondition::Value(Test::Equals("a@b".into())));
        let kind = Filter::Where(EmailCondition::Kind(Test::Equals("work".into())));
        let expected = Filter::Where(UserCondition::Email(Filter::And(vec![kind, value])));
        assert_eq!(users("emails[type eq \"work\" and value eq \"a@b\"]"), Ok(expected.clone()));
        assert_eq!(users("emails[type eq \"work\"].value eq \"a@b\""), Ok(expected));
    }

    #[test]
    fn what_is_not_indexed_is_refused() {
        for text in [
            "nickName eq \"x\"",
            "nosuch eq \"x\"",
            "active gt true",
            "emails[display eq \"x\"]",
            "meta.created gt \"soon\"",
        ] {
            assert!(users(text).is_err(), "{text}");
        }
    }

    #[test]
    fn at_the_root_each_kind_has_its_own_attributes() {
        let root = |text: &str| {
            let (users, groups) = root_filter(&scim::filter::parse(text, &Limits::default()).unwrap()).unwrap();
            (users.simplified(), groups.simplified())
        };
        for (text, users, groups) in [
            ("meta.resourceType eq \"User\"", Filter::All, Filter::NONE),
            ("meta.resourceType ne \"User\"", Filter::NONE, Filter::All),
            ("meta.resourceType eq \"user\" or meta.resourceType eq \"Group\"", Filter::NONE, Filter::All),
            ("meta.resourceType pr and not (meta.resourceType eq \"Group\")", Filter::All, Filter::NONE),
        ] {
            assert_eq!(root(text), (users, groups), "{text}");
        }
        let (users, groups) = root("userName ne \"ada\"");
        assert_eq!((users.is_none(), groups), (false, Filter::All));
        let (users, groups) = root("emails[type eq \"work\"] or members pr");
        assert_eq!((users.is_none(), groups), (false, Filter::Where(GroupCondition::HasMembers)));
        assert!(root_filter(&scim::filter::parse("nosuch pr", &Limits::default()).unwrap()).is_err());
    }

    /// As in a PATCH path, and as RFC 7643 §2.3.5 has it.
    #[test]
    fn a_time_without_a_zone_is_in_utc() {
        let utc = users("meta.created gt \"2026-01-31T09:30:00.5Z\"");
        assert!(utc.is_ok());
        assert_eq!(users("meta.created gt \"2026-01-31T09:30:00.5\""), utc);
        assert_eq!(users("meta.created gt \"2026-01-31T10:30:00.5+01:00\""), utc);
        assert!(users("meta.created gt \"2026-01-31\"").is_err());
    }

    #[test]
    fn an_unknown_id_matches_nobody() {
        assert_eq!(users("id eq \"x\""), Ok(Filter::Where(UserCondition::Id(None))));
    }
}
