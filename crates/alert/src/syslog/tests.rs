use super::format;
use crate::{
    Authorities, Channel, ConfigError, SendError,
    testing::{SHORT, acceptor, authorities, deserted, hostile, message},
};
use std::io::ErrorKind;
use tokio::{
    io::AsyncReadExt,
    net::{TcpListener, UdpSocket, UnixDatagram},
};

const NOW: i64 = 1_795_000_060;

fn channel(url: &str) -> Channel {
    Channel::syslog(url, &Authorities::default()).unwrap()
}

/// The line that this process sends from this machine.
fn expected() -> String {
    format::line(&message(), &format::host_name(), std::process::id())
}

#[test]
fn the_line_is_as_rfc_5424_says() {
    assert_eq!(
        format::line(&message(), "id.corp.example", 42),
        "<81>1 2026-11-18T11:06:40.007Z id.corp.example postern 42 break_glass.signed_in \
         [postern@32473 kind=\"break_glass.signed_in\" id=\"postern-audit-4711\"] \
         Break-glass account fire-1 signed in | Account: fire-1 | From: 192.0.2.7"
    );
}

#[test]
fn hostile_text_stays_in_its_place() {
    let line = format::line(&hostile(), "-", 42);
    let start = concat!(
        r#"<81>1 9999-12-31T23:59:59.999Z - postern 42 kindEveBcc:all@corp.example.[31m [postern@32473 "#,
        r#"kind="kindEve  Bcc: all@corp.example    .  \\u{1b}[31m\\u{202e}\"\]\\é" "#,
        r#"id="4711Eve=0D=0ABcc=3A=20all=40corp=2Eexample=0D=0A=0D=0A=2E=0D=0A=1B=5B31m=E2=80=AE=22=5D=5C=C3=A9"] "#,
        "\u{feff}",
        r#"Eve  Bcc: all@corp.example    .  \u{1b}[31m\u{202e}"]\éééé"#
    );
    assert!(line.starts_with(start), "{line}");
    assert!(!line.contains(|character: char| character.is_control()), "{line}");
    assert!(line.len() <= 2048);
}

#[test]
fn long_lines_are_cut_between_characters() {
    let mut long = message();
    long.title = String::new();
    long.text = format!("{}\n", "漢".repeat(300)).repeat(9);
    let line = format::line(&long, "-", 42);
    assert!((2046..=2048).contains(&line.len()), "{}", line.len());
    long.kind = "\u{e0000}\"]".repeat(4000);
    long.id = "\n".repeat(4000);
    let line = format::line(&long, &"h".repeat(255), u32::MAX);
    assert!(line.contains("\"] \u{feff}"), "{line}");
}

#[test]
fn empty_fields_are_nil() {
    let mut empty = message();
    (empty.kind, empty.id, empty.title, empty.text) = Default::default();
    let line = "<81>1 2026-11-18T11:06:40.007Z - postern 42 - [postern@32473 kind=\"\" id=\"\"] ";
    assert_eq!(format::line(&empty, "-", 42), line);
}

#[tokio::test]
async fn udp_takes_one_datagram() {
    for (bind, host) in [("127.0.0.1:0", "127.0.0.1"), ("[::1]:0", "[::1]"), ("127.0.0.1:0", "localhost")] {
        let receiver = UdpSocket::bind(bind).await.unwrap();
        let port = receiver.local_addr().unwrap().port();
        assert_eq!(channel(&format!("udp://{host}:{port}")).send(&message(), NOW).await, Ok(()));
        let mut datagram = [0; 4096];
        let length = receiver.recv(&mut datagram).await.unwrap();
        assert_eq!(std::str::from_utf8(&datagram[..length]).unwrap(), expected());
    }
    let refused = Err(SendError::Connection(ErrorKind::ConnectionRefused));
    assert_eq!(channel(&format!("udp://{}", deserted())).send(&message(), NOW).await, refused);
}

#[tokio::test]
async fn tcp_counts_octets() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let channel = channel(&format!("tcp://{}", listener.local_addr().unwrap()));
    let receiver = tokio::spawn(async move {
        let mut frame = String::new();
        listener.accept().await.unwrap().0.read_to_string(&mut frame).await.unwrap();
        frame
    });
    assert_eq!(channel.send(&message(), NOW).await, Ok(()));
    assert_eq!(receiver.await.unwrap(), format!("{} {}", expected().len(), expected()));
}

/// A receiver with the test authority's certificate, which returns what it read.
async fn tls_receiver() -> (u16, tokio::task::JoinHandle<std::io::Result<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let receiver = tokio::spawn(async move {
        let mut stream = acceptor().accept(listener.accept().await?.0).await?;
        let mut frame = String::new();
        stream.read_to_string(&mut frame).await?;
        Ok(frame)
    });
    (port, receiver)
}

#[tokio::test]
async fn r24_tls_counts_octets() {
    let (port, receiver) = tls_receiver().await;
    let channel = Channel::syslog(&format!("tls://localhost:{port}"), &authorities()).unwrap();
    assert_eq!(channel.send(&message(), NOW).await, Ok(()));
    assert_eq!(receiver.await.unwrap().unwrap(), format!("{} {}", expected().len(), expected()));
}

#[tokio::test]
async fn r24_tls_sends_nothing_to_a_receiver_without_a_trusted_name() {
    for (host, trusted) in [("localhost", Authorities::default()), ("127.0.0.1", authorities())] {
        let (port, receiver) = tls_receiver().await;
        let channel = Channel::syslog(&format!("tls://{host}:{port}"), &trusted).unwrap();
        assert_eq!(channel.send(&message(), NOW).await, Err(SendError::Tls), "{host}");
        assert!(receiver.await.unwrap().is_err(), "{host}");
    }
}

#[tokio::test]
async fn tcp_notices_who_does_not_listen() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    // Closes without having read the message.
    tokio::spawn(async move { listener.accept().await.unwrap().0.read_u8().await });
    let dropped = channel(&format!("tcp://{address}")).send(&message(), NOW).await;
    assert!(matches!(dropped, Err(SendError::Connection(_))), "{dropped:?}");
    let refused = Err(SendError::Connection(ErrorKind::ConnectionRefused));
    assert_eq!(channel(&format!("tcp://{}", deserted())).send(&message(), NOW).await, refused);
}

#[tokio::test]
async fn tcp_takes_a_receiver_that_keeps_the_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let channel = channel(&format!("tcp://{}", listener.local_addr().unwrap()));
    let message = message();
    let (sent, accepted) = tokio::join!(channel.send(&message, NOW), listener.accept());
    assert_eq!(sent, Ok(()));
    drop(accepted);
}

#[tokio::test]
async fn the_unix_socket_takes_one_datagram() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("the log");
    let channel = channel(&format!("unix://{}", path.display()));
    assert_eq!(channel.send(&message(), NOW).await, Err(SendError::Connection(ErrorKind::NotFound)));
    let receiver = UnixDatagram::bind(&path).unwrap();
    assert_eq!(channel.send(&message(), NOW).await, Ok(()));
    let mut datagram = [0; 4096];
    let length = receiver.recv(&mut datagram).await.unwrap();
    assert_eq!(std::str::from_utf8(&datagram[..length]).unwrap(), expected());
}

#[tokio::test]
async fn a_socket_that_nobody_reads_ends_with_the_time() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    let _receiver = UnixDatagram::bind(&path).unwrap();
    let channel = channel(&format!("unix://{}", path.display())).within(SHORT);
    let full = async {
        loop {
            if let Err(error) = channel.send(&message(), NOW).await {
                return error;
            }
        }
    };
    assert_eq!(full.await, SendError::TimedOut);
}

#[test]
fn only_full_urls_are_taken() {
    let read = |url: &str| Channel::syslog(url, &Authorities::default()).map(|channel| channel.describe());
    for (url, shown) in [
        ("udp://Log.corp.example", "udp://log.corp.example:514"),
        ("tcp://log.corp.example", "tcp://log.corp.example:601"),
        ("tcp://[::1]:6514", "tcp://[::1]:6514"),
        ("tls://log.corp.example", "tls://log.corp.example:6514"),
        ("unix:///dev/log", "unix:///dev/log"),
    ] {
        assert_eq!(read(url), Ok(shown.to_owned()));
    }
    for url in [
        "",
        "/dev/log",
        "udp://",
        "udp:514",
        "unix:",
        "unix://dev/log",
        "unix:///dev/log?hunter2",
        "tcp://hunter2@log.corp.example",
        "tcp://log.corp.example/hunter2",
        "tls://hunter2@log.corp.example",
        "tls://log.corp.example/hunter2",
    ] {
        let ConfigError(reason) = read(url).err().unwrap_or_else(|| panic!("{url}"));
        assert!(!reason.contains("hunter2"));
    }
}
