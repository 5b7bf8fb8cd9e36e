use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// RFC 3986 §2.3: characters that need no encoding.
const ENCODED: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Text, encoded for a path or a query.
pub(crate) fn encode(text: &str) -> String {
    utf8_percent_encode(text, &ENCODED).to_string()
}
