//! What the binary is told: by flag, or by the environment variable that `--help` names beside it.

use crate::proxy;
use axum::http::Uri;
use ipnet::IpNet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// Where things are and how to talk about them.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Serve {
    /// Address to listen on.
    #[arg(long, env = "POSTERN_LISTEN", default_value = "127.0.0.1:8080", value_name = "ADDRESS", value_parser = listen)]
    pub(crate) listen: SocketAddr,
    /// Base URL under which browsers and directories reach this server, for example https://id.corp.example.
    /// Links, the SCIM API URL and the cookies are made from it. [default: http://ADDRESS]
    #[arg(long, env = "POSTERN_PUBLIC_URL", value_name = "URL")]
    pub(crate) public_url: Option<PublicUrl>,
    /// Network of a reverse proxy in front, such as 10.0.0.0/8, or one address; may be given several times. What it
    /// says in X-Forwarded-For is taken for the caller's address, and it may open any number of connections.
    #[arg(
        long = "trusted-proxy",
        env = "POSTERN_TRUSTED_PROXY",
        value_name = "CIDR",
        value_delimiter = ',',
        value_parser = proxy::network
    )]
    pub(crate) trusted_proxies: Vec<IpNet>,
}

impl Serve {
    /// The base URL: the configured one, or else the listen address.
    pub(crate) fn base_url(&self) -> PublicUrl {
        self.public_url.clone().unwrap_or_else(|| PublicUrl(format!("http://{}", self.reachable())))
    }

    /// The listen address; where that is every address of the machine, the one that the machine itself can call.
    pub(crate) fn reachable(&self) -> SocketAddr {
        let ip = match self.listen.ip() {
            IpAddr::V4(Ipv4Addr::UNSPECIFIED) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(Ipv6Addr::UNSPECIFIED) => Ipv6Addr::LOCALHOST.into(),
            ip => ip,
        };
        SocketAddr::new(ip, self.listen.port())
    }
}

fn listen(text: &str) -> Result<SocketAddr, &'static str> {
    text.parse().map_err(|_| "give an IP address and a port, such as 127.0.0.1:8080")
}

/// An origin, `http` or `https`, without a path. It comes from configuration only, never from a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl(String);

impl PublicUrl {
    /// The URL without a slash at the end.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name, and the port where it is not the scheme's own.
    pub(crate) fn authority(&self) -> &str {
        self.0.split_once("://").map_or("", |(_, authority)| authority)
    }

    /// The port that the scheme stands for.
    pub(crate) fn scheme_port(&self) -> u16 {
        if self.is_https() { 443 } else { 80 }
    }

    /// Whether browsers reach us by https.
    pub fn is_https(&self) -> bool {
        self.0.starts_with("https://")
    }
}

impl std::str::FromStr for PublicUrl {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const FORM: &str = "give an origin such as https://id.corp.example, without a path";
        let uri: Uri = text.parse().map_err(|_| FORM)?;
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else { return Err(FORM) };
        let plain = matches!(uri.path(), "" | "/") && uri.query().is_none() && !authority.as_str().contains('@');
        if !plain || !matches!(scheme, "http" | "https") {
            return Err(FORM);
        }
        // Browsers write origins in lower case and without the scheme's own port; ours is compared with theirs.
        let authority = authority.as_str().to_lowercase();
        let port = if scheme == "https" { ":443" } else { ":80" };
        Ok(Self(format!("{scheme}://{}", authority.strip_suffix(port).unwrap_or(&authority))))
    }
}

#[cfg(test)]
mod tests {
    use super::PublicUrl;

    #[test]
    fn an_origin_is_normalised() {
        let read = |text: &str| text.parse::<PublicUrl>().map(|url| url.0);
        assert_eq!(read("https://ID.corp.example/"), Ok("https://id.corp.example".into()));
        assert_eq!(read("https://id.corp.example:443"), Ok("https://id.corp.example".into()));
        assert_eq!(read("http://127.0.0.1:8080"), Ok("http://127.0.0.1:8080".into()));
    }

    #[test]
    fn anything_but_an_origin_is_refused() {
        for bad in ["id.corp.example", "ftp://x", "https://x/path", "https://x/?q", "https://a@x", ""] {
            assert!(bad.parse::<PublicUrl>().is_err(), "{bad}");
        }
    }
}
