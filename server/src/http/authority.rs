//! Refuses requests to a name other than ours: pages and links must not depend on the name that a caller uses.
//!
//! Only `Host` and the authority of an absolute-form target are used. `X-Forwarded-Host` and `Forwarded` are never
//! read, here or anywhere else.

use crate::{config::PublicUrl, http::edge::Refused};
use axum::{
    extract::Request,
    http::{StatusCode, Version, header},
};
use std::{net::SocketAddr, sync::Arc};

/// Load balancers call these by whatever address they know.
const HEALTH: [&str; 2] = ["/healthz", "/readyz"];

/// The names, with their ports, under which requests are answered. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Authorities(Arc<[String]>);

impl Authorities {
    /// The name in the public URL; with a listen address, also that one and, for callers on this machine, loopback.
    pub(crate) fn new(public_url: &PublicUrl, listen: Option<SocketAddr>) -> Self {
        let public = public_url.authority();
        let mut names = vec![public.to_owned(), format!("{public}:{}", public_url.scheme_port())];
        for (name, port) in listen.into_iter().flat_map(|listen| {
            let own = SocketAddr::new(listen.ip(), 0).to_string();
            let own = own.strip_suffix(":0").unwrap_or_default().to_owned();
            [own, "localhost".into(), "127.0.0.1".into(), "[::1]".into()].map(|name| (name, listen.port()))
        }) {
            names.push(format!("{name}:{port}"));
            if port == 80 {
                names.push(name);
            }
        }
        Self(names.into())
    }

    fn have(&self, authority: &[u8]) -> bool {
        self.0.iter().any(|name| name.as_bytes().eq_ignore_ascii_case(authority))
    }
}

/// Lets a request pass if it was sent to us.
pub(crate) fn judge(ours: &Authorities, request: &Request) -> Result<(), Refused> {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    let (host, second) = (hosts.next(), hosts.next());
    // RFC 9112 §3.2: several, or none in HTTP/1.1, is a malformed request.
    if second.is_some() || (host.is_none() && request.version() != Version::HTTP_10) {
        return Err((StatusCode::BAD_REQUEST, "Send one Host header."));
    }
    if HEALTH.contains(&request.uri().path()) {
        return Ok(());
    }
    let target = request.uri().authority().map(|authority| authority.as_str().as_bytes());
    let mut named = host.map(|host| host.as_bytes()).into_iter().chain(target).peekable();
    if named.peek().is_none() || !named.all(|authority| ours.have(authority)) {
        let words = "Postern does not answer under this name. Open its public URL (--public-url); a proxy in front of \
                     it must pass the Host header on.";
        return Err((StatusCode::MISDIRECTED_REQUEST, words));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::Authorities;

    fn ours(url: &str, listen: Option<&str>, authority: &str) -> bool {
        let listen = listen.map(|listen| listen.parse().unwrap());
        Authorities::new(&url.parse().unwrap(), listen).have(authority.as_bytes())
    }

    #[test]
    fn the_public_name_is_ours() {
        for name in ["id.corp.example", "ID.Corp.Example", "id.corp.example:443"] {
            assert!(ours("https://id.corp.example", None, name), "{name}");
        }
        assert!(ours("https://id.corp.example:8443", None, "id.corp.example:8443"));
        assert!(ours("http://[::1]:8080", None, "[::1]:8080"));
    }

    #[test]
    fn so_is_the_listen_address_with_its_port() {
        for name in ["10.0.0.5:8080", "localhost:8080", "127.0.0.1:8080", "[::1]:8080"] {
            assert!(ours("https://id.corp.example", Some("10.0.0.5:8080"), name), "{name}");
        }
        assert!(ours("https://id.corp.example", Some("[::]:80"), "localhost"));
    }

    #[test]
    fn nothing_else_is() {
        for name in [
            "",
            "evil.example",
            "id.corp.example.evil.example",
            "id.corp.example:80",
            "id.corp.example:443:443",
            "id.corp.example@evil.example",
            "localhost",
            "localhost:8081",
            "id.corp.example.",
            "127.0.0.1",
        ] {
            assert!(!ours("https://id.corp.example", Some("0.0.0.0:8080"), name), "{name}");
        }
        assert!(!ours("https://id.corp.example", None, "localhost:8080"));
    }
}
