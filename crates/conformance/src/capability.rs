use crate::{Answer, T};

/// A part of the protocol that a server may leave out, and says so in `/ServiceProviderConfig`.
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
    /// Where the configuration says whether it is there.
    fn pointer(self) -> &'static str {
        match self {
            Self::Bulk => "/bulk/supported",
            Self::Sort => "/sort/supported",
            Self::Etag => "/etag/supported",
            Self::Cursor => "/pagination/cursor",
        }
    }

    /// Why a case that needs it cannot run; none where the server has it, or where it is not known.
    pub(crate) fn missing(self, config: Option<&Answer>) -> Option<String> {
        let pointer = self.pointer();
        let denied = config.is_some_and(|config| config.at(pointer).as_bool() != Some(true));
        denied.then(|| {
            format!("{} of /ServiceProviderConfig is not true", pointer.trim_start_matches('/').replace('/', "."))
        })
    }
}

/// A client for which `replace` of members replaces, as RFC 7644 §3.5.2.3 has it. For Entra it may add, and this suite
/// sends what only Entra sends too.
const CLIENT: &str = "Okta SCIM Client 1.0.0";

/// The server's configuration, if it gives one. It is the first thing that is asked for, so a server that tells clients
/// apart learns from it which rules are expected.
pub(crate) async fn config(t: &T) -> Option<Answer> {
    t.get("/ServiceProviderConfig").header("user-agent", CLIENT).expect(200).await.ok()
}
