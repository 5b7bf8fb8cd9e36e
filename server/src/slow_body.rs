//! Cuts bodies that take too long to arrive.

use crate::edge;
use axum::{
    body::{Body, Bytes},
    extract::Request,
    http::StatusCode,
    response::Response,
};
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use std::{
    fmt,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};
use tokio::time::{Sleep, sleep};

/// Gives the body its time; a request without one needs none.
pub(crate) fn give_time(request: Request, limit: Duration) -> (Request, Option<Deadline>) {
    if request.body().is_end_stream() {
        return (request, None);
    }
    let deadline = Deadline { path: request.uri().path().to_owned(), late: Arc::default() };
    let request = request.map(|body| Body::new(Timed::new(body, limit, deadline.late.clone())));
    (request, Some(deadline))
}

/// Tells whether a body has kept its time.
pub(crate) struct Deadline {
    path: String,
    late: Arc<AtomicBool>,
}

impl Deadline {
    /// What the caller is told in place of any other answer, where the time was not enough.
    pub(crate) fn missed(&self) -> Option<Response> {
        let refuse = || edge::refuse(&self.path, StatusCode::REQUEST_TIMEOUT, "The body did not arrive in time.");
        self.late.load(Ordering::Relaxed).then(refuse)
    }
}

/// A body with a deadline.
struct Timed {
    body: Body,
    deadline: Pin<Box<Sleep>>,
    late: Arc<AtomicBool>,
}

impl Timed {
    fn new(body: Body, limit: Duration, late: Arc<AtomicBool>) -> Self {
        Self { body, deadline: Box::pin(sleep(limit)), late }
    }
}

impl HttpBody for Timed {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(cx) {
            return Poll::Ready(frame);
        }
        if self.deadline.as_mut().poll(cx).is_pending() {
            return Poll::Pending;
        }
        self.late.store(true, Ordering::Relaxed);
        Poll::Ready(Some(Err(axum::Error::new(Late))))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[derive(Debug)]
struct Late;

impl fmt::Display for Late {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the body did not arrive in time")
    }
}

impl std::error::Error for Late {}
