use serde_json::Value;

/// URN of the list response.
const LIST_RESPONSE_URN: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";

/// A page of resources (RFC 7644 §3.4.2).
#[derive(Debug, Clone, PartialEq)]
pub struct ListResponse {
    /// How many resources match in all, not only on this page.
    pub total_results: u64,
    /// Where the page stands.
    pub paging: Paging,
    /// The resources of this page, each a JSON object, as text.
    pub resources: Vec<String>,
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
        let resources: Vec<String> = resources.iter().map(Value::to_string).collect();
        Self { total_results: resources.len() as u64, paging: Paging::Index(1), resources }
    }

    /// The response body. `Resources` is there even when it is empty: clients read a missing list as an error.
    pub fn into_text(self) -> String {
        let mut body = format!("{{\"schemas\":[\"{LIST_RESPONSE_URN}\"],\"totalResults\":{}", self.total_results);
        match self.paging {
            Paging::Index(start_index) => body += &format!(",\"startIndex\":{start_index}"),
            Paging::Cursor { previous, next } => {
                for (name, cursor) in [("previousCursor", previous), ("nextCursor", next)] {
                    body.extend(cursor.map(|cursor| format!(",\"{name}\":{}", Value::String(cursor))));
                }
            }
        }
        body += &format!(",\"itemsPerPage\":{},\"Resources\":[", self.resources.len());
        body.reserve(self.resources.iter().map(|resource| resource.len() + 1).sum());
        for (index, resource) in self.resources.iter().enumerate() {
            if index > 0 {
                body.push(',');
            }
            body.push_str(resource);
        }
        body.push_str("]}");
        body
    }
}
