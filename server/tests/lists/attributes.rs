//! Lists filtered and sorted by any attribute that a resource has, of an index or not.

use crate::{
    lists::{listed, walk},
    support::{TestApp, Value, entra_user, json},
};
use axum::http::StatusCode;
use domain::{query::UserValue, store::Outdated, user::Email};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

on_both!(
    users_are_sorted_by_any_attribute,
    an_order_without_an_index_is_walked_both_ways,
    users_are_found_by_what_they_have_now,
    who_comes_back_is_found_again,
    values_that_are_not_indexed_yet_are_found_in_the_documents,
    a_manager_may_be_a_reference_alone,
    ra06_an_address_without_a_value_is_an_address,
    ra07_a_member_beside_one_is_another,
    groups_are_found_and_sorted_by_any_attribute,
    both_kinds_are_asked_about_attributes_of_one,
    secrets_are_no_filter,
    what_nothing_has_is_no_attribute,
    a_filter_is_about_what_a_client_sees,
    queries_without_an_index_are_few_at_once,
);

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

async fn create(app: &TestApp, user_name: &str, more: Value) -> String {
    let mut user = entra_user(user_name);
    user["name"] = Value::Null;
    user.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    app.post("/Users", user).await.expect(StatusCode::CREATED).json()["id"].as_str().unwrap().to_owned()
}

/// Four users; one has hardly anything.
async fn people(app: &TestApp) {
    let mobile =
        |number: &str| json!([{"type": "work", "value": "99"}, {"type": "mobile", "value": number, "primary": true}]);
    for (user_name, more) in [
        (
            "ada",
            json!({"title": "countess", "level": 10, "remote": true, "phoneNumbers": mobile("30"),
                "name": {"familyName": "King", "formatted": "Ada King"}, ENTERPRISE: {"department": "Engines"}}),
        ),
        (
            "bob",
            json!({"title": "Ärztin", "level": 9, "remote": false, "phoneNumbers": mobile("4"),
                "name": {"familyName": "Abel", "formatted": "Bob Abel"}, ENTERPRISE: {"department": "engines"}}),
        ),
        ("carl", json!({"title": "Baker", "level": -1, "tags": ["z", "b"], ENTERPRISE: {"department": "Ovens"}})),
        ("dora", json!({"level": "-"})),
    ] {
        create(app, user_name, more).await;
    }
}

fn encoded(filter: &str) -> String {
    utf8_percent_encode(filter, NON_ALPHANUMERIC).to_string()
}

async fn found(app: &TestApp, endpoint: &str, filter: &str) -> Vec<String> {
    listed(app, &format!("{endpoint}?filter={}", encoded(filter))).await
}

async fn users_are_sorted_by_any_attribute(app: TestApp) {
    people(&app).await;
    for (by, wanted) in [
        ("title", ["carl", "ada", "bob", "dora"]),
        ("TITLE&sortOrder=descending", ["dora", "bob", "ada", "carl"]),
        ("name.formatted", ["ada", "bob", "carl", "dora"]),
        ("name.familyName", ["bob", "ada", "carl", "dora"]),
        ("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department", ["ada", "bob", "carl", "dora"]),
        ("level", ["carl", "bob", "ada", "dora"]),
        ("level&sortOrder=descending", ["dora", "ada", "bob", "carl"]),
        ("remote", ["bob", "ada", "carl", "dora"]),
        ("phoneNumbers", ["ada", "bob", "carl", "dora"]),
        ("phoneNumbers.value&sortOrder=descending", ["dora", "carl", "bob", "ada"]),
        ("tags", ["carl", "ada", "bob", "dora"]),
        ("urn:x:y:nosuch", ["ada", "bob", "carl", "dora"]),
        ("meta.version", ["ada", "bob", "carl", "dora"]),
        ("userName", ["ada", "bob", "carl", "dora"]),
    ] {
        assert_eq!(listed(&app, &format!("/Users?sortBy={by}")).await, wanted, "{by}");
    }
    assert_eq!(listed(&app, "/Users?sortBy=title&startIndex=2&count=2").await, ["ada", "bob"]);
    assert_eq!(listed(&app, "/Users?sortBy=title&startIndex=4&count=2").await, ["dora"]);
    assert_eq!(listed(&app, "/Users?sortBy=level&startIndex=3&count=1").await, ["ada"]);
    assert_eq!(listed(&app, "/Users?sortBy=level&startIndex=9").await, [] as [&str; 0]);
    assert_eq!(listed(&app, "/Users?sortBy=level&filter=title+pr").await, ["carl", "bob", "ada"]);
    assert_eq!(listed(&app, "/Users?sortBy=title&filter=level+pr+and+title+pr").await, ["carl", "ada", "bob"]);
}

async fn an_order_without_an_index_is_walked_both_ways(app: TestApp) {
    people(&app).await;
    for by in ["title", "level", "tags", "name.familyName", "urn:x:y:nosuch", "phoneNumbers.value"] {
        for order in ["ascending", "descending"] {
            for filter in ["", "&filter=level+pr"] {
                let path = format!("/Users?sortBy={by}&sortOrder={order}{filter}");
                let whole = listed(&app, &path).await;
                assert_eq!(whole.len(), 4);
                for count in 1..=5 {
                    assert_eq!(walk(&app, &path, count).await, whole, "{path} by {count}");
                }
            }
        }
    }
    let path = "/Users?filter=level+gt+0";
    assert_eq!(walk(&app, path, 1).await, ["ada", "bob"]);
}

async fn users_are_found_by_what_they_have_now(app: TestApp) {
    people(&app).await;
    let id = create(&app, "eve", json!({"title": "Spy", "phoneNumbers": [{"value": "007"}]})).await;
    let path = format!("/Users/{id}");
    let patch = |operations: Value| app.patch(&path, operations);
    assert_eq!(found(&app, "/Users", "title eq \"spy\" and phoneNumbers eq \"007\"").await, ["eve"]);
    patch(json!([{"op": "replace", "path": "title", "value": "Baker"}])).await.expect(StatusCode::OK);
    assert_eq!(found(&app, "/Users", "title eq \"BAKER\"").await, ["carl", "eve"]);
    assert_eq!(found(&app, "/Users", "title eq \"spy\"").await, [] as [&str; 0]);
    patch(json!([{"op": "add", "path": "phoneNumbers", "value": [{"value": "008"}]}])).await.expect(StatusCode::OK);
    assert_eq!(found(&app, "/Users", "phoneNumbers.value sw \"00\" and phoneNumbers eq \"008\"").await, ["eve"]);
    patch(json!([{"op": "remove", "path": "title"}, {"op": "remove", "path": "phoneNumbers"}]))
        .await
        .expect(StatusCode::OK);
    assert_eq!(found(&app, "/Users", "title eq null").await, ["dora", "eve"]);
    assert_eq!(found(&app, "/Users", "phoneNumbers.value pr").await, ["ada", "bob"]);
    assert_eq!(found(&app, "/Users", &format!("{ENTERPRISE}:department eq \"ENGINES\"")).await, ["ada", "bob"]);
    assert_eq!(found(&app, "/Users", "level ge 9").await, ["ada", "bob"]);
    assert_eq!(found(&app, "/Users", "phoneNumbers[type eq \"mobile\" and value eq \"99\"]").await, [] as [&str; 0]);
}

async fn who_comes_back_is_found_again(app: TestApp) {
    people(&app).await;
    let id = create(&app, "eve", json!({"title": "Spy", "phoneNumbers": [{"value": "007"}]})).await;
    let finds = async |wanted: &[&str]| {
        for filter in ["title eq \"spy\"", "phoneNumbers.value eq \"007\"", "title sw \"s\" and level eq null"] {
            assert_eq!(found(&app, "/Users", filter).await, wanted, "{filter}");
        }
    };
    app.delete(&format!("/Users/{id}")).await.expect(StatusCode::NO_CONTENT);
    finds(&[]).await;
    let (user, at) = (domain::UserId(id.parse().unwrap()), app.env.now());
    let work =
        app.env.store.write((user, at), |(user, at), tx| Box::pin(async move { tx.restore_user(*user, *at).await }));
    work.await.unwrap();
    finds(&["eve"]).await;
}

/// As after an upgrade.
async fn values_that_are_not_indexed_yet_are_found_in_the_documents(app: TestApp) {
    people(&app).await;
    let id = create(&app, "eve", json!({"title": "Spy"})).await;
    let user = domain::UserId(id.parse().unwrap());
    let work = app.env.store.write(user, |user, tx| {
        Box::pin(async move {
            let mut user = tx.lock_user(*user).await?.unwrap();
            tx.replace_values(user.id, None, &[]).await?;
            (user.version, user.profile.values) = (user.version + 1, None);
            tx.update_user(&user).await
        })
    });
    work.await.unwrap();
    let outdated =
        async || app.env.store.read((), |(), tx| Box::pin(async move { tx.outdated(9, 9).await })).await.unwrap();
    let known = outdated().await;
    assert!(matches!(&known[..], [Outdated { is_deleted: false, version: 2, .. }]), "{known:?}");
    let check = async || {
        assert_eq!(found(&app, "/Users", "title eq \"spy\"").await, ["eve"]);
        assert_eq!(found(&app, "/Users", "title ne \"spy\" and title pr").await, ["ada", "bob", "carl"]);
        assert_eq!(listed(&app, "/Users?sortBy=title").await, ["carl", "ada", "eve", "bob", "dora"]);
        assert_eq!(walk(&app, "/Users?sortBy=title", 2).await, ["carl", "ada", "eve", "bob", "dora"]);
    };
    check().await;
    let path = "/Users?sortBy=title&count=2&cursor=";
    let place = async || app.get(path).await.json()["nextCursor"].as_str().unwrap().to_owned();
    let evaluated = place().await;
    let renewed = domain::keys::renew(&app.env, |_| domain::keys::KeySources {
        emails: vec![Email { value: "eve@corp.example".into(), kind: None, primary: false }],
        values: vec![(UserValue::Title, UserValue::key("Spy"))],
    });
    assert_eq!(renewed.await.unwrap(), 1);
    assert!(outdated().await.is_empty());
    check().await;
    // The order of the index is another one, and so is a place in it.
    let answer = app.get(&format!("{path}{evaluated}")).await.expect(StatusCode::BAD_REQUEST);
    assert_eq!(answer.json()["scimType"], "invalidCursor");
    assert_eq!(listed(&app, &format!("{path}{}", place().await)).await, ["eve", "bob"]);
    assert_eq!(found(&app, "/Users", "emails eq \"eve@corp.example\"").await, ["eve"]);
}

async fn ra06_an_address_without_a_value_is_an_address(app: TestApp) {
    create(&app, "ada", json!({"emails": [{"type": "work", "primary": true}]})).await;
    create(&app, "bob", json!({"emails": [{"type": "home", "value": "bob@corp.example"}]})).await;
    create(&app, "carl", json!({"emails": []})).await;
    let all: &[&str] = &["ada", "bob", "carl"];
    for (filter, wanted) in [
        ("emails.type eq \"work\"", &["ada"][..]),
        ("emails pr", &["ada", "bob"]),
        ("emails.value pr", &["bob"]),
        ("emails.type pr", &["ada", "bob"]),
        ("emails[type eq \"work\"]", &["ada"]),
        ("emails[primary eq true]", &["ada"]),
        ("emails[type eq \"work\" and not (value pr)]", &["ada"]),
        ("emails eq null", &["carl"]),
        ("emails.value eq null", &["ada", "carl"]),
        ("not (emails pr)", &["carl"]),
        ("emails.value ne \"bob@corp.example\"", &["ada", "carl"]),
        ("emails.value lt \"z\"", &["bob"]),
        ("emails.value sw \"\"", &["bob"]),
        ("emails ne \"x\"", all),
    ] {
        assert_eq!(found(&app, "/Users", filter).await, wanted, "{filter}");
    }
}

async fn ra07_a_member_beside_one_is_another(app: TestApp) {
    let (ada, bob) = (app.user("ada").await, app.user("bob").await);
    for (name, members) in [("both", vec![&ada, &bob]), ("one", vec![&ada]), ("none", vec![])] {
        let members: Vec<Value> = members.iter().map(|id| json!({"value": id})).collect();
        let group = json!({"displayName": name, "members": members});
        app.post("/Groups", group).await.expect(StatusCode::CREATED);
    }
    let nested = app.get("/Groups?filter=displayName+eq+%22none%22").await.json()["Resources"][0]["id"].clone();
    for (filter, wanted) in [
        (format!("members.value ne \"{ada}\""), &["both", "none"][..]),
        (format!("members ne \"{bob}\""), &["both", "one", "none"]),
        (format!("members[value ne \"{ada}\"]"), &["both"]),
        ("members.value ne \"nobody\"".to_owned(), &["both", "one", "none"]),
        (format!("not (members.value ne \"{ada}\")"), &["one"]),
        (format!("members.value ne {nested}"), &["both", "one", "none"]),
    ] {
        assert_eq!(found(&app, "/Groups", &filter).await, wanted, "{filter}");
    }
    for (filter, wanted) in [
        ("groups.display ne \"both\"", &["ada"][..]),
        ("groups.display eq \"ONE\"", &["ada"]),
        ("groups[display eq \"both\" and type eq \"direct\"]", &["ada", "bob"]),
    ] {
        assert_eq!(found(&app, "/Users", filter).await, wanted, "{filter}");
    }
}

async fn groups_are_found_and_sorted_by_any_attribute(app: TestApp) {
    let id = app.user("ada").await;
    for (name, more) in
        [("west", json!({"rank": 2})), ("East", json!({"rank": 1})), ("north", json!({"members": [{"value": id}]}))]
    {
        let mut group = json!({"displayName": name});
        group.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        app.post("/Groups", group).await.expect(StatusCode::CREATED);
    }
    assert_eq!(found(&app, "/Groups", "rank gt 1").await, ["west"]);
    assert_eq!(found(&app, "/Groups", "rank eq null and members pr").await, ["north"]);
    assert_eq!(listed(&app, "/Groups?sortBy=rank").await, ["East", "west", "north"]);
    assert_eq!(walk(&app, "/Groups?sortBy=rank&sortOrder=descending", 1).await, ["north", "west", "East"]);
    for filter in
        ["rank gt 1 or members pr", "members.type eq \"User\"", "not (members pr and rank pr)", "members.display pr"]
    {
        let answer = app.get(&format!("/Groups?filter={}", encoded(filter))).await.expect(StatusCode::BAD_REQUEST);
        assert_eq!(answer.json()["scimType"], "invalidFilter", "{filter}");
    }
}

async fn both_kinds_are_asked_about_attributes_of_one(app: TestApp) {
    people(&app).await;
    app.group("bakers").await;
    for (filter, wanted) in [
        ("title eq \"baker\"", &["carl"][..]),
        ("title ne \"baker\" and userName ne \"ada\"", &["bob", "dora", "bakers"]),
        ("level gt 0", &["ada", "bob"]),
        ("level gt 0 or title sw \"b\" or displayName eq \"bakers\"", &["ada", "bob", "carl", "bakers"]),
        ("(level gt 0 or title sw \"b\") and displayName ne \"x\"", &["ada", "bob", "carl"]),
    ] {
        let ask = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "filter": filter});
        let answer = app.post("/.search", ask).await.expect(StatusCode::OK);
        assert_eq!(super::names(&answer), wanted, "{filter}");
    }
}

async fn secrets_are_no_filter(app: TestApp) {
    people(&app).await;
    for filter in ["password eq \"x\"", "password pr", "not (password sw \"a\") and userName pr", "userName gt null"] {
        let answer = app.get(&format!("/Users?filter={}", encoded(filter))).await.expect(StatusCode::BAD_REQUEST);
        assert_eq!(answer.json()["scimType"], "invalidFilter", "{filter}");
    }
}

async fn a_manager_may_be_a_reference_alone(app: TestApp) {
    let boss = create(&app, "boss", json!({})).await;
    for (user_name, manager) in [
        ("ada", json!({"value": boss})),
        ("bob", json!({"$ref": format!("../Users/{boss}")})),
        // Only the server may set it.
        ("carl", json!({"displayName": "The Boss"})),
        ("dora", json!({"value": ""})),
    ] {
        create(&app, user_name, json!({ENTERPRISE: {"manager": manager}})).await;
    }
    let manager = format!("{ENTERPRISE}:manager");
    for (filter, wanted) in [
        (format!("{manager} pr"), &["ada", "bob"][..]),
        (format!("not ({manager} pr)"), &["boss", "carl", "dora"]),
        (format!("{manager} ne null"), &["ada", "bob"]),
        (format!("{manager} eq null"), &["boss", "carl", "dora"]),
        (format!("{manager}.value pr"), &["ada"]),
        (format!("{manager}.$ref pr"), &["bob"]),
        (format!("{manager} eq \"{boss}\""), &["ada"]),
    ] {
        assert_eq!(found(&app, "/Users", &filter).await, wanted, "{filter}");
    }
}

/// An attribute that no schema and no resource has is refused; a URN of the client's own is not.
async fn what_nothing_has_is_no_attribute(app: TestApp) {
    app.get("/Users?filter=shoeSize+pr").await.expect(StatusCode::BAD_REQUEST);
    let id = create(&app, "ada", json!({})).await;
    app.group("Owners").await;
    for path in [
        "/Users?filter=shoeSize+eq+42",
        "/Users?filter=shoeSize+ne+42",
        "/Users?filter=not+(shoeSize.left+pr+and+userName+pr)",
        "/Users?filter=shoeSize%5Bleft+eq+42%5D",
        "/Users?filter=emails%5BshoeSize+eq+42%5D",
        "/Users?filter=name.shoeSize+eq+42",
        "/Users?filter=userName.shoeSize+eq+42",
        "/Users?filter=title.value+eq+42",
        "/Users?filter=urn:ietf:params:scim:schemas:core:2.0:User+pr",
        "/Users?filter=urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:shoeSize+pr",
        "/Users?sortBy=shoeSize",
        "/Users?sortBy=shoeSize.left&sortOrder=descending",
        "/Groups?filter=shoeSize+eq+42",
        "/Groups?sortBy=shoeSize",
        "/?filter=shoeSize+eq+42",
    ] {
        let answer = app.get(path).await.expect(StatusCode::BAD_REQUEST).json();
        let (scim_type, names) = if path.contains("sortBy") {
            ("invalidValue", "sortBy names ")
        } else {
            ("invalidFilter", "The filter names ")
        };
        assert_eq!(answer["scimType"], scim_type, "{path}");
        assert!(answer["detail"].as_str().unwrap().starts_with(names), "{path}: {answer}");
    }
    for path in ["/Users?filter=urn:x:y:shoeSize+eq+42", "/Users?filter=userName+eq+%22nobody%22+and+shoeSize+eq+42"] {
        assert_eq!(app.get(path).await.expect(StatusCode::OK).total(), 0, "{path}");
    }
    app.patch(&format!("/Users/{id}"), json!([{"op": "add", "path": "SHOESIZE", "value": 42}]))
        .await
        .expect(StatusCode::OK);
    for path in ["/Users?filter=shoeSize+eq+42", "/Users?sortBy=shoeSize", "/?filter=shoeSize+eq+42"] {
        assert_eq!(app.get(path).await.expect(StatusCode::OK).total(), 1, "{path}");
    }
}

async fn queries_without_an_index_are_few_at_once(app: TestApp) {
    people(&app).await;
    let limits = server::ServerLimits { scan_turn: std::time::Duration::ZERO, ..server::ServerLimits::default() };
    for (limits, status) in [
        (server::ServerLimits { scans_each: 0, ..limits }, StatusCode::TOO_MANY_REQUESTS),
        (server::ServerLimits { scans: 0, ..limits }, StatusCode::SERVICE_UNAVAILABLE),
    ] {
        let app = app.another_with(limits).await;
        for path in ["/Users?filter=level+pr", "/Users?sortBy=level", "/Groups?sortBy=level", "/?filter=level+pr"] {
            let answer = app.get(path).await.expect(status);
            assert_eq!(answer.headers["retry-after"], "1", "{path}");
        }
        app.get("/Users?filter=title+pr&sortBy=title").await.expect(StatusCode::OK);
    }
    // More than may be at once wait for each other, and none is left over.
    let app = app.another_with(server::ServerLimits { scans_each: 2, ..server::ServerLimits::default() }).await;
    for _ in 0..3 {
        let (a, b, c, d) = tokio::join!(
            app.get("/Users?filter=level+pr"),
            app.get("/Users?sortBy=level"),
            app.get("/Users?filter=tags+pr"),
            app.get("/Users?filter=remote+eq+true"),
        );
        assert_eq!([a.total(), b.total(), c.total(), d.total()], [4, 4, 1, 1]);
    }
}

async fn a_filter_is_about_what_a_client_sees(app: TestApp) {
    let id = create(&app, "ada", json!({"title": "Countess"})).await;
    app.post("/Groups", json!({"displayName": "Owners", "members": [{"value": id}]})).await.expect(StatusCode::CREATED);
    let ada = app.get(&format!("/Users/{id}")).await.json();
    for name in ["version", "location", "created", "resourceType"] {
        let filter = format!("meta.{name} eq {} and title pr", ada["meta"][name]);
        assert_eq!(found(&app, "/Users", &filter).await, ["ada"], "{filter}");
    }
    assert_eq!(
        found(&app, "/Users", &format!("schemas eq \"{}\"", "urn:ietf:params:scim:schemas:core:2.0:User")).await,
        ["ada"]
    );
    let many = |terms: usize| format!("/Users?filter={}", encoded(&vec!["locale eq \"x\""; terms].join(" or ")));
    app.get(&many(20)).await.expect(StatusCode::OK);
    let answer = app.get(&many(21)).await.expect(StatusCode::BAD_REQUEST);
    assert_eq!(answer.json()["scimType"], "invalidFilter");
}
