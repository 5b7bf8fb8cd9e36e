//! How much of an answer a client wants (RFC 7240 §4.2).

use axum::http::HeaderMap;

/// The value of `Prefer: return=…`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Preference {
    /// Only the head of the answer.
    Minimal,
    /// The whole resource.
    Representation,
}

impl Preference {
    /// RFC 7240 §2: if a preference is stated twice the first counts, and unknown ones are ignored.
    pub(super) fn of(headers: &HeaderMap) -> Option<Self> {
        let values = headers.get_all("prefer").iter().filter_map(|value| value.to_str().ok());
        let mut stated = values.flat_map(|value| value.split(',')).filter_map(|preference| {
            let (name, value) = preference.split(';').next()?.split_once('=')?;
            name.trim().eq_ignore_ascii_case("return").then(|| value.trim().trim_matches('"'))
        });
        match stated.next()? {
            "minimal" => Some(Self::Minimal),
            "representation" => Some(Self::Representation),
            _ => None,
        }
    }

    /// The value for `Preference-Applied`.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Minimal => "return=minimal",
            Self::Representation => "return=representation",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn the_first_return_counts() {
        let of = |values: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append("prefer", HeaderValue::from_static(value));
            }
            Preference::of(&headers)
        };
        assert_eq!(of(&["return=minimal"]), Some(Preference::Minimal));
        assert_eq!(of(&["wait=5, Return = \"representation\"; x=y"]), Some(Preference::Representation));
        assert_eq!(of(&["respond-async", "return=minimal", "return=representation"]), Some(Preference::Minimal));
        assert_eq!(of(&["return=some"]), None);
        assert_eq!(of(&["return", "x=return=minimal"]), None);
        assert_eq!(of(&[]), None);
    }
}
