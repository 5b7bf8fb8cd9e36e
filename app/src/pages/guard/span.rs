use domain::{Timestamp, guard::Span};

/// The stretch of time of a form: minutes in UTC as a browser writes them, and a token's id or nothing.
pub(super) fn span(token: &str, from: &str, until: &str) -> Option<Span> {
    let minute = |text: &str| Timestamp::parse(&format!("{}:00Z", text.get(..16)?));
    let token = if token.is_empty() { None } else { Some(token.parse().ok()?) };
    Some(Span { token, from: minute(from)?, until: minute(until)?.plus_millis(59_999) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_whole_minutes() {
        let found = span("", "2026-11-29T08:00", "2026-11-29T08:41").unwrap();
        assert_eq!(found.until.millis() - found.from.millis(), 42 * 60_000 - 1);
        assert!(span("", "2026-11-29", "2026-11-29T08:41").is_none());
        assert!(span("no id", "2026-11-29T08:00", "2026-11-29T08:41").is_none());
    }
}
