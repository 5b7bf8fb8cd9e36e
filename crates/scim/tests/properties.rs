//! Properties that hold for any input.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use proptest::prelude::*;
use scim::Limits;
use scim::filter::{CompareOp, Filter, Literal, parse};
use scim::patch::{PatchRequest, apply, normalise, split_members};
use scim::path::{AttributePath, PatchPath};
use scim::resource::{self, Meta, Projection, render};
use scim::schema::{ENTERPRISE_URN, GROUP, USER, USER_URN};
use serde_json::{Map, Value, json};

fn name() -> impl Strategy<Value = String> {
    prop_oneof!["[a-zA-Z$_][a-zA-Z0-9_-]{0,6}", Just("and".to_owned()), Just("not".to_owned()), Just("pr".to_owned())]
}

fn attribute_path() -> impl Strategy<Value = AttributePath> {
    let schema = prop_oneof![
        Just(None),
        Just(Some(USER_URN.to_owned())),
        Just(Some(ENTERPRISE_URN.to_owned())),
        "urn:[a-z]{1,5}(:[a-z0-9.]{1,4}){0,3}".prop_map(Some)
    ];
    (schema, name(), proptest::option::of(name())).prop_map(|(schema, attribute, sub_attribute)| AttributePath {
        schema,
        attribute,
        sub_attribute,
    })
}

fn literal() -> impl Strategy<Value = Literal> {
    prop_oneof![
        "[^\u{0}]{0,12}".prop_map(Literal::String),
        any::<i64>().prop_map(|number| Literal::Number(number.into())),
        any::<i32>().prop_map(|n| Literal::Number(serde_json::Number::from_f64(f64::from(n) / 8.0).unwrap())),
        any::<bool>().prop_map(Literal::Bool),
        Just(Literal::Null),
    ]
}

fn leaf() -> impl Strategy<Value = Filter> {
    let compare = (attribute_path(), prop::sample::select(&CompareOp::ALL[..]), literal())
        .prop_map(|(path, op, value)| Filter::compare(path, op, value));
    prop_oneof![compare, attribute_path().prop_map(Filter::Present)]
}

fn combined(inner: BoxedStrategy<Filter>) -> impl Strategy<Value = Filter> {
    inner.prop_recursive(5, 32, 2, |inner| {
        let pair = (inner.clone(), inner.clone()).prop_map(|(a, b)| (Box::new(a), Box::new(b)));
        prop_oneof![
            pair.clone().prop_map(|(a, b)| Filter::And(a, b)),
            pair.prop_map(|(a, b)| Filter::Or(a, b)),
            inner.prop_map(|inner| Filter::Not(Box::new(inner)))
        ]
    })
}

fn filter() -> impl Strategy<Value = Filter> {
    let value_path = (attribute_path(), combined(leaf().boxed())).prop_map(|(path, filter)| Filter::ValuePath {
        path: AttributePath { sub_attribute: None, ..path },
        filter: Box::new(filter),
    });
    combined(prop_oneof![3 => leaf(), 1 => value_path].boxed())
}

fn key() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "userName",
        "active",
        "name",
        "name.givenName",
        "emails",
        "emails.value",
        "emails[type eq \"work\"].value",
        "title",
        "emails[type eq \"work\"]",
        "roles[primary eq \"True\"].display",
        "manager",
        "manager.value",
        "members",
        "id",
        "groups",
        "members[value eq \"a\"]",
        "displayName",
        "externalId",
        "password",
        "value",
        "type",
        "primary",
        "USERNAME",
        "x",
        "x.y",
        "x[y eq 1].z",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager",
        "urn:ietf:params:scim:schemas:core:2.0:User",
        "urn:x:2.0:User",
        "urn:x:2.0:User:badge",
        "urn:x:y",
        "urn:x",
        "",
        " a",
        "emails[type pr or a eq 1]",
        "meta.version",
    ]);
    prop_oneof![8 => known.prop_map(str::to_owned), 1 => "\\PC{0,8}", 1 => attribute_path().prop_map(|path| path.to_string())]
}

fn value() -> impl Strategy<Value = Value> {
    let text = prop::sample::select(vec!["", "True", "false", "work", "home", "a", "b"]);
    let leaf = prop_oneof![
        text.prop_map(Value::from),
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from)
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            prop::collection::vec((key(), inner), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn body() -> impl Strategy<Value = Map<String, Value>> {
    prop::collection::vec((key(), value()), 0..6).prop_map(|members| {
        let mut body = Map::from_iter(members);
        body.entry("userName").or_insert_with(|| json!("ada"));
        body
    })
}

fn operations() -> impl Strategy<Value = Vec<Value>> {
    let op = prop::sample::select(vec!["add", "Replace", "remove"]);
    let operation = (op, proptest::option::of(key()), proptest::option::of(value())).prop_map(|(op, path, value)| {
        let mut operation = json!({"op": op});
        path.into_iter().for_each(|path| operation["path"] = json!(path));
        value.into_iter().for_each(|value| operation["value"] = value);
        operation
    });
    prop::collection::vec(operation, 0..4)
}

/// Operations that fit the schema, so that most of them apply.
fn fitting_operations() -> impl Strategy<Value = Vec<Value>> {
    let text =
        || prop::sample::select(vec![json!("a"), json!("b"), json!("work"), json!(""), json!(null), json!(["c"])]);
    let flag = prop::sample::select(vec![json!("True"), json!("False"), json!(true), json!(false), json!(null)]);
    let email = (text(), text(), flag.clone())
        .prop_map(|(value, kind, primary)| json!({"value": value, "type": kind, "primary": primary}));
    let emails = prop::collection::vec(email.clone(), 0..4).prop_map(Value::Array);
    let names = |names: Vec<&'static str>| prop::sample::select(names).prop_map(str::to_owned);
    let target = prop_oneof![
        (
            names(vec![
                "title",
                "name.givenName",
                "emails[type eq \"work\"].value",
                "emails[value eq a].display",
                "emails.value",
                "manager",
                "manager.value",
                "roles[primary eq \"True\"].value",
                "x",
                "x.y",
                "x[y eq 1].z",
                "urn:x:2.0:User:badge",
            ]),
            text()
        ),
        (names(vec!["active", "emails[type eq \"work\"].primary", "emails.primary"]), flag),
        (names(vec!["emails[type eq \"work\"]", "emails[primary eq true]", "name", "urn:x:2.0:User"]), email),
        (names(vec!["emails", "roles", "phoneNumbers", "x"]), emails),
    ];
    let op = prop::sample::select(vec!["add", "add", "Replace", "remove"]);
    let operation = (op, target, any::<bool>()).prop_map(|(op, (path, value), with_path)| {
        if with_path {
            json!({"op": op, "path": path, "value": value})
        } else {
            json!({"op": op, "value": {path: value}})
        }
    });
    prop::collection::vec(operation, 1..8)
}

fn request(operations: Vec<Value>) -> PatchRequest {
    PatchRequest::parse(Map::from_iter([("Operations".to_owned(), Value::Array(operations))]), &Limits::default())
        .unwrap()
}

proptest! {
    #![proptest_config(support::config())]

    #[test]
    fn a_printed_filter_parses_to_itself(filter in filter()) {
        let text = filter.to_string();
        let limits = Limits { filter_length: usize::MAX, ..Limits::default() };
        prop_assert_eq!(parse(&text, &limits), Ok(filter), "{}", text);
    }

    #[test]
    fn a_printed_path_parses_to_itself(path in attribute_path(), filter in proptest::option::of(combined(leaf().boxed()))) {
        prop_assert_eq!(AttributePath::parse(&path.to_string()), Ok(path.clone()));
        let path = PatchPath { path, filter };
        prop_assert_eq!(PatchPath::parse(&path.to_string(), &Limits::default()), Ok(path));
    }

    #[test]
    fn reading_never_panics(text in "[a-z.:\\[\\]()\"\\\\ é0]{0,40}", bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        let limits = Limits::default();
        let _ = parse(&text, &limits);
        let _ = PatchPath::parse(&text, &limits);
        let _ = Projection::parse(Some(&text), Some(&text), &USER);
        let _ = scim::json::parse_object(&bytes, &limits);
    }

    #[test]
    fn a_normal_document_stays_as_it_is(body in body()) {
        if let Ok(document) = resource::normalise(&USER, body) {
            prop_assert_eq!(resource::normalise(&USER, document.clone()), Ok(document.clone()));
            prop_assert_eq!(apply(&USER, &[], &document), Ok(document));
        }
    }

    #[test]
    fn what_a_patch_gives_is_a_normal_document(
        fitting in fitting_operations(), wild in prop_oneof![2 => Just(vec![]), 1 => operations()]
    ) {
        let document = Map::from_iter([("userName".to_owned(), json!("ada"))]);
        let Ok(operations) = normalise(&USER, &request([fitting, wild].concat())) else {
            return Ok(());
        };
        if let Ok(patched) = apply(&USER, &operations, &document) {
            let emails = patched.get("emails").and_then(Value::as_array).cloned().unwrap_or_default();
            prop_assert!(emails.iter().filter(|email| email["primary"] == true).count() <= 1);
            prop_assert_eq!(resource::normalise(&USER, patched.clone()), Ok(patched));
        }
    }

    #[test]
    fn no_input_makes_patch_panic(document in body(), operations in operations(), filter in filter()) {
        for resource_type in [&USER, &GROUP] {
            if let Ok(operations) = normalise(resource_type, &request(operations.clone())) {
                let _ = apply(resource_type, &operations, &document);
                let _ = split_members(operations);
            }
            let _ = filter.matches(&document, resource_type);
            let meta = || "x".to_owned();
            let meta = Meta { id: meta(), created: meta(), last_modified: meta(), version: meta(), location: meta() };
            let body = render(resource_type, document.clone(), meta, vec![], &Projection::all());
            prop_assert_eq!(&body["id"], &json!("x"));
            prop_assert!(resource_type.name != "User" || !body.contains_key("password"));
        }
    }

    #[test]
    fn a_user_is_found_by_exactly_its_own_name(name in "[^\u{0}]{1,12}", other in "[^\u{0}]{1,12}") {
        let path = AttributePath::parse("userName").unwrap();
        let text = Filter::compare(path, CompareOp::Eq, Literal::String(name.clone())).to_string();
        let filter = parse(&text, &Limits::default()).unwrap();
        let user = |name: &str| Map::from_iter([("userName".to_owned(), json!(name))]);
        prop_assert!(filter.matches(&user(&name), &USER));
        prop_assert_eq!(filter.matches(&user(&other), &USER), name.to_lowercase() == other.to_lowercase());
    }
}
