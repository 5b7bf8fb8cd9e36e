//! Keeps each event on one line, whatever callers put into it.

use std::io::{self, Write};
use tracing_subscriber::fmt::MakeWriter;

/// Writes events to standard error. Characters that end a line, control a terminal or change the reading order are
/// written as escapes, those of JSON if the form is JSON.
pub(super) struct OneLine {
    pub(super) json: bool,
}

impl<'a> MakeWriter<'a> for OneLine {
    type Writer = Event;

    fn make_writer(&'a self) -> Event {
        Event { json: self.json }
    }
}

/// One event, which is written in one piece.
pub(super) struct Event {
    json: bool,
}

impl Write for Event {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        if is_harmless(event) {
            io::stderr().lock().write_all(event)?;
            return Ok(event.len());
        }
        let text = String::from_utf8_lossy(event);
        let line = text.strip_suffix('\n').unwrap_or(&text);
        io::stderr().lock().write_all(escaped(line, self.json).as_bytes())?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

/// Whether an event is one line of printable ASCII, as nearly all are.
fn is_harmless(event: &[u8]) -> bool {
    let line = event.strip_suffix(b"\n");
    line.is_some_and(|line| line.iter().all(|byte| matches!(byte, b' '..=b'~')))
}

fn escaped(line: &str, json: bool) -> String {
    let mut out = text::visible(line, |out, c| {
        if json {
            c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| out.push_str(&format!("\\u{unit:04x}")));
        } else {
            out.extend(c.escape_unicode());
        }
    });
    out.push('\n');
    out
}

#[cfg(test)]
mod tests {
    use super::{escaped, is_harmless};

    #[test]
    fn what_is_written_as_it_is_would_not_be_escaped() {
        for byte in 0..=u8::MAX {
            let event = [b'a', byte, b'\n'];
            let line = String::from_utf8_lossy(&event[..2]);
            assert!(!is_harmless(&event) || escaped(&line, false).as_bytes() == event, "{byte}");
        }
        assert!(is_harmless(b"a line\n") && !is_harmless(b"no end") && !is_harmless(b"two\nlines\n"));
    }

    #[test]
    fn what_ends_a_line_or_turns_it_around_is_escaped() {
        let hostile = "a\r\n\u{1b}[31m\u{85}\u{2028}\u{202e}\u{feff}\u{e0041}é";
        assert_eq!(escaped(hostile, false), "a\\u{d}\\u{a}\\u{1b}[31m\\u{85}\\u{2028}\\u{202e}\\u{feff}\\u{e0041}é\n");
        let json = escaped(hostile, true);
        assert_eq!(json, "a\\u000d\\u000a\\u001b[31m\\u0085\\u2028\\u202e\\ufeff\\udb40\\udc41é\n");
        let read: String = serde_json::from_str(&format!("\"{}\"", json.trim_end())).unwrap();
        assert_eq!(read, hostile);
    }
}
