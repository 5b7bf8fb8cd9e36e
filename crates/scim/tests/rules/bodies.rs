//! Bodies as JSON, and messages.

use scim::json::parse_object;
use scim::message::{ListResponse, Paging, ScimType};
use scim::{Error, Limits};
use serde_json::{Value, json};

fn read(text: &str) -> Result<Value, String> {
    parse_object(text.as_bytes(), &Limits::default()).map(Value::Object).map_err(|error| error.detail)
}

#[test]
fn nesting_is_counted_to_the_level() {
    let nested = |depth: usize, open: &str, close: &str| {
        format!("{{\"a\":{}1{}}}", open.repeat(depth - 1), close.repeat(depth - 1))
    };
    assert!(read(&nested(64, "[", "]")).is_ok() && read(&nested(65, "[", "]")).is_err());
    assert!(read(&nested(64, "{\"a\":", "}")).is_ok() && read(&nested(65, "{\"a\":", "}")).is_err());
    let shallow = Limits { json_depth: 1, ..Limits::default() };
    assert!(parse_object(b"{\"a\":1}", &shallow).is_ok() && parse_object(b"{\"a\":[]}", &shallow).is_err());
}

#[test]
fn numbers_keep_their_kind() {
    let text = "{\"a\":[18446744073709551615,-9223372036854775808,1.5,-0.25,1e300,true,false,null,\"\"]}";
    let read = read(text).unwrap();
    assert_eq!(read["a"][0], json!(u64::MAX));
    assert_eq!(read["a"][1], json!(i64::MIN));
    assert_eq!(read["a"][2], json!(1.5));
    assert_eq!(read["a"], json!([u64::MAX, i64::MIN, 1.5, -0.25, 1e300, true, false, null, ""]));
}

#[test]
fn a_body_is_one_object() {
    for text in ["", "[]", "1", "null", "\"a\"", "{} {}", "{}x"] {
        assert!(read(text).is_err(), "{text}");
    }
    assert_eq!(read("[]").unwrap_err(), "The request body must be a JSON object.");
    assert_eq!(read("\u{feff}{}"), Ok(json!({})));
}

#[test]
fn each_error_has_its_status_and_keyword() {
    let text = "Say what to do.";
    for (error, status, keyword) in [
        (Error::invalid_filter(text), 400, Some("invalidFilter")),
        (Error::invalid_path(text), 400, Some("invalidPath")),
        (Error::invalid_value(text), 400, Some("invalidValue")),
        (Error::invalid_syntax(text), 400, Some("invalidSyntax")),
        (Error::mutability(text), 400, Some("mutability")),
        (Error::no_target(text), 400, Some("noTarget")),
        (Error::too_many(text), 400, Some("tooMany")),
        (Error::new(409, Some(ScimType::Uniqueness), text), 409, Some("uniqueness")),
        (Error::unauthorized(text), 401, None),
        (Error::forbidden(text), 403, None),
        (Error::not_found(text), 404, None),
        (Error::too_large(text), 413, None),
        (Error::unsupported_media_type(text), 415, None),
    ] {
        let body = error.to_json();
        assert_eq!(body["status"], status.to_string());
        assert_eq!(body.get("scimType").and_then(Value::as_str), keyword);
        assert_eq!((&body["detail"], error.to_string().as_str()), (&json!(text), text));
        assert_eq!(body["schemas"], json!(["urn:ietf:params:scim:api:messages:2.0:Error"]));
    }
}

#[test]
fn a_list_counts_what_it_holds() {
    let resources = vec![r#"{"id":"1"}"#.to_owned(); 2];
    let list = ListResponse { total_results: 7, paging: Paging::Index(3), resources }.into_text();
    let expected = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": 7, "startIndex": 3, "itemsPerPage": 2, "Resources": [{"id": "1"}, {"id": "1"}]
    });
    assert_eq!(serde_json::from_str::<Value>(&list).unwrap(), expected);
}
