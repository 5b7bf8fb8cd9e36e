//! A connection's bytes, watched on their way in and out.

use super::{
    Floor,
    framing::{Fault, Framing},
    mend::mend,
    refusal,
};
use std::{
    io::{self, IoSlice},
    pin::Pin,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::{Instant, Sleep, sleep_until},
};

/// A socket that notes faults in the requests on it, and fails if the other end reads nothing for too long, or reads an
/// answer too slowly.
pub(super) struct Wire {
    stream: TcpStream,
    framing: Framing,
    fault: Arc<OnceLock<Fault>>,
    mended: Arc<AtomicBool>,
    /// Whether the last request that began names SCIM.
    is_scim: bool,
    /// What is written instead of the parser's answer, and how much of it has been written.
    explained: Option<(Vec<u8>, usize)>,
    patience: Duration,
    floor: Floor,
    answer: Answer,
    /// Set while a write waits.
    stalled: Option<Stalled>,
}

/// How fast an answer is read; the answer begins after the last bytes of a request.
#[derive(Default)]
struct Answer {
    written: u64,
    /// How long writes have waited.
    waited: Duration,
}

struct Stalled {
    since: Instant,
    end: Pin<Box<Sleep>>,
}

impl Wire {
    pub(super) fn new(stream: TcpStream, framing: Framing, patience: Duration, floor: Floor) -> Self {
        Self {
            stream,
            framing,
            fault: Arc::default(),
            mended: Arc::default(),
            is_scim: false,
            explained: None,
            patience,
            floor,
            answer: Answer::default(),
            stalled: None,
        }
    }

    /// Set as soon as bytes arrive that are refused.
    pub(super) fn fault(&self) -> Arc<OnceLock<Fault>> {
        self.fault.clone()
    }

    /// Set as soon as the request line of a request that is not handled yet has been mended.
    pub(super) fn mended(&self) -> Arc<AtomicBool> {
        self.mended.clone()
    }

    /// Writes the rest of an explained answer, if there is one.
    fn poll_explained(&mut self, cx: &mut Context<'_>) -> Option<Poll<io::Result<()>>> {
        let (answer, written) = self.explained.as_mut()?;
        while *written < answer.len() {
            match Pin::new(&mut self.stream).poll_write(cx, &answer[*written..]) {
                Poll::Ready(Ok(0)) => return Some(Poll::Ready(Err(io::ErrorKind::WriteZero.into()))),
                Poll::Ready(Ok(more)) => *written += more,
                Poll::Ready(Err(error)) => return Some(Poll::Ready(Err(error))),
                Poll::Pending => return Some(Poll::Pending),
            }
        }
        self.explained = None;
        Some(Poll::Ready(Ok(())))
    }

    fn progress(&mut self, cx: &mut Context<'_>, wrote: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if let Poll::Ready(wrote) = wrote {
            self.answer.written += wrote.as_ref().map_or(0, |wrote| *wrote as u64);
            self.answer.waited += self.stalled.take().map_or(Duration::ZERO, |stalled| stalled.since.elapsed());
            return Poll::Ready(wrote);
        }
        let left = self.floor.time_for(self.answer.written).saturating_sub(self.answer.waited).min(self.patience);
        let stalled = self.stalled.get_or_insert_with(|| {
            let since = Instant::now();
            Stalled { since, end: Box::pin(sleep_until(since + left)) }
        });
        ready!(stalled.end.as_mut().poll(cx));
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the other end reads too little")))
    }
}

impl AsyncRead for Wire {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buf))?;
        if buf.filled().len() > before {
            self.answer = Answer::default();
            if self.framing.is_between() {
                self.is_scim = refusal::names_scim(&buf.filled()[before..]);
                if mend(&mut buf.filled_mut()[before..]) {
                    self.mended.store(true, Ordering::Relaxed);
                }
            }
        }
        if let Err(fault) = self.framing.take(&buf.filled()[before..]) {
            // The first fault stays.
            let _ = self.fault.set(fault);
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        if self.explained.is_none() {
            self.explained = refusal::explain(buf, self.is_scim).map(|answer| (answer, 0));
        }
        let wrote = match self.poll_explained(cx) {
            Some(wrote) => wrote.map_ok(|()| buf.len()),
            None => Pin::new(&mut self.stream).poll_write(cx, buf),
        };
        self.progress(cx, wrote)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if let [whole] = bufs {
            return self.poll_write(cx, whole);
        }
        let wrote = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.progress(cx, wrote)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
