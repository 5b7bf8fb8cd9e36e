//! What the activity record keeps of a PATCH or PUT: the paths of its attributes, and a hash of the rest.

use domain::activity::Written;
use scim::patch::{Operation, PatchRequest};
use serde::Serialize;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use std::{collections::BTreeSet, io};

/// The longest list of paths, in characters.
const PATHS: usize = 300;

/// What a PATCH with these operations writes; `None` if it names nothing that is kept. The hash is of what is kept of the
/// request: a password must not be guessed from it.
pub(in crate::scim) fn of_patch(request: &PatchRequest, operations: &[Operation]) -> Option<Written> {
    if operations.is_empty() {
        return None;
    }
    let paths: BTreeSet<String> =
        operations.iter().map(|operation| operation.target.form(|urn| request.names_schema(urn))).collect();
    let paths: Vec<String> = paths.into_iter().collect();
    let mut hasher = Hasher(Sha256::new());
    for Operation { kind, target, value } in operations {
        hasher.0.update([*kind as u8]);
        hasher.add(&json!([target.to_string(), value]));
    }
    Some(Written { attributes: paths.join(", ").chars().take(PATHS).collect(), digest: hasher.digest() })
}

/// What a PUT of this document writes, from which everything that is not kept has been removed.
pub(in crate::scim) fn of_put(document: &Map<String, Value>) -> Written {
    let mut hasher = Hasher(Sha256::new());
    hasher.add(document);
    Written { attributes: String::new(), digest: hasher.digest() }
}

/// Hashes what is written to it, so that the text of a large body is never whole in memory.
struct Hasher(Sha256);

impl Hasher {
    /// Adds a value as JSON. The same members in another order count as another value: a client that repeats itself does so
    /// to the letter.
    fn add(&mut self, value: &impl Serialize) {
        // Writing into a hash cannot fail.
        let _ = serde_json::to_writer(self, value);
    }

    fn digest(self) -> i64 {
        let hash: [u8; 32] = self.0.finalize().into();
        let (first, _) = hash.split_first_chunk().unwrap_or((&[0; 8], &[]));
        i64::from_be_bytes(*first)
    }
}

impl io::Write for Hasher {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use scim::{Limits, patch::normalise, schema::Registry};
    use serde_json::json;

    fn written(body: Value) -> Written {
        let body = body.as_object().unwrap().clone();
        let request = PatchRequest::parse(body, &Limits::default()).unwrap();
        of_patch(&request, &normalise(Registry::default().user, &request).unwrap()).unwrap()
    }

    #[test]
    fn paths_have_no_values_but_types() {
        let body = json!({"Operations": [
            {"op": "Replace", "path": "emails[type eq \"work\"].value", "value": "ada@corp.example"},
            {"op": "Add", "path": "emails[type eq \"Ada's\"].display", "value": "x"},
            {"op": "Add", "path": "phoneNumbers[value eq \"+44 20\"].type", "value": "work"},
            {"op": "Add", "value": {"manager": "7", "title": "Boss"}},
        ]});
        let paths = "emails[type eq \"work\"].value, emails[type eq \"…\"].display, manager, phoneNumbers[value eq \"…\"].type, title";
        assert_eq!(written(body).attributes, paths);
        let urn = "URN:ietf:params:scim:schemas:extension:enterprise:2.0:User";
        for body in [
            json!({"Operations": [{"op": "Add", "path": format!("{urn}:department"), "value": "X"}]}),
            json!({"Operations": [{"op": "Add", "value": {format!("{urn}:department"): "X"}}]}),
            json!({"Operations": [{"op": "Add", "value": {urn: {"department": "X"}}}]}),
        ] {
            let path = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department";
            assert_eq!(written(body).attributes, path);
        }
    }

    #[test]
    fn the_same_body_has_the_same_digest() {
        let body = |value: &str| json!({"Operations": [{"op": "replace", "path": "title", "value": value}]});
        assert_eq!(written(body("Boss")), written(body("Boss")));
        assert_ne!(written(body("Boss")).digest, written(body("boss")).digest);
    }

    #[test]
    fn a_password_leaves_no_trace() {
        let body = |password: &str| json!({"Operations": [{"op": "replace", "value": {"title": "Boss", "password": password}}]});
        assert_eq!(written(body("Summer2026!")), written(body("Winter2026!")));
        assert_eq!(written(body("x")).attributes, "title");
        let only = json!({"Operations": [{"op": "replace", "path": "password", "value": "x"}]});
        let request = PatchRequest::parse(only.as_object().unwrap().clone(), &Limits::default()).unwrap();
        assert_eq!(of_patch(&request, &normalise(Registry::default().user, &request).unwrap()), None);
    }

    #[test]
    fn the_list_of_paths_is_bounded() {
        let operations: Vec<Value> =
            (0..90).map(|n| json!({"op": "add", "path": format!("wholly-unknown-{n}"), "value": 1})).collect();
        assert_eq!(written(json!({"Operations": operations})).attributes.chars().count(), PATHS);
    }
}
