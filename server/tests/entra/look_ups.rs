//! How Entra looks users and groups up.

use crate::{
    entra::NOBODY,
    support::{TestApp, json},
};
use axum::http::{StatusCode, header};

on_both!(
    a_look_up_of_nobody_is_an_empty_list,
    user_names_match_in_any_case,
    external_ids_match_exactly,
    a_work_address_is_found_by_value_path,
    an_unknown_filter_attribute_is_refused,
    pages_are_counted_from_one,
);

async fn a_look_up_of_nobody_is_an_empty_list(app: TestApp) {
    for path in ["Users?filter=userName+eq+", "Groups?excludedAttributes=members&filter=displayName+eq+"] {
        let answer = app.get(&format!("/{path}%22{NOBODY}%22")).await.expect(StatusCode::OK);
        assert_eq!(answer.json()["Resources"], json!([]));
        assert_eq!((answer.total(), answer.json()["startIndex"].as_u64()), (0, Some(1)));
        assert!(answer.header(header::CONTENT_TYPE).starts_with("application/scim+json"));
    }
}

async fn user_names_match_in_any_case(app: TestApp) {
    app.user("ada@corp.example").await;
    for text in ["ADA%40CORP.EXAMPLE", "ada%40corp.example"] {
        let found = app.get(&format!("/Users?filter=userName+eq+%22{text}%22")).await.expect(StatusCode::OK);
        assert_eq!(found.total(), 1);
        assert_eq!(found.json()["Resources"][0]["userName"], "ada@corp.example");
    }
}

async fn external_ids_match_exactly(app: TestApp) {
    app.user("ada").await;
    assert_eq!(app.get("/Users?filter=externalId+eq+%22ext-ada%22").await.total(), 1);
    assert_eq!(app.get("/Users?filter=externalId+eq+%22EXT-ada%22").await.total(), 0);
    app.group("Owners").await;
    assert_eq!(app.get("/Groups?filter=externalId+eq+%22ext-Owners%22").await.total(), 1);
}

async fn a_work_address_is_found_by_value_path(app: TestApp) {
    app.user("ada@corp.example").await;
    let path =
        |kind: &str, value: &str| format!("/Users?filter=emails%5Btype+eq+%22{kind}%22%5D.value+eq+%22{value}%22");
    assert_eq!(app.get(&path("work", "ADA%40corp.example")).await.total(), 1);
    assert_eq!(app.get(&path("home", "ada%40corp.example")).await.total(), 0);
}

async fn an_unknown_filter_attribute_is_refused(app: TestApp) {
    app.user("ada").await;
    let answer = app.get("/Users?filter=shoeSize+eq+%2242%22").await.expect(StatusCode::BAD_REQUEST);
    assert_eq!(answer.json()["scimType"], "invalidFilter");
    assert_eq!(answer.json()["status"], "400");
}

async fn pages_are_counted_from_one(app: TestApp) {
    for n in 0..11 {
        app.user(&format!("user{n:02}")).await;
    }
    let page = app.get("/Users?startIndex=6&count=5").await.expect(StatusCode::OK).json();
    assert_eq!((&page["startIndex"], &page["itemsPerPage"], &page["totalResults"]), (&json!(6), &json!(5), &json!(11)));
    assert_eq!(page["Resources"][0]["userName"], "user05");
    let last = app.get("/Users?startIndex=11&count=5").await.json();
    assert_eq!((&last["itemsPerPage"], &last["totalResults"]), (&json!(1), &json!(11)));
    let none = app.get("/Users?count=0").await.json();
    assert_eq!((&none["Resources"], &none["totalResults"]), (&json!([]), &json!(11)));
    assert_eq!(app.get("/Users?startIndex=0&count=-1").await.json()["startIndex"], json!(1));
}
