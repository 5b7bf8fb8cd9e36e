mod server;

use super::{Mail, Security};
use crate::{
    Authorities, Channel, ConfigError, SendError,
    testing::{SHORT, acceptor, authorities, deserted, hostile, message},
};
use server::{Server, Tls};
use std::io::ErrorKind;
use tokio::time::Instant;

const FROM: &str = "Postern <postern@corp.example>";
const TO: &str = "ada@corp.example, Ops <ops@corp.example>";
const NOW: i64 = 1_795_000_060;

fn channel(url: &str) -> Channel {
    Channel::mail(url, FROM, TO, &authorities()).unwrap()
}

/// The result of one delivery to a server with these answers in place of the usual ones.
async fn answered(replies: &[(&'static str, &'static str)]) -> Result<(), SendError> {
    let server = Server::start(replies, Tls::Never).await;
    channel(&server.url("smtp://")).send(&message(), NOW).await
}

#[tokio::test]
async fn the_mail_is_as_people_expect() {
    let server = Server::start(&[], Tls::Never).await;
    assert_eq!(channel(&server.url("smtp://")).send(&message(), NOW).await, Ok(()));
    let session = server.session().await;
    assert_eq!(
        session.commands,
        [
            "EHLO corp.example",
            "MAIL FROM:<postern@corp.example>",
            "RCPT TO:<ada@corp.example>",
            "RCPT TO:<ops@corp.example>",
            "DATA",
            "QUIT"
        ]
    );
    let mail = concat!(
        "From: Postern <postern@corp.example>\r\n",
        "To: ada@corp.example, Ops <ops@corp.example>\r\n",
        "Subject: Break-glass account fire-1 signed in\r\n",
        "Message-ID: <postern-audit-4711@corp.example>\r\n",
        "Date: Wed, 18 Nov 2026 11:06:40 +0000\r\n",
        "Content-Type: text/plain; charset=utf-8\r\n",
        "Content-Transfer-Encoding: 7bit\r\n",
        "Auto-Submitted: auto-generated\r\n",
        "\r\n",
        "Account: fire-1\r\nFrom: 192.0.2.7\r\n\r\n",
        "Time: 2026-11-18T11:06:40.007Z\r\nEvent: break_glass.signed_in\r\nId: postern-audit-4711\r\n"
    );
    assert_eq!(session.mail, mail);
}

#[tokio::test]
async fn hostile_text_stays_in_its_place() {
    let server = Server::start(&[], Tls::Never).await;
    assert_eq!(channel(&server.url("smtp://")).send(&hostile(), NOW).await, Ok(()));
    let mail = server.session().await.mail;
    assert!(mail.is_ascii() && mail.lines().all(|line| line.len() <= 998), "{mail}");
    let (head, body) = mail.split_once("\r\n\r\n").unwrap();
    let names: Vec<_> = head
        .split("\r\n")
        .filter(|line| !line.starts_with(' '))
        .map(|line| line.split_once(": ").map_or(line, |(name, _)| name))
        .collect();
    let expected = ["From", "To", "Subject", "Message-ID", "Date", "Content-Type", "Content-Transfer-Encoding"];
    assert_eq!(names[..7], expected);
    assert_eq!(names[7..], ["Auto-Submitted"]);
    assert!(!body.contains(['\u{1b}', '\0']), "{body}");
    // A full stop on a line of its own did not end the mail.
    assert!(body.contains("\r\n.\r\n") && body.contains("Event: kindEve  Bcc"), "{body}");
}

#[tokio::test]
async fn user_and_password_are_decoded_and_sent() {
    let server = Server::start(&[], Tls::Never).await;
    let channel = channel(&server.url("smtp://ada%40corp:p%3Ass%20w%C3%B6rd@"));
    assert_eq!(channel.send(&message(), NOW).await, Ok(()));
    let commands = server.session().await.commands;
    // printf '\0ada@corp\0p:ss wörd' | base64
    assert_eq!(commands[1], "AUTH PLAIN AGFkYUBjb3JwAHA6c3Mgd8O2cmQ=");
}

#[tokio::test]
async fn refusals_are_reported_by_their_code_only() {
    for (command, reply, step, code) in [
        ("CONNECT", "554 hunter2", "the connection", 554),
        ("MAIL", "451 hunter2", "the sender", 451),
        ("RCPT", "450-hunter2\r\n450 hunter2", "the recipient", 450),
        ("RCPT", "550 hunter2", "the recipient", 550),
        ("DATA", "554 hunter2", "the mail", 554),
        (".", "552 hunter2", "the mail", 552),
    ] {
        let refusal = answered(&[(command, reply)]).await.unwrap_err();
        assert_eq!(refusal, SendError::Refused { step, code });
        assert!(!refusal.to_string().contains("hunter2"));
    }
    let server = Server::start(&[("AUTH", "535 hunter2")], Tls::Never).await;
    let refusal = channel(&server.url("smtp://ada:hunter2@")).send(&message(), NOW).await.unwrap_err();
    assert_eq!(refusal.to_string(), "the mail server refused the user and password with 535");
}

#[tokio::test]
async fn one_refused_recipient_does_not_silence_the_others() {
    let server = Server::start(&[("RCPT TO:<ada", "550 no such user")], Tls::Never).await;
    assert_eq!(channel(&server.url("smtp://")).send(&message(), NOW).await, Ok(()));
    assert!(server.session().await.mail.contains("fire-1"));
    // A temporary refusal: the mail is tried again, for all recipients.
    assert!(answered(&[("RCPT TO:<ada", "451 later")]).await.is_err());
}

#[tokio::test]
async fn silence_ends_with_the_time_unless_the_mail_is_theirs() {
    let start = Instant::now();
    for command in ["CONNECT", "EHLO", "MAIL", "RCPT", "DATA", "."] {
        let server = Server::start(&[(command, "")], Tls::Never).await;
        let result = channel(&server.url("smtp://")).within(SHORT).send(&message(), NOW).await;
        assert_eq!(result, Err(SendError::TimedOut), "{command}");
    }
    assert!(start.elapsed() >= SHORT * 6);
    assert_eq!(answered(&[("QUIT", "")]).await, Ok(()));
}

#[tokio::test]
async fn what_is_no_mail_server_is_reported() {
    let long: &str = "2".repeat(5000).leak();
    for greeting in ["HTTP/1.1 400 Bad Request", "SSH-2.0-OpenSSH_10.0", long] {
        let result = answered(&[("CONNECT", greeting)]).await;
        assert!(matches!(result, Err(SendError::Protocol(_))), "{greeting}: {result:?}");
    }
    let refused = Err(SendError::Connection(ErrorKind::ConnectionRefused));
    assert_eq!(channel(&format!("smtp://{}", deserted())).send(&message(), NOW).await, refused);
}

#[tokio::test]
async fn tls_needs_a_trusted_certificate_for_the_name() {
    let deliver = async |host: &str, authorities: &Authorities| {
        let server = Server::start(&[], Tls::Always(acceptor())).await;
        let url = server.url("smtps://ada:secret@").replace("127.0.0.1", host);
        Channel::mail(&url, FROM, TO, authorities).unwrap().send(&message(), NOW).await
    };
    assert_eq!(deliver("localhost", &authorities()).await, Ok(()));
    assert_eq!(deliver("localhost", &Authorities::default()).await, Err(SendError::Tls));
    assert_eq!(deliver("127.0.0.1", &authorities()).await, Err(SendError::Tls));
}

/// STARTTLS is not required on this machine, so the channel is made to require it.
fn upgrading(server: &Server, authorities: &Authorities) -> Mail {
    let url = server.url("smtp://ada:secret@").replace("127.0.0.1", "localhost");
    let mail = Mail::new(&url, FROM, TO, authorities).unwrap();
    Mail { security: Security::Upgrade(authorities.smtp("localhost".into()).unwrap()), ..mail }
}

#[tokio::test]
async fn starttls_comes_before_anything_worth_reading() {
    let server = Server::start(&[], Tls::Offered(acceptor())).await;
    assert_eq!(upgrading(&server, &authorities()).send(&message()).await, Ok(()));
    let commands = server.session().await.commands;
    assert_eq!(commands[..3], ["EHLO corp.example", "STARTTLS", "EHLO corp.example"]);
    assert!(commands[3].starts_with("AUTH PLAIN"));

    let server = Server::start(&[], Tls::Offered(acceptor())).await;
    assert_eq!(upgrading(&server, &Authorities::default()).send(&message()).await, Err(SendError::Tls));
}

/// An attacker on the way answers all commands in advance, in plain text after the last plain reply, and could then
/// drop the mail unnoticed.
#[tokio::test]
async fn replies_from_before_tls_do_not_count() {
    let forged = concat!(
        "220 go ahead\r\n250-mail.corp.example\r\n250 AUTH PLAIN\r\n235 welcome\r\n250 fine\r\n250 fine\r\n",
        "250 fine\r\n354 go ahead\r\n250 queued\r\n221 bye"
    );
    let server = Server::start(&[("STARTTLS", forged), ("MAIL", "554 hunter2")], Tls::Offered(acceptor())).await;
    assert_eq!(upgrading(&server, &authorities()).send(&message()).await, Err(SendError::Tls));
}

#[tokio::test]
async fn a_user_needs_a_server_that_asks() {
    let server = Server::start(&[("EHLO", "250 mail.corp.example")], Tls::Never).await;
    let result = channel(&server.url("smtp://ada:secret@")).send(&message(), NOW).await;
    let reason = "the mail server offers no sign-in that we know (PLAIN or LOGIN)";
    assert_eq!(result, Err(SendError::Protocol(reason)));
}

#[tokio::test]
async fn without_starttls_nothing_is_sent() {
    let server = Server::start(&[], Tls::Never).await;
    let result = upgrading(&server, &authorities()).send(&message()).await;
    assert!(matches!(result, Err(SendError::Protocol(_))), "{result:?}");
    assert_eq!(server.session().await.commands, ["EHLO corp.example"]);
}

#[test]
fn plain_text_is_for_this_machine_only() {
    let security = |url: &str| match Mail::new(url, FROM, TO, &Authorities::default()).unwrap().security {
        Security::None => "none",
        Security::Upgrade(_) => "upgrade",
        Security::Tls(_) => "tls",
    };
    assert_eq!(security("smtp://LOCALHOST"), "none");
    assert_eq!(security("smtp://[::1]:2525"), "none");
    assert_eq!(security("smtp://mail.corp.example"), "upgrade");
    assert_eq!(security("smtp://10.0.0.7"), "upgrade");
    assert_eq!(security("smtps://localhost"), "tls");
}

#[test]
fn configurations_are_checked_and_never_repeated() {
    let read = |url: &str, from: &str, to: &str| Channel::mail(url, from, to, &Authorities::default());
    let channel = read("smtps://ada:hunter2@Mail.corp.example", FROM, TO).unwrap();
    assert_eq!((channel.name(), channel.describe().as_str()), ("mail", "smtps://mail.corp.example:465"));
    assert_eq!(format!("{channel:?}"), "Channel(mail, smtps://mail.corp.example:465)");
    assert_eq!(read("smtp://mail.corp.example", FROM, TO).unwrap().describe(), "smtp://mail.corp.example:25");
    let good = "smtps://mail.corp.example";
    for (url, from, to) in [
        ("hunter2", FROM, TO),
        ("smtp://", FROM, TO),
        ("smtps://hunter2@mail.corp.example", FROM, TO),
        ("smtps://:hunter2@mail.corp.example", FROM, TO),
        ("smtps://ada:hunter2%FF@mail.corp.example", FROM, TO),
        ("smtp://mail.corp.example?tls=hunter2", FROM, TO),
        ("smtp://mail.corp.example/hunter2", FROM, TO),
        ("https://ada:hunter2@mail.corp.example", FROM, TO),
        (good, "hunter2", TO),
        (good, "hunter2é@corp.example", TO),
        (good, "a@corp.example, hunter2@corp.example", TO),
        (good, FROM, ""),
        (good, FROM, "hunter2"),
        (good, FROM, "a@corp.example, hunter2"),
        (good, FROM, "a@corp.example\r\nBcc: hunter2@corp.example"),
        (good, FROM, "hunter2é@corp.example"),
    ] {
        let ConfigError(reason) = read(url, from, to).err().unwrap_or_else(|| panic!("{url} {from} {to}"));
        assert!(!reason.contains("hunter2"), "{url} {from} {to}");
    }
}
