use crate::ConfigError;
use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

const FORM: ConfigError =
    ConfigError("the webhook's secret is whsec_ and 24 to 64 random bytes in base64: openssl rand -base64 32");

/// The key that we share with the receiver.
pub(super) struct Secret(Hmac<Sha256>);

impl Secret {
    /// Reads `whsec_<base64>`, of 24 to 64 bytes as the specification requires.
    pub(super) fn read(text: &str) -> Result<Self, ConfigError> {
        let encoded = text.trim().strip_prefix("whsec_").ok_or(FORM)?;
        let key = STANDARD.decode(encoded).map_err(|_| FORM)?;
        if !(24..=64).contains(&key.len()) {
            return Err(FORM);
        }
        Ok(Self(Hmac::new_from_slice(&key).map_err(|_| FORM)?))
    }

    /// The header `webhook-signature`: HMAC-SHA256 over id, time and body, joined by full stops.
    pub(super) fn sign(&self, id: &str, unix_seconds: i64, body: &str) -> String {
        let signature = self.0.clone().chain_update(format!("{id}.{unix_seconds}.{body}")).finalize();
        format!("v1,{}", STANDARD.encode(signature.into_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::{Engine, FORM, STANDARD, Secret};

    /// From the tests of the specification's own libraries.
    #[test]
    fn the_published_vector_holds() {
        let secret = Secret::read("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let signature = secret.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, r#"{"test": 2432232314}"#);
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn weak_and_malformed_secrets_are_refused() {
        let of = |bytes: usize| format!("whsec_{}", STANDARD.encode(vec![7; bytes]));
        for good in [of(24), of(64), format!("{}\n", of(32))] {
            assert!(Secret::read(&good).is_ok(), "{good}");
        }
        for bad in [of(23), of(65), of(32).replace("whsec_", ""), "whsec_".into(), "whsec_!".into()] {
            assert_eq!(Secret::read(&bad).err(), Some(FORM), "{bad}");
        }
    }
}
