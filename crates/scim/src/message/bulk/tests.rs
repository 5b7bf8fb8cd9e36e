use super::*;

const LIMITS: Limits = Limits { bulk_operations: 2_000, ..Limits::DEFAULT };

fn order_of(body: &Value) -> BulkOrder {
    BulkRequest::parse(body.to_string().as_bytes(), &Registry::default(), &LIMITS).unwrap().order()
}

fn post(name: &str, refers: &[&str]) -> Value {
    let members: Vec<_> = refers.iter().map(|name| json!({"value": format!("bulkId:{name}")})).collect();
    json!({"method": "POST", "path": "/Groups", "bulkId": name, "data": {"members": members}})
}

fn order(operations: &[Value]) -> (Vec<usize>, Vec<usize>) {
    let order = order_of(&json!({"Operations": operations}));
    (order.resolvable, order.circular)
}

#[test]
fn what_is_referred_to_comes_first() {
    assert_eq!(order(&[post("a", &[]), post("b", &[])]), (vec![0, 1], vec![]));
    assert_eq!(order(&[post("a", &["c"]), post("b", &[]), post("c", &[])]), (vec![1, 2, 0], vec![]));
    // No operation creates it; that is reported when this one is carried out.
    assert_eq!(order(&[post("a", &["nobody"])]), (vec![0], vec![]));
    let rename = json!({"method": "PATCH", "path": "/Groups/bulkId:a", "data": {}});
    assert_eq!(order(&[rename, post("a", &[])]), (vec![1, 0], vec![]));
}

#[test]
fn circles_are_found_and_whatever_hangs_on_them() {
    let operations = [post("a", &["b"]), post("b", &["a"]), post("c", &["a"]), post("d", &[]), post("e", &["e"])];
    assert_eq!(order(&operations), (vec![3], vec![0, 1, 2, 4]));
}

#[test]
fn a_long_chain_does_no_harm() {
    let chain: Vec<Value> = (0..2_000).map(|at| post(&at.to_string(), &[&(at + 1).to_string()])).collect();
    assert_eq!(order(&chain), ((0..2_000).rev().collect(), vec![]));
}

#[test]
fn references_are_resolved_wherever_they_stand() {
    let data = json!({"members": [{"value": "bulkId:a"}], "other": {"deep": ["bulkId:a", "x bulkId:a"]}});
    let body = json!({"Operations": [{"method": "put", "path": "/Groups/bulkId:g/1", "data": data}]}).to_string();
    let operation = BulkRequest::parse(body.as_bytes(), &Registry::default(), &LIMITS).unwrap().operations.remove(0);
    assert_eq!(operation.references.iter().collect::<Vec<_>>(), ["a", "g/1"]);
    assert_eq!(operation.resolve(&HashMap::new(), &LIMITS).unwrap_err().status, 409);
    let ids = HashMap::from([("a".to_owned(), "1".to_owned()), ("g/1".to_owned(), "2".to_owned())]);
    let (path, data) = operation.resolve(&ids, &LIMITS).unwrap();
    let wanted = json!({"members": [{"value": "1"}], "other": {"deep": ["1", "x bulkId:a"]}});
    assert_eq!((path.as_str(), Value::Object(data)), ("/Groups/2", wanted));
}

#[test]
fn what_is_wrong_with_one_operation_stays_with_it() {
    let operations = json!([
        "no object",
        {"method": "GET", "path": "/Users/1"},
        {"method": "POST", "path": "/Users", "data": {}},
        {"method": "POST", "path": "/Users", "bulkId": "a"},
        {"method": "DELETE", "path": "Users/1"},
        {"METHOD": "delete", "Path": "/Users/1"},
    ]);
    let body = json!({"Operations": operations}).to_string();
    let operations = BulkRequest::parse(body.as_bytes(), &Registry::default(), &LIMITS).unwrap().operations;
    let whole: Vec<bool> = operations.iter().map(|operation| operation.data.is_ok()).collect();
    assert_eq!(whole, [false, false, false, false, false, true]);
}

#[test]
fn a_request_that_cannot_be_read_is_refused_whole() {
    let status = |body: Value| {
        BulkRequest::parse(body.to_string().as_bytes(), &Registry::default(), &LIMITS).unwrap_err().status
    };
    assert_eq!(status(json!({})), 400);
    assert_eq!(status(json!({"Operations": {}})), 400);
    for errors in [json!(0), json!(-1), json!("1"), json!(1.5)] {
        assert_eq!(status(json!({"failOnErrors": errors, "Operations": []})), 400);
    }
    assert_eq!(status(json!({"Operations": [post("a", &[]), post("a", &[])]})), 400);
    assert_eq!(status(json!({"Operations": vec![json!({}); 2_001]})), 413);
}

#[test]
fn what_no_body_may_hold_is_refused_wherever_it_stands() {
    let status = |body: &str| BulkRequest::parse(body.as_bytes(), &Registry::default(), &LIMITS).unwrap_err().status;
    let deep = format!("{}{}", "[".repeat(100), "]".repeat(100));
    for bad in ["{\"a\":1,\"a\":2}", "\"\\u0000\"", "1e999", deep.as_str()] {
        for body in [
            format!("{{\"Operations\":[],\"x\":{bad}}}"),
            format!("{{\"Operations\":[{bad}]}}").replace("[1e999]", "[[1e999]]"),
            format!("{{\"Operations\":[{{\"method\":\"POST\",\"x\":{bad}}}]}}"),
            format!("{{\"Operations\":[{{\"path\":\"/Users\",\"data\":{{\"x\":{bad}}}}}]}}"),
        ] {
            assert_eq!(status(&body), 400, "{body}");
        }
    }
    for body in ["[]", "{\"Operations\":[]", "{\"Operations\":[],\"Operations\":[]}", "{\"Operations\":[]} x", "\u{1}"]
    {
        assert_eq!(status(body), 400, "{body}");
    }
    let few = Limits { json_values: 9, ..LIMITS };
    let body = json!({"Operations": [{"x": [1, 2, 3]}, {"x": [1, 2, 3]}]}).to_string();
    assert_eq!(
        BulkRequest::parse(body.as_bytes(), &Registry::default(), &few).unwrap_err().status,
        413,
        "counted over the whole body"
    );
}
