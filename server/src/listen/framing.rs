//! Watches the heads of the requests on a connection for framing that two servers in a row could read differently.
//!
//! The parser behind it tolerates some of it: with both a `Transfer-Encoding` and a `Content-Length` it drops the
//! length, of two equal lengths it keeps one, and it ends lines at a bare LF. A proxy in front may read it differently,
//! and then a part of one request becomes another (RFC 9112 §11.2). So such a connection is marked, and refused.

use std::mem::take;

/// How far the bytes of a connection have been parsed.
#[derive(Debug)]
pub(super) struct Framing {
    state: State,
    /// Longer heads are refused.
    longest: usize,
}

#[derive(Debug)]
enum State {
    /// The part of a head that has arrived so far.
    Head(Vec<u8>),
    /// This many bytes of a body are still to come.
    Body(u64),
    /// Nothing more is parsed: the connection ends with this request.
    Last,
}

/// Why the bytes of a connection are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// They cannot be divided into requests beyond doubt.
    Ambiguous,
    /// A head is longer than the limit, which the parser checks only between reads.
    TooLong,
}

impl Framing {
    pub(super) fn new(longest: usize) -> Self {
        Self { state: State::Head(Vec::new()), longest }
    }

    /// Whether the next bytes begin a request.
    pub(super) fn is_between(&self) -> bool {
        matches!(&self.state, State::Head(begun) if begun.is_empty())
    }

    /// Takes the next bytes of the connection.
    pub(super) fn take(&mut self, mut bytes: &[u8]) -> Result<(), Fault> {
        while !bytes.is_empty() {
            bytes = match &mut self.state {
                State::Last => return Ok(()),
                State::Body(left) => {
                    let here = usize::try_from(*left).unwrap_or(usize::MAX).min(bytes.len());
                    *left -= here as u64;
                    if *left == 0 {
                        self.state = State::Head(Vec::new());
                    }
                    &bytes[here..]
                }
                State::Head(begun) => match head(take(begun), bytes, self.longest) {
                    Ok((state, rest)) => {
                        self.state = state;
                        rest
                    }
                    Err(fault) => {
                        self.state = State::Last;
                        return Err(fault);
                    }
                },
            };
        }
        Ok(())
    }
}

/// Continues a head, at most to its end, and returns the remaining bytes. A head that arrives whole, as nearly all do,
/// is parsed in place.
fn head(mut begun: Vec<u8>, bytes: &[u8], longest: usize) -> Result<(State, &[u8]), Fault> {
    let known = begun.len();
    if known == 0 {
        return Ok(match end(bytes, 0, longest)? {
            Some(end) => (after(&bytes[..end])?, &bytes[end..]),
            None => (State::Head(bytes.to_vec()), &[]),
        });
    }
    begun.extend_from_slice(bytes);
    Ok(match end(&begun, known, longest)? {
        Some(end) => (after(&begun[..end])?, &bytes[end - known..]),
        None => (State::Head(begun), &[]),
    })
}

/// Where a head ends; `None` if it continues. Its first `known` bytes are known not to contain its end.
fn end(head: &[u8], known: usize, longest: usize) -> Result<Option<usize>, Fault> {
    // One byte over the limit is enough to decide, and nothing after it is checked.
    let seen = &head[..head.len().min(longest.saturating_add(1))];
    let mut at = if head[..known].ends_with(b"\r") { known - 1 } else { known };
    while let Some(next) = seen[at..].iter().position(|byte| matches!(byte, b'\r' | b'\n')) {
        let cr = at + next;
        match seen[cr..] {
            [b'\r', b'\n', ..] if cr + 1 >= longest => return Err(Fault::TooLong),
            [b'\r', b'\n', ..] => at = cr + 2,
            // Its other half may still come.
            [b'\r'] => break,
            _ => return Err(Fault::Ambiguous),
        }
        // RFC 9112 §2.2: an empty line before a request is ignored. It is treated as an empty head.
        if cr == 0 || seen[..cr].ends_with(b"\r\n") {
            return Ok(Some(at));
        }
    }
    if head.len() > longest { Err(Fault::TooLong) } else { Ok(None) }
}

/// What follows a head.
fn after(head: &[u8]) -> Result<State, Fault> {
    let mut length = None;
    let mut coded = false;
    for line in head.split(|byte| *byte == b'\n').skip(1) {
        let Some(colon) = line.iter().position(|byte| *byte == b':') else { continue };
        let (name, value) = (&line[..colon], line[colon + 1..].trim_ascii());
        coded |= name.eq_ignore_ascii_case(b"transfer-encoding");
        if name.eq_ignore_ascii_case(b"content-length") {
            let digits = std::str::from_utf8(value).ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
            let read = digits.and_then(|digits| digits.parse().ok()).ok_or(Fault::Ambiguous)?;
            if length.replace(read).is_some() {
                return Err(Fault::Ambiguous);
            }
        }
    }
    match (coded, length) {
        (true, Some(_)) => Err(Fault::Ambiguous),
        // Only the parser knows where a chunked body ends; it has orders to end the connection there.
        (true, None) => Ok(State::Last),
        (false, Some(length)) if length > 0 => Ok(State::Body(length)),
        (false, _) => Ok(State::Head(Vec::new())),
    }
}

#[cfg(test)]
mod tests {
    use super::{Fault, Framing};
    use proptest::prelude::*;

    /// The rules for the end of a head, applied byte by byte, for requests without a body.
    fn by_bytes(bytes: &[u8], longest: usize) -> Result<(), Fault> {
        let mut head: Vec<u8> = Vec::new();
        for byte in bytes {
            if head.ends_with(b"\r") != (*byte == b'\n') {
                return Err(Fault::Ambiguous);
            }
            if head.len() >= longest {
                return Err(Fault::TooLong);
            }
            head.push(*byte);
            if head == b"\r\n" || head.ends_with(b"\r\n\r\n") {
                head.clear();
            }
        }
        Ok(())
    }

    proptest! {
        #[test]
        fn reading_by_lines_judges_as_reading_by_bytes(
            pieces in prop::collection::vec(prop::sample::select(vec!["\r", "\n", "\r\n", "\r\n\r\n", "a", "b: c", ":"]), 0..40),
            longest in 2_usize..40,
            size in 1_usize..20,
        ) {
            let bytes = pieces.concat().into_bytes();
            let mut framing = Framing::new(longest);
            let judged = bytes.chunks(size).try_for_each(|piece| framing.take(piece));
            prop_assert_eq!(judged, by_bytes(&bytes, longest));
        }
    }

    /// The verdict, which must be the same however the bytes are split into reads.
    fn verdict(bytes: &str) -> Result<(), Fault> {
        let whole = Framing::new(200).take(bytes.as_bytes());
        for size in 1..4 {
            let mut framing = Framing::new(200);
            let pieces: Result<(), Fault> = bytes.as_bytes().chunks(size).try_for_each(|piece| framing.take(piece));
            assert_eq!(pieces, whole, "{size}: {bytes:?}");
        }
        whole
    }

    #[test]
    fn plain_requests_pass() {
        for bytes in [
            "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
            "\r\nPOST / HTTP/1.1\r\nContent-Length: 5\r\n\r\n\n\n\r\rxGET / HTTP/1.1\r\n\r\n",
            "POST / HTTP/1.1\r\ncontent-length: 0\r\n\r\nGET / HTTP/1.1\r\n\r\n",
            "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nContent-Length: 1\nContent-Length: 2",
        ] {
            assert_eq!(verdict(bytes), Ok(()), "{bytes:?}");
        }
    }

    #[test]
    fn whatever_could_be_read_in_two_ways_does_not() {
        for head in [
            "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
            "TRANSFER-ENCODING: chunked\r\nContent-length: 5\r\n",
            "Content-Length: 5\r\nContent-Length: 5\r\n",
            "Content-Length: 5, 5\r\n",
            "Content-Length: +5\r\n",
            "Content-Length:\r\n",
            "Content-Length: 99999999999999999999\r\n",
            "A: b\n",
            "A: b\rC: d\r\n",
        ] {
            assert_eq!(verdict(&format!("POST / HTTP/1.1\r\n{head}\r\n")), Err(Fault::Ambiguous), "{head:?}");
            let second = format!("POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\nhiPOST / HTTP/1.1\r\n{head}\r\n");
            assert_eq!(verdict(&second), Err(Fault::Ambiguous), "{head:?}");
        }
        assert_eq!(verdict(&format!("GET /{} HTTP/1.1\r\n", "x".repeat(300))), Err(Fault::TooLong));
    }
}
