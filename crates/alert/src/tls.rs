use crate::ConfigError;
use lettre::transport::smtp::client::{Certificate, CertificateStore, TlsParameters};
use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, pem::PemObject},
};
use std::sync::Arc;

const UNUSABLE: ConfigError = ConfigError("the extra authorities cannot be used; give certificates in PEM");

/// The certificate authorities that channels trust: the public ones, as Mozilla lists them, and perhaps the operator's
/// own.
#[derive(Clone, Debug, Default)]
pub struct Authorities {
    own: Vec<CertificateDer<'static>>,
}

impl Authorities {
    /// The public authorities and those in `pem`, which holds at least one certificate. Refuses text without any.
    pub fn public_and(pem: &[u8]) -> Result<Self, ConfigError> {
        let own: Vec<_> = CertificateDer::pem_slice_iter(pem).collect::<Result<_, _>>().map_err(|_| UNUSABLE)?;
        let authorities = Self { own };
        authorities.roots()?;
        if authorities.own.is_empty() { Err(UNUSABLE) } else { Ok(authorities) }
    }

    fn roots(&self) -> Result<RootCertStore, ConfigError> {
        let mut roots = RootCertStore::from_iter(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        for certificate in &self.own {
            roots.add(certificate.clone()).map_err(|_| UNUSABLE)?;
        }
        Ok(roots)
    }

    /// For HTTP/1.1.
    pub(crate) fn http(&self) -> Result<Arc<ClientConfig>, ConfigError> {
        let mut config = self.client()?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }

    /// For syslog, which negotiates no protocol inside TLS.
    pub(crate) fn syslog(&self) -> Result<Arc<ClientConfig>, ConfigError> {
        self.client().map(Arc::new)
    }

    fn client(&self) -> Result<ClientConfig, ConfigError> {
        Ok(ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|_| UNUSABLE)?
            .with_root_certificates(self.roots()?)
            .with_no_client_auth())
    }

    /// For SMTP with this host.
    pub(crate) fn smtp(&self, host: String) -> Result<TlsParameters, ConfigError> {
        let mut builder = TlsParameters::builder(host).certificate_store(CertificateStore::WebpkiRoots);
        for certificate in &self.own {
            builder = builder.add_root_certificate(Certificate::from_der(certificate.to_vec()).map_err(|_| UNUSABLE)?);
        }
        builder.build().map_err(|_| UNUSABLE)
    }
}

#[cfg(test)]
mod tests {
    use super::{Authorities, UNUSABLE};

    #[test]
    fn what_is_no_certificate_is_refused() {
        let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        for pem in ["", "no PEM", broken, include_str!("testing/tls/server.key")] {
            assert_eq!(Authorities::public_and(pem.as_bytes()).err(), Some(UNUSABLE), "{pem}");
        }
    }
}
