//! Calls on a list or on one resource.

use super::{Problem, Reply, groups, request::Call, route::Route, users};
use axum::http::Method;
use domain::directory::ResourceKind;

/// Carries out a call on a list or on one resource; an operation of a bulk request is one, too.
pub(super) async fn answer(call: &mut Call) -> Result<Reply, Problem> {
    use ResourceKind::{Group, User};
    match (call.method.clone(), call.route.clone()) {
        (Method::GET, Route::List(User)) => users::list(call).await,
        (Method::GET, Route::List(Group)) => groups::list(call).await,
        (Method::POST, Route::List(User)) => users::create(call).await,
        (Method::POST, Route::List(Group)) => groups::create(call).await,
        (Method::POST, Route::Search(kind)) => {
            call.search()?;
            if kind == User { users::list(call).await } else { groups::list(call).await }
        }
        (Method::GET, Route::One(..)) if call.parameter("filter").is_some() => {
            Err(scim::Error::invalid_filter("A filter applies to a list, not to one resource.").into())
        }
        (Method::GET, Route::One(User, id)) => users::read(call, &id).await,
        (Method::PUT, Route::One(User, id)) => users::replace(call, &id).await,
        (Method::PATCH, Route::One(User, id)) => users::patch(call, &id).await,
        (Method::DELETE, Route::One(User, id)) => users::delete(call, &id).await,
        (Method::GET, Route::One(Group, id)) => groups::read(call, &id).await,
        (Method::PUT, Route::One(Group, id)) => groups::replace(call, &id).await,
        (Method::PATCH, Route::One(Group, id)) => groups::patch(call, &id).await,
        (Method::DELETE, Route::One(Group, id)) => groups::delete(call, &id).await,
        (_, route) => Err(Problem::method(route.allowed())),
    }
}
