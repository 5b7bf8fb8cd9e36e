//! What the parser refuses before there is a request. It answers with a status alone; these answers get a body with the
//! reason, which RFC 7644 §3.12 requires for SCIM.

use crate::http::edge::refusal;
use axum::http::StatusCode;

/// The parser's own answers.
const ANSWERS: [(&[u8], StatusCode, &str); 3] = [
    (b"HTTP/1.1 400 ", StatusCode::BAD_REQUEST, "This is not a valid HTTP request."),
    (b"HTTP/1.1 414 ", StatusCode::URI_TOO_LONG, "The URL is too long."),
    (b"HTTP/1.1 431 ", StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "The request's head is too large."),
];

/// Without a body, and the last on its connection.
const EMPTY: &str = "\r\ncontent-length: 0\r\n";
const LAST: &str = "\r\nconnection: close\r\n";

/// The same answer with a body that says why, if these bytes are one of the parser's own.
pub(super) fn explain(answer: &[u8], is_scim: bool) -> Option<Vec<u8>> {
    let (_, status, words) = ANSWERS.iter().find(|(line, ..)| answer.starts_with(line))?;
    let head = std::str::from_utf8(answer).ok()?;
    if !head.contains(EMPTY) || !head.contains(LAST) || head.find("\r\n\r\n")? + 4 != head.len() {
        return None;
    }
    let (media_type, body) = refusal(is_scim, *status, words);
    let described = format!("\r\ncontent-type: {media_type}\r\ncontent-length: {}\r\n", body.len());
    Some((head.replacen(EMPTY, &described, 1) + &body).into_bytes())
}

/// Whether a request that begins with these bytes names SCIM, as far as its first line can be read.
pub(super) fn names_scim(bytes: &[u8]) -> bool {
    let line = bytes.split(|byte| *byte == b'\r').next().unwrap_or_default();
    line.windows(6).any(|part| part == b"/scim/")
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARSER: &str = "HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\
                          date: Mon, 30 Nov 2026 12:00:00 GMT\r\n\r\n";

    #[test]
    fn only_an_answer_of_the_parser_is_explained() {
        let text = String::from_utf8(explain(PARSER.as_bytes(), false).unwrap()).unwrap();
        assert!(
            text.contains("\r\ncontent-length: 33\r\n") && text.ends_with("\r\n\r\nThe request's head is too large.\n")
        );
        for other in [
            PARSER.replace("431", "200"),
            PARSER.replace("length: 0", "length: 2") + "no",
            PARSER.replace("close", "keep-alive"),
            PARSER.repeat(2),
        ] {
            assert_eq!(explain(other.as_bytes(), false), None, "{other}");
        }
    }

    #[test]
    fn the_first_line_decides_whose_form_it_has() {
        assert!(names_scim(b"GET/scim/v2/Users HTTP/1.1\r\n"));
        for bytes in [&b"GET /login HTTP/1.1\r\nReferer: /scim/v2\r\n"[..], b"", b"/sci"] {
            assert!(!names_scim(bytes));
        }
    }
}
