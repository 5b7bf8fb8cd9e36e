//! `/Me` (RFC 7644 §3.11): the user that a token is bound to.

use super::{Problem, Reply, mapping, request::Call, users};
use axum::http::Method;

/// Carries a request out on the user that `/Me` is. Every answer's `Location` is that of the user.
pub(super) async fn answer(call: &mut Call) -> Result<Reply, Problem> {
    let Some(user) = call.directory.token().user else {
        let detail = "This token is bound to no user, so there is no /Me for it. A token that is, is made on the host: \
                      postern token create --user";
        return Err(scim::Error::not_implemented(detail).into());
    };
    let id = user.to_string();
    let reply = match call.method {
        Method::GET => users::read(call, &id).await,
        Method::PUT => users::replace(call, &id).await,
        Method::PATCH => users::patch(call, &id).await,
        Method::DELETE => users::delete(call, &id).await,
        _ => Err(Problem::method(call.route.allowed())),
    };
    let location = mapping::location(call, call.schemas.user, user);
    match reply {
        Ok(reply) => Ok(reply.at(location)),
        Err(problem) => Err(problem.at(location)),
    }
}
