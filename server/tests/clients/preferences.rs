//! How much of an answer a client wants.

use crate::{
    clients::{call, operations},
    support::{TestApp, Value, entra_user, json},
};
use axum::http::{Method, StatusCode, header};
use domain::{console::Expiry, token::ClientProfile};

on_both!(
    minimal_answers_have_no_body,
    a_whole_answer_is_given_where_it_is_preferred,
    a_change_of_members_costs_the_same_in_a_large_group,
);

async fn minimal_answers_have_no_body(app: TestApp) {
    let minimal = [("prefer", "return=minimal")];
    let made = call(&app, &app.token, (Method::POST, "/Users"), &minimal, Some(entra_user("ada@corp.example"))).await;
    let made = made.expect(StatusCode::CREATED);
    assert_eq!((made.text.as_str(), made.header("preference-applied")), ("", "return=minimal"));
    let location = made.header(header::LOCATION).to_owned();
    assert_eq!(made.header(header::ETAG), "W/\"1\"");
    let path = location.strip_prefix("https://id.corp.example/scim/v2").unwrap();
    let rename = json!({"Operations": [{"op": "replace", "path": "title", "value": "Countess"}]});
    for (method, body) in [(Method::PATCH, rename), (Method::PUT, entra_user("ada@corp.example"))] {
        let answer = call(&app, &app.token, (method, path), &minimal, Some(body)).await.expect(StatusCode::NO_CONTENT);
        assert_eq!((answer.text.as_str(), answer.header("preference-applied")), ("", "return=minimal"));
    }
    assert_eq!(app.get(path).await.expect(StatusCode::OK).header(header::ETAG), "W/\"3\"");
    let group = json!({"displayName": "Team", "members": [{"value": path.rsplit('/').next().unwrap()}]});
    let made = call(&app, &app.token, (Method::POST, "/Groups"), &minimal, Some(group.clone())).await;
    let made = made.expect(StatusCode::CREATED);
    let path = made.header(header::LOCATION).strip_prefix("https://id.corp.example/scim/v2").unwrap().to_owned();
    for (method, body) in [(Method::PUT, group), (Method::PATCH, json!({"Operations": []}))] {
        let answer = call(&app, &app.token, (method, &path), &minimal, Some(body)).await.expect(StatusCode::NO_CONTENT);
        assert_eq!((answer.text.as_str(), answer.header("preference-applied")), ("", "return=minimal"));
    }
    // A refusal includes the reason, whatever the client prefers.
    let refused = call(&app, &app.token, (Method::POST, "/Users"), &minimal, Some(json!({}))).await;
    assert!(refused.expect(StatusCode::BAD_REQUEST).json()["detail"].is_string());
    // A request that only reads is not affected.
    let read = call(&app, &app.token, (Method::GET, &path), &minimal, None).await.expect(StatusCode::OK);
    assert_eq!((read.json()["displayName"].as_str(), read.header("preference-applied")), (Some("Team"), ""));
}

async fn a_whole_answer_is_given_where_it_is_preferred(app: TestApp) {
    let (ada, group) = (app.user("ada@corp.example").await, app.group("Team").await);
    let path = format!("/Groups/{group}");
    let whole = [("prefer", "return=representation")];
    let add = operations("add", json!([{"value": ada}]));
    let answer = call(&app, &app.token, (Method::PATCH, &path), &whole, Some(add)).await.expect(StatusCode::OK);
    assert_eq!(answer.json()["members"][0]["value"], json!(ada));
    assert_eq!(answer.header("preference-applied"), "return=representation");
    let remove = operations("remove", json!([{"value": ada}]));
    let answer = call(&app, &app.token, (Method::PATCH, &path), &[], Some(remove)).await;
    assert_eq!(answer.expect(StatusCode::OK).header("preference-applied"), "");
}

async fn a_change_of_members_costs_the_same_in_a_large_group(app: TestApp) {
    let inner = app.group("Inner").await;
    let mut users = Vec::new();
    for number in 0..100 {
        users.push(json!({"value": app.user(&format!("u{number:03}@corp.example")).await}));
    }
    let group = json!({"displayName": "Team", "members": users[..98]});
    let path = format!("/Groups/{}", app.post("/Groups", group).await.expect(StatusCode::CREATED).id());
    let change = async |query: &str, op: &str, value: &Value| {
        let body = Some(operations(op, json!([value])));
        call(&app, &app.token, (Method::PATCH, &format!("{path}{query}")), &[], body).await
    };
    // A nested group counts like a user, and a hundred are few.
    for value in [&json!({"value": inner}), &users[98]] {
        let answer = change("", "add", value).await.expect(StatusCode::OK);
        assert_eq!(answer.json(), app.get(&path).await.json());
    }
    let members = async || app.get(&path).await.json()["members"].as_array().unwrap().len();
    assert_eq!(members().await, 100);
    let answer = change("", "add", &users[99]).await.expect(StatusCode::NO_CONTENT);
    assert_eq!((answer.text.as_str(), answer.header(header::ETAG)), ("", "W/\"4\""));
    assert_eq!(members().await, 101);
    change("", "add", &users[99]).await.expect(StatusCode::NO_CONTENT);
    let answer = change("?excludedAttributes=members", "add", &users[99]).await.expect(StatusCode::OK);
    assert_eq!((answer.json()["displayName"].as_str(), answer.json().get("members")), (Some("Team"), None));
    let answer = change("?attributes=members", "add", &users[99]).await.expect(StatusCode::OK);
    assert_eq!(answer.json()["members"].as_array().unwrap().len(), 101);
    // Entra gets no large group back after any change, others get none after a change of members alone.
    let rename = |name: &str| {
        json!({"Operations": [{"op": "replace", "path": "displayName", "value": name},
            {"op": "add", "path": "members", "value": [users[99]]}]})
    };
    let console = app.console("gate-0001").await;
    for (client, largest) in [(ClientProfile::Entra, StatusCode::NO_CONTENT), (ClientProfile::Okta, StatusCode::OK)] {
        let name = client.as_str();
        let token = console.create_token(name, Expiry::Never).await.unwrap();
        console.set_token_client(token.token.id, Some(client)).await.unwrap();
        let send = async |query: &str| {
            let (to, body) = (format!("{path}{query}"), rename(&format!("{name}{query}")));
            call(&app, &token.secret, (Method::PATCH, &to), &[], Some(body)).await
        };
        send("").await.expect(largest);
        assert_eq!(app.get(&path).await.json()["displayName"], name);
        let whole = send("?attributes=displayName,members").await.expect(StatusCode::OK);
        assert_eq!(whole.json()["members"].as_array().unwrap().len(), 101);
        let without = send("?excludedAttributes=members").await.expect(StatusCode::OK).json();
        assert_eq!(without["displayName"], format!("{name}?excludedAttributes=members"));
    }
    change("", "remove", &users[0]).await.expect(StatusCode::OK);
    let token = console.create_token("few", Expiry::Never).await.unwrap();
    console.set_token_client(token.token.id, Some(ClientProfile::Entra)).await.unwrap();
    let renamed = json!({"Operations": [{"op": "replace", "path": "displayName", "value": "Few"}]});
    let few = call(&app, &token.secret, (Method::PATCH, &path), &[], Some(renamed)).await.expect(StatusCode::OK);
    assert_eq!(few.json()["members"].as_array().unwrap().len(), 100);
}
