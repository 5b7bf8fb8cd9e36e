//! Bulk requests and their answers (RFC 7644 §3.7): reading them, and the references between their operations.

mod method;
mod raw;
mod references;

pub use method::BulkMethod;

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap, HashMap, HashSet};

use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use self::raw::{First, Members};
use self::references::{References, of_path};
use crate::json::{Reader, cost, object, text_of};
use crate::schema::{Registry, ResourceType};
use crate::{Error, Limits, Result};

/// URN of the bulk response.
const BULK_RESPONSE_URN: &str = "urn:ietf:params:scim:api:messages:2.0:BulkResponse";

/// One operation of a bulk request. Its data stays text until the operation is carried out: all of it parsed at once
/// would take many times the memory of the body.
#[derive(Debug, Clone)]
pub struct BulkOperation<'b> {
    /// What it does; `None` for a method that a bulk request cannot have.
    pub method: Option<BulkMethod>,
    /// The client's name for it, by which other operations refer to it.
    pub bulk_id: Option<String>,
    /// The version that the resource must have.
    pub version: Option<String>,
    /// The path, below the base URL, of the resource or of the endpoint that creates it.
    pub path: String,
    /// The body as received (`None` for a deletion), or why the operation cannot be carried out.
    pub data: Result<Option<&'b str>>,
    /// The type of resource that its path addresses.
    resource_type: &'static ResourceType,
    /// The `bulkId`s that its path and its data refer to.
    references: BTreeSet<String>,
}

/// A bulk request.
#[derive(Debug, Clone)]
pub struct BulkRequest<'b> {
    /// After this many errors the remaining operations are not carried out; `None` means no limit.
    pub fail_on_errors: Option<usize>,
    /// The operations, in the order given.
    pub operations: Vec<BulkOperation<'b>>,
}

/// The order in which operations can be carried out, by their indices in the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BulkOrder {
    /// Each comes after those that it refers to, and otherwise in the given order.
    pub resolvable: Vec<usize>,
    /// These refer to themselves, directly or through others, or to operations that do.
    pub circular: Vec<usize>,
}

impl<'b> BulkRequest<'b> {
    /// Reads a bulk body, one operation at a time. Keys are accepted in any letter case, unknown ones are ignored, and
    /// `schemas` is not required. An error in one operation is reported for that operation only. The resource types in
    /// `types` determine which attributes are references (RFC 7644 §3.7.2).
    ///
    /// Refuses what [`parse_object`](crate::json::parse_object) refuses, a body without a list of operations, a
    /// `failOnErrors` that is not an integer of at least 1, two creating operations with the same `bulkId` (all 400),
    /// and more operations than `limits` allows (413).
    pub fn parse(body: &'b [u8], types: &Registry, limits: &Limits) -> Result<Self> {
        let reader = Reader::new(limits);
        let (mut items, mut fail_on_errors) = (None, None);
        let text = text_of(body)?;
        if !text.trim_start().starts_with('{') {
            object(reader.read(text, 0)?)?;
        }
        for (key, raw) in Members::read(text)?.0 {
            if key.eq_ignore_ascii_case("Operations") {
                items = Some(raw);
                continue;
            }
            let value = reader.read(raw.get(), 1)?;
            if key.eq_ignore_ascii_case("failOnErrors") && !value.is_null() {
                let errors =
                    value.as_u64().and_then(|errors| usize::try_from(errors).ok()).filter(|errors| *errors > 0);
                let detail = "failOnErrors must be a whole number, 1 or more.";
                fail_on_errors = Some(errors.ok_or_else(|| Error::invalid_value(detail))?);
            }
        }
        let Some(items) = items.filter(|items| items.get().starts_with('[')) else {
            return Err(Error::invalid_syntax("A bulk request needs Operations, a list of objects."));
        };
        let First(items, there_are_more) = First::read(items.get(), limits.bulk_operations)?;
        if there_are_more {
            let detail = format!("A bulk request may hold at most {} operations; split it.", limits.bulk_operations);
            return Err(Error::too_large(detail));
        }
        let operations: Vec<_> =
            items.into_iter().map(|item| BulkOperation::parse(item, &reader, types, limits)).collect::<Result<_>>()?;
        let mut names = HashSet::new();
        if !operations.iter().filter_map(BulkOperation::creates).all(|name| names.insert(name)) {
            return Err(Error::invalid_value("A bulkId may name only one resource of a bulk request."));
        }
        Ok(Self { fail_on_errors, operations })
    }

    /// Roughly how many bytes of memory the largest operation of a body takes once it is parsed. Parses none of them.
    ///
    /// Refuses what is not a JSON object.
    pub fn largest_cost(body: &'b [u8], limits: &Limits) -> Result<u64> {
        let mut largest = 0;
        for (key, raw) in Members::read(text_of(body)?)?.0 {
            if key.eq_ignore_ascii_case("Operations") && raw.get().starts_with('[') {
                let items = First::read(raw.get(), limits.bulk_operations)?.0;
                largest = items.iter().map(|item| cost(item.get().as_bytes())).max().unwrap_or_default().max(largest);
            } else {
                largest = largest.max(cost(raw.get().as_bytes()));
            }
        }
        Ok(largest)
    }

    /// The order in which the operations can be carried out. Does not recurse, so a long chain of references cannot
    /// exhaust the stack.
    pub fn order(&self) -> BulkOrder {
        let created = self.operations.iter().enumerate().filter_map(|(at, operation)| Some((operation.creates()?, at)));
        let creators: HashMap<&str, usize> = created.collect();
        let mut waiting = vec![0_usize; self.operations.len()];
        let mut dependents = vec![Vec::new(); self.operations.len()];
        for (at, operation) in self.operations.iter().enumerate() {
            for creator in operation.references.iter().filter_map(|name| creators.get(name.as_str())) {
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

impl<'b> BulkOperation<'b> {
    fn parse(item: &'b RawValue, reader: &Reader, types: &Registry, limits: &Limits) -> Result<Self> {
        let mut this = Self {
            method: None,
            bulk_id: None,
            version: None,
            path: String::new(),
            data: Ok(None),
            resource_type: types.user,
            references: BTreeSet::new(),
        };
        // Parsed once to be checked, and dropped again; an operation is two levels deep.
        let Value::Object(map) = reader.read(item.get(), 2)? else {
            this.data = Err(Error::invalid_syntax("Each of the Operations must be an object."));
            return Ok(this);
        };
        let mut data = None;
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
        this.data = this.check(data.as_ref()).map(|has_data| has_data.then(|| data_of(item)).flatten());
        this.resource_type = if is_below(&this.path, types.group) { types.group } else { types.user };
        this.references.extend(of_path(&this.path).map(|(_, name)| name.to_owned()));
        if let (Ok(Some(_)), Some(data)) = (&this.data, data) {
            let mut found = BTreeSet::new();
            this.visit(&mut object(in_patch_body(data))?, limits, |name| {
                found.insert(name.to_owned());
                Ok(None)
            })?;
            this.references.extend(found);
        }
        Ok(this)
    }

    /// Calls `visit` with each `bulkId` that the data refers to; see [`References`].
    fn visit(
        &self,
        data: &mut Map<String, Value>,
        limits: &Limits,
        visit: impl FnMut(&str) -> Result<Option<String>>,
    ) -> Result<()> {
        References { resource_type: self.resource_type, limits, visit }.in_data(self.method, data)
    }

    /// Whether the operation has data. Refuses one that cannot be carried out.
    fn check(&self, data: Option<&Value>) -> Result<bool> {
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
            (BulkMethod::Delete, _) => Ok(false),
            (_, Some(Value::Object(_))) | (BulkMethod::Patch, Some(Value::Array(_))) => Ok(true),
            _ => Err(Error::invalid_syntax("A bulk operation with POST, PUT or PATCH needs data, an object.")),
        }
    }

    /// The `bulkId` of the resource that it creates.
    pub fn creates(&self) -> Option<&str> {
        self.bulk_id.as_deref().filter(|_| self.method == Some(BulkMethod::Post))
    }

    /// The path and the data, with references replaced by the ids of created resources. A PATCH whose data is a list of
    /// operations has them under `Operations`.
    ///
    /// Refuses a reference that `ids` does not hold with 409; an error in the operation itself is reported first.
    pub fn resolve(&self, ids: &HashMap<String, String>, limits: &Limits) -> Result<(String, Map<String, Value>)> {
        let mut data = match self.data.clone()? {
            Some(text) => object(in_patch_body(Reader::new(limits).read(text, 0)?))?,
            None => Map::new(),
        };
        self.visit(&mut data, limits, |name| find(name, ids).map(|id| Some(id.to_owned())))?;
        let path = match of_path(&self.path) {
            Some((endpoint, name)) => format!("{endpoint}/{}", find(name, ids)?),
            None => self.path.clone(),
        };
        Ok((path, data))
    }
}

/// Whether a path is that of one resource of this type, or of all of them.
fn is_below(path: &str, resource_type: &ResourceType) -> bool {
    path.strip_prefix(resource_type.endpoint).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The body of a PATCH whose operations came as a plain list, as in the example of RFC 7644 §3.7.
fn in_patch_body(data: Value) -> Value {
    if data.is_array() { json!({"Operations": data}) } else { data }
}

/// The text of the last member that is called `data`, which is the one that parsing the operation uses.
fn data_of(item: &RawValue) -> Option<&str> {
    let members = Members::read(item.get()).ok()?.0;
    members.into_iter().rfind(|(key, _)| key.eq_ignore_ascii_case("data")).map(|(_, raw)| raw.get())
}

fn find<'i>(name: &str, ids: &'i HashMap<String, String>) -> Result<&'i str> {
    let detail = "This refers to a bulkId for which this bulk request created no resource.";
    ids.get(name).map(String::as_str).ok_or_else(|| Error::new(409, None, detail))
}

/// The result of one operation.
#[derive(Debug, Clone, PartialEq)]
pub struct BulkResult {
    /// What it did.
    pub method: Option<BulkMethod>,
    /// The client's name for it.
    pub bulk_id: Option<String>,
    /// The URL of the resource; `None` if none was created.
    pub location: Option<String>,
    /// The resource's version now, as an entity tag.
    pub version: Option<String>,
    /// The HTTP status, or the error with which it failed.
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
mod tests;
