//! Queries that clients forget to encode. Guides show filters with raw quotes and blanks, and other servers accept
//! them; the parser refuses them before we can say why. So such a character is replaced by an allowed one of the same
//! length, and restored once the request has been read. This is done only for SCIM, and only if the request line
//! arrives in one piece.

use axum::http::{Request, Uri, uri::PathAndQuery};

/// A character that is not allowed in a query, its stand-in, and its encoding.
const RAW: [(u8, u8, &str); 3] = [(b'"', b'`', "%22"), (b'<', b'^', "%3C"), (b'>', b'|', "%3E")];
/// The same for a blank and, in a query with raw blanks, for a plus, which means itself there.
const BLANKS: [(u8, u8, &str); 2] = [(b' ', b'{', "%20"), (b'+', b'}', "%2B")];
/// Longer queries are not mended: encoded, they must still be valid URLs.
const LONGEST: usize = 16 * 1024;

/// Mends the request line at the start of these bytes. Returns whether there was anything to mend.
pub(super) fn mend(bytes: &mut [u8]) -> bool {
    let Some(query) = query(bytes).filter(|query| query.len() <= LONGEST) else { return false };
    let blanks = if query.contains(&b' ') { BLANKS.as_slice() } else { &[] };
    let replaced = || RAW.iter().chain(blanks);
    let is_raw = |byte: &u8| replaced().any(|(raw, ..)| raw == byte);
    let is_stand_in = |byte: &u8| RAW.iter().chain(&BLANKS).any(|(_, stand_in, _)| stand_in == byte);
    if !query.iter().any(is_raw) || query.iter().any(is_stand_in) {
        return false;
    }
    for byte in query {
        if let Some((_, stand_in, _)) = replaced().find(|(raw, ..)| raw == byte) {
            *byte = *stand_in;
        }
    }
    true
}

/// The query of a request line for SCIM.
fn query(bytes: &mut [u8]) -> Option<&mut [u8]> {
    let end = bytes.windows(2).position(|pair| pair == b"\r\n")?;
    let line = &mut bytes[..end];
    let target = line.iter().position(|byte| *byte == b' ')? + 1;
    let version = line.iter().rposition(|byte| *byte == b' ')?;
    let is_request = target <= version && line[version + 1..].starts_with(b"HTTP/1.");
    let target = if is_request { &mut line[target..version] } else { return None };
    let question = target.iter().position(|byte| *byte == b'?')?;
    let path = &target[..question];
    (path.starts_with(b"/scim/") && !path.contains(&b' ')).then(|| &mut target[question + 1..])
}

/// Restores the query of a mended request, in encoded form.
pub(super) fn restore<B>(request: &mut Request<B>) {
    let Some((path, query)) = request.uri().path_and_query().and_then(|whole| whole.as_str().split_once('?')) else {
        return;
    };
    let mut encoded = query.to_owned();
    for (_, stand_in, code) in RAW.iter().chain(&BLANKS) {
        encoded = encoded.replace(char::from(*stand_in), code);
    }
    let mut parts = request.uri().clone().into_parts();
    let Ok(whole) = PathAndQuery::try_from(format!("{path}?{encoded}")) else { return };
    parts.path_and_query = Some(whole);
    if let Ok(uri) = Uri::from_parts(parts) {
        *request.uri_mut() = uri;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mended(line: &str) -> Option<String> {
        let mut bytes = format!("{line}\r\nHost: x\r\n\r\n").into_bytes();
        mend(&mut bytes).then(|| String::from_utf8(bytes).unwrap().lines().next().unwrap().to_owned())
    }

    #[test]
    fn br2_raw_characters_of_a_query_are_replaced() {
        for (query, encoded) in [
            ("filter=userName eq \"a<b>\"&count=1", "filter=userName%20eq%20%22a%3Cb%3E%22&count=1"),
            ("filter=userName eq \"ann+x@a\"", "filter=userName%20eq%20%22ann%2Bx@a%22"),
            ("filter=userName+eq+\"ann%2Bx@a\"", "filter=userName+eq+%22ann%2Bx@a%22"),
        ] {
            let line = mended(&format!("GET /scim/v2/Users?{query} HTTP/1.1")).unwrap();
            let mut request = Request::get(line.split(' ').nth(1).unwrap()).body(()).unwrap();
            restore(&mut request);
            assert_eq!(request.uri().query(), Some(encoded), "{query}");
        }
    }

    #[test]
    fn what_needs_no_mending_is_left_alone() {
        for line in [
            "GET /scim/v2/Users?filter=userName%20eq%20%22x%22 HTTP/1.1",
            "GET /scim/v2/Users HTTP/1.1",
            "GET /scim/v2/Us ers?x=\"y\" HTTP/1.1",
            "GET /admin/users?q=\"x\" HTTP/1.1",
            "GET /scim/v2/Users?x=\"`\" HTTP/1.1",
            "GET /scim/v2/Users?x=\"{\" HTTP/1.1",
            "GET /scim/v2/Users?x=\"y\" SMTP",
            "GET /scim/v2/Users?x=\"y\"",
            "",
        ] {
            assert_eq!(mended(line), None, "{line}");
        }
        assert_eq!(
            mended(&format!("GET /scim/v2/Users?x={} HTTP/1.1", "\"".repeat(20_000))),
            None,
            "it would be too long"
        );
        assert!(!mend(&mut b"GET /scim/v2/Users?x=\"y\" HTTP/1.1".to_vec()), "it has not come whole");
    }
}
