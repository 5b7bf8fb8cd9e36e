//! What the RFCs say about parameters and headers: RFC 7644, 9865, 6750 and 9110.

use crate::{
    clients::call,
    support::{Answer, TestApp, Value, json},
};
use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use sqlx::{Connection, PgConnection, SqliteConnection};

on_both!(
    ra2_a_search_that_is_not_understood_finds_nobody,
    ra3_a_count_of_nothing_is_a_count,
    ra4_a_patch_answers_what_attributes_ask_for,
    ra16_every_parameter_makes_a_query_of_the_root,
    ra18_me_is_somewhere_in_every_answer,
    ra20_another_version_is_not_read,
    ra21_a_bad_token_is_named_as_the_reason,
    ra25_the_media_type_is_bare,
    ra26_methods_and_media_types_that_would_do_are_named,
    ra29_one_resource_takes_no_filter,
    br18_a_base_url_in_another_spelling_names_the_right_one,
    br20_a_parameter_has_one_value,
    br19_a_misspelt_name_is_told_in_the_record,
);

async fn refused(answer: Answer, kind: &str) {
    let answer = answer.expect(StatusCode::BAD_REQUEST);
    assert_eq!(answer.json()["scimType"], kind, "{}", answer.text);
}

async fn people(app: &TestApp) -> String {
    app.user("b@corp.example").await;
    app.user("c@corp.example").await;
    app.user("a@corp.example").await
}

async fn ra2_a_search_that_is_not_understood_finds_nobody(app: TestApp) {
    people(&app).await;
    for (name, wrong) in [
        ("filter", json!(true)),
        ("filter", json!({"userName": "a@corp.example"})),
        ("filter", json!(["userName eq \"a@corp.example\"", {}])),
        ("Filter", json!(1)),
        ("cursor", json!(false)),
        ("sortBy", json!(["userName"])),
        ("attributes", json!(7)),
        ("count", json!("one")),
    ] {
        for path in ["/Users/.search", "/Groups/.search", "/.search"] {
            app.post(path, json!({ name: wrong })).await.expect(StatusCode::BAD_REQUEST);
        }
    }
    let search = json!({"filter": "userName eq \"a@corp.example\"", "attributes": ["userName"], "count": 5, "x": {}});
    assert_eq!(app.post("/Users/.search", search).await.expect(StatusCode::OK).total(), 1);
    assert_eq!(app.post("/Users/.search", json!({"filter": null})).await.expect(StatusCode::OK).total(), 3);
}

async fn ra3_a_count_of_nothing_is_a_count(app: TestApp) {
    people(&app).await;
    let empty = |answer: Answer| {
        let list = answer.expect(StatusCode::OK).json();
        let found = (&list["totalResults"], &list["itemsPerPage"], list["Resources"].as_array().map(Vec::len));
        assert_eq!(found, (&json!(3), &json!(0), Some(0)), "{list}");
        assert!(list.get("nextCursor").is_none() && list.get("previousCursor").is_none(), "{list}");
    };
    for count in ["0", "-1", "00", "-9999999999999999999999"] {
        for path in ["/Users?cursor=&", "/Users?sortBy=userName&cursor=&", "/?cursor=&", "/Users?"] {
            empty(app.get(&format!("{path}count={count}")).await);
        }
    }
    empty(app.post("/Users/.search", json!({"cursor": "", "count": -1})).await);
    let next = app.get("/Users?cursor=&count=1").await.json()["nextCursor"].as_str().unwrap().to_owned();
    empty(app.get(&format!("/Users?cursor={next}&count=0")).await);
    for wrong in ["one", "-", "1.5", "--1", "0x1"] {
        refused(app.get(&format!("/Users?cursor=&count={wrong}")).await, "invalidCount").await;
    }
}

async fn ra4_a_patch_answers_what_attributes_ask_for(app: TestApp) {
    let (user, group) = (people(&app).await, app.group("Staff").await);
    let prefer = [("prefer", "return=minimal")];
    for (path, name) in [(format!("/Users/{user}"), "title"), (format!("/Groups/{group}"), "displayName")] {
        for (query, status) in [
            (format!("?attributes={name}"), StatusCode::OK),
            (format!("?Attributes={name}"), StatusCode::OK),
            ("?attributes=".to_owned(), StatusCode::NO_CONTENT),
            (String::new(), StatusCode::NO_CONTENT),
            ("?excludedAttributes=meta".to_owned(), StatusCode::NO_CONTENT),
        ] {
            let body = json!({"Operations": [{"op": "replace", "path": name, "value": format!("T {query}")}]});
            let path = format!("{path}{query}");
            let answer = call(&app, &app.token, (Method::PATCH, &path), &prefer, Some(body)).await.expect(status);
            assert_eq!(answer.headers.contains_key("preference-applied"), status == StatusCode::NO_CONTENT, "{path}");
        }
    }
}

async fn ra16_every_parameter_makes_a_query_of_the_root(app: TestApp) {
    people(&app).await;
    for query in ["attributes=userName", "excludedAttributes=meta", "sortOrder=ascending", "count=1", "startIndex=1"] {
        assert_eq!(app.get(&format!("/?{query}")).await.expect(StatusCode::OK).total(), 3, "{query}");
    }
    assert!(app.get("/").await.expect(StatusCode::OK).json()["patch"].is_object());
}

async fn ra18_me_is_somewhere_in_every_answer(app: TestApp) {
    let id = people(&app).await;
    let token = app.host.create_token("A's", Some("a@corp.example")).await.unwrap().secret;
    let place = format!("https://id.corp.example/scim/v2/Users/{id}");
    let junk = json!({"userName": ""});
    for (method, headers, body, status) in [
        (Method::PATCH, vec![("if-match", "W/\"99\"")], json!({"Operations": []}), StatusCode::PRECONDITION_FAILED),
        (Method::PUT, vec![], junk, StatusCode::BAD_REQUEST),
        (Method::PUT, vec![], json!({"userName": "b@corp.example"}), StatusCode::CONFLICT),
        (Method::POST, vec![], json!({}), StatusCode::METHOD_NOT_ALLOWED),
    ] {
        let answer = call(&app, &token, (method.clone(), "/Me"), &headers, Some(body)).await;
        assert_eq!((answer.status, answer.header(header::LOCATION)), (status, place.as_str()), "{method}");
    }
}

async fn ra20_another_version_is_not_read(app: TestApp) {
    for path in [format!("/Users/{}", people(&app).await), format!("/Groups/{}", app.group("Staff").await)] {
        let current = app.get(&path).await.expect(StatusCode::OK).header(header::ETAG).to_owned();
        for (named, status) in [
            (current.as_str(), StatusCode::OK),
            ("*", StatusCode::OK),
            ("W/\"999\"", StatusCode::PRECONDITION_FAILED),
            ("\"999\", W/\"998\"", StatusCode::PRECONDITION_FAILED),
            ("nonsense", StatusCode::PRECONDITION_FAILED),
        ] {
            for method in [Method::GET, Method::HEAD] {
                call(&app, &app.token, (method, &path), &[("if-match", named)], None).await.expect(status);
            }
        }
    }
}

async fn ra21_a_bad_token_is_named_as_the_reason(app: TestApp) {
    let challenge = async |uri: &str, authorization: Option<&str>, status: StatusCode| {
        let mut request = Request::get(uri);
        if let Some(value) = authorization {
            request = request.header(header::AUTHORIZATION, value);
        }
        let answer = app.send(request.body(Body::empty()).unwrap()).await.expect(status);
        answer.header(header::WWW_AUTHENTICATE).to_owned()
    };
    let realm = "Bearer realm=\"Postern SCIM\"";
    let (users, unauthorized) = ("/scim/v2/Users", StatusCode::UNAUTHORIZED);
    for none in [None, Some("Basic eDp5"), Some("Bearer"), Some("x")] {
        assert_eq!(challenge(users, none, unauthorized).await, realm, "{none:?}");
    }
    let revoked = app.host.create_token("Old", None).await.unwrap();
    app.host.revoke_token(revoked.token.id).await.unwrap();
    let revoked = format!("Bearer {}", revoked.secret);
    for bad in ["Bearer xyz", "bearer  xyz", "Bearer postern_scim_0000", revoked.as_str()] {
        let named = challenge(users, Some(bad), unauthorized).await;
        assert_eq!(named, format!("{realm}, error=\"invalid_token\""), "{bad}");
    }
    let in_url = challenge("/scim/v2/Users?access_token=x", None, StatusCode::BAD_REQUEST).await;
    assert_eq!(in_url, format!("{realm}, error=\"invalid_request\""));
}

async fn ra25_the_media_type_is_bare(app: TestApp) {
    let path = format!("/Users/{}", people(&app).await);
    let read = app.get(&path).await.expect(StatusCode::OK);
    let tag = read.header(header::ETAG).to_owned();
    for (path, status) in
        [("/Users", StatusCode::OK), ("/nothing", StatusCode::NOT_FOUND), ("/Schemas", StatusCode::OK)]
    {
        assert_eq!(app.get(path).await.expect(status).header(header::CONTENT_TYPE), "application/scim+json");
    }
    let known = call(&app, &app.token, (Method::GET, &path), &[("if-none-match", &tag)], None).await;
    let gone = app.delete(&path).await;
    for (answer, status) in [(known, StatusCode::NOT_MODIFIED), (gone, StatusCode::NO_CONTENT)] {
        assert!(answer.expect(status).headers.get(header::CONTENT_TYPE).is_none());
    }
}

async fn ra26_methods_and_media_types_that_would_do_are_named(app: TestApp) {
    let path = format!("/Users/{}", people(&app).await);
    for unknown in ["FOO", "QUERY", "get"] {
        let method = Method::from_bytes(unknown.as_bytes()).unwrap();
        app.scim(method, &path, None).await.expect(StatusCode::NOT_IMPLEMENTED);
    }
    for (method, path, allow) in [
        (Method::PUT, "/Users", "GET, HEAD, POST"),
        (Method::POST, path.as_str(), "GET, HEAD, PUT, PATCH, DELETE"),
        (Method::DELETE, "/Schemas", "GET, HEAD"),
        (Method::GET, "/Bulk", "POST"),
    ] {
        let answer = app.scim(method, path, None).await.expect(StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(answer.header(header::ALLOW), allow);
    }
    for (name, value, hint, what) in [
        ("content-type", "text/plain", header::ACCEPT, "application/scim+json, application/json"),
        ("content-encoding", "gzip", header::ACCEPT_ENCODING, "identity"),
    ] {
        let user = json!({"userName": "z@corp.example"});
        let answer = call(&app, &app.token, (Method::POST, "/Users"), &[(name, value)], Some(user)).await;
        assert_eq!(answer.expect(StatusCode::UNSUPPORTED_MEDIA_TYPE).header(hint), what);
    }
}

async fn ra29_one_resource_takes_no_filter(app: TestApp) {
    let (user, group) = (people(&app).await, app.group("Staff").await);
    for path in [format!("/Users/{user}"), format!("/Groups/{group}")] {
        for filter in ["userName%20eq%20%22nobody%22", "id%20pr", ""] {
            refused(app.get(&format!("{path}?filter={filter}")).await, "invalidFilter").await;
        }
    }
}

async fn br18_a_base_url_in_another_spelling_names_the_right_one(app: TestApp) {
    for (method, path) in [
        ("GET", "//scim/v2/Users"),
        ("GET", "/api/scim/v2/Users"),
        ("POST", "/SCIM/V2/Users"),
        ("PATCH", "/identity/api/scim/Users/1"),
        ("GET", "/scim/v3/Users"),
        ("GET", "/Scim"),
    ] {
        let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
        let status = if method == "GET" { StatusCode::NOT_FOUND } else { StatusCode::BAD_REQUEST };
        let answer = app.send(request).await.expect(status);
        assert!(answer.json()["detail"].as_str().unwrap().contains("https://id.corp.example/scim/v2"), "{path}");
    }
    let request = Request::get("/admin/sso/scim").body(Body::empty()).unwrap();
    app.send(request).await.expect(StatusCode::SEE_OTHER);
    for (path, right) in [("/users", "/Users"), ("/GROUPS/1", "/Groups"), ("/me", "/Me"), ("/bulk", "/Bulk")] {
        let answer = app.get(path).await.expect(StatusCode::NOT_FOUND);
        assert!(answer.json()["detail"].as_str().unwrap().ends_with(&format!("it is {right}.")), "{path}");
    }
}

async fn br20_a_parameter_has_one_value(app: TestApp) {
    people(&app).await;
    let both: Value = app.get("/Users?attributes=userName&attributes=active&count=1").await.json();
    let found = &both["Resources"][0];
    assert!(found.get("userName").is_some() && found.get("active").is_some() && found.get("emails").is_none());
    for query in ["count=1&count=1", "filter=id%20pr&Filter=id%20pr", "x=1&x=2"] {
        app.get(&format!("/Users?{query}")).await.expect(StatusCode::OK);
    }
    for query in
        ["count=1&count=2", "filter=id%20pr&filter=userName%20pr", "cursor=&cursor=x", "sortBy=id&sortby=userName"]
    {
        refused(app.get(&format!("/Users?{query}")).await, "invalidSyntax").await;
    }
}

async fn br19_a_misspelt_name_is_told_in_the_record(app: TestApp) {
    let (user, group) = (people(&app).await, app.group("Staff").await);
    let add = json!([{"op": "add", "path": "memebers", "value": [{"value": user}]}]);
    assert!(app.patch(&format!("/Groups/{group}"), add).await.status.is_success());
    let user = json!({"userName": "d@corp.example", "emals": [{"value": "d@corp.example"}], "shoeSize": 42});
    let made = app.post("/Users", user).await.expect(StatusCode::CREATED).json();
    assert_eq!(made["emals"][0]["value"], "d@corp.example");
    let details = details(app.database.url()).await;
    assert_eq!(
        details,
        [
            "“memebers” was kept as it was sent; perhaps members is meant.",
            "“emals” was kept as it was sent; perhaps emails is meant."
        ]
    );
}

async fn details(url: &str) -> Vec<String> {
    const DETAILS: &str = "SELECT detail FROM activity WHERE detail IS NOT NULL ORDER BY at";
    if url.starts_with("sqlite") {
        sqlx::query_scalar(DETAILS).fetch_all(&mut SqliteConnection::connect(url).await.unwrap()).await.unwrap()
    } else {
        sqlx::query_scalar(DETAILS).fetch_all(&mut PgConnection::connect(url).await.unwrap()).await.unwrap()
    }
}
