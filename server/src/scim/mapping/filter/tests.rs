//! The queries that filters are translated into.

use super::*;
use domain::query::Order;
use scim::Limits;

fn asked(text: &str) -> Result<Asked<UserCondition>> {
    user_filter(Registry::default(), &scim::filter::parse(text, &Limits::default()).unwrap(), true)
}

/// The query for a filter that an index answers alone.
fn users(text: &str) -> Result<Predicate<UserCondition>> {
    let asked = asked(text)?;
    assert_eq!(asked.rest, None, "{text}");
    Ok(asked.filter)
}

#[test]
fn names_are_taken_in_any_spelling() {
    let expected = Predicate::Where(UserCondition::Text(UserText::UserName, Test::Equals("ada".into())));
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
    let value = Predicate::Where(EmailCondition::Value(Test::Equals("a@b".into())));
    let kind = Predicate::Where(EmailCondition::Kind(Test::Equals("work".into())));
    let expected = Predicate::Where(UserCondition::Email(Predicate::And(vec![kind, value])));
    assert_eq!(users("emails[type eq \"work\" and value eq \"a@b\"]"), Ok(expected.clone()));
    assert_eq!(users("emails[type eq \"work\"].value eq \"a@b\""), Ok(expected));
}

#[test]
fn what_no_user_can_be_asked_is_refused() {
    for text in [
        "active gt true",
        "active eq \"perhaps\"",
        "active co \"t\"",
        "meta.created gt \"soon\"",
        "meta.lastModified co \"2026\"",
        "userName gt null",
        "x5.y co null",
        "password eq \"x\"",
        "name eq \"x\"",
        "addresses sw \"x\"",
        "emails[primary gt true]",
        "not (title pr and password pr)",
    ] {
        assert_eq!(asked(text).unwrap_err().scim_type.map(|kind| kind.as_str()), Some("invalidFilter"), "{text}");
    }
}

#[test]
fn what_no_index_can_tell_is_narrowed_by_what_one_can() {
    let ada = || users("userName eq \"ada\"").unwrap();
    for (text, wanted) in [
        ("locale eq \"x\"", Predicate::All),
        ("locale eq \"x\" and userName eq \"ada\"", ada()),
        ("locale eq \"x\" or userName eq \"ada\"", Predicate::All),
        ("not (locale eq \"x\") and userName eq \"ada\"", ada()),
        ("not (locale eq \"x\" and userName eq \"ada\")", Predicate::All),
        ("emails[display eq \"x\" and value eq \"a@b\"]", users("emails[value eq \"a@b\"]").unwrap()),
        ("urn:x:y:title eq \"x\" and groups ne \"x\" and userName eq \"ada\"", ada()),
    ] {
        let asked = asked(text).unwrap();
        assert!(asked.rest.is_some() && !asked.asks_values, "{text}");
        assert_eq!(asked.filter.simplified(), wanted.simplified(), "{text}");
    }
}

#[test]
fn further_values_are_asked_for_where_they_are_known() {
    let value = |attribute, test| Predicate::Where(UserCondition::Value(attribute, test));
    let text = |text: &str| text.to_owned();
    let number = |test| value(UserValue::PhoneNumber, test);
    let urn = ENTERPRISE_URN;
    for (filter, wanted, is_exact) in [
        ("TITLE eq \"x\"".to_owned(), value(UserValue::Title, Test::Equals(text("x"))), true),
        ("title ne \"x\"".to_owned(), negated(value(UserValue::Title, Test::Equals(text("x")))), true),
        ("title eq null".to_owned(), negated(value(UserValue::Title, Test::Present)), true),
        ("name.formatted sw \"x\"".to_owned(), value(UserValue::FormattedName, Test::StartsWith(text("x"))), true),
        ("userType co \"x\"".to_owned(), value(UserValue::UserType, Test::Contains(text("x"))), false),
        (format!("{urn}:division gt 5"), value(UserValue::Division, Test::Ordered(Order::Greater, text("5"))), true),
        (format!("{urn}:costCenter pr"), value(UserValue::CostCenter, Test::Present), true),
        ("phoneNumbers eq \"1\"".to_owned(), number(Test::Equals(text("1"))), true),
        ("phoneNumbers ne \"1\"".to_owned(), Predicate::All, false),
        ("phoneNumbers pr".to_owned(), Predicate::All, false),
        ("phoneNumbers.value pr".to_owned(), number(Test::Present), true),
        ("phoneNumbers[value eq \"1\"]".to_owned(), number(Test::Equals(text("1"))), true),
        ("phoneNumbers[value eq \"1\" and type eq \"work\"]".to_owned(), number(Test::Equals(text("1"))), false),
        ("phoneNumbers[value.x eq \"1\"]".to_owned(), Predicate::All, false),
        (format!("title sw \"a{}\"", " ".repeat(600)), Predicate::All, false),
        (format!("nickName eq \"{}\"", "x".repeat(500)), Predicate::All, false),
    ] {
        let found = asked(&filter).unwrap();
        assert_eq!(
            (found.filter.simplified(), found.rest.is_none()),
            (wanted.clone().simplified(), is_exact),
            "{filter}"
        );
        let wire = scim::filter::parse(&filter, &Limits::default()).unwrap();
        let unknown = user_filter(Registry::default(), &wire, false).unwrap();
        assert!(unknown.rest.is_some() && !unknown.asks_values, "{filter}");
        let outdated = Predicate::Where(UserCondition::Outdated);
        let wider = if found.asks_values { Predicate::Or(vec![wanted, outdated]) } else { Predicate::All };
        assert_eq!(unknown.filter.simplified(), wider.simplified(), "{filter}");
    }
}

#[test]
fn the_advice_names_every_value() {
    let named: Vec<&str> = USER_ATTRIBUTES.split([',', ' ', '.']).collect();
    for attribute in UserValue::ALL {
        assert!(named.contains(&values::name(*attribute)), "{attribute:?} is missing in USER_ATTRIBUTES");
    }
}

#[test]
fn at_the_root_each_kind_has_its_own_attributes() {
    let root = |text: &str| {
        let filter = scim::filter::parse(text, &Limits::default()).unwrap();
        let (users, groups) = root_filter(Registry::default(), &filter, true).unwrap();
        assert!(users.rest.is_none() && groups.rest.is_none(), "{text}");
        (users.filter.simplified(), groups.filter.simplified())
    };
    for (text, users, groups) in [
        ("meta.resourceType eq \"User\"", Predicate::All, Predicate::NONE),
        ("meta.resourceType ne \"User\"", Predicate::NONE, Predicate::All),
        ("meta.resourceType eq \"user\" or meta.resourceType eq \"Group\"", Predicate::NONE, Predicate::All),
        ("meta.resourceType pr and not (meta.resourceType eq \"Group\")", Predicate::All, Predicate::NONE),
    ] {
        assert_eq!(root(text), (users, groups), "{text}");
    }
    let (users, groups) = root("userName ne \"ada\"");
    assert_eq!((users.is_none(), groups), (false, Predicate::All));
    let (users, groups) = root("emails[type eq \"work\"] or members pr");
    assert_eq!((users.is_none(), groups), (false, Predicate::Where(GroupCondition::HasMembers)));
    let filter = scim::filter::parse("nosuch pr", &Limits::default()).unwrap();
    let (users, groups) = root_filter(Registry::default(), &filter, true).unwrap();
    assert!(users.rest.is_some() && groups.rest.is_some());
}

/// As in a PATCH path, and as RFC 7643 §2.3.5 says.
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
    assert_eq!(users("id eq \"x\""), Ok(Predicate::Where(UserCondition::Id(None))));
}
