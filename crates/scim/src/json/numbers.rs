//! Numbers that would not survive being stored: any that is not a 64-bit integer is kept as a double.

/// Whether every number in a JSON text keeps its value when it is parsed and written again. The text must be
/// well-formed.
pub(super) fn are_exact(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'"' => at = end_of_text(bytes, at),
            b'-' | b'0'..=b'9' => {
                let end = end_of_number(bytes, at);
                if !text.get(at..end).is_some_and(is_exact) {
                    return false;
                }
                at = end;
            }
            _ => at += 1,
        }
    }
    true
}

/// The position after the JSON string that begins at `at`.
fn end_of_text(bytes: &[u8], mut at: usize) -> usize {
    at += 1;
    while at < bytes.len() && bytes[at] != b'"' {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    at + 1
}

fn end_of_number(bytes: &[u8], at: usize) -> usize {
    let is_part = |byte: &u8| byte.is_ascii_digit() || b"+-.eE".contains(byte);
    bytes[at..].iter().position(|byte| !is_part(byte)).map_or(bytes.len(), |length| at + length)
}

fn is_exact(number: &str) -> bool {
    // A double always keeps fifteen digits.
    let is_short = number.len() <= 15 && !number.contains(['e', 'E']);
    let is_whole = || number.parse::<i64>().is_ok() || number.parse::<u64>().is_ok();
    let is_kept = || number.parse::<f64>().is_ok_and(|kept| decimal(number) == decimal(&format!("{kept:e}")));
    is_short || is_whole() || is_kept()
}

/// A number as its significant digits and a power of ten; `None` for zero. An exponent too long to be parsed belongs to
/// zero, or to a number out of range or too close to zero.
fn decimal(number: &str) -> Option<(bool, String, i64)> {
    let (mantissa, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits: String = [whole.trim_start_matches('-'), fraction].concat();
    let significant = digits.trim_start_matches('0').trim_end_matches('0');
    let trailing = digits.len() - digits.trim_end_matches('0').len();
    let exponent = exponent.parse::<i64>().unwrap_or(i64::MAX / 2);
    let power = exponent.saturating_add(trailing as i64).saturating_sub(fraction.len() as i64);
    (!significant.is_empty()).then(|| (number.starts_with('-'), significant.to_owned(), power))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_double_keeps_is_exact() {
        for text in [
            "0",
            "-0",
            "0.0",
            "0e999999999999999999999",
            "1.50",
            "0.1",
            "-2.5e-3",
            "1e300",
            "1E+2",
            "100e-2",
            "9007199254740992",
            "18446744073709551615",
            "-9223372036854775808",
            "1.7976931348623157e308",
            "5e-324",
            "0.30000000000000004",
            "123456789012345680000",
            "[1,2.5,\"12345678901234567.5\",{\"1e-400\":\"\\\"0.12345678901234567890\"}]",
        ] {
            assert!(are_exact(text), "{text}");
        }
        for text in [
            "123456789012345678901234567890",
            "12345678901234567.5",
            "0.1000000000000000055",
            "18446744073709551616.5",
            "3.14159265358979323846",
            "-9223372036854775809",
            "1e-400",
            "2e-324",
            "[1,[\"\",12345678901234567.5]]",
            "{\"a\":\"\\\\\",\"b\":0.12345678901234567890}",
        ] {
            assert!(!are_exact(text), "{text}");
        }
    }
}
