//! The groups of a user have a limit: beyond it the user is returned without them, and no other user is affected.

use crate::support::{Answer, TestApp, Value, json};
use axum::http::{Method, Request, StatusCode, header};
use server::ServerLimits;

on_both!(
    r39_who_is_in_too_many_groups_is_shown_without_them,
    r39_a_list_goes_past_who_is_in_too_many_groups,
    r39_the_tag_changes_with_groups_that_are_too_many,
    r39_thousands_of_groups_are_shown,
);

const KIB: usize = 1024;

/// In JSON, such a name is six times as long.
const LONG: usize = 1_950;

/// As many groups with long names as weigh too much.
const MANY: usize = 400;

/// Puts a user into this many groups, and returns their ids.
async fn join(app: &TestApp, user: &str, count: usize, padding: usize) -> Vec<String> {
    let group = |number: usize| {
        let name = format!("{number:04}{}", "\u{1}".repeat(padding));
        let group = json!({"displayName": name, "members": [{"value": user}]});
        json!({"method": "POST", "path": "/Groups", "bulkId": number.to_string(), "data": group})
    };
    let mut ids = Vec::new();
    for from in (0..count).step_by(200) {
        let operations: Vec<Value> = (from..count.min(from + 200)).map(group).collect();
        let answer = app.post("/Bulk", json!({"Operations": operations})).await.expect(StatusCode::OK);
        for operation in answer.json()["Operations"].as_array().unwrap() {
            assert_eq!(operation["status"], "201", "{operation}");
            ids.push(operation["location"].as_str().unwrap().rsplit('/').next().unwrap().to_owned());
        }
    }
    ids
}

/// Ada, who is in too many groups and comes first, and Bob, who is in one.
async fn ada_and_bob(app: &TestApp) -> (String, Vec<String>) {
    let (ada, bob) = (app.user("ada").await, app.user("bob").await);
    let groups = join(app, &ada, MANY, LONG).await;
    let staff = json!({"displayName": "Staff", "members": [{"value": bob}]});
    app.post("/Groups", staff).await.expect(StatusCode::CREATED);
    (ada, groups)
}

fn assert_small(answer: &Answer) {
    let resource = answer.json();
    assert!(answer.text.len() < 4 * KIB && resource.get("groups").is_none(), "{:.500}", answer.text);
    assert_eq!(resource["userName"], "ada");
}

async fn r39_who_is_in_too_many_groups_is_shown_without_them(app: TestApp) {
    let (ada, _) = ada_and_bob(&app).await;
    let path = format!("/Users/{ada}");
    assert_small(&app.get(&path).await.expect(StatusCode::OK));
    let title = |title: &str| json!([{"op": "replace", "path": "title", "value": title}]);
    assert_small(&app.patch(&path, title("Countess")).await.expect(StatusCode::OK));
    assert_small(&app.patch(&path, title("Countess")).await.expect(StatusCode::OK));
    assert_small(&app.put(&path, json!({"userName": "ada", "title": "Dame"})).await.expect(StatusCode::OK));
    let cookie = app.administrator("gate-0001").await;
    let page = app.page(&format!("/admin/users/{ada}"), Some(&cookie)).await.expect(StatusCode::OK).text;
    assert!(page.len() < 100 * KIB && page.contains("In more groups than this page can show."), "{page:.2000}");
}

async fn r39_a_list_goes_past_who_is_in_too_many_groups(app: TestApp) {
    ada_and_bob(&app).await;
    let app = app.another_with(ServerLimits { memory_each: 3 << 20, ..ServerLimits::default() }).await;
    let names = |answer: Answer| {
        let answer = answer.expect(StatusCode::OK);
        assert!(answer.text.len() < 16 * KIB, "{:.500}", answer.text);
        let list = answer.json()["Resources"].as_array().unwrap().clone();
        assert!(list.iter().all(|user| user.get("groups").is_some() == (user["userName"] == "bob")), "{list:?}");
        list.iter().map(|user| user["userName"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let filters = [
        ("/Users", "ada bob"),
        ("/Users?sortBy=displayName", "ada bob"),
        ("/Users?sortBy=meta.version", "ada bob"),
        ("/Users?filter=meta.version%20pr", "ada bob"),
        ("/Users?filter=groups.display%20co%20%22t%22", "bob"),
    ];
    for (path, wanted) in filters {
        let mut found = names(app.get(path).await);
        found.sort();
        assert_eq!(found.join(" "), wanted, "{path}");
    }
    let search = json!({"filter": "userName pr"});
    for path in ["/Users/.search", "/.search"] {
        assert_eq!(names(app.post(path, search.clone()).await), ["ada", "bob"], "{path}");
    }
}

async fn r39_the_tag_changes_with_groups_that_are_too_many(app: TestApp) {
    let (ada, groups) = ada_and_bob(&app).await;
    let path = format!("/Users/{ada}");
    let read = async |tag: &str| {
        let request = Request::builder().method(Method::GET).uri(format!("/scim/v2{path}"));
        let request = request.header(header::AUTHORIZATION, format!("Bearer {}", app.token));
        app.send(request.header(header::IF_NONE_MATCH, tag).body(axum::body::Body::empty()).unwrap()).await
    };
    let mut tags = vec![app.get(&path).await.header(header::ETAG).to_owned()];
    let member = |op: &str| json!([{"op": op, "path": "members", "value": [{"value": ada}]}]);
    let name = json!([{"op": "replace", "path": "displayName", "value": "9999"}]);
    let empty = app.group("Last").await;
    for (group, change) in [(&groups[0], name), (&groups[1], member("remove")), (&empty, member("add"))] {
        assert_eq!(read(tags.last().unwrap()).await.status, StatusCode::NOT_MODIFIED);
        app.patch(&format!("/Groups/{group}"), change).await;
        let answer = read(tags.last().unwrap()).await.expect(StatusCode::OK);
        assert_small(&answer);
        let tag = answer.header(header::ETAG).to_owned();
        assert!(!tags.contains(&tag), "{tag} of {tags:?}");
        tags.push(tag);
    }
    for group in &groups[10..] {
        app.delete(&format!("/Groups/{group}")).await.expect(StatusCode::NO_CONTENT);
    }
    let answer = read(tags.last().unwrap()).await.expect(StatusCode::OK);
    assert_eq!(answer.json()["groups"].as_array().unwrap().len(), 10);
}

async fn r39_thousands_of_groups_are_shown(app: TestApp) {
    let ada = app.user("ada").await;
    join(&app, &ada, 3_000, 0).await;
    let user = app.get(&format!("/Users/{ada}")).await.expect(StatusCode::OK).json();
    let list = app.get("/Users").await.expect(StatusCode::OK).json();
    for user in [&user, &list["Resources"][0]] {
        let groups = user["groups"].as_array().unwrap();
        assert!(groups.len() == 3_000 && groups[0]["display"] == "0000" && groups[2_999]["display"] == "2999");
    }
}
