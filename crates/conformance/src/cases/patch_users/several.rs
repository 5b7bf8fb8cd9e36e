//! Several operations in one request, and how they are written.

use super::emails;
use crate::{Case, cases::patch::gives};
use serde_json::json;

pub(super) fn cases() -> Vec<Case> {
    let rows = [
        (
            "operations-go-in-order",
            "Operations are applied in the given order.",
            json!({}),
            json!([{"op": "add", "path": "title", "value": "a"}, {"op": "replace", "path": "title", "value": "b"}, {"op": "replace", "path": "title", "value": "c"}]),
            json!({"title": "c"}),
        ),
        (
            "remove-then-add",
            "A later operation sees what an earlier one did.",
            json!({"emails": emails()}),
            json!([{"op": "remove", "path": "emails"}, {"op": "add", "path": "emails", "value": [{"value": "n@x.example"}]}]),
            json!({"emails": [{"value": "n@x.example"}]}),
        ),
        (
            "add-then-remove",
            "A later operation sees what an earlier one did.",
            json!({"nickName": "A"}),
            json!([{"op": "add", "path": "title", "value": "a"}, {"op": "remove", "path": "title"}]),
            json!({"title": null, "nickName": "A"}),
        ),
        (
            "add-then-find",
            "A value path sees the values that an earlier operation added.",
            json!({}),
            json!([{"op": "add", "path": "emails", "value": [{"value": "n@x.example", "type": "work"}]}, {"op": "replace", "path": "emails[type eq \"work\"].value", "value": "m@x.example"}]),
            json!({"emails": [{"value": "m@x.example", "type": "work"}]}),
        ),
        (
            "one-of-each",
            "One request may add, replace and remove.",
            json!({"title": "Ms", "nickName": "A"}),
            json!([{"op": "add", "path": "displayName", "value": "Ada"}, {"op": "replace", "path": "title", "value": "Dr"}, {"op": "remove", "path": "nickName"}]),
            json!({"displayName": "Ada", "title": "Dr", "nickName": null}),
        ),
        (
            "op-in-capitals",
            "Names of operations are case-insensitive, as in errata and clients.",
            json!({}),
            json!([{"op": "ADD", "path": "title", "value": "Dr"}]),
            json!({"title": "Dr"}),
        ),
        (
            "read-only-beside-others",
            "readOnly attributes are ignored beside others.",
            json!({}),
            json!([{"op": "replace", "value": {"meta": {"created": "1999-01-01T00:00:00Z"}, "title": "Dr"}}]),
            json!({"title": "Dr"}),
        ),
    ];
    rows.map(|(label, rule, before, operations, after)| {
        Case::new(format!("rfc7644-3.5.2-{label}"), rule, move |t| async move {
            let user = t.user_with(before).await?;
            gives(&t, &user, operations, &after).await
        })
    })
    .into()
}
