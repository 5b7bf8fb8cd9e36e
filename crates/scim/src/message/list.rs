use serde_json::Value;

/// URN of the list response.
const LIST_RESPONSE_URN: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";

/// A page of resources (RFC 7644 §3.4.2).
#[derive(Debug, Clone, PartialEq)]
pub struct ListResponse {
    /// How many resources match in all, not only on this page.
    pub total_results: u64,
    /// Where the page is in the list.
    pub paging: Paging,
    /// The resources of this page, each a JSON object, as text.
    pub resources: Vec<String>,
}

/// What follows the resources.
pub const LIST_END: &str = "]}";

/// Where a page is in its list, by index or by cursor as the client asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Paging {
    /// The 1-based index of the first resource of this page (RFC 7644 §3.4.2.4).
    Index(u64),
    /// The cursors of the pages before and after this one, if there are such pages (RFC 9865 §2).
    Cursor {
        /// `previousCursor`.
        previous: Option<String>,
        /// `nextCursor`.
        next: Option<String>,
    },
}

impl ListResponse {
    /// All results on one page, as discovery endpoints answer.
    pub fn complete(resources: Vec<Value>) -> Self {
        let resources: Vec<String> = resources.iter().map(Value::to_string).collect();
        Self { total_results: resources.len() as u64, paging: Paging::Index(1), resources }
    }

    /// The response body. `Resources` is there even when it is empty: clients read a missing list as an error.
    pub fn into_text(self) -> String {
        let mut body = self.head(self.resources.len());
        body.reserve(self.resources.iter().map(|resource| resource.len() + 1).sum());
        for (index, resource) in self.resources.iter().enumerate() {
            if index > 0 {
                body.push(',');
            }
            body.push_str(resource);
        }
        body.push_str(LIST_END);
        body
    }

    /// The response body up to its resources. The caller writes that many, with commas between them and [`LIST_END`]
    /// after them.
    pub fn head(&self, resources: usize) -> String {
        let mut body = format!("{{\"schemas\":[\"{LIST_RESPONSE_URN}\"],\"totalResults\":{}", self.total_results);
        match &self.paging {
            Paging::Index(start_index) => body += &format!(",\"startIndex\":{start_index}"),
            Paging::Cursor { previous, next } => {
                for (name, cursor) in [("previousCursor", previous), ("nextCursor", next)] {
                    let cursor = cursor.as_deref().map(|cursor| format!(",\"{name}\":{}", Value::from(cursor)));
                    body.extend(cursor);
                }
            }
        }
        body += &format!(",\"itemsPerPage\":{resources},\"Resources\":[");
        body
    }
}
