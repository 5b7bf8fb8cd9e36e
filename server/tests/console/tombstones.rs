//! The pages of deleted users and groups.

use crate::support::TestApp;
use axum::http::StatusCode;

on_both!(a_deleted_user_has_a_tombstone, a_deleted_group_has_a_tombstone);

async fn a_deleted_user_has_a_tombstone(app: TestApp) {
    let cookie = app.administrator("gate-0001").await;
    let id = app.user("ada@corp.example").await;
    app.delete(&format!("/Users/{id}")).await.expect(StatusCode::NO_CONTENT);
    let path = format!("/admin/users/{id}");
    let page = async || app.page(&path, Some(&cookie)).await;
    let kept = page().await.expect(StatusCode::OK).text;
    let token = app.host.tokens().await.unwrap()[0].id;
    for words in
        ["Ada Byron", "It can be restored", "forgotten in 30 days", "/admin/api/restore_user", &*token.to_string()]
    {
        assert!(kept.contains(words), "{words}: {kept}");
    }
    app.form("/admin/api/restore_user", Some(&cookie), &format!("id={id}")).await.expect(StatusCode::OK);
    assert!(!page().await.expect(StatusCode::OK).text.contains("It can be restored"));
    // A user who never existed has none.
    let never = "/admin/users/01980000-0000-7000-8000-000000000000";
    app.page(never, Some(&cookie)).await.expect(StatusCode::NOT_FOUND);
}

async fn a_deleted_group_has_a_tombstone(app: TestApp) {
    let cookie = app.administrator("gate-0001").await;
    let id = app.group("Engine Owners").await;
    app.delete(&format!("/Groups/{id}")).await.expect(StatusCode::NO_CONTENT);
    let page = app.page(&format!("/admin/groups/{id}"), Some(&cookie)).await.expect(StatusCode::OK).text;
    for words in ["Engine Owners", "It can be restored", "through token", "/admin/api/restore_group"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let wrong_kind = app.page(&format!("/admin/users/{id}"), Some(&cookie)).await;
    wrong_kind.expect(StatusCode::NOT_FOUND);
}
