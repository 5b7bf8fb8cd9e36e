//! The cookies of the console: the session's, and the one by which a browser is recognised.

use crate::config::PublicUrl;
use axum::http::{HeaderMap, header};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use domain::{Env, Timestamp, session::SessionKey, sign_in::DEVICE_DAYS};
use sha2::{Digest, Sha256};

/// The content of a session's cookie: 128 random bits.
pub(super) struct SessionToken([u8; 16]);

impl SessionToken {
    pub(super) fn generate(env: &Env) -> Self {
        Self(env.random())
    }

    /// The one that a request presents.
    pub(super) fn shown(headers: &HeaderMap, public_url: &PublicUrl) -> Option<Self> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(shown(headers, session_name(public_url))?).ok()?;
        Some(Self(bytes.try_into().ok()?))
    }

    /// Its hash, by which the session is found.
    pub(super) fn key(&self) -> SessionKey {
        Sha256::digest(self.0).into()
    }

    /// A `Set-Cookie` that lasts as long as the session.
    pub(super) fn set_cookie(&self, now: Timestamp, ends: Timestamp, public_url: &PublicUrl) -> String {
        let seconds = ends.millis().saturating_sub(now.millis()) / 1_000;
        set_cookie(session_name(public_url), &BASE64_URL_SAFE_NO_PAD.encode(self.0), seconds, public_url)
    }
}

/// A `Set-Cookie` that removes the session's cookie.
pub(super) fn remove_session(public_url: &PublicUrl) -> String {
    set_cookie(session_name(public_url), "", 0, public_url)
}

/// A browser, by the secret in its cookie.
pub(super) struct Device(String);

impl Device {
    pub(super) fn generate(env: &Env) -> Self {
        Self(env.random::<16>().iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// The one that a request presents; only the database knows whether it is known.
    pub(super) fn shown(headers: &HeaderMap, public_url: &PublicUrl) -> Option<Self> {
        let value = shown(headers, device_name(public_url))?;
        (value.len() == 32).then(|| Self(value.to_owned()))
    }

    pub(super) fn key(&self) -> [u8; 32] {
        Sha256::digest(&self.0).into()
    }

    pub(super) fn set_cookie(&self, public_url: &PublicUrl) -> String {
        set_cookie(device_name(public_url), &self.0, DEVICE_DAYS * 24 * 60 * 60, public_url)
    }
}

/// `__Host-` binds a cookie to exactly this host, but needs https (RFC 6265bis §4.1.3.2).
fn session_name(public_url: &PublicUrl) -> &'static str {
    if public_url.is_https() { "__Host-postern" } else { "postern" }
}

fn device_name(public_url: &PublicUrl) -> &'static str {
    if public_url.is_https() { "__Host-postern-device" } else { "postern-device" }
}

fn shown<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|cookies| cookies.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(shown, _)| *shown == name).map(|(_, value)| value)
}

fn set_cookie(name: &str, value: &str, seconds: i64, public_url: &PublicUrl) -> String {
    let secure = if public_url.is_https() { "; Secure" } else { "" };
    format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn a_cookie_comes_back_as_it_was_set() {
        let public_url: PublicUrl = "https://id.corp.example".parse().unwrap();
        let token = SessionToken([0xfb; 16]);
        let set = token.set_cookie(Timestamp::from_millis(0), Timestamp::from_millis(1_800_000), &public_url);
        assert!(set.ends_with("; Path=/; Max-Age=1800; HttpOnly; SameSite=Lax; Secure"), "{set}");
        let pair = set.split(';').next().unwrap();
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, HeaderValue::from_str(&format!("a=b; {pair}")).unwrap());
        assert_eq!(SessionToken::shown(&headers, &public_url).map(|shown| shown.key()), Some(token.key()));
        let http: PublicUrl = "http://127.0.0.1:8080".parse().unwrap();
        assert!(SessionToken::shown(&headers, &http).is_none(), "the name is another there");
        assert_eq!(remove_session(&http), "postern=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
    }

    #[test]
    fn what_is_no_session_token_is_none() {
        let public_url: PublicUrl = "https://id.corp.example".parse().unwrap();
        for value in ["", "x", "AAAAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAAA*"] {
            let mut headers = HeaderMap::new();
            headers.insert(header::COOKIE, HeaderValue::from_str(&format!("__Host-postern={value}")).unwrap());
            assert!(SessionToken::shown(&headers, &public_url).is_none(), "{value}");
        }
    }
}
