//! The body of an answer, part by part. Parts that were sent are freed, and no longer counted.

use super::members::Members;
use crate::http::shares::Share;
use axum::body::Bytes;
use domain::TokenId;
use hyper::body::{Body, Frame, SizeHint};
use std::{
    collections::VecDeque,
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll},
};

/// How many bytes are passed on at a time.
const CHUNK: usize = 64 * 1024;

/// The parts of a body, in their order.
#[derive(Default)]
pub(super) struct Parts(VecDeque<Part>);

enum Part {
    Text(String),
    /// Rendered while they are sent: as text they would be ten times as large.
    Members(Members),
}

impl Parts {
    /// Adds text. Short ones are joined, so that a body has few parts.
    pub(super) fn text(&mut self, text: String) {
        match self.0.back_mut() {
            Some(Part::Text(last)) if last.len() + text.len() <= CHUNK => last.push_str(&text),
            _ => self.0.push_back(Part::Text(text)),
        }
    }

    /// Adds the members of a group.
    pub(super) fn members(&mut self, members: Members) {
        self.0.push_back(Part::Members(members));
    }

    /// Adds all of these.
    pub(super) fn append(&mut self, others: Self) {
        for part in others.0 {
            match part {
                Part::Text(text) => self.text(text),
                Part::Members(members) => self.members(members),
            }
        }
    }

    /// How many bytes they take in memory.
    pub(super) fn in_memory(&self) -> u64 {
        self.0.iter().map(Part::in_memory).sum()
    }

    /// The body. Its share is returned as it is sent.
    pub(super) fn body(self, share: Option<Share<TokenId>>) -> axum::body::Body {
        let left = self.0.iter().map(Part::length).sum();
        axum::body::Body::new(Outgoing { parts: self.0, text: Bytes::new(), left, share })
    }
}

impl From<String> for Parts {
    fn from(text: String) -> Self {
        Self(VecDeque::from([Part::Text(text)]))
    }
}

impl Part {
    fn length(&self) -> u64 {
        match self {
            Self::Text(text) => text.len() as u64,
            Self::Members(members) => members.length(),
        }
    }

    fn in_memory(&self) -> u64 {
        match self {
            Self::Text(text) => text.len() as u64,
            Self::Members(members) => members.in_memory(),
        }
    }
}

struct Outgoing {
    parts: VecDeque<Part>,
    /// What is left of the text that is sent.
    text: Bytes,
    /// What is left in all.
    left: u64,
    share: Option<Share<TokenId>>,
}

impl Outgoing {
    fn next(&mut self) -> Option<Bytes> {
        loop {
            if !self.text.is_empty() {
                let length = self.text.len().min(CHUNK);
                self.give_back(length as u64);
                return Some(self.text.split_to(length));
            }
            match self.parts.front_mut()? {
                Part::Members(members) => {
                    if let Some(text) = members.next(CHUNK) {
                        return Some(text.into());
                    }
                    let sent = members.in_memory();
                    self.parts.pop_front();
                    self.give_back(sent);
                }
                Part::Text(text) => {
                    self.text = Bytes::from(std::mem::take(text));
                    self.parts.pop_front();
                }
            }
        }
    }

    fn give_back(&mut self, sent: u64) {
        if let Some(share) = &mut self.share {
            share.shrink(sent);
        }
    }
}

impl Body for Outgoing {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let Some(bytes) = self.next() else { return Poll::Ready(None) };
        self.left = self.left.saturating_sub(bytes.len() as u64);
        Poll::Ready(Some(Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}
