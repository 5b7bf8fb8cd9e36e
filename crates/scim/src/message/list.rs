use serde_json::{Value, json};

/// URN of the list response.
const LIST_RESPONSE_URN: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";

/// A page of resources (RFC 7644 §3.4.2).
#[derive(Debug, Clone, PartialEq)]
pub struct ListResponse {
    /// How many resources match in all, not only on this page.
    pub total_results: u64,
    /// 1-based index of the first resource of this page.
    pub start_index: u64,
    /// The resources of this page, each a JSON object.
    pub resources: Vec<Value>,
}

impl ListResponse {
    /// All results on one page, as the discovery endpoints answer.
    pub fn complete(resources: Vec<Value>) -> Self {
        Self { total_results: resources.len() as u64, start_index: 1, resources }
    }

    /// The response body. `Resources` is there even when it is empty: clients read a missing list as an error.
    pub fn into_json(self) -> Value {
        json!({
            "schemas": [LIST_RESPONSE_URN],
            "totalResults": self.total_results,
            "startIndex": self.start_index,
            "itemsPerPage": self.resources.len(),
            "Resources": self.resources,
        })
    }
}
