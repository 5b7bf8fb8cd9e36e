//! Mail by SMTP (RFC 5321), with a connection for each message.

mod config;
mod letter;
mod unbuffered;

use crate::{Message, SendError, net::CONNECT, net::Endpoint, net::GRACE};
use lettre::{
    Address,
    message::{Mailbox, Mailboxes},
    transport::smtp::{
        Error,
        authentication::{Credentials, DEFAULT_MECHANISMS},
        client::{AsyncSmtpConnection, TlsParameters},
        commands::{Data, Mail as MailFrom, Rcpt},
        extension::ClientId,
    },
};
use std::io;
use tokio::time::timeout;
use unbuffered::Unbuffered;

pub(crate) struct Mail {
    endpoint: Endpoint,
    security: Security,
    credentials: Option<Credentials>,
    from: Mailbox,
    to: Mailboxes,
}

enum Security {
    /// Plain text, to this machine only.
    None,
    /// TLS after `STARTTLS` (RFC 3207), or no mail is sent.
    Upgrade(TlsParameters),
    /// TLS from the first byte (RFC 8314 §3.3).
    Tls(TlsParameters),
}

impl Mail {
    pub(crate) fn describe(&self) -> String {
        let scheme = if matches!(self.security, Security::Tls(_)) { "smtps" } else { "smtp" };
        format!("{scheme}://{}", self.endpoint)
    }

    pub(crate) async fn send(&self, message: &Message) -> Result<(), SendError> {
        let letter = letter::write(message, &self.from, &self.to)?;
        let mut connection = self.connect().await?;
        if let Some(credentials) = &self.credentials {
            let signed_in = connection.auth(DEFAULT_MECHANISMS, credentials).await;
            signed_in.map_err(|error| failed("the user and password", error))?;
        }
        self.hand_over(&mut connection, &letter).await?;
        // The mail server has taken the letter: a slow reply to QUIT must not make the delivery look failed and repeat
        // it.
        tokio::spawn(async move { timeout(GRACE, connection.quit()).await });
        Ok(())
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, SendError> {
        // The sender's domain: our own name often means something only inside a container, and relays refuse such
        // names.
        let name = ClientId::Domain(self.from.email.domain().to_owned());
        let connection = match &self.security {
            Security::Tls(tls) => {
                let addresses = self.endpoint.resolve().await?;
                let tls = Some(tls.clone());
                AsyncSmtpConnection::connect_tokio1(&addresses[..], Some(CONNECT), &name, tls, None).await
            }
            Security::None | Security::Upgrade(_) => {
                let stream = Unbuffered(self.endpoint.connect().await?);
                AsyncSmtpConnection::connect_with_transport(Box::new(stream), &name).await
            }
        };
        let mut connection = connection.map_err(|error| failed("the connection", error))?;
        if let Security::Upgrade(tls) = &self.security {
            upgrade(&mut connection, tls, &name).await?;
        }
        Ok(connection)
    }

    async fn hand_over(&self, connection: &mut AsyncSmtpConnection, letter: &[u8]) -> Result<(), SendError> {
        let from = MailFrom::new(Some(self.from.email.clone()), Vec::new());
        connection.command(from).await.map_err(|error| failed("the sender", error))?;
        self.name_recipients(connection).await?;
        connection.command(Data).await.map_err(|error| failed("the mail", error))?;
        connection.message(letter).await.map_err(|error| failed("the mail", error))?;
        Ok(())
    }

    /// A recipient that is refused for good must not keep the alert from the others; if none is left, the delivery
    /// fails.
    async fn name_recipients(&self, connection: &mut AsyncSmtpConnection) -> Result<(), SendError> {
        let mut refusal = None;
        let mut accepted = false;
        for recipient in self.to.iter().map(|mailbox| &mailbox.email) {
            match connection.command(Rcpt::new(Address::clone(recipient), Vec::new())).await {
                Ok(_) => accepted = true,
                Err(error) if error.is_permanent() => {
                    let refused = failed("the recipient", error);
                    tracing::warn!(%recipient, reason = %refused, "the mail server refused a recipient of alerts");
                    refusal = Some(refused);
                }
                Err(error) => return Err(failed("the recipient", error)),
            }
        }
        match refusal {
            Some(refusal) if !accepted => Err(refusal),
            _ => Ok(()),
        }
    }
}

async fn upgrade(connection: &mut AsyncSmtpConnection, tls: &TlsParameters, name: &ClientId) -> Result<(), SendError> {
    if !connection.can_starttls() {
        const REASON: &str = "the mail server offers no STARTTLS; use smtps:// if it has a port for TLS";
        return Err(SendError::Protocol(REASON));
    }
    connection.starttls(tls.clone(), name).await.map_err(|error| failed("STARTTLS", error))
}

/// The error that lettre reports, without the server's words.
fn failed(step: &'static str, error: Error) -> SendError {
    if let Some(code) = error.status() {
        return SendError::Refused { step, code: code.into() };
    }
    // lettre wraps its own errors repeatedly; the error of the socket or of rustls is somewhere inside.
    let mut source = std::error::Error::source(&error);
    while let Some(inner) = source {
        if let Some(io) = inner.downcast_ref::<io::Error>() {
            return io.into();
        }
        source = inner.source();
    }
    if error.is_client() {
        SendError::Protocol("the mail server offers no sign-in that we know (PLAIN or LOGIN)")
    } else {
        SendError::Protocol("the mail server does not speak SMTP; check the URL's port")
    }
}

#[cfg(test)]
mod tests;
