//! `/Me` (RFC 7644 §3.11): the user that a token is bound to.

use super::{Problem, Reply, mapping, request::Call, users};
use axum::http::Method;

/// Carries out a request on the user whom `/Me` addresses. The `Location` of every answer is that of the user.
pub(super) async fn answer(call: &mut Call) -> Result<Reply, Problem> {
    let Some(user) = call.directory.token().user else {
        let detail = "This token is not bound to a user, so there is no /Me for it. Create a bound token on the host: \
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
