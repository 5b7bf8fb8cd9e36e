//! R16: each role that is gained or lost through a directory causes an alert.

use crate::{
    guarantees::{
        a09_guard::people,
        common::{events, maintain},
    },
    support::{TestApp, Value, json},
};
use axum::http::StatusCode;
use domain::{
    audit::{Action, Event},
    identity::{Person, PersonId, Who},
    role::Role,
};

on_both!(
    r16_a_role_through_a_group_is_told,
    r16_many_at_once_are_one_event,
    r16_the_page_of_a_person_says_so,
    r10_roles_that_come_and_go_drown_no_other_alert,
);

async fn roles_told(app: &TestApp) -> Vec<Event> {
    let told = events(app).await.into_iter().map(|entry| entry.event);
    told.filter(|event| event.action == Action::UserRoleChanged && matches!(event.actor, Who::Token { .. })).collect()
}

async fn r16_a_role_through_a_group_is_told(app: TestApp) {
    let users = people(&app, 3).await;
    let (ada, staff) = (&users[0], app.group("Staff").await);
    let console = app.console("gate-0001").await;
    console.set_group_role(staff.parse().unwrap(), Some(Role::Administrator)).await.unwrap();
    let group = format!("/Groups/{staff}");
    let join = json!([{"op": "add", "path": "members", "value": [{"value": ada}]}]);
    let active = |on: bool| json!([{"op": "replace", "path": "active", "value": on}]);
    app.patch(&group, join.clone()).await;
    // A person who is in it already gains nothing.
    app.patch(&group, join.clone()).await;
    app.patch(&format!("/Users/{ada}"), active(false)).await.expect(StatusCode::OK);
    app.patch(&format!("/Users/{ada}"), active(true)).await.expect(StatusCode::OK);
    app.patch(&group, json!([{"op": "remove", "path": format!("members[value eq \"{ada}\"]")}])).await;
    app.patch(&group, join).await;
    app.delete(&format!("/Users/{ada}")).await.expect(StatusCode::NO_CONTENT);
    // A person without a role causes no alert.
    app.delete(&format!("/Users/{}", users[1])).await.expect(StatusCode::NO_CONTENT);
    let told = roles_told(&app).await;
    let facts: Vec<Value> =
        told.iter().map(|event| serde_json::from_str(event.after.as_deref().unwrap()).unwrap()).collect();
    let admin = "administrator";
    let wanted = [
        json!({"role": admin, "through group": "Staff"}),
        json!({"role": null, "because": "deactivated"}),
        json!({"role": admin, "because": "reactivated"}),
        json!({"role": null, "through group": "Staff"}),
        json!({"role": admin, "through group": "Staff"}),
        json!({"role": null, "because": "deleted"}),
    ];
    assert_eq!(facts, wanted);
    assert!(told.iter().all(|event| event.target == Some(ada.parse().unwrap()) && event.alerts()));
    // An administrator who restores the person causes an alert, too.
    console.restore_user(ada.parse().unwrap()).await.unwrap();
    let last = events(&app).await.pop().unwrap().event;
    assert_eq!((last.action, last.target), (Action::UserRoleChanged, Some(ada.parse().unwrap())));
}

async fn r10_roles_that_come_and_go_drown_no_other_alert(app: TestApp) {
    let ada = people(&app, 1).await.remove(0);
    let staff = app.group("Staff").await;
    let console = app.console("gate-0001").await;
    console.set_group_role(staff.parse().unwrap(), Some(Role::Administrator)).await.unwrap();
    app.patch(&format!("/Groups/{staff}"), json!([{"op": "add", "path": "members", "value": [{"value": ada}]}])).await;
    for _ in 0..20 {
        for active in [false, true] {
            let change = json!([{"op": "replace", "path": "active", "value": active}]);
            app.patch(&format!("/Users/{ada}"), change).await.expect(StatusCode::OK);
        }
    }
    let told = roles_told(&app).await;
    assert_eq!((told.len(), told.iter().filter(|event| event.alerts()).count()), (41, 10), "all are in the log");
    app.clock.advance_minutes(60);
    maintain(&app).await;
    let summary = roles_told(&app).await.pop().unwrap();
    assert!(summary.alerts() && summary.after.unwrap().contains("\"further\":31"));
}

async fn r16_many_at_once_are_one_event(app: TestApp) {
    let users = people(&app, 60).await;
    let staff = app.group("Staff").await;
    let console = app.console("gate-0001").await;
    console.set_group_role(staff.parse().unwrap(), Some(Role::Auditor)).await.unwrap();
    let all: Vec<Value> = users.iter().map(|id| json!({"value": id})).collect();
    app.patch(&format!("/Groups/{staff}"), json!([{"op": "add", "path": "members", "value": all}])).await;
    app.delete(&format!("/Groups/{staff}")).await.expect(StatusCode::NO_CONTENT);
    let told = roles_told(&app).await;
    assert_eq!(told.len(), 2);
    for event in told {
        let facts: Value = serde_json::from_str(event.after.as_deref().unwrap()).unwrap();
        assert_eq!((&facts["people"], facts["names"].as_array().unwrap().len()), (&json!(60), 51));
        assert_eq!(event.target_name.as_deref(), Some("Staff"));
    }
    // The undo restores the roles, which causes another alert, with the administrator's name.
    let batch = console.guard().await.unwrap().batches[0].batch.id;
    console.undo_batch(batch, false, None).await.unwrap();
    assert_eq!(console.group_role(staff.parse().unwrap()).await.unwrap(), Some(Role::Auditor));
    let by_hand = events(&app).await.into_iter().filter(|entry| entry.event.action == Action::UserRoleChanged);
    assert_eq!(
        by_hand
            .filter(|entry| matches!(entry.event.actor, Who::Person(Person { id: PersonId::BreakGlass(_), .. })))
            .count(),
        1
    );
}

async fn r16_the_page_of_a_person_says_so(app: TestApp) {
    let ada = app.user("ada@corp.example").await;
    let cookie = app.administrator("gate-0001").await;
    let page = app.page(&format!("/admin/users/{ada}"), Some(&cookie)).await.expect(StatusCode::OK).text;
    assert!(!page.contains("changes no role by itself"));
    assert!(page.contains("Your directory changes a role only by putting people into a group that gives one"));
}
