//! What kind of client calls, as far as its requests show. Only signs that no other client sends count, and none of
//! them is in the values of a resource: any client may send those.

use super::request::Call;
use axum::http::{HeaderMap, Method, header};
use domain::token::{ClientProfile, Token};
use serde::de::{Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};
use std::{borrow::Cow, fmt};
use uuid::Uuid;

/// The signs are at the start of a body: a long list of members need not be searched.
const LOOKED_AT: usize = 4 * 1024;

/// How the schemas of Entra's classic dialect begin.
const ENTRA_URN: &str = "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/";

/// The kind of client that a call shows, if the token's client is not known yet. `query` is that of the URL, as it was
/// sent.
pub(super) fn sign(token: &Token, call: &Call, query: &str) -> Option<ClientProfile> {
    if token.profile_set || matches!(token.profile, Some(ClientProfile::Entra | ClientProfile::Okta)) {
        return None;
    }
    let agent = agent(&call.headers);
    let body = call.raw_body();
    let body = &body[..body.len().min(LOOKED_AT)];
    if agent.is_some_and(|agent| agent.starts_with("Okta SCIM Client")) {
        Some(ClientProfile::Okta)
    } else if is_entra(call, body) || (agent.is_none() && is_entra_if_nameless(call, query, body)) {
        Some(ClientProfile::Entra)
    } else {
        let writes = matches!(call.method, Method::POST | Method::PUT | Method::PATCH);
        (writes && !call.path.ends_with("/.search")).then_some(ClientProfile::Generic)
    }
}

fn agent(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::USER_AGENT)?.to_str().ok().filter(|agent| !agent.trim().is_empty())
}

/// The flags of its tenant URL, and the schema of its classic dialect, are Entra's own.
fn is_entra(call: &Call, body: &[u8]) -> bool {
    let flag = |name: &str| {
        name.eq_ignore_ascii_case("aadOptscim062020") || name.to_ascii_lowercase().starts_with("azureadscimpatch")
    };
    call.parameter_names().any(flag) || has_entra_schema(body)
}

/// Whether the `schemas` of the body, rather than any other part of it, name one of Entra's. Most bodies are not even
/// parsed.
fn has_entra_schema(body: &[u8]) -> bool {
    let mut found = false;
    if body.windows(ENTRA_URN.len()).any(|part| part == ENTRA_URN.as_bytes()) {
        // The bytes may be cut off anywhere; `schemas` was read before that point or not at all.
        let _ = serde_json::Deserializer::from_slice(body).deserialize_map(Schemas(&mut found));
    }
    found
}

/// Reads an object up to its `schemas`.
struct Schemas<'f>(&'f mut bool);

impl<'de> Visitor<'de> for Schemas<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<(), A::Error> {
        while let Some(name) = access.next_key::<Cow<'de, str>>()? {
            if name.eq_ignore_ascii_case("schemas") {
                let schemas: Vec<Cow<'de, str>> = access.next_value()?;
                *self.0 = schemas.iter().any(|schema| schema.starts_with(ENTRA_URN));
                return Err(A::Error::custom("nothing more is of interest"));
            }
            access.next_value::<IgnoredAny>()?;
        }
        Ok(())
    }
}

/// Entra sends no User-Agent. With one, these signs may come from any client.
fn is_entra_if_nameless(call: &Call, query: &str, body: &[u8]) -> bool {
    let pages = ["startIndex", "count", "cursor"].iter().any(|name| call.parameter(name).is_some());
    let probes = call.method == Method::GET && !pages && query.split('&').any(is_probe);
    probes || (call.method == Method::PATCH && has_capital_op(body))
}

/// The connection test looks for a GUID that no user has, by the matching attribute. OneLogin sends no User-Agent
/// either, so the encoding counts, too: Entra's is that of a form, where a space is `+` and a quotation mark `%22`, and
/// it requests no page.
fn is_probe(parameter: &str) -> bool {
    let filter = parameter.strip_prefix("filter=").and_then(|filter| filter.strip_suffix("%22"));
    let Some((attribute, value)) = filter.and_then(|filter| filter.split_once("+eq+%22")) else { return false };
    let matching = ["userName", "externalId"].iter().any(|name| attribute.eq_ignore_ascii_case(name));
    matching && value.len() == 36 && Uuid::try_parse(value).is_ok()
}

/// The legacy dialect writes Add, Replace and Remove. `"op"` before a colon is a key, whatever else is in the body.
fn has_capital_op(body: &[u8]) -> bool {
    let at = |at: usize| body[at..].strip_prefix(br#""op""#);
    (0..body.len()).filter_map(at).any(|rest| {
        let Some(rest) = rest.trim_ascii_start().strip_prefix(b":") else { return false };
        let value = rest.trim_ascii_start();
        [&br#""Add""#[..], br#""Replace""#, br#""Remove""#].iter().any(|op| value.starts_with(op))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_probe_looks_for_a_guid_in_the_writing_of_a_form() {
        const GUID: &str = "b7e4c0d2-5d0f-4f0b-9f60-3a1f0c7d9e11";
        assert!(is_probe(&format!("filter=userName+eq+%22{GUID}%22")));
        assert!(is_probe(&format!("filter=externalId+eq+%22{GUID}%22")));
        for other in [
            format!("filter=userName%20eq%20%22{GUID}%22"),
            format!("filter=userName+eq+\"{GUID}\""),
            format!("filter=userName+eq+%22{GUID}%22+and+active+eq+%22{GUID}%22"),
            format!("filter=id+eq+%22{GUID}%22"),
            format!("x=userName+eq+%22{GUID}%22"),
            "filter=userName+eq+%22ada%22".to_owned(),
            "filter=%22".to_owned(),
            String::new(),
        ] {
            assert!(!is_probe(&other), "{other}");
        }
    }

    #[test]
    fn a_schema_is_named_in_schemas_and_nowhere_else() {
        let urn = format!("{ENTRA_URN}Group");
        for body in [
            format!(r#"{{"schemas":["urn:x","{urn}"],"displayName":"x"}}"#),
            format!(r#"{{"displayName":{{"schemas":[]}}, "Schemas" : [ "{urn}" ], "members":[{{"val"#),
        ] {
            assert!(has_entra_schema(body.as_bytes()), "{body}");
        }
        for body in [
            format!(r#"{{"schemas":["urn:x"],"title":"{urn}"}}"#),
            format!(r#"{{"schemas":["see {urn}"]}}"#),
            format!(r#"{{"schemas":"{urn}"}}"#),
            format!(r#"{{"a":{{"schemas":["{urn}"]}}}}"#),
            format!(r#"{{"a":"\"schemas\":[\"{urn}\"]"}}"#),
            format!(r#"["schemas","{urn}"]"#),
            format!(r#"{{"schemas":["urn:x"],"schemas":["{urn}"]}}"#),
            urn.clone(),
            format!(r#"{{"schemas":["{urn}"#),
        ] {
            assert!(!has_entra_schema(body.as_bytes()), "{body}");
        }
    }

    #[test]
    fn an_op_is_capital_as_the_value_of_its_key_only() {
        assert!(has_capital_op(br#"{"Operations":[{"op" : "Add","path":"members"}]}"#));
        assert!(has_capital_op(br#"{"Operations":[{"value":"x","op":"Replace"}]}"#));
        assert!(!has_capital_op(br#"{"Operations":[{"op":"add","path":"title","value":"Add"}]}"#));
        assert!(!has_capital_op(br#"{"Operations":[{"op":"add","value":["op","Replace"]}]}"#));
        assert!(!has_capital_op(br#"{"op"#) && !has_capital_op(b""));
    }
}
