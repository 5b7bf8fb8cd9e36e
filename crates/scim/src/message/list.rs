use serde_json::{Map, Value, json};

/// URN of the list response.
const LIST_RESPONSE_URN: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";

/// A page of resources (RFC 7644 §3.4.2).
#[derive(Debug, Clone, PartialEq)]
pub struct ListResponse {
    /// How many resources match in all, not only on this page.
    pub total_results: u64,
    /// Where the page stands.
    pub paging: Paging,
    /// The resources of this page, each a JSON object.
    pub resources: Vec<Value>,
}

/// Where a page stands in its list, in the way in which it was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Paging {
    /// The 1-based index of the first resource of this page (RFC 7644 §3.4.2.4).
    Index(u64),
    /// The cursors of the pages before and behind this one, where there are such pages (RFC 9865 §2).
    Cursor {
        /// `previousCursor`.
        previous: Option<String>,
        /// `nextCursor`.
        next: Option<String>,
    },
}

impl ListResponse {
    /// All results on one page, as the discovery endpoints answer.
    pub fn complete(resources: Vec<Value>) -> Self {
        Self { total_results: resources.len() as u64, paging: Paging::Index(1), resources }
    }

    /// The response body. `Resources` is there even when it is empty: clients read a missing list as an error.
    pub fn into_json(self) -> Value {
        let mut body = Map::new();
        body.insert("schemas".into(), json!([LIST_RESPONSE_URN]));
        body.insert("totalResults".into(), self.total_results.into());
        match self.paging {
            Paging::Index(start_index) => drop(body.insert("startIndex".into(), start_index.into())),
            Paging::Cursor { previous, next } => {
                let cursors = [("previousCursor", previous), ("nextCursor", next)];
                body.extend(cursors.into_iter().filter_map(|(name, cursor)| Some((name.into(), cursor?.into()))));
            }
        }
        body.insert("itemsPerPage".into(), self.resources.len().into());
        body.insert("Resources".into(), Value::Array(self.resources));
        Value::Object(body)
    }
}
