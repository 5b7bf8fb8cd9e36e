//! Input that is meant to do harm.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use scim::filter::{FilterError, parse};
use scim::json::parse_object;
use scim::patch::{PatchRequest, apply, normalise};
use scim::resource;
use scim::schema::{GROUP, USER};
use scim::{Limits, MAX_ATTRIBUTES, MAX_VALUES, Result};
use serde_json::{Map, Value, json};

fn read(bytes: &[u8]) -> Result<Map<String, Value>> {
    parse_object(bytes, &Limits::default())
}

fn patch(operations: Vec<Value>) -> Result<Map<String, Value>> {
    let request =
        PatchRequest::parse(json!({"Operations": operations}).as_object().unwrap().clone(), &Limits::default())?;
    let document = json!({"userName": "a"});
    apply(&USER, &normalise(&USER, &request)?, document.as_object().unwrap())
}

fn nested_filter(depth: usize) -> String {
    format!("{}a pr{}", "(".repeat(depth), ")".repeat(depth))
}

#[test]
fn filter_depth() {
    let limits = Limits::default();
    assert!(parse(&nested_filter(40), &limits).is_ok());
    assert_eq!(parse(&nested_filter(41), &limits), Err(FilterError::TooComplex));
    assert_eq!(parse(&"(".repeat(8192), &limits), Err(FilterError::TooComplex));
    assert_eq!(parse(&"not(".repeat(2048), &limits), Err(FilterError::TooComplex));
    let brackets = format!("{}e[type eq 1]{}", "(".repeat(40), ")".repeat(40));
    assert_eq!(parse(&brackets, &limits), Err(FilterError::TooComplex));
    let unlimited = Limits { filter_length: usize::MAX, ..limits };
    assert_eq!(parse(&"(".repeat(1 << 20), &unlimited), Err(FilterError::TooComplex));
}

#[test]
fn filter_terms_and_length() {
    let limits = Limits::default();
    let chain = |terms: usize| vec!["a eq 1"; terms].join(" or ");
    assert!(parse(&chain(200), &limits).unwrap().to_string().len() > 1000);
    assert_eq!(parse(&chain(201), &limits), Err(FilterError::TooComplex));
    let padded = |length: usize| format!("a eq \"{}\"", "x".repeat(length - 7));
    assert!(parse(&padded(8192), &limits).is_ok());
    assert_eq!(parse(&padded(8193), &limits), Err(FilterError::TooLong));
}

#[test]
fn errors_do_not_echo_the_input() {
    let marker = "MARKER";
    for text in
        [format!("{marker} {marker}"), format!("a eq \"{marker}"), format!("a {marker} 1"), format!("{marker}.a.b pr")]
    {
        let error = scim::Error::from(parse(&text, &Limits::default()).unwrap_err());
        assert!(!error.to_json().to_string().contains(marker));
    }
    let operation = |path: &str, value: Value| json!({"op": "add", "path": path, "value": value});
    for operation in [
        operation("MARKER[", json!(1)),
        operation("active", json!(marker)),
        operation("userName.MARKER", json!(marker)),
        operation("emails[MARKER co \"MARKER\"].value", json!(marker)),
        json!({"op": marker}),
    ] {
        let error = patch(vec![operation]).unwrap_err();
        assert!(!error.to_json().to_string().contains(marker));
    }
    assert!(!read(b"{\"MARKER\": MARKER}").unwrap_err().detail.contains(marker));
}

#[test]
fn bodies_that_are_refused() {
    let deep = |levels: usize| format!("{{\"a\":{}1{}}}", "[".repeat(levels - 1), "]".repeat(levels - 1));
    assert!(read(deep(64).as_bytes()).is_ok());
    let hostile = [
        "",
        "[]",
        "1",
        "null",
        "\"a\"",
        "{",
        "{}{}",
        "{} x",
        "{\"a\":1,}",
        "{\"a\":1,\"a\":2}",
        "{\"x\":{\"a\":1,\"\\u0061\":2}}",
        "{\"a\":1e400}",
        "{\"a\":-1e400}",
        "{\"a\":NaN}",
        "{\"a\":Infinity}",
        "{\"a\":\"\\ud800\"}",
        "{\"a\":\"\\udc00\\ud800\"}",
        "{\"\\ud800\":1}",
        "{\"a\":\"\\u0000\"}",
        "{\"\\u0000\":1}",
        "{\"a\":\"\u{1}\"}",
        "{'a':1}",
        "{\"x\":{\"$serde_json::private::RawValue\":\"[\"}}",
        "{\"a\":01}",
    ]
    .map(str::to_owned);
    for body in
        hostile.into_iter().chain([deep(65), deep(200), deep(100_000), "[".repeat(1 << 20), "{\"a\":".repeat(1 << 18)])
    {
        let error = read(body.as_bytes()).unwrap_err();
        assert_eq!((error.status, error.scim_type), (400, Some(scim::message::ScimType::InvalidSyntax)), "{body:.40}");
    }
    for bytes in
        [&b"{\"a\":\"\xff\"}"[..], b"{\"a\":\"\xed\xa0\x80\"}", b"\xff\xfe{\0}\0", b"\xEF\xBB\xBF\xEF\xBB\xBF{}"]
    {
        assert!(read(bytes).is_err());
    }
}

#[test]
fn a_body_has_so_many_values() {
    let body = |values: usize| format!("{{\"a\":[{}]}}", vec!["[]"; values - 2].join(","));
    assert!(read(body(400_000).as_bytes()).is_ok());
    let error = read(body(400_001).as_bytes()).unwrap_err();
    assert_eq!((error.status, error.scim_type), (413, None));
    let error = read(format!("{{\"a\":[{}]", vec!["{}"; 1_700_000].join(",")).as_bytes()).unwrap_err();
    assert_eq!(error.status, 413, "however it goes on");
    let error = read(body(400_000).replace("[]]", "x]").as_bytes()).unwrap_err();
    assert_eq!(error.status, 400, "the last that is allowed is malformed");
    // What a directory sends for a large group.
    let member = r#"{"$ref":null,"value":"b7e4c0d2-5d0f-4f0b-9f60-3a1f0c7d9e11"}"#;
    let members = vec![member; 5 * 1024 * 1024 / (member.len() + 1) - 1].join(",");
    assert!(read(format!("{{\"members\":[{members}]}}").as_bytes()).is_ok());
}

#[test]
fn the_length_of_a_body_is_known_after_reading() {
    for body in [r#"{}"#, r#"{"a":null}"#, r#"{"name":{"x":true},"list":["é",[],{}]}"#] {
        assert_eq!(scim::json::length(&read(body.as_bytes()).unwrap()), body.len(), "{body}");
    }
}

#[test]
fn bodies_that_are_accepted() {
    let body =
        read(b"\xEF\xBB\xBF {\"b\": [1, -2, 1.5, true, null, \"\\ud83d\\ude00\"], \"a\": {\"A\": 1, \"b\": 2}} \r\n")
            .unwrap();
    let expected = json!({"b": [1, -2, 1.5, true, null, "\u{1f600}"], "a": {"A": 1, "b": 2}});
    assert_eq!(Value::Object(body.clone()), expected);
    assert_eq!(body.keys().collect::<Vec<_>>(), ["b", "a"]);
}

#[test]
fn number_of_operations() {
    let operations = |count| vec![json!({"op": "add", "path": "title", "value": "x"}); count];
    assert!(patch(operations(1000)).is_ok());
    assert_eq!(patch(operations(1001)).unwrap_err().status, 413);
}

#[test]
fn number_of_attributes_and_values() {
    let named = |count: usize| (0..count).map(|n| (format!("a{n}"), json!(1))).collect::<Map<_, _>>();
    let add = |value: Map<String, Value>| patch(vec![json!({"op": "add", "value": value})]);
    assert!(add(named(MAX_ATTRIBUTES - 1)).is_ok());
    assert_eq!(add(named(MAX_ATTRIBUTES)).unwrap_err().status, 413);
    assert_eq!(add(named(100_000)).unwrap_err().status, 413);
    let emails =
        |from: usize, count: usize| (from..from + count).map(|n| json!({"value": n.to_string()})).collect::<Vec<_>>();
    let add = |from, count| json!({"op": "add", "path": "emails", "value": emails(from, count)});
    assert!(patch(vec![add(0, MAX_VALUES), add(0, MAX_VALUES)]).is_ok());
    assert_eq!(patch(vec![add(0, MAX_VALUES + 1)]).unwrap_err().status, 413);
    assert_eq!(patch(vec![add(0, MAX_VALUES), add(MAX_VALUES, 1)]).unwrap_err().status, 413);
    let add = |from, count| json!({"op": "add", "path": "urn:x:2.0:User:tags", "value": emails(from, count)});
    assert!(patch(vec![add(0, MAX_VALUES - 1), add(MAX_VALUES - 1, 1)]).is_ok(), "nobody knows this attribute");
    assert_eq!(patch(vec![add(0, MAX_VALUES - 1), add(MAX_VALUES - 1, 2)]).unwrap_err().status, 413);
    assert_eq!(patch(vec![add(0, 1), add(1, 2 * MAX_VALUES)]).unwrap_err().status, 413);
}

#[test]
fn a_small_request_on_a_large_document_is_bounded() {
    let emails: Vec<_> = (0..MAX_VALUES).map(|n| json!({"value": n.to_string(), "type": "work"})).collect();
    let add = json!({"op": "add", "path": "emails", "value": emails});
    let remove = |filter: &str| json!({"op": "remove", "path": format!("emails[{filter}]")});
    let one_each: Vec<_> =
        [add.clone()].into_iter().chain((0..999).map(|n| remove(&format!("value eq \"{n}\"")))).collect();
    assert!(patch(one_each).is_ok());
    // The first comparison decides, so only the count is high.
    let long = vec!["value co \"\u{e9}\""; 200].join(" and ");
    let costly: Vec<_> = [add].into_iter().chain((0..100).map(|_| remove(&long))).collect();
    assert_eq!(patch(costly).unwrap_err().status, 413);
    let text = json!({"op": "add", "path": "emails", "value": "x".repeat(900_000)});
    let costly: Vec<_> = [text].into_iter().chain((0..100).map(|_| remove(&long))).collect();
    assert_eq!(patch(costly).unwrap_err().status, 413);
}

#[test]
fn size_of_a_document() {
    let add = |length| json!({"op": "add", "path": "title", "value": "x".repeat(length)});
    assert!(patch(vec![add(131_000)]).is_ok());
    assert_eq!(patch(vec![add(131_072)]).unwrap_err().status, 413);
}

#[test]
fn fifty_thousand_members_in_one_operation() {
    let members: Vec<_> = (0..50_000).map(|n| json!({"value": format!("u{n}")})).collect();
    let body = json!({"displayName": "G", "members": members});
    let mut document = resource::normalise(&GROUP, body.as_object().unwrap().clone()).unwrap();
    assert_eq!(scim::patch::take_members(&mut document).unwrap().len(), 50_000);
}
