//! RFC 7644 §3.4.2 and §3.12: list responses and errors.

use scim::Error;
use scim::message::{ListResponse, Paging};
use serde_json::json;

#[test]
fn an_error_has_its_status_as_text() {
    let expected = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "status": "400",
        "scimType": "mutability", "detail": "Attribute 'id' is readOnly"});
    assert_eq!(Error::mutability("Attribute 'id' is readOnly").to_json(), expected);
    let expected = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "status": "404", "detail": "x"});
    assert_eq!(Error::not_found("x").to_json(), expected);
    let conflict = Error::uniqueness("taken").to_json();
    assert_eq!((&conflict["status"], &conflict["scimType"]), (&json!("409"), &json!("uniqueness")));
}

fn body(list: ListResponse) -> serde_json::Value {
    serde_json::from_str(&list.into_text()).unwrap()
}

#[test]
fn a_list_without_results_has_an_empty_list() {
    let empty = ListResponse { total_results: 0, paging: Paging::Index(1), resources: vec![] };
    let expected = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"], "totalResults": 0,
        "startIndex": 1, "itemsPerPage": 0, "Resources": []});
    assert_eq!(body(empty), expected);
}

#[test]
fn a_page_says_where_it_stands() {
    let resources = vec![r#"{"id":"a"}"#.to_owned(), r#"{"id":"b"}"#.to_owned()];
    let page = body(ListResponse { total_results: 11, paging: Paging::Index(6), resources });
    assert_eq!(page["Resources"], json!([{"id": "a"}, {"id": "b"}]));
    assert_eq!((&page["totalResults"], &page["startIndex"], &page["itemsPerPage"]), (&json!(11), &json!(6), &json!(2)));
    assert_eq!(ListResponse::complete(vec![json!({})]).total_results, 1);
}

/// RFC 9865 §2: a page by cursor has a cursor for the next page; the last page has none.
#[test]
fn a_page_by_cursor_has_no_index() {
    let paging = Paging::Cursor { previous: Some("p".into()), next: None };
    let page = body(ListResponse { total_results: 11, paging, resources: vec![r#"{"id":"a"}"#.into()] });
    let expected = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"], "totalResults": 11,
        "previousCursor": "p", "itemsPerPage": 1, "Resources": [{"id": "a"}]});
    assert_eq!(page, expected);
    assert_eq!(Error::invalid_cursor("x").to_json()["scimType"], "invalidCursor");
    assert_eq!(Error::invalid_count("x").to_json()["scimType"], "invalidCount");
}
