//! How the body of a request arrives. Until it has arrived, the request waits for its caller, and can be given up if
//! others need its place.

use axum::{
    body::{Body, Bytes},
    extract::Request,
    http::{HeaderMap, header},
};
use futures_util::task::AtomicWaker;
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use std::{
    fmt,
    pin::Pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU8, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};
use tokio::time::Instant;

const UNDER_WAY: u8 = 0;
const OVER: u8 = 1;
const GIVEN_UP: u8 = 2;

/// The arrival of one body.
#[derive(Debug)]
pub(crate) struct Arrival {
    began: Instant,
    state: AtomicU8,
    waker: AtomicWaker,
    /// Whether the client sends it only after it is told to.
    is_withheld: bool,
    /// Whether reading it has begun.
    is_read: AtomicBool,
    rest: Mutex<Option<Body>>,
}

/// The part of a body that was not read.
pub(crate) struct Rest {
    pub(crate) body: Body,
    /// Whether the client waits to be told that it may send it.
    pub(crate) is_withheld: bool,
}

impl Arrival {
    /// Watches the body of a request; a request without one has nothing to wait for. A body that is watched already
    /// keeps its watcher.
    pub(crate) fn watch(request: Request) -> (Request, Option<Arc<Self>>) {
        if let Some(arrival) = request.extensions().get::<Arc<Self>>().cloned() {
            return (request, Some(arrival));
        }
        if request.body().is_end_stream() {
            return (request, None);
        }
        let is_withheld = is_withheld(request.headers());
        let arrival = Arc::new(Self {
            began: Instant::now(),
            state: AtomicU8::new(UNDER_WAY),
            waker: AtomicWaker::new(),
            is_withheld,
            is_read: AtomicBool::new(false),
            rest: Mutex::default(),
        });
        let mut request = request.map(|body| Body::new(Watched { body, arrival: arrival.clone() }));
        request.extensions_mut().insert(arrival.clone());
        (request, Some(arrival))
    }

    /// Whether more of the body is awaited.
    pub(crate) fn is_under_way(&self) -> bool {
        self.state.load(Ordering::Acquire) == UNDER_WAY
    }

    /// When the head of the request was read.
    pub(crate) fn began(&self) -> Instant {
        self.began
    }

    /// Whether the body is awaited and has been for this long.
    pub(crate) fn has_waited(&self, time: Duration) -> bool {
        self.is_under_way() && self.began.elapsed() >= time
    }

    /// Ends the body with an error, unless all of it is there.
    pub(crate) fn give_up(&self) {
        self.go(GIVEN_UP);
        self.waker.wake();
    }

    /// Whether it was given up.
    pub(crate) fn was_given_up(&self) -> bool {
        self.state.load(Ordering::Acquire) == GIVEN_UP
    }

    /// Stops waiting for the rest of it.
    pub(crate) fn end(&self) {
        self.go(OVER);
    }

    /// The unread rest, if more of it is to come.
    pub(crate) fn take_rest(self: &Arc<Self>) -> Option<Rest> {
        let body = self.rest.lock().unwrap_or_else(PoisonError::into_inner).take()?;
        let body = Body::new(Watched { body, arrival: self.clone() });
        Some(Rest { body, is_withheld: self.is_withheld && !self.is_read.load(Ordering::Relaxed) })
    }

    fn go(&self, to: u8) {
        // The first state stays.
        let _ = self.state.compare_exchange(UNDER_WAY, to, Ordering::AcqRel, Ordering::Acquire);
    }
}

/// A body whose arrival is watched.
struct Watched {
    body: Body,
    arrival: Arc<Arrival>,
}

impl HttpBody for Watched {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        self.arrival.is_read.store(true, Ordering::Relaxed);
        self.arrival.waker.register(cx.waker());
        if self.arrival.was_given_up() {
            return Poll::Ready(Some(Err(axum::Error::new(GivenUp))));
        }
        let polled = Pin::new(&mut self.body).poll_frame(cx);
        let is_over = match &polled {
            Poll::Pending => false,
            Poll::Ready(Some(Ok(_))) => self.body.is_end_stream(),
            Poll::Ready(None | Some(Err(_))) => true,
        };
        if is_over {
            self.arrival.go(OVER);
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        if self.arrival.is_under_way() && !self.body.is_end_stream() {
            let rest = std::mem::take(&mut self.body);
            *self.arrival.rest.lock().unwrap_or_else(PoisonError::into_inner) = Some(rest);
        } else {
            self.arrival.go(OVER);
        }
    }
}

/// Whether the client sends the body only after it is told to (RFC 9110 §10.1.1).
fn is_withheld(headers: &HeaderMap) -> bool {
    headers.get(header::EXPECT).is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"100-continue"))
}

#[derive(Debug)]
struct GivenUp;

impl fmt::Display for GivenUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the request was given up before its body had arrived")
    }
}

impl std::error::Error for GivenUp {}
