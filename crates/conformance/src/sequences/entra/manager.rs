//! The manager: set as text, as an object or in a list, and removed by an empty value.

use super::{
    super::script::{Step, get, patch},
    dialect::{Dialect, ENTERPRISE},
    user,
};
use serde_json::{Value, json};

const AT: &str = "/urn:ietf:params:scim:schemas:extension:enterprise:2.0:User/manager";
const VALUE: &str = "/urn:ietf:params:scim:schemas:extension:enterprise:2.0:User/manager/value";

pub(super) fn steps(dialect: Dialect) -> Vec<Step> {
    let mut steps = vec![user("Ada is there", "Ada"), user("Grace is there", "Grace"), user("Mary is there", "Mary")];
    steps.extend(match dialect {
        Dialect::Legacy => legacy(),
        Dialect::Standard => standard(),
    });
    steps
}

fn legacy() -> Vec<Step> {
    let listed = json!([{"$ref": null, "value": "<Grace>"}]);
    [
        set("Grace becomes the manager", ["Grace reads back", "<Grace>"], change("Add", json!("<Grace>"))),
        set("Mary takes over", ["Mary reads back", "<Mary>"], change("Replace", json!("<Mary>"))),
        cleared("the manager is sent as an empty text", "there is no manager", change("Replace", json!(""))),
        set("the older form lists her", ["the listed one reads back", "<Grace>"], plain("Add", listed)),
        cleared("the manager is removed", "there is no manager again", json!({"op": "Remove", "path": "manager"})),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn standard() -> Vec<Step> {
    let object = |id: &str| json!({"value": id});
    [
        set("Grace becomes the manager", ["Grace reads back", "<Grace>"], change("add", object("<Grace>"))),
        set("Mary takes over", ["Mary reads back", "<Mary>"], change("replace", json!("<Mary>"))),
        set(
            "Grace again, without a path",
            ["Grace reads back again", "<Grace>"],
            json!({"op": "replace", "value": {
                format!("{ENTERPRISE}:manager"): "<Grace>"
            }}),
        ),
        cleared("the manager is sent as an empty object", "there is no manager", change("replace", object(""))),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn change(op: &str, value: Value) -> Value {
    json!({"op": op, "path": format!("{ENTERPRISE}:manager"), "value": value})
}

fn plain(op: &str, value: Value) -> Value {
    json!({"op": op, "path": "manager", "value": value})
}

fn set(name: &'static str, [reads, id]: [&'static str; 2], operation: Value) -> [Step; 2] {
    [patch(name, "/Users/<Ada>", json!([operation])), get(reads, "/Users/<Ada>").is(VALUE, id)]
}

fn cleared(name: &'static str, reads: &'static str, operation: Value) -> [Step; 2] {
    [patch(name, "/Users/<Ada>", json!([operation])), get(reads, "/Users/<Ada>").absent(AT)]
}
