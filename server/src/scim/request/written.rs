//! What the activity record keeps of a PATCH or PUT: the paths of its attributes, and a hash of the rest.

use domain::activity::Written;
use scim::patch::{Operation, PatchRequest};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use std::{collections::BTreeSet, io};

/// The longest list of paths, in characters.
const PATHS: usize = 300;

/// What a PATCH with these operations writes.
pub(in crate::scim) fn of_patch(digest: i64, request: &PatchRequest, operations: &[Operation]) -> Written {
    let paths: BTreeSet<String> =
        operations.iter().map(|operation| operation.target.form(|urn| request.names_schema(urn))).collect();
    let paths: Vec<String> = paths.into_iter().collect();
    Written { attributes: paths.join(", ").chars().take(PATHS).collect(), digest }
}

/// What a PUT with this body writes.
pub(in crate::scim) fn of_put(digest: i64) -> Written {
    Written { attributes: String::new(), digest }
}

/// A hash of a body. Two bodies with the same members in another order have different ones: a client that repeats
/// itself does so to the letter.
pub(in crate::scim) fn digest(body: &Map<String, Value>) -> i64 {
    let mut hasher = Hasher(Sha256::new());
    // Writing into a hash cannot fail.
    let _ = serde_json::to_writer(&mut hasher, body);
    let hash: [u8; 32] = hasher.0.finalize().into();
    let (first, _) = hash.split_first_chunk().unwrap_or((&[0; 8], &[]));
    i64::from_be_bytes(*first)
}

/// Hashes what is written to it, so that the text of a large body is never whole in memory.
struct Hasher(Sha256);

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
        let (digest, limits) = (digest(&body), Limits::default());
        let request = PatchRequest::parse(body, &limits).unwrap();
        of_patch(digest, &request, &normalise(Registry::default().user, &request).unwrap())
    }

    #[test]
    fn paths_have_no_values_but_types() {
        let body = json!({"Operations": [
            {"op": "Replace", "path": "emails[type eq \"work\"].value", "value": "ada@corp.example"},
            {"op": "Add", "path": "phoneNumbers[value eq \"+44 20\"].type", "value": "work"},
            {"op": "Add", "value": {"manager": "7", "title": "Boss"}},
        ]});
        let paths = "emails[type eq \"work\"].value, manager, phoneNumbers[value eq \"…\"].type, title";
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
    fn the_list_of_paths_is_bounded() {
        let operations: Vec<Value> =
            (0..90).map(|n| json!({"op": "add", "path": format!("wholly-unknown-{n}"), "value": 1})).collect();
        assert_eq!(written(json!({"Operations": operations})).attributes.chars().count(), PATHS);
    }
}
