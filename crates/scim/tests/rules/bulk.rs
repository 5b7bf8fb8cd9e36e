//! Bulk requests (RFC 7644 §3.7).

use std::collections::HashMap;

use scim::Limits;
use scim::message::{BulkMethod, BulkOperation, BulkRequest, BulkResult, ScimType, bulk_response};
use scim::schema::{ENTERPRISE_URN, Registry, USER_URN};
use serde_json::{Map, Value, json};

const LINKS: &str = "urn:example:links:2.0:User";

/// The built-in resource types, with an extension that has references.
fn types() -> Registry {
    let reference = |name: &str| json!({"name": name, "type": "reference", "referenceTypes": ["User"]});
    let mut pages = reference("pages");
    pages["multiValued"] = json!(true);
    let mentor = json!({"name": "mentor", "type": "complex", "subAttributes": [{"name": "value"}, reference("uri")]});
    let attributes = json!([reference("home"), pages, mentor, {"name": "note"}]);
    let links = json!({"resourceType": "User", "id": LINKS, "attributes": attributes});
    Registry::with_extensions(&links.to_string()).unwrap()
}

/// The request borrows from the body, so the body is leaked.
fn parse(body: Value) -> scim::Result<BulkRequest<'static>> {
    let body = body.to_string().leak().as_bytes();
    BulkRequest::parse(body, &types(), &Limits { bulk_operations: 3, ..Limits::default() })
}

fn resolve(
    operation: &BulkOperation<'_>,
    known: &HashMap<String, String>,
) -> scim::Result<(String, Map<String, Value>)> {
    operation.resolve(known, &Limits::default())
}

fn ids(names: &[(&str, &str)]) -> HashMap<String, String> {
    names.iter().map(|(name, id)| ((*name).to_owned(), (*id).to_owned())).collect()
}

#[test]
fn keys_are_read_in_any_case_and_unknown_ones_passed_over() {
    let operation = json!({"METHOD": "put", "BulkId": "b", "Version": "W/\"3\"", "Path": "/Users/1", "DATA": {"a": 1},
        "other": true});
    let request = parse(json!({"operations": [operation], "FAILONERRORS": 2, "schemas": "x"})).unwrap();
    assert_eq!((request.fail_on_errors, request.operations.len()), (Some(2), 1));
    let operation = &request.operations[0];
    assert_eq!((operation.method, operation.path.as_str()), (Some(BulkMethod::Put), "/Users/1"));
    assert_eq!((operation.bulk_id.as_deref(), operation.version.as_deref()), (Some("b"), Some("W/\"3\"")));
    assert_eq!(operation.data, Ok(Some(r#"{"a":1}"#)));
    assert_eq!(operation.creates(), None, "only POST creates");
}

#[test]
fn fail_on_errors_is_a_number_from_1_on_or_nothing() {
    assert_eq!(parse(json!({"Operations": [], "failOnErrors": null})).unwrap().fail_on_errors, None);
    assert_eq!(parse(json!({"Operations": [], "failOnErrors": 1})).unwrap().fail_on_errors, Some(1));
    for wrong in [json!(0), json!(-1), json!("1"), json!(1.5)] {
        let error = parse(json!({"Operations": [], "failOnErrors": wrong})).unwrap_err();
        assert_eq!((error.status, error.scim_type), (400, Some(ScimType::InvalidValue)), "{wrong}");
    }
}

#[test]
fn a_request_that_is_none_is_refused() {
    for wrong in [json!({}), json!({"Operations": {}}), json!({"Operations": null})] {
        assert_eq!(parse(wrong).unwrap_err().scim_type, Some(ScimType::InvalidSyntax));
    }
    let delete = json!({"method": "DELETE", "path": "/Users/1"});
    assert_eq!(parse(json!({"Operations": [delete, delete, delete]})).unwrap().operations.len(), 3);
    assert_eq!(parse(json!({"Operations": [delete, delete, delete, delete]})).unwrap_err().status, 413);
}

#[test]
fn a_bulk_id_creates_once_and_may_be_used_again_elsewhere() {
    let post = json!({"method": "POST", "path": "/Users", "bulkId": "a", "data": {}});
    let patch = json!({"method": "PATCH", "path": "/Users/1", "bulkId": "a", "data": {}});
    let request = parse(json!({"Operations": [post, patch, patch]})).unwrap();
    assert_eq!((request.operations[0].creates(), request.operations[1].creates()), (Some("a"), None));
    assert_eq!(parse(json!({"Operations": [post, post]})).unwrap_err().scim_type, Some(ScimType::InvalidValue));
}

#[test]
fn what_is_wrong_with_an_operation_stays_with_it() {
    for (operation, wrong) in [
        (json!([]), ScimType::InvalidSyntax),
        (json!({"method": "GET", "path": "/Users"}), ScimType::InvalidSyntax),
        (json!({"method": "DELETE", "path": "Users/1"}), ScimType::InvalidSyntax),
        (json!({"method": "POST", "path": "/Users", "data": {}}), ScimType::InvalidValue),
        (json!({"method": "POST", "path": "/Users", "bulkId": "", "data": {}}), ScimType::InvalidValue),
        (json!({"method": "PUT", "path": "/Users/1"}), ScimType::InvalidSyntax),
        (json!({"method": "PATCH", "path": "/Users/1", "data": "x"}), ScimType::InvalidSyntax),
    ] {
        let request = parse(json!({"Operations": [operation]})).unwrap();
        let error = request.operations[0].data.clone().unwrap_err();
        assert_eq!((error.status, error.scim_type), (400, Some(wrong)), "{operation}");
        assert_eq!(resolve(&request.operations[0], &ids(&[])), Err(error));
    }
    let request = parse(json!({"Operations": [{"method": "DELETE", "path": "/Users/1", "data": {"a": 1}}]})).unwrap();
    assert_eq!(request.operations[0].data, Ok(None), "a deletion has no data");
}

/// The example in RFC 7644 §3.7 has the operations of a PATCH as a plain list.
#[test]
fn br16_a_list_of_operations_is_a_patch() {
    let remove = json!({"op": "remove", "path": "nickName"});
    for operations in [
        json!([remove, {"op": "add", "path": "userName", "value": "Dave"}]),
        json!([{"op": "replace", "value": {"title": "Dr"}}]),
        json!([{"OP": "Add", "path": "members", "value": [{"value": "1"}]}]),
        json!([]),
    ] {
        for (key, method) in [("data", "PATCH"), ("DATA", "patch")] {
            let patch = json!({"method": method, "path": "/Users/1", key: operations});
            let request = parse(json!({"Operations": [patch]})).unwrap();
            let (_, body) = resolve(&request.operations[0], &ids(&[])).unwrap();
            assert_eq!(Value::Object(body), json!({"Operations": operations}));
        }
    }
    let member = json!([{"op": "add", "path": "members", "value": [{"value": "bulkId:ada"}]}]);
    let join = json!({"method": "PATCH", "path": "/Groups/1", "data": member});
    let post = json!({"method": "POST", "path": "/Users", "bulkId": "ada", "data": {}});
    let request = parse(json!({"Operations": [join, post]})).unwrap();
    assert_eq!(request.order().resolvable, [1, 0], "references in it count");
    let (_, body) = resolve(&request.operations[0], &ids(&[("ada", "1")])).unwrap();
    assert_eq!(body["Operations"][0]["value"], json!([{"value": "1"}]));
    for (method, data) in [("POST", json!([remove])), ("PUT", json!([remove])), ("PUT", json!([])), ("PATCH", json!(1))]
    {
        let wrong = json!({"method": method, "path": "/Users/1", "bulkId": "a", "data": data});
        let request = parse(json!({"Operations": [wrong]})).unwrap();
        let error = request.operations[0].data.clone().unwrap_err();
        assert_eq!(error.scim_type, Some(ScimType::InvalidSyntax), "{method} {data}");
    }
}

#[test]
fn references_are_found_and_resolved_wherever_they_stand() {
    let data = json!({"manager": {"value": "bulkId:boss"}, "members": [{"value": "bulkId:ada"}, "bulkId:bob"],
        "note": "no bulkId:x", "n": 1});
    let patch = json!({"method": "PATCH", "path": "/Groups/bulkId:team", "data": data});
    let request = parse(json!({"Operations": [patch]})).unwrap();
    let operation = &request.operations[0];
    let known = ids(&[("ada", "1"), ("bob", "2"), ("boss", "3"), ("team", "4")]);
    let (path, data) = resolve(operation, &known).unwrap();
    assert_eq!(path, "/Groups/4");
    let wanted = json!({"manager": {"value": "3"}, "members": [{"value": "1"}, "2"], "note": "no bulkId:x", "n": 1});
    assert_eq!(Value::Object(data), wanted);
    for missing in ["ada", "bob", "boss", "team"] {
        let mut known = known.clone();
        known.remove(missing);
        assert_eq!(resolve(operation, &known).unwrap_err().status, 409, "{missing}");
    }
}

/// The data of an operation with its references resolved, after checking that it waits for the operations that it
/// refers to.
fn resolved(method: &str, path: &str, data: &Value) -> Value {
    let change = json!({"method": method, "path": path, "bulkId": "x", "data": data});
    let post = json!({"method": "POST", "path": "/Users", "bulkId": "m1", "data": {}});
    let request = parse(json!({"Operations": [change, post]})).unwrap();
    let unresolved = resolve(&request.operations[0], &ids(&[]));
    let resolved = resolve(&request.operations[0], &ids(&[("m1", "7")])).unwrap().1;
    let is_referring = unresolved.is_err();
    assert!(unresolved.err().is_none_or(|error| error.status == 409), "{data}");
    assert_eq!(request.order().resolvable, if is_referring { [1, 0] } else { [0, 1] }, "{data}");
    Value::Object(resolved)
}

/// RFC 7644 §3.7.2: so is a bulkId at the end of a reference; extensions are handled the same way.
#[test]
fn ra19_a_reference_ends_with_a_bulk_id() {
    for reference in ["../Users/bulkId:m1", "https://x/scim/v2/Users/bulkId:m1", "/bulkId:m1", "bulkId:m1"] {
        let id = reference.replace("bulkId:m1", "7");
        let with = |text: &str| {
            json!({
                "userName": "ada", "profileUrl": text, "photos": [{"value": text, "display": "d"}, text],
                ENTERPRISE_URN: {"manager": {"$ref": text}},
                LINKS: {"home": text, "pages": [text, "https://x/1"], "mentor": {"URI": text}},
                format!("{LINKS}:home"): text, "manager.$ref": text,
                "urn:x:2.0:User": {"boss": {"$REF": text}, "team": [{"$ref": text}]}, "owner": {"$ref": text}
            })
        };
        assert_eq!(resolved("POST", "/Users", &with(reference)), with(&id));
        assert_eq!(resolved("PUT", "/Users/1", &with(reference)), with(&id));
        let replace = |text: &str| json!({"Operations": [{"op": "replace", "value": with(text)}]});
        assert_eq!(resolved("PATCH", "/Users/1", &replace(reference)), replace(&id));
        let listed = |text: &str| json!([{"op": "add", "path": " ", "value": [with(text)]}]);
        assert_eq!(resolved("PATCH", "/Users/1", &listed(reference))["Operations"], listed(&id));
        for (path, value) in [
            ("manager", json!({"$ref": "R"})),
            ("manager.$ref", json!("R")),
            (&*format!("{ENTERPRISE_URN}:manager.$ref"), json!("R")),
            (ENTERPRISE_URN, json!({"manager": {"$ref": "R"}})),
            (&*format!("{USER_URN}:profileUrl"), json!("R")),
            ("photos[type eq \"photo\"].value", json!("R")),
            ("photos", json!([{"value": "R"}])),
            (&*format!("{LINKS}:pages"), json!(["R"])),
            (&*format!("{LINKS}:mentor.uri"), json!("R")),
            ("urn:x:2.0:User:boss.$ref", json!("R")),
        ] {
            let patch = |text: &str| {
                let value: Value = serde_json::from_str(&value.to_string().replace('R', text)).unwrap();
                json!({"operations": [{"op": "add", "Path": path, "VALUE": value}]})
            };
            assert_eq!(resolved("PATCH", "/Users/1", &patch(reference)), patch(&id));
        }
        let group = |text: &str| json!({"displayName": "g", "members": [{"value": "1", "$ref": text}]});
        assert_eq!(resolved("POST", "/Groups", &group(reference)), group(&id));
    }
}

/// A text that is not a reference does not refer to anything, unless it consists of a bulkId alone.
#[test]
fn ra19_other_texts_keep_a_bulk_id_at_their_end() {
    let text = "../Users/bulkId:m1";
    for user in [
        json!({"title": text, "name": {"formatted": text}, "nickName": "a bulkId:m1"}),
        json!({"emails": [{"value": text}], "photos": [{"display": text}]}),
        json!({ENTERPRISE_URN: {"manager": {"displayName": text}, "department": text}}),
        json!({LINKS: {"note": text, "mentor": {"value": text}}, "urn:x:2.0:User": {"home": text}}),
        json!({"profileUrl": "https://x/bulkId", "manager.$ref": "../Users/xbulkId:m1"}),
    ] {
        assert_eq!(resolved("POST", "/Users", &user), user);
        let replace = json!({"Operations": [{"op": "replace", "value": user}]});
        assert_eq!(resolved("PATCH", "/Users/1", &replace), replace);
    }
    // Attributes of a user are not attributes of a group.
    let group = json!({"displayName": text, "profileUrl": text});
    assert_eq!(resolved("POST", "/Groups", &group), group);
}

#[test]
fn operations_come_after_what_they_refer_to() {
    let post = |name: &str, refers: &str| json!({"method": "POST", "path": "/Groups", "bulkId": name, "data": {"x": format!("bulkId:{refers}")}});
    let order = |operations: Value| parse(json!({"Operations": operations})).unwrap().order();
    let chain = order(json!([post("a", "b"), post("b", "c"), post("c", "elsewhere")]));
    assert_eq!((chain.resolvable, chain.circular), (vec![2, 1, 0], vec![]));
    let circle = order(json!([post("a", "b"), post("b", "a"), post("c", "c2")]));
    assert_eq!((circle.resolvable, circle.circular), (vec![2], vec![0, 1]));
}

#[test]
fn a_result_says_what_became_of_its_operation() {
    let done = BulkResult {
        method: Some(BulkMethod::Post),
        bulk_id: Some("a".into()),
        location: Some("https://x/Users/1".into()),
        version: Some("W/\"1\"".into()),
        status: Ok(201),
    };
    let error = scim::Error::uniqueness("taken");
    let refused = BulkResult { method: None, bulk_id: None, location: None, version: None, status: Err(error.clone()) };
    let wanted = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkResponse"],
        "Operations": [
            {"method": "POST", "bulkId": "a", "location": "https://x/Users/1", "version": "W/\"1\"", "status": "201"},
            {"status": "409", "response": error.to_json()}
        ]
    });
    assert_eq!(bulk_response(vec![done, refused]), wanted);
    let names = [BulkMethod::Post, BulkMethod::Put, BulkMethod::Patch, BulkMethod::Delete].map(BulkMethod::as_str);
    assert_eq!(names, ["POST", "PUT", "PATCH", "DELETE"]);
}
