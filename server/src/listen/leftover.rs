//! The rest of a body, if the answer came before all of it had arrived. A proxy that is still sending takes the end of
//! the connection for a dead server, and drops the answer. So the rest is read and discarded, within bounds.

use super::{Drain, ServerLimits};
use crate::listen::arrival::{Arrival, Rest};
use axum::http::{HeaderValue, Response, header};
use http_body_util::BodyExt;
use std::sync::Arc;
use tokio::{
    sync::Semaphore,
    time::{Instant, timeout_at},
};

/// How many connections may be read from after their answer at the same time. Others end at once.
const LINGERING: usize = 64;

static PLACES: Semaphore = Semaphore::const_new(LINGERING);

/// Reads what is left of the body, so that the connection can take another request. If that is too much, the answer
/// announces the end of the connection, and is sent while more is read.
pub(super) async fn read<B>(mut response: Response<B>, arrival: &Arc<Arrival>, limits: &ServerLimits) -> Response<B> {
    let Some(mut rest) = arrival.take_rest() else { return response };
    let is_last = response.headers().get(header::CONNECTION).is_some_and(|value| value == "close");
    if rest.is_withheld || is_last || !throw_away(&mut rest, limits.rest).await {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        if !rest.is_withheld {
            linger(rest, limits.linger);
        }
    }
    response
}

fn linger(mut rest: Rest, drain: Drain) {
    let Ok(place) = PLACES.try_acquire() else { return };
    tokio::spawn(async move {
        throw_away(&mut rest, drain).await;
        drop(place);
    });
}

/// Reads and discards at most this much. Returns whether that was all.
async fn throw_away(rest: &mut Rest, drain: Drain) -> bool {
    let (end, mut bytes) = (Instant::now() + drain.time, 0);
    while let Ok(frame) = timeout_at(end, rest.body.frame()).await {
        match frame {
            None => return true,
            Some(Err(_)) => return false,
            Some(Ok(frame)) => bytes += frame.data_ref().map_or(0, |data| data.len() as u64),
        }
        if bytes > drain.bytes {
            return false;
        }
    }
    false
}
