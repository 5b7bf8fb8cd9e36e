//! What the tests of all channels share.

use crate::{Authorities, Message};
use rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use serde_json::json;
use std::{net::SocketAddr, sync::Arc, time::Duration};
use tokio_rustls::TlsAcceptor;

/// The time limit of a channel that is meant to exceed it.
pub(crate) const SHORT: Duration = Duration::from_millis(300);

pub(crate) fn message() -> Message {
    Message {
        id: "postern-audit-4711".into(),
        unix_millis: 1_795_000_000_007,
        kind: "break_glass.signed_in".into(),
        title: "Break-glass account fire-1 signed in".into(),
        text: "Account: fire-1\nFrom: 192.0.2.7".into(),
        details: json!({ "account": "fire-1" }),
    }
}

/// A message whose every part was chosen by an attacker.
pub(crate) fn hostile() -> Message {
    let attack = "Eve\r\nBcc: all@corp.example\r\n\r\n.\r\n\u{1b}[31m\u{202e}\"]\\é";
    Message {
        id: format!("4711{attack}"),
        unix_millis: i64::MAX,
        kind: format!("kind{attack}"),
        title: format!("{attack}{}", "é".repeat(4096)),
        text: format!("{attack}\n{}", "x".repeat(4096)),
        details: json!({ "name": attack }),
    }
}

/// Trusts the authority that signed [`acceptor`]'s certificate. The authority's key was thrown away.
pub(crate) fn authorities() -> Authorities {
    Authorities::public_and(include_bytes!("testing/tls/authority.pem")).unwrap()
}

/// A TLS acceptor for the name `localhost`; its certificate is valid until 2120.
pub(crate) fn acceptor() -> TlsAcceptor {
    let certificate = CertificateDer::from_pem_slice(include_bytes!("testing/tls/server.pem")).unwrap();
    let key = PrivateKeyDer::from_pem_slice(include_bytes!("testing/tls/server.key")).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}

/// An address on which no program listens, neither for TCP nor for UDP.
pub(crate) fn deserted() -> SocketAddr {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}
