//! A10, A11: people who leave lose access at once, and no other user inherits anything from them.

use crate::{
    guarantees::common::{is_in, user_session},
    support::{TestApp, entra_user, json},
};
use axum::http::{Method, StatusCode};
use domain::{UserId, role::Role};

on_both!(
    a10_whoever_is_deactivated_is_out_at_once,
    a10_whoever_is_deleted_is_out_at_once,
    a11_the_same_name_again_is_somebody_else,
    a11_a_restored_user_is_whole,
);

async fn a10_whoever_is_deactivated_is_out_at_once(app: TestApp) {
    let other = app.another().await;
    let id = app.user("ada@corp.example").await;
    let path = format!("/Users/{id}");
    for operation in [
        json!({"op": "Replace", "path": "active", "value": "False"}),
        json!({"op": "replace", "value": {"active": false}}),
        json!({"op": "add", "path": "active", "value": false}),
    ] {
        let (_, cookie) = user_session(&app, id.parse().unwrap(), Role::Administrator).await;
        assert!(is_in(&app, &cookie).await && is_in(&other, &cookie).await);
        app.patch(&path, json!([operation])).await.expect(StatusCode::OK);
        assert!(!is_in(&other, &cookie).await && !is_in(&app, &cookie).await, "{operation}");
        app.patch(&path, json!([{"op": "replace", "path": "active", "value": true}])).await.expect(StatusCode::OK);
        assert!(!is_in(&other, &cookie).await && !is_in(&app, &cookie).await, "{operation}");
    }
    let (_, cookie) = user_session(&app, id.parse().unwrap(), Role::Administrator).await;
    let mut user = entra_user("ada@corp.example");
    user["active"] = json!(false);
    app.put(&path, user).await.expect(StatusCode::OK);
    assert!(!is_in(&other, &cookie).await);
}

async fn a10_whoever_is_deleted_is_out_at_once(app: TestApp) {
    let other = app.another().await;
    let id = app.user("ada@corp.example").await;
    let (principal, cookie) = user_session(&app, id.parse().unwrap(), Role::Administrator).await;
    let console = other.console_of(principal);
    assert!(is_in(&other, &cookie).await);
    app.delete(&format!("/Users/{id}")).await.expect(StatusCode::NO_CONTENT);
    assert!(!is_in(&other, &cookie).await);
    // Even a request in progress changes nothing.
    assert!(console.set_audit_days(365).await.is_err());
    app.console("gate-0001").await.restore_user(id.parse().unwrap()).await.unwrap();
    assert!(!is_in(&other, &cookie).await && !is_in(&app, &cookie).await);
}

async fn a11_the_same_name_again_is_somebody_else(app: TestApp) {
    let console = app.console("gate-0001").await;
    let group = app.group("Engine Owners").await;
    let first = app.user("ada@corp.example").await;
    let members = json!([{"op": "add", "path": "members", "value": [{"value": first}]}]);
    app.patch(&format!("/Groups/{group}"), members).await.expect(StatusCode::OK);
    let user: UserId = first.parse().unwrap();
    console.set_user_role(user, Some(Role::Auditor)).await.unwrap();
    console.set_group_role(group.parse().unwrap(), Some(Role::Administrator)).await.unwrap();
    let (_, cookie) = user_session(&app, user, Role::Administrator).await;
    let mut last = first;
    for round in 0..3 {
        app.delete(&format!("/Users/{last}")).await.expect(StatusCode::NO_CONTENT);
        app.get(&format!("/Users/{last}")).await.expect(StatusCode::NOT_FOUND);
        let again = app.user("ada@corp.example").await;
        assert_ne!(again, last);
        let role = console.role_of(again.parse().unwrap()).await.unwrap();
        assert!(role.by_hand.is_none() && role.through.is_empty(), "round {round}");
        let read = app.get(&format!("/Users/{again}")).await.json();
        assert!(read["groups"].as_array().is_none_or(Vec::is_empty), "{read}");
        assert!(!is_in(&app, &cookie).await);
        assert_eq!(app.get("/Users?filter=externalId%20eq%20%22ext-ada%40corp.example%22").await.total(), 1);
        last = again;
    }
    // Only an administrator restores the role, together with the user who had it; the last newcomer keeps everything
    // but the name.
    console.restore_user(user).await.unwrap();
    assert_eq!(console.role_of(user).await.unwrap().effective(), Role::Administrator);
    let newcomer = app.get(&format!("/Users/{last}")).await.expect(StatusCode::OK).json();
    assert!(newcomer["userName"].as_str().unwrap().starts_with("ada@corp.example~"), "{newcomer}");
    assert_eq!(console.role_of(last.parse().unwrap()).await.unwrap().effective(), Role::Member);
}

async fn a11_a_restored_user_is_whole(app: TestApp) {
    let console = app.console("gate-0001").await;
    let (kept, gone) = (app.group("Engine Owners").await, app.group("Poets").await);
    let id = app.user("ada@corp.example").await;
    for group in [&kept, &gone] {
        let members = json!([{"op": "add", "path": "members", "value": [{"value": id}]}]);
        app.patch(&format!("/Groups/{group}"), members).await.expect(StatusCode::OK);
    }
    let user: UserId = id.parse().unwrap();
    console.set_user_role(user, Some(Role::Auditor)).await.unwrap();
    console.set_group_role(kept.parse().unwrap(), Some(Role::Administrator)).await.unwrap();
    let without_meta = async || {
        let mut user = app.get(&format!("/Users/{id}")).await.expect(StatusCode::OK).json();
        user.as_object_mut().unwrap().remove("meta");
        user
    };
    let before = without_meta().await;
    assert_eq!(before["groups"].as_array().unwrap().len(), 2);
    app.delete(&format!("/Users/{id}")).await.expect(StatusCode::NO_CONTENT);
    assert_eq!(console.role_of(user).await.unwrap().effective(), Role::Member);
    console.restore_user(user).await.unwrap();
    assert_eq!(without_meta().await, before);
    assert_eq!(before["emails"][0]["value"], "ada@corp.example");
    let role = console.role_of(user).await.unwrap();
    assert_eq!((role.by_hand, role.effective()), (Some(Role::Auditor), Role::Administrator));
    // A group that was deleted meanwhile is restored with her in it.
    app.delete(&format!("/Users/{id}")).await.expect(StatusCode::NO_CONTENT);
    app.scim(Method::DELETE, &format!("/Groups/{gone}"), None).await.expect(StatusCode::NO_CONTENT);
    console.restore_user(user).await.unwrap();
    console.restore_group(gone.parse().unwrap()).await.unwrap();
    assert_eq!(without_meta().await, before);
}
