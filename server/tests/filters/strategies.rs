//! Filters of every supported kind, most of them with the right types.

use super::people;
use domain::query::UserValue;
use proptest::{prelude::*, sample::select};
use scim::{
    filter::{CompareOp, Filter, Literal},
    path::AttributePath,
    schema::{ENTERPRISE_URN, USER_URN},
};

/// The placeholder in a literal for an id or a time of the server; a number follows.
pub(super) const REFERENCE: [&str; 3] = ["user:", "group:", "time:"];

const USER_TEXTS: [&str; 10] = [
    "userName",
    "externalId",
    "displayName",
    "name.givenName",
    "name.familyName",
    "manager",
    "manager.value",
    "emails",
    "emails.value",
    "emails.type",
];

fn path(name: &str) -> AttributePath {
    AttributePath::parse(name).unwrap()
}

fn compare(names: Vec<String>, ops: Vec<CompareOp>, value: BoxedStrategy<Literal>) -> BoxedStrategy<Filter> {
    (select(names), select(ops), value).prop_map(|(name, op, value)| Filter::compare(path(&name), op, value)).boxed()
}

fn names(list: &[&str]) -> Vec<String> {
    list.iter().map(|&name| name.to_owned()).collect()
}

fn equality() -> Vec<CompareOp> {
    vec![CompareOp::Eq, CompareOp::Ne]
}

fn text() -> BoxedStrategy<Literal> {
    let number = prop_oneof![
        (-2..12_i64).prop_map(serde_json::Number::from),
        Just(1.0).prop_map(|n| serde_json::Number::from_f64(n).unwrap())
    ];
    prop_oneof![
        12 => people::text().prop_map(Literal::String),
        1 => number.prop_map(Literal::Number),
        1 => any::<bool>().prop_map(Literal::Bool),
        1 => Just(Literal::Null),
    ]
    .boxed()
}

fn boolean() -> BoxedStrategy<Literal> {
    let quoted = select(vec!["True", "false", "x"]).prop_map(|text| Literal::String(text.into()));
    prop_oneof![any::<bool>().prop_map(Literal::Bool), quoted].boxed()
}

fn kinds() -> BoxedStrategy<Literal> {
    select(vec!["User", "user", "Group"]).prop_map(|kind| Literal::String(kind.into())).boxed()
}

fn reference(name: &'static str) -> BoxedStrategy<Literal> {
    let known = (0..60_usize).prop_map(move |place| Literal::String(format!("{name}{place}")));
    prop_oneof![8 => known, 1 => people::text().prop_map(Literal::String)].boxed()
}

/// Moments around those at which users were created, written in several ways.
fn time() -> BoxedStrategy<Literal> {
    let end = select(vec!["Z", "0Z", "9Z", "000+00:00", "1-01:00", "z"]);
    let known = (0..60_usize, end).prop_map(|(place, end)| Literal::String(format!("time:{place}{end}")));
    let other = select(vec!["2000-01-01T00:00:00Z", "9999-12-31T23:59:59.999Z", "1969-12-31T23:59:59.9999Z", "today"]);
    prop_oneof![6 => known, 1 => other.prop_map(|text| Literal::String(text.into()))].boxed()
}

fn present(names: Vec<String>) -> BoxedStrategy<Filter> {
    select(names).prop_map(|name| Filter::Present(path(&name))).boxed()
}

/// `and`, `or` and `not` over these, a few levels deep.
fn combined(leaf: BoxedStrategy<Filter>) -> BoxedStrategy<Filter> {
    leaf.prop_recursive(3, 8, 2, |inner| {
        let pair = (inner.clone(), inner.clone()).prop_map(|(left, right)| (Box::new(left), Box::new(right)));
        prop_oneof![
            pair.clone().prop_map(|(left, right)| Filter::And(left, right)),
            pair.prop_map(|(left, right)| Filter::Or(left, right)),
            inner.prop_map(|inner| Filter::Not(Box::new(inner))),
        ]
    })
    .boxed()
}

fn email() -> BoxedStrategy<Filter> {
    let kinds = prop_oneof![select(vec!["work", "WORK", "home"]).prop_map(|kind| Literal::String(kind.into())), text()];
    let leaf = prop_oneof![
        3 => compare(names(&["value"]), CompareOp::ALL.into(), text()),
        3 => compare(names(&["type"]), CompareOp::ALL.into(), kinds.boxed()),
        2 => compare(names(&["primary"]), equality(), boolean()),
        1 => present(names(&["value", "type", "primary"])),
    ];
    let path = path("emails");
    combined(leaf.boxed())
        .prop_map(move |filter| Filter::ValuePath { path: path.clone(), filter: Box::new(filter) })
        .boxed()
}

fn phone() -> BoxedStrategy<Filter> {
    let kinds = select(vec!["work", "MOBILE"]).prop_map(|kind| Literal::String(kind.into()));
    let leaf = prop_oneof![
        3 => compare(names(&["value"]), CompareOp::ALL.into(), text()),
        1 => compare(names(&["type"]), equality(), kinds.boxed()),
        1 => present(names(&["value", "type"])),
    ];
    let path = path("phoneNumbers");
    combined(leaf.boxed())
        .prop_map(move |filter| Filter::ValuePath { path: path.clone(), filter: Box::new(filter) })
        .boxed()
}

/// Texts as long as the stored part of a title, and longer.
fn long() -> BoxedStrategy<Literal> {
    (people::text(), 495..505_usize).prop_map(|(end, long)| Literal::String("É".repeat(long) + &end)).boxed()
}

/// Filters by attributes that have no column of their own.
fn further() -> BoxedStrategy<Filter> {
    let mut values: Vec<String> = UserValue::ALL.iter().copied().map(people::path).collect();
    values.push("phoneNumbers".into());
    let loose =
        names(&["locale", "tags", "level", "remote", "emails.display", "groups.display", "x.y", "name", "schemas"]);
    let mut all = values.clone();
    all.extend(loose.clone());
    prop_oneof![
        6 => compare(values, CompareOp::ALL.into(), text()),
        3 => compare(loose, CompareOp::ALL.into(), text()),
        1 => compare(names(&["title"]), CompareOp::ALL.into(), long()),
        3 => phone(),
        1 => compare(names(&["groups", "groups.value"]), equality(), reference("group:")),
        2 => present(all),
    ]
    .boxed()
}

/// Filters of users.
pub(super) fn of_users() -> BoxedStrategy<Filter> {
    let number = format!("{ENTERPRISE_URN}:employeeNumber");
    let mut texts = names(&USER_TEXTS);
    texts.extend([number.clone(), format!("{USER_URN}:userName")]);
    let mut all = names(&USER_TEXTS);
    all.extend([number, "active".into(), "emails.primary".into(), "meta.created".into(), "id".into(), "title".into()]);
    let leaf = prop_oneof![
        10 => compare(texts, CompareOp::ALL.into(), text()),
        10 => further(),
        4 => email(),
        2 => compare(names(&["active", "emails.primary"]), equality(), boolean()),
        1 => compare(names(&["active", "nickName", "meta.resourceType"]), CompareOp::ALL.into(), text()),
        1 => compare(names(&["id"]), equality(), reference("user:")),
        1 => compare(names(&["groups", "groups.value"]), vec![CompareOp::Eq], reference("group:")),
        2 => compare(names(&["meta.created", "meta.lastModified"]), CompareOp::ALL.into(), time()),
        1 => compare(names(&["meta.resourceType"]), equality(), kinds()),
        2 => present(all),
    ];
    combined(leaf.boxed())
}

/// Filters of groups.
pub(super) fn of_groups() -> BoxedStrategy<Filter> {
    let member = compare(names(&["value"]), equality(), reference("user:"));
    let member = member.prop_map(|filter| Filter::ValuePath { path: path("members"), filter: Box::new(filter) });
    let leaf = prop_oneof![
        8 => compare(names(&["displayName", "externalId"]), CompareOp::ALL.into(), text()),
        1 => compare(names(&["id"]), equality(), reference("group:")),
        3 => compare(names(&["members", "members.value"]), equality(), reference("user:")),
        2 => compare(names(&["tags", "x.y"]), CompareOp::ALL.into(), text()),
        2 => member,
        2 => compare(names(&["meta.created", "meta.lastModified"]), CompareOp::ALL.into(), time()),
        1 => compare(names(&["meta.resourceType"]), equality(), kinds()),
        2 => present(names(&["id", "displayName", "externalId", "members", "meta.created"])),
    ];
    combined(leaf.boxed())
}
