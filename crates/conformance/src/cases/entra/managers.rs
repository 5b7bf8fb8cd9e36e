//! A user's manager (§2.5), in each form in which it is sent.

use super::ada;
use crate::{
    Case,
    cases::{ENTERPRISE, NOBODY, patch::gives},
};
use serde_json::{Value, json};

/// `@` is the id of the manager.
pub(super) fn cases() -> Vec<Case> {
    let path = format!("{ENTERPRISE}:manager");
    let set = [
        ("text", json!({"op": "Add", "path": path, "value": "@"})),
        ("object", json!({"op": "add", "path": path, "value": {"value": "@"}})),
        (
            "list-at-the-top",
            json!({"op": "Add", "path": "manager", "value": [{"$ref": "https://x.example/Users/@", "value": "@"}]}),
        ),
        ("value-path", json!({"op": "Replace", "path": format!("{path}.value"), "value": "@"})),
        ("without-path", json!({"op": "add", "value": {path.clone(): "@"}})),
        ("nested-without-path", json!({"op": "replace", "value": {ENTERPRISE: {"manager": "@"}}})),
    ];
    let unset = [
        ("empty-text", json!({"op": "replace", "path": path, "value": ""})),
        ("empty-value", json!({"op": "replace", "path": path, "value": {"value": ""}})),
        ("null", json!({"op": "replace", "path": path, "value": null})),
        ("removal", json!({"op": "Remove", "path": path})),
        ("removal-at-the-top", json!({"op": "Remove", "path": "manager"})),
    ];
    let set = set.into_iter().map(|(label, operation)| {
        let rule = "A manager is accepted in each form and returned as an object in the extension.";
        Case::new(format!("entra-2.5-manager-{label}"), rule, move |t| async move {
            let (boss, user) = (t.user().await?, ada(&t).await?);
            let operation = operation.to_string().replace('@', &boss.id);
            let operation: Value = serde_json::from_str(&operation).unwrap_or_default();
            gives(&t, &user, json!([operation]), &json!({ENTERPRISE: {"manager": {"value": boss.id}}})).await
        })
    });
    let unset = unset.into_iter().map(|(label, operation)| {
        let rule = "A manager is unset in each form: the key is gone.";
        Case::new(format!("entra-2.5-no-manager-{label}"), rule, move |t| async move {
            let boss = t.user().await?;
            let user =
                t.user_with(json!({ENTERPRISE: {"manager": {"value": boss.id}, "department": "Engines"}})).await?;
            gives(&t, &user, json!([operation]), &json!({ENTERPRISE: {"department": "Engines", "manager": null}}))
                .await?;
            t.get(&user.path).expect(200).await?.without(&format!("/{ENTERPRISE}/manager")).map(drop)
        })
    });
    let text = Case::new(
        "entra-2.5-manager-as-text-at-creation",
        "A creation may give the manager as a text.",
        |t| async move {
            let boss = t.user().await?;
            let user = t.user_with(json!({ENTERPRISE: {"manager": boss.id}})).await?;
            t.get(&user.path).expect(200).await?.is(&format!("/{ENTERPRISE}/manager/value"), boss.id).map(drop)
        },
    );
    let unknown = Case::new(
        "entra-2.5-unknown-manager-is-no-error",
        "A manager whom the server does not know is not an error.",
        |t| async move {
            let user = ada(&t).await?;
            let operations = json!([{"op": "Add", "path": format!("{ENTERPRISE}:manager"), "value": NOBODY}, {"op": "Add", "path": "title", "value": "x"}]);
            gives(&t, &user, operations, &json!({"title": "x"})).await
        },
    );
    set.chain(unset).chain([text, unknown]).collect()
}
