//! RFC 7643 §2.3.6: a binary value is base64.

use scim::resource::normalise;
use scim::schema::{Registry, USER};
use serde_json::{Value, json};

use super::{object, patched, refusal, user_after};

const PEM: &str = "-----BEGIN CERTIFICATE-----\nMIIDQzCCAqyg\nAwIBAgIC\n-----END CERTIFICATE-----\n";

#[test]
fn ra14_a_certificate_is_base64() {
    for text in [
        "not base64 !!",
        "MIIDQ",
        "MII==",
        "MI=I",
        "====",
        "   ",
        "MIIä",
        "MI+/-_",
        "{\"value\":\"MII=\"}",
        "https://x/cert",
        "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----",
        "-----BEGIN CERTIFICATE-----\nnot base64 !!\n-----END CERTIFICATE-----",
    ] {
        let body = json!({"userName": "ada", "x509Certificates": [{"value": text}]});
        let error = normalise(&USER, object(body)).unwrap_err();
        assert_eq!((error.status, error.scim_type.unwrap().as_str()), (400, "invalidValue"), "{text}");
        for operation in [
            json!({"op": "add", "path": "x509Certificates", "value": text}),
            json!({"op": "replace", "value": {"x509Certificates": [{"value": text, "type": "tls"}]}}),
            json!({"op": "add", "path": "x509Certificates[type eq \"tls\"].value", "value": text}),
        ] {
            assert_eq!(refusal(json!({"userName": "ada"}), json!([operation])), (400, "invalidValue"), "{operation}");
        }
    }
}

#[test]
fn ra14_base64_stays_as_it_was_sent() {
    for text in [
        "MII=",
        "MIIDQzCC",
        "MIIDQw",
        "MIIDQ w==",
        "MIID\r\nQzCC\r\n",
        " MI+/ ",
        "MI-_",
        PEM,
        "-----BEGIN CERTIFICATE----- MIIDQzCC -----END CERTIFICATE-----",
    ] {
        let operation = json!([{"op": "add", "path": "x509Certificates", "value": [{"value": text}]}]);
        let user = user_after(json!({"userName": "ada"}), operation);
        assert_eq!(user["x509Certificates"], json!([{"value": text}]));
    }
    let chain = PEM.repeat(2);
    let body = json!({"userName": "ada", "x509Certificates": chain});
    assert_eq!(normalise(&USER, object(body)).unwrap()["x509Certificates"], json!([{"value": chain}]));
}

#[test]
fn ra14_declared_binaries_too() {
    let urn = "urn:example:acme:2.0:User";
    let attributes = json!([
        {"name": "key", "type": "binary"},
        {"name": "keys", "type": "binary", "multiValued": true},
        {"name": "lock", "type": "complex", "subAttributes": [{"name": "key", "type": "binary"}]},
        {"name": "text"}
    ]);
    let definition = json!({"resourceType": "User", "id": urn, "attributes": attributes});
    let user = Registry::with_extensions(&definition.to_string()).unwrap().user;
    let after = |path: &str, value: Value| {
        patched(user, json!({"userName": "a"}), json!([{"op": "add", "path": format!("{urn}:{path}"), "value": value}]))
    };
    for path in ["key", "keys", "lock.key"] {
        assert!(after(path, json!("TUlJ")).is_ok(), "{path}");
        assert_eq!(after(path, json!("x!")).unwrap_err().scim_type.unwrap().as_str(), "invalidValue", "{path}");
    }
    assert!(after("lock", json!({"key": "?"})).is_err() && after("keys", json!(["TUlJ", "?"])).is_err());
    // No schema declares the others as binary.
    assert!(after("text", json!("x!")).is_ok() && after("unheard", json!("x!")).is_ok());
}
