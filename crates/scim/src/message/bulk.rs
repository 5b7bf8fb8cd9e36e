//! Bulk requests and their answers (RFC 7644 §3.7): reading them, and the references between their operations.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap, HashMap, HashSet};

use serde_json::{Map, Value, json};

use crate::{Error, Limits, Result};

/// URN of the bulk response.
const BULK_RESPONSE_URN: &str = "urn:ietf:params:scim:api:messages:2.0:BulkResponse";

/// What stands before the `bulkId` of a resource that an operation of the same request creates.
const REFERENCE: &str = "bulkId:";

/// What an operation does. Bulk requests do not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BulkMethod {
    /// Creates a resource.
    Post,
    /// Puts a resource in the place of another.
    Put,
    /// Changes a resource in part.
    Patch,
    /// Deletes a resource.
    Delete,
}

impl BulkMethod {
    /// The name of the HTTP method.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::Post, Self::Put, Self::Patch, Self::Delete].into_iter().find(|m| m.as_str().eq_ignore_ascii_case(text))
    }
}

/// One operation of a bulk request.
#[derive(Debug, Clone, PartialEq)]
pub struct BulkOperation {
    /// What it does; `None` where that is nothing that a bulk request may do.
    pub method: Option<BulkMethod>,
    /// The client's name for it, which others refer to.
    pub bulk_id: Option<String>,
    /// The version that it is willing to change.
    pub version: Option<String>,
    /// The resource, or where to create it, below the base URL.
    pub path: String,
    /// The body, or why the operation cannot be carried out. A deletion has an empty one.
    pub data: Result<Map<String, Value>>,
}

/// A bulk request.
#[derive(Debug, Clone, PartialEq)]
pub struct BulkRequest {
    /// After so many errors the rest is left undone; `None` is never.
    pub fail_on_errors: Option<usize>,
    /// The operations, in the order given.
    pub operations: Vec<BulkOperation>,
}

/// In which order operations can be carried out, by their places in the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BulkOrder {
    /// Each comes after what it refers to, and otherwise as it was given.
    pub resolvable: Vec<usize>,
    /// These refer to themselves, in one step or in several, or to others that do.
    pub circular: Vec<usize>,
}

impl BulkRequest {
    /// Reads a bulk body. Keys are taken in any letter case, unknown ones are ignored, and `schemas` is not demanded. What
    /// is wrong with one operation stays with it.
    ///
    /// Refuses a body without a list of operations, a `failOnErrors` that is no number from 1 on, a `bulkId` that two
    /// operations create (400), and more operations than `limits` allows (413).
    pub fn parse(body: Map<String, Value>, limits: &Limits) -> Result<Self> {
        let (mut items, mut fail_on_errors) = (None, None);
        for (key, value) in body {
            if key.eq_ignore_ascii_case("Operations") {
                items = Some(value);
            } else if key.eq_ignore_ascii_case("failOnErrors") && !value.is_null() {
                let errors =
                    value.as_u64().and_then(|errors| usize::try_from(errors).ok()).filter(|errors| *errors > 0);
                let detail = "failOnErrors must be a whole number, 1 or more.";
                fail_on_errors = Some(errors.ok_or_else(|| Error::invalid_value(detail))?);
            }
        }
        let Some(Value::Array(items)) = items else {
            return Err(Error::invalid_syntax("A bulk request needs Operations, a list of objects."));
        };
        if items.len() > limits.bulk_operations {
            let detail = format!("A bulk request may hold at most {} operations; split it.", limits.bulk_operations);
            return Err(Error::too_large(detail));
        }
        let operations: Vec<_> = items.into_iter().map(BulkOperation::parse).collect();
        let mut names = HashSet::new();
        if !operations.iter().filter_map(BulkOperation::creates).all(|name| names.insert(name)) {
            return Err(Error::invalid_value("A bulkId may name only one resource of a bulk request."));
        }
        Ok(Self { fail_on_errors, operations })
    }

    /// In which order the operations can be carried out. Works without recursion, so that a long chain does no harm.
    pub fn order(&self) -> BulkOrder {
        let created = self.operations.iter().enumerate().filter_map(|(at, operation)| Some((operation.creates()?, at)));
        let creators: HashMap<&str, usize> = created.collect();
        let mut waiting = vec![0_usize; self.operations.len()];
        let mut dependents = vec![Vec::new(); self.operations.len()];
        for (at, operation) in self.operations.iter().enumerate() {
            for creator in operation.references().iter().filter_map(|name| creators.get(name.as_str())) {
                waiting[at] += 1;
                dependents[*creator].push(at);
            }
        }
        let mut ready: BinaryHeap<Reverse<usize>> =
            waiting.iter().enumerate().filter(|(_, waits)| **waits == 0).map(|(at, _)| Reverse(at)).collect();
        let mut resolvable = Vec::with_capacity(self.operations.len());
        while let Some(Reverse(at)) = ready.pop() {
            resolvable.push(at);
            for dependent in &dependents[at] {
                waiting[*dependent] -= 1;
                if waiting[*dependent] == 0 {
                    ready.push(Reverse(*dependent));
                }
            }
        }
        let circular = (0..waiting.len()).filter(|at| waiting[*at] > 0).collect();
        BulkOrder { resolvable, circular }
    }
}

impl BulkOperation {
    fn parse(operation: Value) -> Self {
        let (mut this, mut data) =
            (Self { method: None, bulk_id: None, version: None, path: String::new(), data: Ok(Map::new()) }, None);
        let Value::Object(map) = operation else {
            this.data = Err(Error::invalid_syntax("Each of the Operations must be an object."));
            return this;
        };
        for (key, value) in map {
            let text = value.as_str().map(str::to_owned);
            match key.to_ascii_lowercase().as_str() {
                "method" => this.method = text.as_deref().and_then(BulkMethod::parse),
                "bulkid" => this.bulk_id = text.filter(|text| !text.is_empty()),
                "version" => this.version = text,
                "path" => this.path = text.unwrap_or_default(),
                "data" => data = Some(value),
                _ => {}
            }
        }
        this.data = this.check(data);
        this
    }

    fn check(&self, data: Option<Value>) -> Result<Map<String, Value>> {
        let Some(method) = self.method else {
            return Err(Error::invalid_syntax("The method of a bulk operation is POST, PUT, PATCH or DELETE."));
        };
        if !self.path.starts_with('/') {
            return Err(Error::invalid_syntax("The path of a bulk operation starts with a slash, like /Users."));
        }
        // RFC 7644 §3.7: bulkId is required when the method is POST.
        if method == BulkMethod::Post && self.bulk_id.is_none() {
            return Err(Error::invalid_value("A bulk operation with POST needs a bulkId."));
        }
        match (method, data) {
            (BulkMethod::Delete, _) => Ok(Map::new()),
            (_, Some(Value::Object(data))) => Ok(data),
            _ => Err(Error::invalid_syntax("A bulk operation with POST, PUT or PATCH needs data, an object.")),
        }
    }

    /// The `bulkId` of the resource that it creates.
    pub fn creates(&self) -> Option<&str> {
        self.bulk_id.as_deref().filter(|_| self.method == Some(BulkMethod::Post))
    }

    /// The `bulkId`s that its path and its data refer to.
    pub fn references(&self) -> BTreeSet<String> {
        let mut found: BTreeSet<String> = self.path_reference().map(|(_, name)| name.to_owned()).into_iter().collect();
        for value in self.data.iter().flat_map(Map::values) {
            collect(value, &mut found);
        }
        found
    }

    /// Puts the ids of created resources in the place of references. Gives the path and the data, which it takes out of
    /// the operation: a request may be large, and one copy of it is enough.
    ///
    /// Refuses a reference to what `ids` does not hold with 409; what was wrong with the operation is told first.
    pub fn resolve(&mut self, ids: &HashMap<String, String>) -> Result<(String, Map<String, Value>)> {
        let mut data = std::mem::replace(&mut self.data, Ok(Map::new()))?;
        for value in data.values_mut() {
            replace(value, ids)?;
        }
        let path = match self.path_reference() {
            Some((endpoint, name)) => format!("{endpoint}/{}", find(name, ids)?),
            None => self.path.clone(),
        };
        Ok((path, data))
    }

    fn path_reference(&self) -> Option<(&str, &str)> {
        let (endpoint, last) = self.path.rsplit_once("/bulkId:")?;
        Some((endpoint, last))
    }
}

fn collect(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => found.extend(text.strip_prefix(REFERENCE).map(str::to_owned)),
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        Value::Object(map) => map.values().for_each(|item| collect(item, found)),
        _ => {}
    }
}

fn replace(value: &mut Value, ids: &HashMap<String, String>) -> Result<()> {
    match value {
        Value::String(text) => {
            if let Some(name) = text.strip_prefix(REFERENCE) {
                *text = find(name, ids)?.to_owned();
            }
            Ok(())
        }
        Value::Array(items) => items.iter_mut().try_for_each(|item| replace(item, ids)),
        Value::Object(map) => map.values_mut().try_for_each(|item| replace(item, ids)),
        _ => Ok(()),
    }
}

fn find<'i>(name: &str, ids: &'i HashMap<String, String>) -> Result<&'i str> {
    let detail = "A bulkId that this refers to names no resource that was created by this bulk request.";
    ids.get(name).map(String::as_str).ok_or_else(|| Error::new(409, None, detail))
}

/// What became of one operation.
#[derive(Debug, Clone, PartialEq)]
pub struct BulkResult {
    /// What it did.
    pub method: Option<BulkMethod>,
    /// The client's name for it.
    pub bulk_id: Option<String>,
    /// The URL of the resource; `None` where none was created.
    pub location: Option<String>,
    /// The resource's version now, as an entity tag.
    pub version: Option<String>,
    /// The HTTP status, or the error that it ended with.
    pub status: Result<u16>,
}

impl BulkResult {
    fn into_json(self) -> Value {
        let mut out = Map::new();
        let mut put = |name: &str, value: Option<String>| {
            if let Some(value) = value {
                out.insert(name.to_owned(), Value::String(value));
            }
        };
        put("method", self.method.map(|method| method.as_str().to_owned()));
        put("bulkId", self.bulk_id);
        put("location", self.location);
        put("version", self.version);
        put("status", Some(self.status.as_ref().map_or_else(|error| error.status, |status| *status).to_string()));
        if let Err(error) = self.status {
            out.insert("response".to_owned(), error.to_json());
        }
        Value::Object(out)
    }
}

/// The body of the answer to a bulk request.
pub fn bulk_response(results: Vec<BulkResult>) -> Value {
    let operations: Vec<Value> = results.into_iter().map(BulkResult::into_json).collect();
    json!({"schemas": [BULK_RESPONSE_URN], "Operations": operations})
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(body: Value) -> Result<BulkRequest> {
        let Value::Object(body) = body else { panic!("an object") };
        BulkRequest::parse(body, &Limits { bulk_operations: 2_000, ..Limits::default() })
    }

    fn post(name: &str, refers: &[&str]) -> Value {
        let members: Vec<_> = refers.iter().map(|name| json!({"value": format!("bulkId:{name}")})).collect();
        json!({"method": "POST", "path": "/Groups", "bulkId": name, "data": {"members": members}})
    }

    fn order(operations: &[Value]) -> (Vec<usize>, Vec<usize>) {
        let order = parsed(json!({"Operations": operations})).unwrap().order();
        (order.resolvable, order.circular)
    }

    #[test]
    fn what_is_referred_to_comes_first() {
        assert_eq!(order(&[post("a", &[]), post("b", &[])]), (vec![0, 1], vec![]));
        assert_eq!(order(&[post("a", &["c"]), post("b", &[]), post("c", &[])]), (vec![1, 2, 0], vec![]));
        // Nobody creates it: that is told when its turn comes.
        assert_eq!(order(&[post("a", &["nobody"])]), (vec![0], vec![]));
        let rename = json!({"method": "PATCH", "path": "/Groups/bulkId:a", "data": {}});
        assert_eq!(order(&[rename, post("a", &[])]), (vec![1, 0], vec![]));
    }

    #[test]
    fn circles_are_found_and_whatever_hangs_on_them() {
        let operations = [post("a", &["b"]), post("b", &["a"]), post("c", &["a"]), post("d", &[]), post("e", &["e"])];
        assert_eq!(order(&operations), (vec![3], vec![0, 1, 2, 4]));
    }

    #[test]
    fn a_long_chain_does_no_harm() {
        let chain: Vec<Value> = (0..2_000).map(|at| post(&at.to_string(), &[&(at + 1).to_string()])).collect();
        assert_eq!(order(&chain), ((0..2_000).rev().collect(), vec![]));
    }

    #[test]
    fn references_are_resolved_wherever_they_stand() {
        let data = json!({"members": [{"value": "bulkId:a"}], "other": {"deep": ["bulkId:a", "x bulkId:a"]}});
        let body = json!({"Operations": [{"method": "put", "path": "/Groups/bulkId:g/1", "data": data}]});
        let mut operation = parsed(body).unwrap().operations.remove(0);
        assert_eq!(operation.references().into_iter().collect::<Vec<_>>(), ["a", "g/1"]);
        assert_eq!(operation.clone().resolve(&HashMap::new()).unwrap_err().status, 409);
        let ids = HashMap::from([("a".to_owned(), "1".to_owned()), ("g/1".to_owned(), "2".to_owned())]);
        let (path, data) = operation.resolve(&ids).unwrap();
        let wanted = json!({"members": [{"value": "1"}], "other": {"deep": ["1", "x bulkId:a"]}});
        assert_eq!((path.as_str(), Value::Object(data)), ("/Groups/2", wanted));
        assert_eq!(operation.data, Ok(Map::new()), "it was taken out");
    }

    #[test]
    fn what_is_wrong_with_one_operation_stays_with_it() {
        let operations = json!([
            "no object",
            {"method": "GET", "path": "/Users/1"},
            {"method": "POST", "path": "/Users", "data": {}},
            {"method": "POST", "path": "/Users", "bulkId": "a"},
            {"method": "DELETE", "path": "Users/1"},
            {"METHOD": "delete", "Path": "/Users/1"},
        ]);
        let operations = parsed(json!({"Operations": operations})).unwrap().operations;
        let whole: Vec<bool> = operations.iter().map(|operation| operation.data.is_ok()).collect();
        assert_eq!(whole, [false, false, false, false, false, true]);
    }

    #[test]
    fn a_request_that_cannot_be_read_is_refused_whole() {
        let status = |body| parsed(body).map(|_| ()).unwrap_err().status;
        assert_eq!(status(json!({})), 400);
        assert_eq!(status(json!({"Operations": {}})), 400);
        for errors in [json!(0), json!(-1), json!("1"), json!(1.5)] {
            assert_eq!(status(json!({"failOnErrors": errors, "Operations": []})), 400);
        }
        assert_eq!(status(json!({"Operations": [post("a", &[]), post("a", &[])]})), 400);
        assert_eq!(status(json!({"Operations": vec![json!({}); 2_001]})), 413);
    }
}
