//! RFC 7644 §3.4.2 and §3.12: list responses and errors.

use scim::Error;
use scim::message::ListResponse;
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

#[test]
fn a_list_without_results_has_an_empty_list() {
    let empty = ListResponse { total_results: 0, start_index: 1, resources: vec![] };
    let expected = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"], "totalResults": 0,
        "startIndex": 1, "itemsPerPage": 0, "Resources": []});
    assert_eq!(empty.into_json(), expected);
}

#[test]
fn a_page_says_where_it_stands() {
    let page =
        ListResponse { total_results: 11, start_index: 6, resources: vec![json!({"id": "a"}), json!({"id": "b"})] };
    let page = page.into_json();
    assert_eq!((&page["totalResults"], &page["startIndex"], &page["itemsPerPage"]), (&json!(11), &json!(6), &json!(2)));
    assert_eq!(ListResponse::complete(vec![json!({})]).total_results, 1);
}
