//! Lists as the RFCs have them: sorted (RFC 7644 §3.4.2.3), by index and by cursor (RFC 9865), of one kind and of both
//! (RFC 7644 §3.4.2.1), with entity tags (RFC 7644 §3.14).

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should fail")]

mod support;

use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use domain::{
    directory::{Directory, GroupView, Resource, RootMark, Search},
    query::{Filter, Listing, Sort, Start, Window},
};
use support::{Answer, TestApp, Value, entra_user, json};

on_both!(
    users_are_sorted,
    groups_are_sorted,
    what_is_not_indexed_does_not_sort,
    cursors_lead_through_a_list_and_back,
    a_cursor_is_bound_to_its_query,
    a_search_takes_a_cursor,
    the_root_is_asked_for_both,
    the_root_is_paged_over_the_border,
    the_root_without_a_query_is_the_service,
    a_page_of_groups_has_so_many_members_and_goes_on,
    a_page_of_the_root_has_so_many_members_and_goes_on,
    a_tag_of_a_user_covers_its_groups,
    writers_may_refuse_what_there_is,
    writers_may_refuse_what_there_will_be,
);

/// What a list names, in its order.
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

async fn what_is_not_indexed_does_not_sort(app: TestApp) {
    for path in [
        "/Users?sortBy=title",
        "/Users?sortBy=nosuch",
        "/Users?sortBy=emails.value",
        "/Users?sortBy=%22",
        "/Users?sortBy=userName&sortOrder=up",
        "/Groups?sortBy=userName",
        "/?sortBy=members",
    ] {
        let answer = app.get(path).await.expect(StatusCode::BAD_REQUEST);
        assert_eq!(answer.json()["scimType"], "invalidValue", "{path}");
    }
    let config = app.get("/ServiceProviderConfig").await.json();
    assert_eq!(config["sort"]["supported"], json!(true));
    assert_eq!((&config["pagination"]["cursor"], &config["pagination"]["index"]), (&json!(true), &json!(true)));
}

/// Walks by `nextCursor` to the end and by `previousCursor` back to the start; both ways give the same.
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
        ("/Users?cursor&count=0".into(), "invalidCount"),
        ("/Users?cursor&count=-1".into(), "invalidCount"),
        ("/Users?cursor&count=ten".into(), "invalidCount"),
    ] {
        let answer = app.get(&path).await.expect(StatusCode::BAD_REQUEST);
        assert_eq!(answer.json()["scimType"], kind, "{path}");
    }
    // Another count goes on in the same list; what is too long for a page is a page.
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

/// Sends a request with a condition.
async fn conditional(app: &TestApp, method: Method, path: &str, condition: (header::HeaderName, &str)) -> Answer {
    let body = match method {
        Method::PUT => json!({"userName": "ada", "displayName": "Owners"}).to_string(),
        Method::PATCH => json!({"Operations": [{"op": "replace", "path": "externalId", "value": "x"}]}).to_string(),
        _ => String::new(),
    };
    let request = Request::builder().method(method).uri(format!("/scim/v2{path}")).header(condition.0, condition.1);
    let request = request.header(header::AUTHORIZATION, format!("Bearer {}", app.token));
    app.send(request.body(Body::from(body)).unwrap()).await
}

async fn a_tag_of_a_user_covers_its_groups(app: TestApp) {
    let (id, group) = (app.user("ada").await, app.group("Owners").await);
    let path = format!("/Users/{id}");
    let tag = async |path: &str| {
        let answer = app.get(path).await.expect(StatusCode::OK);
        let tag = answer.header(header::ETAG).to_owned();
        assert_eq!(answer.json()["meta"]["version"], json!(tag), "{path}");
        tag
    };
    let listed = async |path: &str| app.get(path).await.json()["Resources"][0]["meta"]["version"].clone();
    let alone = tag(&path).await;
    let add = json!([{"op": "add", "path": "members", "value": [{"value": id}]}]);
    app.patch(&format!("/Groups/{group}"), add).await.expect(StatusCode::OK);
    let member = tag(&path).await;
    assert_ne!(alone, member);
    assert_eq!(listed("/Users").await, json!(member));
    assert_eq!(listed("/Groups").await, json!(tag(&format!("/Groups/{group}")).await));
    let answer =
        conditional(&app, Method::GET, &path, (header::IF_NONE_MATCH, &member)).await.expect(StatusCode::NOT_MODIFIED);
    assert_eq!((answer.header(header::ETAG), answer.text.as_str()), (member.as_str(), ""));
    conditional(&app, Method::GET, &path, (header::IF_NONE_MATCH, &alone)).await.expect(StatusCode::OK);
    let without = format!("{path}?excludedAttributes=groups");
    assert_eq!(tag(&without).await, alone);
    conditional(&app, Method::GET, &without, (header::IF_NONE_MATCH, &alone)).await.expect(StatusCode::NOT_MODIFIED);
    // The group's new name is in the user's document.
    app.patch(&format!("/Groups/{group}"), json!([{"op": "replace", "path": "displayName", "value": "Others"}])).await;
    conditional(&app, Method::GET, &path, (header::IF_NONE_MATCH, &member)).await.expect(StatusCode::OK);
    // To write, the version counts: the groups are not the user's own.
    for condition in [member.as_str(), alone.as_str(), "*", "W/\"9\", W/\"1\""] {
        let answer = conditional(&app, Method::DELETE, &format!("{path}x"), (header::IF_MATCH, condition)).await;
        answer.expect(StatusCode::NOT_FOUND);
    }
    let answer = conditional(&app, Method::PATCH, &path, (header::IF_MATCH, &member)).await.expect(StatusCode::OK);
    assert_ne!(answer.header(header::ETAG), member);
    assert_eq!(answer.json()["meta"]["version"], json!(answer.header(header::ETAG)));
    for method in [Method::PUT, Method::PATCH, Method::DELETE] {
        let answer = conditional(&app, method.clone(), &path, (header::IF_MATCH, &member)).await;
        answer.expect(StatusCode::PRECONDITION_FAILED);
        let answer = conditional(&app, method, &path, (header::IF_MATCH, "\"unreadable\"")).await;
        answer.expect(StatusCode::PRECONDITION_FAILED);
    }
}

async fn writers_may_refuse_what_there_is(app: TestApp) {
    let (id, group) = (app.user("ada").await, app.group("Owners").await);
    for path in [format!("/Users/{id}"), format!("/Groups/{group}")] {
        let before = app.get(&path).await;
        let tag = before.header(header::ETAG);
        conditional(&app, Method::GET, &path, (header::IF_NONE_MATCH, tag)).await.expect(StatusCode::NOT_MODIFIED);
        for method in [Method::PUT, Method::PATCH, Method::DELETE] {
            for condition in ["*", tag] {
                let answer = conditional(&app, method.clone(), &path, (header::IF_NONE_MATCH, condition)).await;
                assert_eq!(answer.expect(StatusCode::PRECONDITION_FAILED).json()["status"], "412", "{method} {path}");
            }
        }
        assert_eq!(app.get(&path).await.text, before.text);
        conditional(&app, Method::PUT, &path, (header::IF_NONE_MATCH, "W/\"99\"")).await.expect(StatusCode::OK);
        conditional(&app, Method::DELETE, &path, (header::IF_MATCH, tag)).await.expect(StatusCode::PRECONDITION_FAILED);
        conditional(&app, Method::DELETE, &path, (header::IF_MATCH, "*")).await.expect(StatusCode::NO_CONTENT);
        conditional(&app, Method::PUT, &path, (header::IF_NONE_MATCH, "*")).await.expect(StatusCode::NOT_FOUND);
    }
}

/// Whoever wants nothing of version 2 does not overwrite it, though it was not there when the call came.
async fn writers_may_refuse_what_there_will_be(app: TestApp) {
    let (id, group) = (app.user("ada").await, app.group("Owners").await);
    for path in [format!("/Users/{id}"), format!("/Groups/{group}")] {
        let put = async |external_id: &str| {
            let body = json!({"userName": "ada", "displayName": "Owners", "externalId": external_id}).to_string();
            let request = Request::put(format!("/scim/v2{path}")).header(header::IF_NONE_MATCH, "W/\"2\"");
            let request = request.header(header::AUTHORIZATION, format!("Bearer {}", app.token));
            app.send(request.body(Body::from(body)).unwrap()).await.status
        };
        let (one, two, three, four) = tokio::join!(put("1"), put("2"), put("3"), put("4"));
        let mut statuses = [one, two, three, four];
        statuses.sort();
        let late = StatusCode::PRECONDITION_FAILED;
        assert_eq!(statuses, [StatusCode::OK, late, late, late], "{path}");
        assert_eq!(app.get(&path).await.header(header::ETAG), "W/\"2\"");
    }
}

/// Three members at most.
const MEMBERS: Option<u64> = Some(3);

/// Users, and groups with 2, 2, 5, 0 and 1 members, of which the last is a group.
async fn crowds(app: &TestApp) -> Directory {
    let mut members = Vec::new();
    for number in 0..5 {
        members.push(json!({"value": app.user(&format!("u{number}")).await}));
    }
    let mut last = String::new();
    for (name, members) in [("a", &members[..2]), ("b", &members[3..]), ("c", &members[..]), ("d", &[])] {
        let group = json!({"displayName": name, "members": members});
        last = app.post("/Groups", group).await.expect(StatusCode::CREATED).id();
    }
    let nested = json!({"displayName": "e", "members": [{"value": last}]});
    app.post("/Groups", nested).await.expect(StatusCode::CREATED);
    Directory::open(&app.env, Some(&app.token), None).await.unwrap()
}

/// The groups of a page with the number of their members.
fn sizes(page: &[GroupView]) -> String {
    let size =
        |view: &GroupView| format!("{}{}", view.group.profile.display_name, view.members.len() + view.nested.len());
    page.iter().map(size).collect::<Vec<_>>().join(" ")
}

async fn a_page_of_groups_has_so_many_members_and_goes_on(app: TestApp) {
    let directory = crowds(&app).await;
    let page = async |start, limit, members| -> Listing<GroupView> {
        let page =
            directory.groups(Filter::All, Window { sort: Sort::default(), start, limit }, members).await.unwrap();
        assert_eq!(page.total, 5);
        page
    };
    // Nothing ends early where nobody is asked for, or all fit.
    assert_eq!(sizes(&page(Start::Index(0), 9, None).await.items), "a0 b0 c0 d0 e0");
    assert_eq!(sizes(&page(Start::Index(0), 9, Some(10)).await.items), "a2 b2 c5 d0 e1");
    for limit in [4, 5, 9] {
        let (mut offset, mut seen) = (0, Vec::new());
        while offset < 5 {
            let page = page(Start::Index(offset), limit, MEMBERS).await;
            offset += u64::try_from(page.items.len()).unwrap();
            seen.push(sizes(&page.items));
        }
        assert_eq!(seen, ["a2", "b2", "c5", "d0 e1"], "{limit}");
        let (mut start, mut seen) = (Some(Start::First), Vec::new());
        while let Some(at) = start {
            let page = page(at, limit, MEMBERS).await;
            start = page.next.map(Start::After);
            seen.push(sizes(&page.items));
        }
        assert_eq!(seen, ["a2", "b2", "c5", "d0 e1"], "{limit}");
        let (mut start, mut seen) = (Some(Start::Last), Vec::new());
        while let Some(at) = start {
            let page = page(at, limit, MEMBERS).await;
            start = page.previous.map(Start::Before);
            seen.push(sizes(&page.items));
        }
        assert_eq!(seen, ["d0 e1", "c5", "b2", "a2"], "{limit}");
    }
}

async fn a_page_of_the_root_has_so_many_members_and_goes_on(app: TestApp) {
    let directory = crowds(&app).await;
    let names = |page: &[Resource]| {
        let name = |resource: &Resource| match resource {
            Resource::User(_) => "u".to_owned(),
            Resource::Group(view) => sizes(std::slice::from_ref(view)),
        };
        page.iter().map(name).collect::<Vec<_>>().join(" ")
    };
    for (reversed, forward) in
        [(false, vec!["u u u u u a2", "b2", "c5", "d0 e1"]), (true, vec!["e1 d0", "c5", "b2", "a2 u u u u u"])]
    {
        let page = async |start: Start<RootMark>| {
            let users = (Filter::All, Sort { descending: reversed, ..Sort::default() }, false);
            let groups = (Filter::All, Sort { descending: reversed, ..Sort::default() }, MEMBERS);
            let page = directory.search(Search { users, groups, reversed, start, limit: 9 }).await.unwrap();
            assert_eq!(page.total, 10);
            page
        };
        let (mut start, mut seen) = (Some(Start::First), Vec::new());
        while let Some(at) = start {
            let page = page(at).await;
            start = page.next.map(Start::After);
            seen.push(names(&page.items));
        }
        assert_eq!(seen, forward);
        let (mut offset, mut seen) = (0, Vec::new());
        while offset < 10 {
            let page = page(Start::Index(offset)).await;
            offset += u64::try_from(page.items.len()).unwrap();
            seen.push(names(&page.items));
        }
        assert_eq!(seen, forward);
        let (mut start, mut seen) = (Some(Start::Last), Vec::new());
        while let Some(at) = start {
            let page = page(at).await;
            start = page.previous.map(Start::Before);
            seen.push(names(&page.items));
        }
        seen.reverse();
        assert_eq!(seen, forward);
    }
}
