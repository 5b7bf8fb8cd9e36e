//! Cuts bodies that arrive too late or too slowly.

use crate::{
    http::{
        edge,
        under_way::{Forms, HalfSentForm},
    },
    listen::{Floor, ServerLimits, arrival::Arrival},
};
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
    sync::{Arc, OnceLock},
    task::{Context, Poll},
    time::Duration,
};
use tokio::time::{Instant, Sleep, sleep_until};

/// Longer than any request should take, but shorter than clients wait.
pub(crate) const TIME_LIMIT: Duration = Duration::from_secs(25);

/// If a deadline is noticed this late, the server was too busy to read, and the caller is not to blame.
const BEHIND: Duration = Duration::from_millis(200);

/// Sets the deadline for the body of a request, unless it has arrived. Forms of the console are small, so they get less
/// time, and only a limited number may be half-sent at once.
pub(crate) fn give_time(
    request: Request,
    arrival: Option<Arc<Arrival>>,
    limits: &ServerLimits,
    forms: &Forms,
) -> (Request, Option<Deadline>) {
    let Some(arrival) = arrival else { return (request, None) };
    let path = request.uri().path().to_owned();
    let (limit, forms) = if edge::is_scim(&path) { (limits.body, None) } else { (limits.form, Some(forms.clone())) };
    let deadline = Deadline { path, arrival: arrival.clone(), missed: Arc::default() };
    let began = arrival.began();
    let pace = Pace { end: began + limit, began, floor: limits.body_floor, received: 0 };
    let timer = Box::pin(sleep_until(pace.next()));
    let missed = deadline.missed.clone();
    let request = request.map(|body| Body::new(Timed { body, pace, timer, missed, arrival, forms, half_sent: None }));
    (request, Some(deadline))
}

/// Shows whether a body has missed its deadline.
pub(crate) struct Deadline {
    path: String,
    arrival: Arc<Arrival>,
    missed: Arc<OnceLock<Missed>>,
}

/// Why a body was not read to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Missed {
    Late,
    TooSlow,
    TooManyForms,
}

impl Deadline {
    /// The answer that replaces any other if the body was not read to its end.
    pub(crate) fn missed(&self) -> Option<Response> {
        let late = StatusCode::REQUEST_TIMEOUT;
        let refuse = |status, words| Some(edge::refuse(&self.path, status, words));
        match self.missed.get() {
            Some(Missed::Late) => refuse(late, "The body did not arrive in time."),
            Some(Missed::TooSlow) => refuse(late, "The body arrived too slowly."),
            Some(Missed::TooManyForms) => {
                Some(edge::refuse_for_now(&self.path, StatusCode::SERVICE_UNAVAILABLE, "Too many forms are half-sent."))
            }
            None if self.arrival.was_given_up() => refuse(
                late,
                "The rest of the body was still awaited when others needed the place. Send it again, all at once.",
            ),
            None => None,
        }
    }
}

/// How much of a body must have arrived by when.
struct Pace {
    began: Instant,
    end: Instant,
    floor: Floor,
    received: u64,
}

impl Pace {
    /// When the body is late, unless more comes.
    fn next(&self) -> Instant {
        self.end.min(self.began + self.floor.time_for(self.received))
    }

    /// Gives more time.
    fn forgive(&mut self, behind: Duration) {
        self.began += behind;
        self.end += behind + BEHIND;
        self.floor.after += BEHIND;
    }

    fn missed(&self) -> Missed {
        if self.next() < self.end { Missed::TooSlow } else { Missed::Late }
    }
}

/// A body with a deadline.
struct Timed {
    body: Body,
    pace: Pace,
    timer: Pin<Box<Sleep>>,
    missed: Arc<OnceLock<Missed>>,
    arrival: Arc<Arrival>,
    /// The counter of half-sent forms, until this one is counted.
    forms: Option<Forms>,
    half_sent: Option<HalfSentForm>,
}

impl Timed {
    fn miss(&self, missed: Missed) -> axum::Error {
        // The first reason stays.
        let _ = self.missed.set(missed);
        self.arrival.end();
        axum::Error::new(NotWhole)
    }

    /// What to do while nothing arrives.
    fn poll_late(&mut self, cx: &mut Context<'_>) -> Poll<axum::Error> {
        if let Some(forms) = self.forms.take() {
            match forms.enter(self.arrival.clone()) {
                Some(form) => self.half_sent = Some(form),
                None => return Poll::Ready(self.miss(Missed::TooManyForms)),
            }
        }
        while self.timer.as_mut().poll(cx).is_ready() {
            let behind = self.pace.next().elapsed();
            if behind < BEHIND {
                return Poll::Ready(self.miss(self.pace.missed()));
            }
            // The server was too busy to check: what has arrived since has not been read.
            self.pace.forgive(behind);
            self.timer.as_mut().reset(self.pace.next());
        }
        Poll::Pending
    }
}

impl HttpBody for Timed {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let this = &mut *self;
        match Pin::new(&mut this.body).poll_frame(cx) {
            Poll::Ready(frame) => {
                let data = frame.as_ref().and_then(|frame| frame.as_ref().ok()).and_then(Frame::data_ref);
                if let Some(data) = data {
                    this.pace.received += data.len() as u64;
                    this.timer.as_mut().reset(this.pace.next());
                }
                if this.body.is_end_stream() {
                    this.half_sent = None;
                }
                Poll::Ready(frame)
            }
            Poll::Pending => this.poll_late(cx).map(|late| Some(Err(late))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[derive(Debug)]
struct NotWhole;

impl fmt::Display for NotWhole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the body did not arrive whole")
    }
}

impl std::error::Error for NotWhole {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_has_to_keep_a_pace_and_an_end() {
        let began = Instant::now();
        let seconds = |seconds| began + Duration::from_secs(seconds);
        let floor = Floor { bytes_a_second: 500, after: Duration::from_secs(5) };
        let pace = |received| Pace { began, end: seconds(20), floor, received };
        assert_eq!((pace(0).next(), pace(0).missed()), (seconds(5), Missed::TooSlow));
        assert_eq!((pace(2_000).next(), pace(2_000).missed()), (seconds(9), Missed::TooSlow));
        assert_eq!((pace(1_000_000).next(), pace(1_000_000).missed()), (seconds(20), Missed::Late));
    }
}
