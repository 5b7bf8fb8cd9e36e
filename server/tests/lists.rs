//! Lists by the RFCs: sorted (RFC 7644 §3.4.2.3), by index and by cursor (RFC 9865), of one kind and of both (RFC 7644
//! §3.4.2.1), with entity tags (RFC 7644 §3.14).

mod attributes;
mod members;
mod tags;

use crate::support::{Answer, TestApp, Value, entra_user, json};
use axum::http::{Method, StatusCode};

on_both!(
    users_are_sorted,
    groups_are_sorted,
    what_has_no_order_does_not_sort,
    cursors_lead_through_a_list_and_back,
    a_cursor_is_bound_to_its_query,
    a_search_takes_a_cursor,
    the_root_is_asked_for_both,
    the_root_is_paged_over_the_border,
    the_root_without_a_query_is_the_service,
);

/// The names in a list, in order.
fn names(answer: &Answer) -> Vec<String> {
    let resources = answer.json()["Resources"].as_array().unwrap().clone();
    let name = |resource: &Value| resource.get("userName").or(resource.get("displayName")).unwrap().clone();
    resources.iter().map(|resource| name(resource).as_str().unwrap().to_owned()).collect()
}

async fn listed(app: &TestApp, path: &str) -> Vec<String> {
    names(&app.get(path).await.expect(StatusCode::OK))
}

/// Three users, of whom one has no display name, and two groups.
async fn people(app: &TestApp) {
    for (user_name, display_name) in [("carl", Some("ann")), ("Bob", None), ("ada", Some("Zoe"))] {
        let mut user = entra_user(user_name);
        user["displayName"] = json!(display_name);
        app.post("/Users", user).await.expect(StatusCode::CREATED);
    }
    app.group("west").await;
    app.group("East").await;
}

async fn users_are_sorted(app: TestApp) {
    people(&app).await;
    for (query, wanted) in [
        ("", ["carl", "Bob", "ada"]),
        ("?sortOrder=descending", ["carl", "Bob", "ada"]),
        ("?sortBy=userName", ["ada", "Bob", "carl"]),
        ("?sortBy=USERNAME&sortOrder=Descending", ["carl", "Bob", "ada"]),
        ("?sortBy=urn:ietf:params:scim:schemas:core:2.0:User:userName&sortOrder=ascending", ["ada", "Bob", "carl"]),
        ("?sortBy=displayName", ["carl", "ada", "Bob"]),
        ("?sortBy=displayName&sortOrder=descending", ["Bob", "ada", "carl"]),
        ("?sortBy=externalId", ["Bob", "ada", "carl"]),
        ("?sortBy=meta.created&sortOrder=descending", ["ada", "Bob", "carl"]),
        ("?sortBy=meta.lastModified", ["carl", "Bob", "ada"]),
        ("?sortBy=id", ["carl", "Bob", "ada"]),
    ] {
        assert_eq!(listed(&app, &format!("/Users{query}")).await, wanted, "{query}");
    }
    assert_eq!(listed(&app, "/Users?sortBy=displayName&startIndex=2&count=1").await, ["ada"]);
    assert_eq!(listed(&app, "/Users?sortBy=displayName&startIndex=3").await, ["Bob"]);
    assert_eq!(listed(&app, "/Users?sortBy=userName&filter=userName+co+%22a%22").await, ["ada", "carl"]);
}

async fn groups_are_sorted(app: TestApp) {
    people(&app).await;
    for (query, wanted) in [
        ("", ["west", "East"]),
        ("?sortBy=displayName", ["East", "west"]),
        ("?sortBy=displayName&sortOrder=descending", ["west", "East"]),
        ("?sortBy=externalId", ["East", "west"]),
        ("?sortBy=meta.lastModified&sortOrder=descending", ["East", "west"]),
        ("?sortBy=meta.created", ["west", "East"]),
    ] {
        assert_eq!(listed(&app, &format!("/Groups{query}")).await, wanted, "{query}");
    }
}

async fn what_has_no_order_does_not_sort(app: TestApp) {
    for path in [
        "/Users?sortBy=name",
        "/Users?sortBy=addresses",
        "/Users?sortBy=password",
        "/Users?sortBy=%22",
        "/Users?sortBy=userName&sortOrder=up",
        "/Groups?sortBy=members",
        "/Groups?sortBy=members.value",
        "/?sortBy=members",
        "/?sortBy=title",
    ] {
        let answer = app.get(path).await.expect(StatusCode::BAD_REQUEST);
        assert_eq!(answer.json()["scimType"], "invalidValue", "{path}");
    }
    let config = app.get("/ServiceProviderConfig").await.json();
    assert_eq!(config["sort"]["supported"], json!(true));
    assert_eq!((&config["pagination"]["cursor"], &config["pagination"]["index"]), (&json!(true), &json!(true)));
}

/// Walks by `nextCursor` to the end and by `previousCursor` back to the start; both directions return the same.
async fn walk(app: &TestApp, path: &str, count: usize) -> Vec<String> {
    let page = async |cursor: &str| {
        let join = if path.contains('?') { '&' } else { '?' };
        let answer = app.get(&format!("{path}{join}count={count}&cursor={cursor}")).await.expect(StatusCode::OK);
        assert_eq!(answer.json().get("startIndex"), None, "{}", answer.text);
        answer
    };
    let cursor = |answer: &Answer, name: &str| answer.json()[name].as_str().map(str::to_owned);
    let mut answer = page("").await;
    assert_eq!(cursor(&answer, "previousCursor"), None);
    let mut forth = names(&answer);
    while let Some(next) = cursor(&answer, "nextCursor") {
        answer = page(&next).await;
        forth.extend(names(&answer));
    }
    assert_eq!(usize::try_from(answer.total()).unwrap(), forth.len());
    let mut back = names(&answer);
    while let Some(previous) = cursor(&answer, "previousCursor") {
        answer = page(&previous).await;
        back.splice(0..0, names(&answer));
    }
    assert_eq!(forth, back, "{path}");
    forth
}

async fn cursors_lead_through_a_list_and_back(app: TestApp) {
    people(&app).await;
    app.user("dora").await;
    for path in [
        "/Users",
        "/Users?sortBy=userName",
        "/Users?sortBy=displayName&sortOrder=descending",
        "/Users?sortBy=displayName",
        "/Users?sortBy=meta.lastModified&filter=userName+co+%22a%22",
        "/Users?filter=userName+eq+%22nobody%22",
        "/Groups?sortBy=displayName",
        "/Groups?sortBy=externalId&sortOrder=descending",
    ] {
        let whole = listed(&app, path).await;
        for count in 1..=5 {
            assert_eq!(walk(&app, path, count).await, whole, "{path} by {count}");
        }
    }
}

async fn a_cursor_is_bound_to_its_query(app: TestApp) {
    people(&app).await;
    let first = app.get("/Users?cursor&count=1&sortBy=userName&filter=userName+pr").await.expect(StatusCode::OK).json();
    assert_eq!((&first["totalResults"], &first["itemsPerPage"]), (&json!(3), &json!(1)));
    let next = first["nextCursor"].as_str().unwrap();
    for (path, kind) in [
        (format!("/Users?sortBy=userName&filter=userName+pr&cursor={next}x"), "invalidCursor"),
        (format!("/Users?sortBy=userName&cursor={next}"), "invalidCursor"),
        (format!("/Users?sortBy=displayName&filter=userName+pr&cursor={next}"), "invalidCursor"),
        (format!("/Users?sortBy=userName&sortOrder=descending&filter=userName+pr&cursor={next}"), "invalidCursor"),
        (format!("/Groups?cursor={next}"), "invalidCursor"),
        (format!("/?sortBy=userName&filter=userName+pr&cursor={next}"), "invalidCursor"),
        ("/Users?cursor=%00".into(), "invalidCursor"),
        ("/Users?cursor=AAAA".into(), "invalidCursor"),
        ("/Users?cursor&count=ten".into(), "invalidCount"),
    ] {
        let answer = app.get(&path).await.expect(StatusCode::BAD_REQUEST);
        assert_eq!(answer.json()["scimType"], kind, "{path}");
    }
    // The same list continues with another count; a count above the largest page means the largest page.
    let path = format!("/Users?sortBy=userName&filter=userName+pr&cursor={next}&count=100000000000000000000");
    assert_eq!(listed(&app, &path).await, ["Bob", "carl"]);
}

async fn a_search_takes_a_cursor(app: TestApp) {
    people(&app).await;
    let ask = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "cursor": "", "count": 2,
        "sortBy": "userName", "sortOrder": "descending", "attributes": ["userName"]});
    let first = app.post("/Users/.search", ask.clone()).await.expect(StatusCode::OK);
    assert_eq!(names(&first), ["carl", "Bob"]);
    let mut ask = ask;
    ask["cursor"] = first.json()["nextCursor"].clone();
    let second = app.post("/Users/.search", ask).await.expect(StatusCode::OK);
    assert_eq!(names(&second), ["ada"]);
    assert_eq!(second.json().get("nextCursor"), None);
    assert!(second.json()["previousCursor"].is_string());
}

async fn the_root_is_asked_for_both(app: TestApp) {
    people(&app).await;
    for (filter, wanted) in [
        ("userName pr or displayName pr", &["carl", "Bob", "ada", "west", "East"][..]),
        ("meta.resourceType eq \"Group\"", &["west", "East"]),
        ("meta.resourceType eq \"User\" and userName sw \"B\"", &["Bob"]),
        ("userName eq \"ada\" or displayName eq \"east\"", &["ada", "East"]),
        ("userName ne \"ada\"", &["carl", "Bob", "west", "East"]),
        ("userName pr", &["carl", "Bob", "ada"]),
        ("members pr", &[]),
        ("externalId eq \"ext-west\"", &["west"]),
    ] {
        let ask = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "filter": filter});
        let answer = app.post("/.search", ask).await.expect(StatusCode::OK);
        assert_eq!(
            (names(&answer), answer.total()),
            (wanted.iter().map(|name| (*name).to_owned()).collect(), wanted.len() as u64),
            "{filter}"
        );
        let encoded: String = filter.bytes().map(|byte| format!("%{byte:02X}")).collect();
        assert_eq!(listed(&app, &format!("/?filter={encoded}")).await, wanted);
    }
    let refused = app.post("/.search", json!({"filter": "nosuch eq \"x\""})).await.expect(StatusCode::BAD_REQUEST);
    assert_eq!(refused.json()["scimType"], "invalidFilter");
    let both = app.post("/.search", json!({"attributes": ["displayName"]})).await.expect(StatusCode::OK).json();
    let locations: Vec<&Value> = both["Resources"].as_array().unwrap().iter().map(|one| &one["meta"]).collect();
    assert!(locations.iter().all(|meta| meta.is_null()), "{both}");
    app.scim(Method::GET, "/.search", None).await.expect(StatusCode::METHOD_NOT_ALLOWED);
}

async fn the_root_is_paged_over_the_border(app: TestApp) {
    people(&app).await;
    for (query, wanted) in [
        ("/?count=9", ["carl", "Bob", "ada", "west", "East"]),
        ("/?sortBy=userName", ["ada", "Bob", "carl", "west", "East"]),
        ("/?sortBy=displayName", ["carl", "ada", "Bob", "East", "west"]),
        ("/?sortBy=displayName&sortOrder=descending", ["west", "East", "Bob", "ada", "carl"]),
    ] {
        let path = if query.contains("sortBy") { query } else { "/" };
        for count in 1..=6 {
            assert_eq!(walk(&app, path, count).await, wanted, "{query} by {count}");
            let mut by_index = Vec::new();
            for start in (1..=6).step_by(count) {
                let join = if path.contains('?') { '&' } else { '?' };
                let page = app.get(&format!("{path}{join}startIndex={start}&count={count}")).await;
                assert_eq!((page.total(), &page.json()["startIndex"]), (5, &json!(start)));
                by_index.extend(names(&page));
            }
            assert_eq!(by_index, wanted, "{query} by {count}");
        }
    }
}

async fn the_root_without_a_query_is_the_service(app: TestApp) {
    for path in ["", "/", "?aadOptscim062020", "/?aadOptscim062020"] {
        let answer = app.get(path).await.expect(StatusCode::OK);
        assert_eq!(answer.json()["patch"]["supported"], json!(true), "{path:?}");
    }
}
