use crate::{Authorities, ConfigError, Message, SendError, mail::Mail, syslog::Syslog, webhook::Webhook};
use std::{fmt, time::Duration};

/// How long one delivery may take, from the name resolution to the last byte.
const LIMIT: Duration = Duration::from_secs(10);

/// A way that alerts go out. Each delivery is a connection of its own.
pub struct Channel {
    transport: Transport,
    limit: Duration,
}

enum Transport {
    Webhook(Box<Webhook>),
    Mail(Box<Mail>),
    Syslog(Syslog),
}

impl Channel {
    /// A POST in the form of Standard Webhooks (<https://www.standardwebhooks.com>), signed with `secret` (`whsec_` and
    /// 24 to 64 random bytes in base64). The URL is `https`; `http` is accepted only for this machine.
    pub fn webhook(url: &str, secret: &str, authorities: &Authorities) -> Result<Self, ConfigError> {
        Ok(Self::of(Transport::Webhook(Box::new(Webhook::new(url, secret, authorities)?))))
    }

    /// Mail through `smtps://user:password@host:465` or `smtp://host:25`. With `smtp://`, STARTTLS is required unless
    /// the host is this machine. `from` is a mailbox, `to` one or several, separated by commas. In the user and the
    /// password, everything but letters and digits is percent-encoded.
    pub fn mail(url: &str, from: &str, to: &str, authorities: &Authorities) -> Result<Self, ConfigError> {
        Ok(Self::of(Transport::Mail(Box::new(Mail::new(url, from, to, authorities)?))))
    }

    /// A line as in RFC 5424 to `tls://host:6514` (RFC 5425), `udp://host:514`, `tcp://host:601` (counted octets, RFC
    /// 6587 §3.4.1) or `unix:///dev/log`. None of these sends an acknowledgement: a refusal is noticed, a loss on the
    /// way is not.
    pub fn syslog(url: &str, authorities: &Authorities) -> Result<Self, ConfigError> {
        Ok(Self::of(Transport::Syslog(Syslog::new(url, authorities)?)))
    }

    fn of(transport: Transport) -> Self {
        Self { transport, limit: LIMIT }
    }

    /// The same channel with a shorter time limit.
    #[cfg(test)]
    pub(crate) fn within(self, limit: Duration) -> Self {
        Self { limit, ..self }
    }

    /// The channel's kind: `webhook`, `mail` or `syslog`.
    pub fn name(&self) -> &'static str {
        match self.transport {
            Transport::Webhook(_) => "webhook",
            Transport::Mail(_) => "mail",
            Transport::Syslog(_) => "syslog",
        }
    }

    /// The destination, fit for pages and logs: scheme, host and port, or the socket's path. A webhook's own path is
    /// left out, because many receivers treat it as a secret.
    pub fn describe(&self) -> String {
        match &self.transport {
            Transport::Webhook(webhook) => webhook.describe(),
            Transport::Mail(mail) => mail.describe(),
            Transport::Syslog(syslog) => syslog.describe(),
        }
    }

    /// Delivers a message, within ten seconds. `now_unix_seconds` is the time of this attempt; a webhook's receiver
    /// compares it with its own clock. Even after an error the message may have arrived.
    pub async fn send(&self, message: &Message, now_unix_seconds: i64) -> Result<(), SendError> {
        let delivery = async {
            match &self.transport {
                Transport::Webhook(webhook) => webhook.send(message, now_unix_seconds).await,
                Transport::Mail(mail) => mail.send(message).await,
                Transport::Syslog(syslog) => syslog.send(message).await,
            }
        };
        tokio::time::timeout(self.limit, delivery).await.unwrap_or(Err(SendError::TimedOut))
    }
}

impl fmt::Debug for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Channel({}, {})", self.name(), self.describe())
    }
}

#[cfg(test)]
mod tests {
    use super::Channel;
    use crate::{Authorities, SendError, testing};
    use std::io::ErrorKind;

    #[tokio::test]
    async fn every_channel_can_be_used_from_a_task() {
        let nobody = testing::deserted();
        let none = Authorities::default();
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let webhook = Channel::webhook(&format!("http://{nobody}"), secret, &none).unwrap();
        let mail = Channel::mail(&format!("smtp://{nobody}"), "a@corp.example", "b@corp.example", &none).unwrap();
        let syslog = Channel::syslog(&format!("udp://{nobody}"), &none).unwrap();
        assert_eq!([webhook.name(), mail.name(), syslog.name()], ["webhook", "mail", "syslog"]);
        for channel in [webhook, mail, syslog] {
            let delivery = tokio::spawn(async move { channel.send(&testing::message(), 0).await });
            let refused = SendError::Connection(ErrorKind::ConnectionRefused);
            assert_eq!(delivery.await.unwrap(), Err(refused));
        }
    }
}
