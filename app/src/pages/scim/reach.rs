//! Whether Entra can reach the configured public URL, judging by the URL alone.

use crate::components::{Icon, icon};
use leptos::prelude::*;

/// Why Entra cannot use a URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unreachable {
    /// Its host is this machine.
    Loopback,
    /// It is not https.
    Plain,
}

/// What is wrong with a URL; `None` if nothing is.
pub(super) fn check(url: &str) -> Option<Unreachable> {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let host = match authority.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default(),
        None => authority.rsplit_once(':').map_or(authority, |(host, _)| host),
    };
    let is_loopback = host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback() || ip.is_unspecified());
    if is_loopback || host.eq_ignore_ascii_case("localhost") || host.to_lowercase().ends_with(".localhost") {
        Some(Unreachable::Loopback)
    } else if !scheme.eq_ignore_ascii_case("https") {
        Some(Unreachable::Plain)
    } else {
        None
    }
}

/// The warning, with what to do.
pub(super) fn warning(url: &str) -> Option<impl IntoView + use<>> {
    let why = match check(url)? {
        Unreachable::Loopback => "Its host is this machine itself, which only this machine can reach.",
        Unreachable::Plain => "It starts with http, and Entra sends tokens over https only.",
    };
    Some(view! {
        <div class="note note-warn">
            {icon(Icon::Warning)}
            <p>
                <strong>"Entra cannot call this address. "</strong> {why} " Start the server with "
                <code>"--public-url"</code> " " <code>"https://id.corp.example"</code> " (or set " <code>POSTERN_PUBLIC_URL</code>
                "), with a name that resolves on the internet and a publicly trusted certificate."
            </p>
        </div>
    })
}

#[cfg(test)]
mod tests {
    use super::{Unreachable::*, check};

    #[test]
    fn this_machine_is_out_of_reach() {
        for url in [
            "http://localhost:8080/scim/v2",
            "https://127.0.0.1/scim/v2",
            "https://127.8.8.8",
            "https://[::1]:8443/scim/v2",
            "http://0.0.0.0:8080",
            "https://id.localhost/scim/v2",
        ] {
            assert_eq!(check(url), Some(Loopback), "{url}");
        }
    }

    #[test]
    fn plain_http_is_refused_by_entra() {
        assert_eq!(check("http://id.corp.example/scim/v2"), Some(Plain));
        assert_eq!(check("https://id.corp.example/scim/v2?aadOptscim062020"), None);
        assert_eq!(check("https://[2001:db8::1]/scim/v2"), None);
    }
}
