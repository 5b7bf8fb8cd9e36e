use crate::RequestBuilder;

/// The style of a directory's requests.
#[derive(Clone, Copy)]
pub(super) struct Directory {
    /// On every request, with or without a body.
    headers: &'static [(&'static str, &'static str)],
    /// On requests with a body.
    content_type: &'static str,
    /// At the end of every query.
    flag: Option<&'static str>,
}

/// Entra: no `User-Agent`, `Content-Type` with a body only.
pub(super) const ENTRA: Directory = Directory {
    headers: &[("accept", "application/scim+json")],
    content_type: "application/scim+json; charset=utf-8",
    flag: None,
};

/// Entra with the flag that an administrator appends to the tenant URL. It is not known whether today's service sends
/// it on; it did in 2021 (jelhub/scimgateway 9042de9).
pub(super) const ENTRA_FLAGGED: Directory = Directory { flag: Some("aadOptscim062020"), ..ENTRA };

/// Okta: the headers of its test suite for integrations, a `Content-Type` on GET too. It also accepts gzip, which we
/// leave out because this suite could not read it.
pub(super) const OKTA: Directory = Directory {
    headers: &[
        ("user-agent", "Okta SCIM Client 1.0.0"),
        ("accept", "application/scim+json"),
        ("accept-charset", "utf-8"),
        ("content-type", "application/scim+json; charset=utf-8"),
        ("connection", "Keep-Alive"),
    ],
    content_type: "application/scim+json; charset=utf-8",
    flag: None,
};

/// OneLogin: no `User-Agent` (goauthentik/authentik#11249); its guide mentions only `application/json`.
pub(super) const ONELOGIN: Directory =
    Directory { headers: &[("accept", "application/json")], content_type: "application/json", flag: None };

/// JumpCloud: its headers are not published. `application/json` is what a server is most likely to refuse.
pub(super) const JUMPCLOUD: Directory = Directory {
    headers: &[("accept", "application/json"), ("user-agent", "Go-http-client/1.1")],
    content_type: "application/json",
    flag: None,
};

impl Directory {
    /// The path with the directory's flag.
    pub(super) fn path(&self, path: &str) -> String {
        match self.flag {
            Some(flag) if path.contains('?') => format!("{path}&{flag}"),
            Some(flag) => format!("{path}?{flag}"),
            None => path.to_owned(),
        }
    }

    /// The request with the directory's headers.
    pub(super) fn dress(&self, call: RequestBuilder, with_body: bool) -> RequestBuilder {
        let call = self.headers.iter().fold(call, |call, (name, value)| call.header(name, value));
        if with_body { call.header("content-type", self.content_type) } else { call }
    }
}
