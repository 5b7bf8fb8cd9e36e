use crate::{Answer, T};

/// A part of the protocol that a server may leave out; `/ServiceProviderConfig` says whether it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Capability {
    /// RFC 7644 §3.7.
    Bulk,
    /// RFC 7644 §3.4.2.3.
    Sort,
    /// RFC 7644 §3.14.
    Etag,
    /// RFC 9865 §2.
    Cursor,
}

impl Capability {
    /// Where the configuration says whether the server has it.
    fn pointer(self) -> &'static str {
        match self {
            Self::Bulk => "/bulk/supported",
            Self::Sort => "/sort/supported",
            Self::Etag => "/etag/supported",
            Self::Cursor => "/pagination/cursor",
        }
    }

    /// Why a case that needs it cannot run; `None` if the server has it, or if that is not known.
    pub(crate) fn missing(self, config: Option<&Answer>) -> Option<String> {
        let pointer = self.pointer();
        let denied = config.is_some_and(|config| config.at(pointer).as_bool() != Some(true));
        denied.then(|| {
            format!("{} of /ServiceProviderConfig is not true", pointer.trim_start_matches('/').replace('/', "."))
        })
    }
}

/// A client for which `replace` of members replaces, as RFC 7644 §3.5.2.3 says. For Entra it may add, and this suite
/// also sends what only Entra sends.
const CLIENT: &str = "Okta SCIM Client 1.0.0";

/// The server's configuration, if it returns one. It is the first request, so a server that distinguishes clients
/// learns from it which rules are expected.
pub(crate) async fn config(t: &T) -> Option<Answer> {
    t.get("/ServiceProviderConfig").header("user-agent", CLIENT).expect(200).await.ok()
}
