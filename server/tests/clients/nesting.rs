//! Groups in groups.

use crate::{
    clients::{GUID, members},
    support::{TestApp, Value, json},
};
use axum::http::{StatusCode, header};
use domain::role::Role;

on_both!(
    groups_are_members_of_groups,
    members_of_both_kinds_change_by_patch,
    nesting_is_filtered_and_left_out,
    a_deleted_group_comes_back_with_its_nesting,
    roles_and_groups_of_a_user_stay_direct,
);

async fn groups_are_members_of_groups(app: TestApp) {
    let (ada, inner) = (app.user("ada@corp.example").await, app.group("Inner").await);
    let made = json!({"displayName": "Outer", "members": [
        {"value": inner, "type": "Group"}, {"value": ada}, {"value": GUID, "type": "Group"}]});
    let made = app.post("/Groups", made).await.expect(StatusCode::CREATED);
    let outer = made.id();
    let member = |kind: &str, id: &str| json!({"value": id, "type": kind, "$ref": format!("https://id.corp.example/scim/v2/{kind}s/{id}")});
    assert_eq!(made.json()["members"], json!([member("User", &ada), member("Group", &inner)]));
    let listed = app.get("/Groups?filter=displayName+eq+%22Outer%22").await.json();
    assert_eq!(listed["Resources"][0]["members"], made.json()["members"]);
    let put = json!({"displayName": "Outer", "members": [{"value": inner}, {"value": outer}]});
    let put = app.put(&format!("/Groups/{outer}"), put).await.expect(StatusCode::OK);
    assert_eq!(put.json()["members"], json!([member("Group", &inner)]));
    let cookie = app.administrator("gate-0001").await;
    let page = async |group: &str| {
        app.page(&format!("/admin/groups/{group}"), Some(&cookie)).await.expect(StatusCode::OK).text
    };
    let link = |group: &str| format!("/admin/groups/{group}");
    let (above, below) = (page(&outer).await, page(&inner).await);
    assert!(above.contains("Groups in it") && above.contains(&link(&inner)), "{above}");
    assert!(below.contains("Groups that it is in") && below.contains(&link(&outer)), "{below}");
    assert!(!above.contains("Groups that it is in") && !below.contains("Groups in it"), "{above}{below}");
    // Circles do no harm.
    let add = json!([{"op": "add", "path": "members", "value": [{"value": outer, "type": "Group"}]}]);
    app.patch(&format!("/Groups/{inner}"), add).await.expect(StatusCode::OK);
    assert_eq!(members(&app, &inner).await, [("Group".to_owned(), outer.clone())]);
    let page = page(&outer).await;
    assert!(page.contains("0 members and 1 group"), "{page}");
    let list = app.page("/admin/groups", Some(&cookie)).await.expect(StatusCode::OK).text;
    assert_eq!(list.matches("+ 1 group").count(), 2, "{list}");
}

async fn members_of_both_kinds_change_by_patch(app: TestApp) {
    let (ada, bob) = (app.user("ada@corp.example").await, app.user("bob@corp.example").await);
    let (one, two, team) = (app.group("One").await, app.group("Two").await, app.group("Team").await);
    let path = format!("/Groups/{team}");
    let patch = async |op: &str, by: &str, value: Value| {
        let body = json!([{"op": op, "path": by, "value": value}]);
        let answer = app.patch(&path, body).await.expect(StatusCode::OK);
        (answer.header(header::ETAG).to_owned(), members(&app, &team).await)
    };
    let all: Vec<Value> = [&ada, &bob, &one, &two].iter().map(|id| json!({"value": id})).collect();
    let (user, group) = (|id: &str| ("User".to_owned(), id.to_owned()), |id: &str| ("Group".to_owned(), id.to_owned()));
    let (version, now) = patch("add", "members", json!(all)).await;
    assert_eq!((version.as_str(), now), ("W/\"2\"", vec![user(&ada), user(&bob), group(&one), group(&two)]));
    assert_eq!(patch("add", "members", json!(all)).await.0, "W/\"2\"", "nothing came");
    let (version, now) = patch("remove", &format!("members[value eq \"{one}\"]"), Value::Null).await;
    assert_eq!((version.as_str(), now), ("W/\"3\"", vec![user(&ada), user(&bob), group(&two)]));
    let (_, now) = patch("remove", "members", json!([{"value": two}, {"value": ada}, {"value": one}])).await;
    assert_eq!(now, [user(&bob)]);
    let (_, now) = patch("replace", "members", json!([{"value": one}, {"value": ada}, {"value": team}])).await;
    assert_eq!(now, [user(&ada), group(&one)]);
    let event = app.host.events_after(0).await.unwrap().pop().unwrap().event;
    assert!(event.after.unwrap().contains(&one));
    let emptied = app.patch(&path, json!([{"op": "remove", "path": "members"}])).await;
    emptied.expect(StatusCode::OK);
    assert_eq!(members(&app, &team).await, []);
}

async fn nesting_is_filtered_and_left_out(app: TestApp) {
    let inner = app.group("Inner").await;
    let outer = json!({"displayName": "Outer", "members": [{"value": inner, "type": "Group"}]});
    let outer = app.post("/Groups", outer).await.id();
    for filter in [
        format!("members eq \"{inner}\""),
        format!("members.value eq \"{inner}\""),
        format!("members[value eq \"{inner}\"]"),
        format!("id eq \"{outer}\" and members eq \"{inner}\""),
        "members pr".to_owned(),
    ] {
        let found = app.get(&format!("/Groups?filter={}", filter.replace(' ', "+").replace('"', "%22"))).await;
        let found = found.expect(StatusCode::OK).json();
        assert_eq!(
            (found["totalResults"].as_u64(), found["Resources"][0]["id"].as_str()),
            (Some(1), Some(&*outer)),
            "{filter}"
        );
    }
    assert_eq!(app.get(&format!("/Groups?filter=members+eq+%22{outer}%22")).await.total(), 0);
    let without = app.get(&format!("/Groups/{outer}?excludedAttributes=members")).await.json();
    assert!(without.get("members").is_none());
}

async fn a_deleted_group_comes_back_with_its_nesting(app: TestApp) {
    let (inner, middle, outer) = (app.group("Inner").await, app.group("Middle").await, app.group("Outer").await);
    for (parent, member) in [(&outer, &middle), (&middle, &inner)] {
        let add = json!([{"op": "add", "path": "members", "value": [{"value": member}]}]);
        app.patch(&format!("/Groups/{parent}"), add).await.expect(StatusCode::OK);
    }
    app.delete(&format!("/Groups/{middle}")).await.expect(StatusCode::NO_CONTENT);
    assert_eq!(members(&app, &outer).await, []);
    let changed = app.get(&format!("/Groups/{outer}")).await;
    assert_eq!(changed.header(header::ETAG), "W/\"3\"", "the group that it was in has changed");
    app.console("gate-0001").await.restore_group(middle.parse().unwrap()).await.unwrap();
    assert_eq!(members(&app, &outer).await, [("Group".to_owned(), middle.clone())]);
    assert_eq!(members(&app, &middle).await, [("Group".to_owned(), inner)]);
}

async fn roles_and_groups_of_a_user_stay_direct(app: TestApp) {
    let (ada, inner, outer) = (app.user("ada@corp.example").await, app.group("Inner").await, app.group("Outer").await);
    for (parent, member) in [(&outer, &inner), (&inner, &ada)] {
        let add = json!([{"op": "add", "path": "members", "value": [{"value": member}]}]);
        app.patch(&format!("/Groups/{parent}"), add).await.expect(StatusCode::OK);
    }
    let console = app.console("gate-0001").await;
    console.set_group_role(outer.parse().unwrap(), Some(Role::Administrator)).await.unwrap();
    assert_eq!(console.role_of(ada.parse().unwrap()).await.unwrap().effective(), Role::Member);
    let groups = app.get(&format!("/Users/{ada}")).await.json()["groups"].clone();
    assert_eq!(groups.as_array().unwrap().len(), 1);
    assert_eq!((&groups[0]["value"], &groups[0]["type"]), (&json!(inner), &json!("direct")));
}
