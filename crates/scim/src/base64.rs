//! Whether a text is valid where a binary value is expected.

/// Whether this is base64 (RFC 7643 §2.3.6, RFC 4648 §4 and §5). Padding may be missing, blanks are allowed, and so are
/// the first and last line of a PEM block (RFC 7468).
pub(crate) fn is_base64(text: &str) -> bool {
    let is_boundary = |part: &&str| part.starts_with("BEGIN ") || part.starts_with("END ");
    let parts = text.split("-----").filter(|part| !is_boundary(part));
    let mut data = parts.filter(|part| !part.trim().is_empty()).peekable();
    data.peek().is_some() && data.all(is_run)
}

fn is_run(text: &str) -> bool {
    let bytes: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let length = bytes.iter().rposition(|byte| *byte != b'=').map_or(0, |last| last + 1);
    let (digits, padding) = bytes.split_at(length);
    let is_of = |signs: &'static [u8]| digits.iter().all(|byte| byte.is_ascii_alphanumeric() || signs.contains(byte));
    let is_padded = match padding.len() {
        0 => digits.len() % 4 != 1,
        1 | 2 => bytes.len().is_multiple_of(4),
        _ => false,
    };
    is_padded && !digits.is_empty() && (is_of(b"+/") || is_of(b"-_"))
}
