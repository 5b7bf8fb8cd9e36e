//! The configuration of the binary: by flag, or by the environment variable that `--help` shows with it.

pub(crate) mod secret;

use crate::http::proxy;
use alert::{Authorities, Channel};
use axum::http::Uri;
use ipnet::IpNet;
use scim::schema::Registry;
use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    path::PathBuf,
};

/// Where the server listens, and under which URL it is reached.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Serve {
    /// Address to listen on.
    #[arg(long, env = "POSTERN_LISTEN", default_value = "127.0.0.1:8080", value_name = "ADDRESS", value_parser = listen)]
    pub(crate) listen: SocketAddr,
    /// Base URL under which browsers and directories reach this server, for example https://id.corp.example. Links, the
    /// SCIM API URL and the cookies are derived from it. [default: http://ADDRESS]
    #[arg(long, env = "POSTERN_PUBLIC_URL", value_name = "URL")]
    pub(crate) public_url: Option<PublicUrl>,
    /// Network of a reverse proxy in front, such as 10.0.0.0/8, or one address; may be given several times. The address
    /// that it puts in X-Forwarded-For is taken as the caller's, and the limit of connections from one address does not
    /// apply to it.
    #[arg(
        long = "trusted-proxy",
        env = "POSTERN_TRUSTED_PROXY",
        value_name = "CIDR",
        value_delimiter = ',',
        value_parser = proxy::network
    )]
    pub(crate) trusted_proxies: Vec<IpNet>,
    /// JSON file of schema definitions that extend users and groups; the README describes its format. It is read once,
    /// at startup.
    #[arg(long, env = "POSTERN_EXTENSION_SCHEMAS", value_name = "FILE")]
    pub(crate) extension_schemas: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) alerts: Alerts,
}

/// Where alerts go. They are set here rather than in the console, so that an intruder in the console cannot silence
/// them, and secrets of other systems are in no database.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Alerts (set at least two)")]
pub(crate) struct Alerts {
    /// Webhook that alerts are posted to [env: POSTERN_ALERT_WEBHOOK, or POSTERN_ALERT_WEBHOOK_FILE for a file]. They
    /// are signed as in Standard Webhooks with the key in POSTERN_ALERT_WEBHOOK_SECRET or
    /// POSTERN_ALERT_WEBHOOK_SECRET_FILE (whsec_…), which has no flag.
    #[arg(long, value_name = "URL")]
    alert_webhook: Option<String>,
    /// Mail server for alerts: smtps://USER:PASSWORD@HOST:465 or smtp://HOST:25 (with STARTTLS) [env:
    /// POSTERN_ALERT_MAIL, or POSTERN_ALERT_MAIL_FILE for a file]. The flag takes no password.
    #[arg(long, value_name = "URL")]
    alert_mail: Option<String>,
    /// Sender of the mails.
    #[arg(long, env = "POSTERN_ALERT_MAIL_FROM", value_name = "ADDRESS")]
    alert_mail_from: Option<String>,
    /// Recipients of the mails, separated by commas.
    #[arg(long, env = "POSTERN_ALERT_MAIL_TO", value_name = "ADDRESSES")]
    alert_mail_to: Option<String>,
    /// Syslog receiver for alerts: tls://HOST:6514, udp://HOST:514, tcp://HOST:601 or unix:///dev/log.
    #[arg(long, env = "POSTERN_ALERT_SYSLOG", value_name = "URL")]
    alert_syslog: Option<String>,
    /// PEM file with a certificate authority of your own, which is trusted for the webhook, the mail server and syslog.
    #[arg(long, env = "POSTERN_ALERT_CA", value_name = "FILE")]
    alert_ca: Option<PathBuf>,
}

impl Alerts {
    /// The channels that these flags describe.
    ///
    /// # Errors
    /// One line that says which flag is wrong, and how.
    pub(crate) fn channels(&self) -> Result<Vec<Channel>, String> {
        let authorities = match &self.alert_ca {
            Some(file) => {
                let pem = std::fs::read(file).map_err(|error| format!("--alert-ca {}: {error}", file.display()))?;
                Authorities::public_and(&pem).map_err(|error| format!("--alert-ca: {error}"))?
            }
            None => Authorities::default(),
        };
        let mut channels = Vec::new();
        channels.extend(self.webhook(&authorities)?);
        channels.extend(self.mail(&authorities)?);
        if let Some(url) = &self.alert_syslog {
            let syslog = Channel::syslog(url, &authorities);
            channels.push(syslog.map_err(|error| format!("--alert-syslog: {error}"))?);
        }
        Ok(channels)
    }

    fn webhook(&self, authorities: &Authorities) -> Result<Option<Channel>, String> {
        let url = secret::read(self.alert_webhook.as_deref(), "POSTERN_ALERT_WEBHOOK")?;
        let Some(url) = url else { return Ok(None) };
        let secret = secret::read(None, "POSTERN_ALERT_WEBHOOK_SECRET")?;
        let secret = secret.ok_or(
            "--alert-webhook needs a secret in POSTERN_ALERT_WEBHOOK_SECRET, or in the file that \
             POSTERN_ALERT_WEBHOOK_SECRET_FILE names",
        )?;
        let webhook = Channel::webhook(&url, &secret, authorities);
        webhook.map(Some).map_err(|error| format!("--alert-webhook: {error}"))
    }

    fn mail(&self, authorities: &Authorities) -> Result<Option<Channel>, String> {
        if self.alert_mail.as_deref().is_some_and(secret::has_password) {
            return Err(
                "--alert-mail holds a password, and every user of this machine can read the command line; set \
                        POSTERN_ALERT_MAIL, or POSTERN_ALERT_MAIL_FILE for a file"
                    .to_owned(),
            );
        }
        let url = secret::read(self.alert_mail.as_deref(), "POSTERN_ALERT_MAIL")?;
        let Some(url) = url else { return Ok(None) };
        let (Some(from), Some(to)) = (&self.alert_mail_from, &self.alert_mail_to) else {
            return Err("--alert-mail needs --alert-mail-from and --alert-mail-to".to_owned());
        };
        let mail = Channel::mail(&url, from, to, authorities);
        mail.map(Some).map_err(|error| format!("--alert-mail: {error}"))
    }
}

impl Serve {
    /// The resource types, with the extensions that the file declares.
    ///
    /// # Errors
    /// One line that says what is wrong with the file, where, and what to write there.
    pub(crate) fn schemas(&self) -> Result<Registry, String> {
        let Some(file) = &self.extension_schemas else { return Ok(Registry::default()) };
        let place = format!("--extension-schemas {}", file.display());
        let text = std::fs::read_to_string(file).map_err(|error| format!("{place}: {error}"))?;
        Registry::with_extensions(&text).map_err(|error| format!("{place}: {error}"))
    }

    /// The base URL: the configured one, or else the listen address.
    pub(crate) fn base_url(&self) -> PublicUrl {
        self.public_url.clone().unwrap_or_else(|| PublicUrl(format!("http://{}", self.reachable())))
    }

    /// The listen address; if that means every address of the machine, its loopback address.
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
    /// The URL without a trailing slash.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name, and the port unless it is the scheme's default.
    pub(crate) fn authority(&self) -> &str {
        self.0.split_once("://").map_or("", |(_, authority)| authority)
    }

    /// The default port of the scheme.
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
        // Browsers write origins in lower case and without the default port of the scheme; ours is compared with
        // theirs.
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
