//! RFC 7643 §7 and RFC 7644 §3.9: which attributes a response has.

use scim::Limits;
use scim::patch::{PatchRequest, normalise};
use scim::resource::{Meta, Projection, render};
use scim::schema::Registry;
use serde_json::{Value, json};

use super::{BADGES, object, path, with};

fn types() -> Registry {
    with(json!([{"name": "badge", "returned": "always"}, {"name": "note"}, {"name": "size", "returned": "request"},
        {"name": "hash", "returned": "never"},
        {"name": "desk", "type": "complex", "subAttributes": [{"name": "floor", "returned": "always"}, {"name": "seat"},
            {"name": "wing", "returned": "request"}, {"name": "key", "returned": "never"}]},
        {"name": "keys", "type": "complex", "multiValued": true, "returned": "request",
            "subAttributes": [{"name": "value"}, {"name": "door", "returned": "request"}]}]))
}

fn meta() -> Meta {
    let x = || "x".to_owned();
    Meta { id: x(), created: x(), last_modified: x(), version: x(), location: x() }
}

/// The extension in a response.
fn returned(attributes: Option<&str>, excluded: Option<&str>) -> Value {
    let document = json!({"userName": "ada", BADGES: {"badge": "7", "note": "n", "size": "s", "hash": "h", "own": 1,
        "desk": {"floor": "2", "seat": "1", "wing": "w", "key": "k", "own": 2},
        "keys": [{"value": "a", "door": "d"}, {"door": "e"}]}});
    let projection = Projection::parse(attributes, excluded, types().user).unwrap();
    let mut body = render(types().user, object(document), meta(), vec![], &projection);
    assert_eq!(body["schemas"][1], BADGES);
    body.shift_remove(BADGES).unwrap_or_default()
}

#[test]
fn by_default() {
    let expected = json!({"badge": "7", "note": "n", "own": 1, "desk": {"floor": "2", "seat": "1", "own": 2}});
    assert_eq!(returned(None, None), expected);
}

#[test]
fn attributes_name_what_is_returned_besides_what_always_is() {
    for (attributes, expected) in [
        ("userName".to_owned(), json!({"badge": "7"})),
        (path("note"), json!({"badge": "7", "note": "n"})),
        (path("size"), json!({"badge": "7", "size": "s"})),
        (path("hash"), json!({"badge": "7"})),
        (path("own"), json!({"badge": "7", "own": 1})),
        (path("desk"), json!({"badge": "7", "desk": {"floor": "2", "seat": "1", "own": 2}})),
        (path("desk.seat"), json!({"badge": "7", "desk": {"floor": "2", "seat": "1"}})),
        (path("desk.WING"), json!({"badge": "7", "desk": {"floor": "2", "wing": "w"}})),
        (path("desk.key"), json!({"badge": "7", "desk": {"floor": "2"}})),
        (
            format!("{},{}", path("desk"), path("desk.wing")),
            json!({"badge": "7", "desk": {"floor": "2", "seat": "1", "wing": "w", "own": 2}}),
        ),
        (path("keys"), json!({"badge": "7", "keys": [{"value": "a"}]})),
        (path("keys.door"), json!({"badge": "7", "keys": [{"door": "d"}, {"door": "e"}]})),
        (
            BADGES.to_uppercase(),
            json!({"badge": "7", "note": "n", "own": 1, "desk": {"floor": "2", "seat": "1", "own": 2}}),
        ),
        (
            format!("{BADGES},{}", path("desk.wing")),
            json!({"badge": "7", "note": "n", "own": 1, "desk": {"floor": "2", "seat": "1", "wing": "w", "own": 2}}),
        ),
    ] {
        assert_eq!(returned(Some(&attributes), None), expected, "{attributes}");
    }
}

#[test]
fn excluded_attributes_are_left_out_but_for_what_always_is_returned() {
    for (excluded, expected) in [
        (BADGES.to_owned(), json!({"badge": "7"})),
        (path("badge"), json!({"badge": "7", "note": "n", "own": 1, "desk": {"floor": "2", "seat": "1", "own": 2}})),
        (path("desk"), json!({"badge": "7", "note": "n", "own": 1})),
        (
            format!("{},{}", path("desk.floor"), path("desk.seat")),
            json!({"badge": "7", "note": "n", "own": 1, "desk": {"floor": "2", "own": 2}}),
        ),
    ] {
        assert_eq!(returned(None, Some(&excluded)), expected, "{excluded}");
    }
    let both = returned(Some(&format!("{},{}", path("size"), path("note"))), Some(&path("size")));
    assert_eq!(both, json!({"badge": "7", "note": "n"}));
    let both = returned(Some(&path("desk.wing,x")), Some(&path("desk.wing")));
    assert_eq!(both, json!({"badge": "7", "desk": {"floor": "2"}}));
}

#[test]
fn the_server_reads_what_is_wanted() {
    let wants = |only, except, name| Projection::parse(only, except, types().user).unwrap().wants(name);
    assert!(wants(None, None, "groups") && wants(Some("groups"), None, "groups"));
    assert!(wants(Some("groups.value"), None, "groups") && wants(None, Some("groups.value"), "groups"));
    assert!(!wants(Some("userName"), None, "groups") && !wants(None, Some("groups"), "groups"));
    assert!(!wants(None, Some("urn:ietf:params:scim:schemas:core:2.0:User"), "groups"));
    assert!(wants(Some("urn:ietf:params:scim:schemas:core:2.0:User"), None, "groups"));
    assert!(wants(Some("userName"), Some("id"), "ID") && !wants(None, Some("meta"), "meta"));
    assert!(!wants(Some(BADGES), None, "groups"));
}

#[test]
fn extensions_that_nobody_declared_are_chosen_too() {
    let other = "urn:example:other:1.0:User";
    let document = json!({"userName": "ada", other: {"a": {"b": 1, "c": 2}, "d": [{"e": 1}, {"f": 2}]}});
    let chosen = |only: Option<&str>, except: Option<&str>| {
        let projection = Projection::parse(only, except, types().user).unwrap();
        render(types().user, object(document.clone()), meta(), vec![], &projection)
            .shift_remove(other)
            .unwrap_or_default()
    };
    let whole = document[other].clone();
    assert_eq!(chosen(None, None), whole);
    assert_eq!(chosen(Some(other), None), whole);
    assert_eq!(chosen(Some(&format!("{other}:A.B")), None), json!({"a": {"b": 1}}));
    assert_eq!(chosen(Some(&format!("{other}:d.e")), None), json!({"d": [{"e": 1}]}));
    assert_eq!(chosen(Some("userName"), None), Value::Null);
    assert_eq!(chosen(None, Some(other)), Value::Null);
    assert_eq!(chosen(None, Some(&format!("{other}:a"))), json!({"d": [{"e": 1}, {"f": 2}]}));
    assert_eq!(chosen(None, Some("urn:example:others:1.0:User,a,d")), whole);
}

#[test]
fn what_the_server_adds_takes_precedence() {
    let document = json!({"displayName": "G", "id": "other", "meta": {"version": "9"}, "members": [{"value": "old"}]});
    let added = vec![("members", json!([{"value": "new"}]))];
    let body = render(types().group, object(document), meta(), added, &Projection::all());
    assert_eq!(body["members"], json!([{"value": "new"}]));
    assert_eq!((&body["id"], &body["meta"]["version"]), (&json!("x"), &json!("x")));
}

#[test]
fn a_list_has_two_hundred_names_at_most() {
    let parse = |count: usize| Projection::parse(Some(&"a,".repeat(count)), None, types().user);
    assert!(parse(200).is_ok());
    assert_eq!(parse(201).unwrap_err().detail, "A list of attributes may hold at most 200 names.");
    let excluded = Projection::parse(None, Some(&"a,".repeat(201)), types().user);
    assert_eq!(excluded.unwrap_err().status, 400);
}

/// The extension in an answer, after this was written.
fn answered(projection: Projection) -> Value {
    let document = json!({"userName": "ada", BADGES: {"size": "s", "desk": {"seat": "1", "wing": "w"},
        "keys": [{"value": "a", "door": "d"}]}});
    let mut body = render(types().user, object(document), meta(), vec![], &projection);
    body.shift_remove(BADGES).unwrap_or_default()
}

#[test]
fn what_a_put_has_written_counts_as_asked_for() {
    let written = |extension: Value, only: Option<&str>, except: Option<&str>| {
        let document = json!({"userName": "ada", BADGES: extension});
        let projection = Projection::parse(only, except, types().user).unwrap();
        answered(projection.with_document(types().user, &object(document)))
    };
    let seat = json!({"seat": "1"});
    for (extension, expected) in [
        (json!({}), json!({"desk": seat})),
        (json!({"note": "n"}), json!({"desk": seat})),
        (json!({"size": "s"}), json!({"size": "s", "desk": seat})),
        (json!({"desk": {"seat": "1"}}), json!({"desk": seat})),
        (json!({"desk": {"wing": "w"}}), json!({"desk": {"seat": "1", "wing": "w"}})),
        (json!({"keys": [{"value": "a"}]}), json!({"desk": seat, "keys": [{"value": "a"}]})),
        (
            json!({"keys": [{"value": "a"}, {"door": "d"}]}),
            json!({"desk": seat, "keys": [{"value": "a", "door": "d"}]}),
        ),
    ] {
        assert_eq!(written(extension.clone(), None, None), expected, "{extension}");
    }
    assert_eq!(written(json!({"size": "s"}), Some("userName"), None), Value::Null);
    assert_eq!(written(json!({"size": "s"}), None, Some(&path("size"))), json!({"desk": seat}));
}

#[test]
fn what_a_patch_has_written_counts_as_asked_for() {
    let seat = json!({"seat": "1"});
    for (operation, expected) in [
        (json!({"op": "add", "path": "title", "value": "x"}), json!({"desk": seat})),
        (json!({"op": "add", "path": path("size"), "value": "s"}), json!({"size": "s", "desk": seat})),
        (json!({"op": "add", "path": path("desk.wing"), "value": "w"}), json!({"desk": {"seat": "1", "wing": "w"}})),
        (json!({"op": "add", "path": path("desk.seat"), "value": "1"}), json!({"desk": seat})),
        (json!({"op": "add", "value": {BADGES: {"desk": {"wing": "w"}}}}), json!({"desk": {"seat": "1", "wing": "w"}})),
        (
            json!({"op": "add", "path": path("keys[value eq \"a\"].door"), "value": "d"}),
            json!({"desk": seat, "keys": [{"value": "a", "door": "d"}]}),
        ),
        (json!({"op": "remove", "path": BADGES}), json!({"desk": seat})),
    ] {
        let body = object(json!({"Operations": [operation]}));
        let request = PatchRequest::parse(body, &Limits::default()).unwrap();
        let operations = normalise(types().user, &request).unwrap();
        assert_eq!(answered(Projection::all().with_operations(types().user, &operations)), expected, "{operation}");
    }
}
