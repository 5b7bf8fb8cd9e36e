use crate::components::{Tone, chip};
use domain::{
    Timestamp,
    token::{Token, TokenEnd},
};
use leptos::prelude::*;

/// From this many days before its end, a token's chip says that it ends soon.
const SOON_DAYS: i64 = 30;

/// The state of a token, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::pages) enum Standing {
    /// It was revoked.
    Revoked,
    /// It has expired.
    Expired,
    /// Its calls are refused until an administrator resumes it.
    Paused,
    /// It works, but ends soon.
    Expires,
    /// It works.
    Live,
}

impl Standing {
    pub(in crate::pages) fn of(token: &Token, now: Timestamp) -> Self {
        match token.ended(now) {
            Some(TokenEnd::Revoked) => Self::Revoked,
            Some(TokenEnd::Expired) => Self::Expired,
            None if token.paused.is_some() => Self::Paused,
            None if token.expires.is_some_and(|expires| expires <= now.plus_days(SOON_DAYS)) => Self::Expires,
            None => Self::Live,
        }
    }

    /// Whether calls with it are answered.
    pub(in crate::pages) fn works(self) -> bool {
        matches!(self, Self::Live | Self::Expires)
    }

    pub(in crate::pages) fn chip(self) -> impl IntoView {
        let (tone, word) = match self {
            Self::Revoked => (Tone::Plain, "Revoked"),
            Self::Expired => (Tone::Plain, "Expired"),
            Self::Paused => (Tone::Warn, "Paused"),
            Self::Expires => (Tone::Warn, "Expires"),
            Self::Live => (Tone::Ok, "Live"),
        };
        chip(tone, word)
    }
}

#[cfg(test)]
mod tests {
    use super::{super::tests::*, *};

    #[test]
    fn the_worst_word_counts() {
        let soon = Token { expires: Some(NOW.plus_days(30)), ..token() };
        let paused = Token { paused: Some(NOW), ..soon.clone() };
        let expired = Token { expires: Some(NOW), ..paused.clone() };
        let revoked = Token { revoked: Some(NOW), ..expired.clone() };
        let standings = [token(), soon, paused, expired, revoked].map(|token| Standing::of(&token, NOW));
        use Standing::{Expired, Expires, Live, Paused, Revoked};
        assert_eq!(standings, [Live, Expires, Paused, Expired, Revoked]);
        assert_eq!(standings.map(Standing::works), [true, true, false, false, false]);
    }
}
