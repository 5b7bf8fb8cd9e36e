//! /Me: the user that a token is bound to.

use crate::{
    clients::{call, tokens},
    support::{TestApp, Value, entra_user, json},
};
use axum::http::{Method, StatusCode, header};

on_both!(me_is_the_user_that_the_token_is_bound_to, me_is_nobody_without_a_user,);

async fn me_is_the_user_that_the_token_is_bound_to(app: TestApp) {
    let ada = app.user("ada@corp.example").await;
    let made = app.host.create_token("Ada's", Some("ADA@corp.example")).await.unwrap();
    assert_eq!(made.token.user.map(|id| id.to_string()), Some(ada.clone()));
    let place = format!("https://id.corp.example/scim/v2/Users/{ada}");
    let me = async |method: Method, body: Option<Value>| {
        let answer = call(&app, &made.secret, (method, "/Me"), &[], body).await;
        assert_eq!(answer.header(header::LOCATION), place);
        answer
    };
    let read = me(Method::GET, None).await.expect(StatusCode::OK);
    assert_eq!((read.id(), read.json()["meta"]["location"].as_str()), (ada.clone(), Some(place.as_str())));
    let title = json!({"Operations": [{"op": "replace", "path": "title", "value": "Countess"}]});
    assert_eq!(me(Method::PATCH, Some(title)).await.expect(StatusCode::OK).json()["title"], "Countess");
    let put = me(Method::PUT, Some(entra_user("ada@corp.example"))).await.expect(StatusCode::OK);
    assert!(put.json().get("title").is_none());
    let cookie = app.administrator("gate-0001").await;
    let list = app.page("/admin/sso/scim", Some(&cookie)).await.text;
    assert!(list.contains("its /Me: Ada Byron"), "{list}");
    let page = app.page(&format!("/admin/sso/tokens/{}", made.token.id), Some(&cookie)).await.text;
    assert!(page.contains(&format!("/admin/users/{ada}")), "{page}");
    let wrong = call(&app, &made.secret, (Method::POST, "/Me"), &[], Some(json!({}))).await;
    assert_eq!(wrong.expect(StatusCode::METHOD_NOT_ALLOWED).header(header::ALLOW), "GET, HEAD, PUT, PATCH, DELETE");
    me(Method::DELETE, None).await.expect(StatusCode::NO_CONTENT);
    app.get(&format!("/Users/{ada}")).await.expect(StatusCode::NOT_FOUND);
    call(&app, &made.secret, (Method::GET, "/Me"), &[], None).await.expect(StatusCode::NOT_FOUND);
    // A restored user is the same user.
    app.console("gate-0002").await.restore_user(ada.parse().unwrap()).await.unwrap();
    assert_eq!(me(Method::GET, None).await.expect(StatusCode::OK).id(), ada);
}

async fn me_is_nobody_without_a_user(app: TestApp) {
    for method in [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
        let answer = app.scim(method, "/Me", Some(json!({}))).await.expect(StatusCode::NOT_IMPLEMENTED);
        assert_eq!(answer.json()["status"], "501");
    }
    let nobody = app.host.create_token("x", Some("nobody@corp.example")).await;
    assert!(matches!(nobody, Err(domain::Error::NotFound)));
    assert_eq!(tokens(&app).await.len(), 1);
}
