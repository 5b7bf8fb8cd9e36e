//! Bodies of PATCH requests, valid, almost valid and junk: each accepted body changes what a small model predicts, and
//! each refused one leaves the user unchanged, to the byte.
//!
//! `PROPTEST_CASES` sets how many bodies are tried on each database.

use crate::support::{TestApp, Value, json};
use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use proptest::{
    collection::vec,
    prelude::*,
    sample::select,
    strategy::ValueTree,
    test_runner::{RngSeed, TestRunner},
};
use std::collections::BTreeMap;

on_both!(each_body_does_what_the_model_says_or_nothing);

/// The model of a user: texts by path, tags, and numbers by type, each in their order.
#[derive(Clone, Debug, Default, PartialEq)]
struct Person {
    texts: BTreeMap<&'static str, String>,
    is_active: bool,
    tags: Vec<String>,
    phones: Vec<(&'static str, String)>,
}

/// The effect of an operation.
#[derive(Clone, Debug)]
enum Effect {
    Texts(Vec<(&'static str, Option<String>)>),
    Active(bool),
    AddTags(Vec<String>),
    Tags(Vec<String>),
    NoTag(String),
    Phone(&'static str, Option<String>),
    Nothing,
    Refused,
}

const TEXTS: [&str; 4] =
    ["title", "nickName", "name.givenName", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department"];

impl Person {
    /// The user after these effects; `None` if one of them is a refusal.
    fn after(&self, effects: &[Effect]) -> Option<Self> {
        let mut person = self.clone();
        for effect in effects {
            match effect {
                Effect::Texts(texts) => {
                    for (path, text) in texts {
                        person.texts.remove(path);
                        person.texts.extend(text.iter().map(|text| (*path, text.clone())));
                    }
                }
                Effect::Active(is) => person.is_active = *is,
                Effect::AddTags(tags) => {
                    let new: Vec<_> = tags.iter().filter(|tag| !person.tags.contains(tag)).cloned().collect();
                    person.tags.extend(new);
                }
                Effect::Tags(tags) => person.tags.clone_from(tags),
                Effect::NoTag(tag) => person.tags.retain(|one| one != tag),
                Effect::Phone(kind, None) => person.phones.retain(|phone| phone.0 != *kind),
                Effect::Phone(kind, Some(number)) => match person.phones.iter_mut().find(|phone| phone.0 == *kind) {
                    Some(phone) => phone.1.clone_from(number),
                    None => person.phones.push((kind, number.clone())),
                },
                Effect::Nothing => {}
                Effect::Refused => return None,
            }
        }
        Some(person)
    }

    /// The same, read from a resource.
    fn read(user: &Value) -> Self {
        let at = |path: &str| match path.strip_prefix("urn:") {
            Some(_) => user[path.rsplit_once(':').unwrap().0][path.rsplit_once(':').unwrap().1].clone(),
            None => path.split('.').fold(user.clone(), |value, part| value[part].clone()),
        };
        let texts = TEXTS.iter().filter_map(|path| Some((*path, at(path).as_str()?.to_owned()))).collect();
        let list = |name: &str| user[name].as_array().cloned().unwrap_or_default();
        let tags = list("tags").iter().map(|tag| tag.as_str().unwrap().to_owned()).collect();
        let kinds = ["work", "mobile"];
        let phone = |phone: &Value| {
            let kind = kinds.into_iter().find(|kind| phone["type"] == *kind)?;
            Some((kind, phone["value"].as_str()?.to_owned()))
        };
        let phones = list("phoneNumbers").iter().filter_map(phone).collect();
        Self { texts, is_active: user["active"].as_bool().unwrap(), tags, phones }
    }
}

fn text() -> impl Strategy<Value = String> {
    select(vec!["a", "B", "Ärzte", "x y", "\"quoted\"", "5", "true"]).prop_map(str::to_owned)
}

fn tags() -> impl Strategy<Value = Vec<String>> {
    proptest::sample::subsequence(vec!["red", "green", "blue"], 1..=3)
        .prop_map(|tags| tags.into_iter().map(str::to_owned).collect())
}

/// An operation that succeeds, as directories write it.
fn valid() -> BoxedStrategy<(Value, Effect)> {
    let write = || select(vec!["add", "replace", "Add", "REPLACE"]);
    let remove = || select(vec!["remove", "Remove"]);
    let path = || select(TEXTS.to_vec());
    let kind = || select(vec!["work", "mobile"]);
    prop_oneof![
        (write(), path(), text()).prop_map(|(op, path, text)| {
            (json!({"op": op, "path": path, "value": text}), Effect::Texts(vec![(path, Some(text))]))
        }),
        (remove(), path()).prop_map(|(op, path)| (json!({"op": op, "path": path}), Effect::Texts(vec![(path, None)]))),
        path().prop_map(|path| {
            (json!({"op": "replace", "path": path, "value": null}), Effect::Texts(vec![(path, None)]))
        }),
        (write(), text(), text()).prop_map(|(op, title, given)| {
            let value = json!({"title": title, "name.givenName": given});
            (
                json!({"op": op, "value": value}),
                Effect::Texts(vec![("title", Some(title)), ("name.givenName", Some(given))]),
            )
        }),
        (write(), any::<bool>(), any::<bool>()).prop_map(|(op, is, as_text)| {
            let value = if as_text { json!(if is { "True" } else { "false" }) } else { json!(is) };
            (json!({"op": op, "path": "ACTIVE", "value": value}), Effect::Active(is))
        }),
        tags().prop_map(|tags| (json!({"op": "add", "path": "tags", "value": tags}), Effect::AddTags(tags))),
        tags().prop_map(|tags| (json!({"op": "replace", "path": "tags", "value": tags}), Effect::Tags(tags))),
        (remove(), any::<bool>()).prop_map(|(op, _)| (json!({"op": op, "path": "tags"}), Effect::Tags(Vec::new()))),
        select(vec!["red", "green", "blue"]).prop_map(|tag| {
            let path = format!("tags[value eq \"{tag}\"]");
            (json!({"op": "remove", "path": path}), Effect::NoTag(tag.to_owned()))
        }),
        (write(), kind(), text()).prop_map(|(op, kind, number)| {
            let path = format!("phoneNumbers[type eq \"{kind}\"].value");
            (json!({"op": op, "path": path, "value": number}), Effect::Phone(kind, Some(number)))
        }),
        (remove(), kind()).prop_map(|(op, kind)| {
            (json!({"op": op, "path": format!("phoneNumbers[type eq \"{kind}\"]")}), Effect::Phone(kind, None))
        }),
        // Attributes that belong to the server are ignored, wherever they appear.
        select(vec![
            json!({"op": "replace", "path": "id", "value": "x"}),
            json!({"op": "add", "path": "meta.version", "value": "x"}),
            json!({"op": "replace", "value": {"groups": [{"value": "x"}]}}),
            json!({"op": "replace", "path": "password", "value": "x"}),
        ])
        .prop_map(|operation| (operation, Effect::Nothing)),
    ]
    .boxed()
}

/// An operation that looks valid and is not.
fn nearly() -> BoxedStrategy<(Value, Effect)> {
    select(vec![
        json!({"op": "frobnicate", "path": "title", "value": "x"}),
        json!({"op": 1, "path": "title", "value": "x"}),
        json!({"op": "add", "OP": "remove", "path": "title", "value": "x"}),
        json!({"op": "add", "path": "a b", "value": "x"}),
        json!({"op": "add", "path": "title[", "value": "x"}),
        json!({"op": "add", "path": 5, "value": "x"}),
        json!({"op": "replace", "path": "emails[type zz \"a\"].value", "value": "x"}),
        json!({"op": "remove", "path": "emails[primary gt true]"}),
        json!({"op": "replace", "path": "phoneNumbers[value eq \"no such\"].value", "value": "x"}),
        json!({"op": "add", "path": "urn:ietf:params:scim:schemas:core:2.0:Group:displayName", "value": "x"}),
        json!({"op": "replace", "path": "active", "value": {"value": {}}}),
        json!({"op": "replace", "path": "active", "value": "perhaps"}),
        json!({"op": "replace", "path": "userName", "value": null}),
        json!({"op": "replace", "path": "userName", "value": "  "}),
        json!({"op": "remove", "path": "userName"}),
        json!({"op": "remove"}),
        json!({"op": "add"}),
        json!({"op": "add", "value": "x"}),
        json!({"op": "replace", "path": "title", "value": {"a": {"b": 1}}}),
        json!({"op": "remove", "path": "id"}),
        json!({"op": "add", "value": {"title": "x", "TITLE": "y"}}),
        json!({"op": "add", "value": {"a b": 1}}),
        json!("add"),
        json!(null),
    ])
    .prop_map(|operation| (operation, Effect::Refused))
    .boxed()
}

/// A body, and its effect.
fn body() -> BoxedStrategy<(String, Vec<Effect>)> {
    let operation = prop_oneof![12 => valid(), 1 => nearly()];
    let operations = (vec(operation, 1..5), select(vec!["Operations", "operations", "OPERATIONS"]), any::<bool>());
    let whole = operations.prop_map(|(operations, name, with_schemas)| {
        let (sent, effects): (Vec<_>, Vec<_>) = operations.into_iter().unzip();
        let mut body = json!({name: sent, "unknown": 1});
        if with_schemas {
            body["schemas"] = json!(["urn:ietf:params:scim:api:messages:2.0:PatchOp"]);
        }
        (body.to_string(), effects)
    });
    let junk = select(vec![
        "",
        "null",
        "[]",
        "\"Operations\"",
        "{\"title\":\"x\"}",
        "{\"Operations\":{}}",
        "{\"Operations\":\"[]\"}",
        "{\"Operations\":null,\"title\":\"x\"}",
        "{\"Operations\":[],\"title\":\"x\"}",
        "{\"schemas\":[],\"value\":{\"title\":\"x\"}}",
        "{\"Operations\":[],\"operations\":[]}",
        "{\"Operation\":[{\"op\":\"add\",\"path\":\"title\",\"value\":\"x\"}]}",
        "\u{feff}\u{0}",
    ]);
    let cut = (valid(), 1..40_usize).prop_map(|((operation, _), end)| {
        let text = json!({"Operations": [operation]}).to_string();
        let end = (0..=text.len().saturating_sub(end)).rev().find(|end| text.is_char_boundary(*end)).unwrap();
        text[..end].to_owned()
    });
    prop_oneof![
        20 => whole,
        1 => junk.prop_map(|text| (text.to_owned(), vec![Effect::Refused])),
        1 => select(vec!["{}", "{\"Operations\":null}", "{\"operations\":[],\"schemas\":[]}"])
            .prop_map(|text| (text.to_owned(), vec![Effect::Nothing])),
        1 => cut.prop_map(|text| (text, vec![Effect::Refused])),
    ]
    .boxed()
}

/// Sends bodies one after the other to one user.
async fn each_body_does_what_the_model_says_or_nothing(app: TestApp) {
    let path = format!("/Users/{}", app.user("ada").await);
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    let seeded = matches!(config.rng_seed, RngSeed::Fixed(_));
    let rng_seed = if seeded { config.rng_seed } else { RngSeed::Fixed(7644) };
    let mut runner = TestRunner::new(ProptestConfig { rng_seed, ..config });
    let (mut taken, mut refused) = (0, 0);
    for _ in 0..runner.config().cases {
        let (body, effects) = body().new_tree(&mut runner).unwrap().current();
        let before = app.get(&path).await.expect(StatusCode::OK).text;
        let known = Person::read(&serde_json::from_str(&before).unwrap());
        let request =
            Request::patch(format!("/scim/v2{path}")).header(header::AUTHORIZATION, format!("Bearer {}", app.token));
        let answer = app.send(request.body(Body::from(body.clone())).unwrap()).await;
        let after = app.get(&path).await.expect(StatusCode::OK).text;
        let Some(wanted) = known.after(&effects) else {
            assert!(answer.status.is_client_error(), "{body}: {} {}", answer.status, answer.text);
            assert_eq!(after, before, "{body} was refused");
            refused += 1;
            continue;
        };
        assert!(answer.status.is_success(), "{body}: {} {}", answer.status, answer.text);
        assert_eq!(Person::read(&serde_json::from_str(&after).unwrap()), wanted, "{body} on {before}");
        if wanted == known {
            assert_eq!(after, before, "{body} changes nothing");
        }
        taken += 1;
    }
    assert!(taken > refused && refused > 0, "{taken} were taken and {refused} refused");
}
