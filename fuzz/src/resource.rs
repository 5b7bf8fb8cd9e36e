//! Request bodies: bytes to JSON, JSON to a document or to PATCH operations, and a document to a response.

use scim::Limits;
use scim::json::parse_object;
use scim::message::{BulkOrder, BulkRequest, ScimType};
use scim::patch::{self, PatchRequest, split_members, take_members};
use scim::resource::{Meta, Projection, normalise, render, render_text};
use scim::schema::{Registry, ResourceType};
use serde_json::{Map, Value, json};

use super::samples::{self, TYPES};

/// A body that is accepted is accepted again after it was written. As a resource, it has a normal form that stays the
/// same, even after it was sent to a client and came back. As a PATCH request, it leaves a document in normal form.
pub fn check(input: &[u8]) {
    let limits = Limits::default();
    let Ok(body) = parse_object(input, &limits) else { return };
    let written = serde_json::to_vec(&body).expect("JSON can be written");
    assert_eq!(parse_object(&written, &limits).as_ref(), Ok(&body));
    if body.keys().any(|key| key.eq_ignore_ascii_case("Operations")) {
        in_bulk(BulkRequest::parse(&written, &TYPES, &limits));
        let Ok(request) = PatchRequest::parse(body, &limits) else { return };
        patches(TYPES.user, &samples::USER, &request);
        patches(TYPES.group, &samples::GROUP, &request);
    } else {
        comes_back(TYPES.user, body.clone());
        comes_back(TYPES.group, body);
    }
}

fn comes_back(resource_type: &ResourceType, body: Map<String, Value>) {
    let Ok(mut document) = normalise(resource_type, body) else { return };
    assert_eq!(normalise(resource_type, document.clone()).as_ref(), Ok(&document));
    let text = |text: &str| text.to_owned();
    let meta =
        Meta { id: text("1"), created: text("2"), last_modified: text("3"), version: text("4"), location: text("5") };
    let added = [("groups", json!([{"value": "6"}]))];
    let added = if resource_type.name == TYPES.user.name { &added[..] } else { &[] };
    let written: Vec<_> = added.iter().map(|(name, value)| (*name, value.to_string())).collect();
    // Both ways of writing a response agree, whether or not the document is parsed, and also for undeclared extensions.
    let built_in = Registry::default();
    let undeclared = if resource_type.name == TYPES.user.name { built_in.user } else { built_in.group };
    for types in [resource_type, undeclared] {
        for projection in [Projection::all(), Projection::parse(None, Some("title,groups"), types).expect("names")] {
            let whole = render(types, document.clone(), meta.clone(), added.to_vec(), &projection);
            let text = Value::Object(document.clone()).to_string();
            let text = render_text(types, &text, meta.clone(), &written, &projection).expect("a document");
            assert_eq!(serde_json::from_str::<Map<String, Value>>(&text).expect("JSON"), whole);
        }
    }
    let rendered = render(resource_type, document.clone(), meta, added.to_vec(), &Projection::all());
    assert_eq!(normalise(resource_type, rendered).as_ref(), Ok(&document));
    if resource_type.name == TYPES.group.name {
        // A text that is not an id is refused, and nothing else.
        let refused = take_members(&mut document).err().and_then(|error| error.scim_type);
        assert!(refused.is_none_or(|kind| kind == ScimType::InvalidValue));
    }
}

/// Each operation of a bulk request has its place in the order, or is part of a circle.
fn in_bulk(request: scim::Result<BulkRequest<'_>>) {
    let Ok(request) = request else { return };
    let BulkOrder { mut resolvable, circular } = request.order();
    resolvable.extend(circular);
    resolvable.sort_unstable();
    assert!(resolvable.into_iter().eq(0..request.operations.len()));
}

fn patches(resource_type: &ResourceType, document: &Map<String, Value>, request: &PatchRequest) {
    let Ok(operations) = patch::normalise(resource_type, request) else { return };
    // The server stores membership separately.
    let Ok((operations, _)) = split_members(operations) else { return };
    if let Ok(patched) = patch::apply(resource_type, &operations, document) {
        assert_eq!(normalise(resource_type, patched.clone()).as_ref(), Ok(&patched));
    }
}
