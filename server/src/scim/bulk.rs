//! `/Bulk` (RFC 7644 §3.7). Each operation is a call of its own, with its own unit of work, audit event and activity
//! record; together they are not atomic.

use super::{Problem, Reply, reply::note, request::Call, resource, route::Route};
use crate::{http::shares::Share, state::AppState};
use axum::http::{Method, StatusCode};
use domain::TokenId;
use scim::message::{BulkMethod, BulkOperation, BulkRequest, BulkResult, bulk_response};
use serde_json::Map;
use std::{collections::HashMap, time::Duration};
use tokio::time::{Instant, sleep, timeout_at};

/// How long an operation that has begun may continue after the deadline.
const GRACE: Duration = Duration::from_secs(2);

/// How often a bulk request that waits for its turn checks for it.
const ASK_AGAIN: Duration = Duration::from_millis(20);

/// Carries the operations out, one after the other. Those for which there is no time left are refused: the request as a
/// whole is always answered.
pub(super) async fn answer(state: &AppState, call: &mut Call) -> Result<Reply, Problem> {
    let _turn = turn(state, call.directory.token().id).await?;
    let body = call.take_raw_body();
    call.hold(BulkRequest::largest_cost(&body, &call.limits)?)?;
    let request = BulkRequest::parse(&body, &call.schemas, &call.limits)?;
    let call = &*call;
    let order = request.order();
    let until = call.deadline.min(Instant::now() + state.limits.bulk);
    let (mut ids, mut results, mut errors) = (HashMap::new(), Vec::new(), 0);
    let circular = |at: &usize| order.circular.binary_search(at).is_ok();
    for at in order.resolvable.iter().chain(&order.circular) {
        if request.fail_on_errors.is_some_and(|most| errors >= most) {
            break;
        }
        let operation = &request.operations[*at];
        let prepared = if circular(at) { Err(circle(operation)) } else { prepare(call, operation, &ids) };
        let place = place(call, operation, prepared.as_ref().ok());
        let done = match prepared {
            Ok(sub) => carry_out(state, sub, until).await,
            Err(problem) => refuse(state, call, operation, problem),
        };
        errors += usize::from(done.is_err());
        if let (Some(name), Ok(reply)) = (operation.creates(), &done) {
            ids.extend(reply.target().map(|id| (name.to_owned(), id.to_string())));
        }
        results.push((*at, result(operation, place, done)));
    }
    results.sort_by_key(|(at, _)| *at);
    Ok(Reply::ok(bulk_response(results.into_iter().map(|(_, result)| result).collect()).to_string()))
}

/// A place among the bulk requests under way. Only a few wait, because their bodies are counted.
async fn turn(state: &AppState, token: TokenId) -> Result<Share<TokenId>, Problem> {
    let until = Instant::now() + state.limits.bulk_turn;
    loop {
        match state.bulks.take(token, 1) {
            Err(_) if Instant::now() < until => sleep(ASK_AGAIN).await,
            taken => return taken.map_err(Problem::no_turn),
        }
    }
}

/// The call of an operation. It may do no more than the same call on its own.
fn prepare(call: &Call, operation: &BulkOperation<'_>, ids: &HashMap<String, String>) -> Result<Call, Problem> {
    let length = operation.data.as_ref().ok().copied().flatten().map_or(0, str::len);
    if length > Route::of(&operation.path).largest_body(&call.limits) {
        return Err(scim::Error::too_large("The data of this operation is too large.").into());
    }
    let (path, data) = operation.resolve(ids, &call.limits)?;
    let method = operation.method.ok_or_else(|| scim::Error::invalid_syntax("This operation has no method."))?;
    let sub = call.part(http(method), path, data, operation.version.as_deref());
    let is_list = matches!(sub.route, Route::List(_));
    if !is_list && !matches!(sub.route, Route::One(..)) {
        return Err(scim::Error::not_found("A bulk operation targets /Users, /Groups or a path below them.").into());
    }
    if is_list != (sub.method == Method::POST) {
        let detail = "POST creates below /Users or /Groups; PUT, PATCH and DELETE need an id in the path.";
        return Err(scim::Error::method_not_allowed(detail).into());
    }
    Ok(sub)
}

fn circle(operation: &BulkOperation<'_>) -> Problem {
    // An error in the operation itself is more helpful than the circular reference.
    let circle =
        scim::Error::new(409, None, "This refers to itself, directly or through others; create first, then add.");
    operation.data.as_ref().err().cloned().unwrap_or(circle).into()
}

async fn carry_out(state: &AppState, mut sub: Call, until: Instant) -> Result<Reply, Problem> {
    let record = sub.record();
    let answered = if Instant::now() >= until {
        Err(scim::Error::unavailable("There was no time left for this operation; nothing was changed. Send it again.")
            .into())
    } else {
        let work = Box::pin(resource::answer(&mut sub));
        timeout_at(until + GRACE, work).await.unwrap_or_else(|_| Err(Problem::late()))
    };
    note(state, record, &answered);
    answered
}

/// An operation that is refused before it becomes a call is recorded like one that is carried out.
fn refuse(state: &AppState, call: &Call, operation: &BulkOperation<'_>, problem: Problem) -> Result<Reply, Problem> {
    let record = match operation.method {
        Some(method) => call.part(http(method), operation.path.clone(), Map::new(), None).record(),
        None => call.record(),
    };
    let refused = Err(problem);
    note(state, record, &refused);
    refused
}

/// RFC 7644 §3.7: the location is left out only if a resource was not created.
fn place(call: &Call, operation: &BulkOperation<'_>, sub: Option<&Call>) -> Option<String> {
    if operation.method == Some(BulkMethod::Post) {
        return None;
    }
    let unresolved = operation.path.contains("/bulkId:") || !operation.path.starts_with('/');
    let path = sub.map(|sub| sub.path.as_str()).or((!unresolved).then_some(operation.path.as_str()))?;
    Some(format!("{}{path}", call.base_url))
}

fn http(method: BulkMethod) -> Method {
    match method {
        BulkMethod::Post => Method::POST,
        BulkMethod::Put => Method::PUT,
        BulkMethod::Patch => Method::PATCH,
        BulkMethod::Delete => Method::DELETE,
    }
}

fn result(operation: &BulkOperation<'_>, place: Option<String>, done: Result<Reply, Problem>) -> BulkResult {
    let (created, version, status) = match done {
        Ok(reply) => {
            // RFC 7644 §3.7.3: a change has status 200 even if its result does not include the resource.
            let is_change = matches!(operation.method, Some(BulkMethod::Put | BulkMethod::Patch));
            let status = if is_change { StatusCode::OK } else { reply.status() };
            (reply.location().map(str::to_owned), reply.known_tag().map(str::to_owned), Ok(status.as_u16()))
        }
        Err(problem) => (None, None, Err(problem.into_error())),
    };
    let (method, bulk_id) = (operation.method, operation.bulk_id.clone());
    BulkResult { method, bulk_id, location: created.or(place), version, status }
}
