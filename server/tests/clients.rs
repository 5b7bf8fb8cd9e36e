//! Differences between clients: which one calls, how much of an answer it wants, groups in groups, and /Me.

mod bodies;
mod compression;
mod exchange;
mod me;
mod nesting;
mod preferences;
mod profiles;
mod texts;

use crate::support::{Answer, TestApp, Value, json};
use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use domain::token::Token;

const GUID: &str = "b7e4c0d2-5d0f-4f0b-9f60-3a1f0c7d9e11";

/// A call with these headers; of the clients, only Entra sends none.
async fn call(
    app: &TestApp,
    token: &str,
    call: (Method, &str),
    headers: &[(&str, &str)],
    body: Option<Value>,
) -> Answer {
    let mut request = Request::builder().method(call.0).uri(format!("/scim/v2{}", call.1));
    request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    app.send(request.body(body.map_or_else(Body::empty, |body| Body::from(body.to_string()))).unwrap()).await
}

async fn tokens(app: &TestApp) -> Vec<Token> {
    app.recorder.flush().await;
    app.host.tokens().await.unwrap()
}

fn operations(op: &str, value: Value) -> Value {
    json!({"Operations": [{"op": op, "path": "members", "value": value}]})
}

async fn members(app: &TestApp, group: &str) -> Vec<(String, String)> {
    let group = app.get(&format!("/Groups/{group}")).await.expect(StatusCode::OK).json();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let members = group["members"].as_array().cloned().unwrap_or_default();
    members.iter().map(|member| (text(&member["type"]), text(&member["value"]))).collect()
}
