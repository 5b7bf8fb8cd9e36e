use super::{Mail, Security};
use crate::{Authorities, ConfigError, net, net::Endpoint};
use lettre::{
    message::{Mailbox, Mailboxes},
    transport::smtp::authentication::Credentials,
};
use percent_encoding::percent_decode_str;
use url::Url;

const FORM: &str = "give the mail server as smtps://user:password@host:465 or smtp://host:25";

impl Mail {
    pub(crate) fn new(url: &str, from: &str, to: &str, authorities: &Authorities) -> Result<Self, ConfigError> {
        let url = net::parse(url, FORM)?;
        if !net::is_bare(&url) {
            return Err(ConfigError(FORM));
        }
        let port = if url.scheme() == "smtps" { 465 } else { 25 };
        let endpoint = Endpoint::read(&url, port)?;
        let security = match url.scheme() {
            "smtps" => Security::Tls(authorities.smtp(endpoint.host())?),
            "smtp" if endpoint.is_loopback() => Security::None,
            "smtp" => Security::Upgrade(authorities.smtp(endpoint.host())?),
            _ => return Err(ConfigError(FORM)),
        };
        Ok(Self { endpoint, security, credentials: credentials(&url)?, from: sender(from)?, to: recipients(to)? })
    }
}

fn credentials(url: &Url) -> Result<Option<Credentials>, ConfigError> {
    match (url.username(), url.password()) {
        ("", None) => Ok(None),
        (user, Some(password)) if !user.is_empty() => Ok(Some(Credentials::new(decode(user)?, decode(password)?))),
        _ => Err(ConfigError("the mail server's URL needs both a user and a password, or neither")),
    }
}

fn decode(text: &str) -> Result<String, ConfigError> {
    let decoded = percent_decode_str(text).decode_utf8();
    Ok(decoded.map_err(|_| ConfigError("user and password in the mail server's URL must be UTF-8"))?.into_owned())
}

fn sender(text: &str) -> Result<Mailbox, ConfigError> {
    const FORM: ConfigError = ConfigError("give the sender as an ASCII address such as postern@corp.example");
    text.parse().ok().filter(is_ascii).ok_or(FORM)
}

fn recipients(text: &str) -> Result<Mailboxes, ConfigError> {
    const FORM: ConfigError = ConfigError("give the recipients as ASCII addresses, separated by commas");
    let all: Mailboxes = text.parse().map_err(|_| FORM)?;
    if all.iter().next().is_some() && all.iter().all(is_ascii) { Ok(all) } else { Err(FORM) }
}

/// Mailboxes with other characters would require SMTPUTF8 (RFC 6531) of every server on the way.
fn is_ascii(mailbox: &Mailbox) -> bool {
    let address: &str = mailbox.email.as_ref();
    address.is_ascii()
}
