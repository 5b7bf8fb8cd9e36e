//! JumpCloud, which tries everything with a user and a group of its own before its activation.

use super::{
    Sequence,
    directory::JUMPCLOUD,
    script::{Step, delete, get, patch, post, put},
};
use serde_json::{Value, json};

const DOCUMENTED: &str =
    "JumpCloud: identity management using a custom SCIM integration, and payloads from other projects' tests";
const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
const LOOK_UP: &str = "/Users?filter=userName%20eq%20%22test.<tag>%40jumpcloud.example%22";

pub(super) fn sequences() -> Vec<Sequence> {
    let sequence = |name: &str, steps| Sequence::new(format!("jumpcloud-{name}"), DOCUMENTED, JUMPCLOUD, steps);
    vec![sequence("activation", activation()), sequence("provisioning", provisioning())]
}

fn user(family_name: &str, active: bool) -> Value {
    json!({
        "schemas": [USER],
        "userName": "test.<tag>@jumpcloud.example",
        "name": {"givenName": "Test", "familyName": family_name},
        "displayName": "Test",
        "emails": [{"value": "test.<tag>@jumpcloud.example", "type": "work", "primary": true}],
        "active": active
    })
}

fn group(name: &str) -> Value {
    json!({"schemas": [GROUP], "displayName": name})
}

/// A member consists of its id only, and is removed as it was added: in a list.
fn member(op: &str) -> Value {
    json!([{"op": op, "path": "members", "value": [{"value": "<user>"}]}])
}

/// The test user and the test group, from creation to deletion.
fn activation() -> Vec<Step> {
    vec![
        get("the connection is tested", "/Users?count=1&startIndex=1").is("/startIndex", 1),
        get("the test user is not there", LOOK_UP).total(0),
        post("the test user is created", "/Users", user("User", true)).is("/active", true).keep("user", "/id"),
        get("it is read", "/Users/<user>").is("/userName", "test.<tag>@jumpcloud.example"),
        put("it is updated", "/Users/<user>", user("Changed", true)).is("/name/familyName", "Changed"),
        post("the test group is created", "/Groups", group("Test <tag>")).keep("group", "/id"),
        patch("the user joins", "/Groups/<group>", member("add")),
        get("the user is a member", "/Groups/<group>")
            .length("/members", 1)
            .has("/members", json!({"value": "<user>"})),
        put(
            "the group is renamed as a whole",
            "/Groups/<group>",
            json!({
                "schemas": [GROUP], "displayName": "Tested <tag>", "members": [{"value": "<user>"}]
            }),
        )
        .is("/displayName", "Tested <tag>"),
        patch("the user leaves", "/Groups/<group>", member("remove")),
        get("the user is no longer a member", "/Groups/<group>").absent("/members").is("/displayName", "Tested <tag>"),
        put("the user is deactivated", "/Users/<user>", user("Changed", false)).is("/active", false),
        delete("the test group is deleted", "/Groups/<group>"),
        delete("the test user is deleted", "/Users/<user>"),
        get("the group is gone", "/Groups/<group>").refused(404, ""),
        get("the user is gone", LOOK_UP).total(0),
    ]
}

/// Afterwards: one operation for each attribute, with a path and with true booleans.
fn provisioning() -> Vec<Step> {
    vec![
        get("the user is not there", LOOK_UP).total(0),
        post("the user is created", "/Users", user("User", true)).keep("user", "/id"),
        post("a second user with its name is refused", "/Users", user("User", true)).refused(409, "uniqueness"),
        patch(
            "attributes change and the user is suspended",
            "/Users/<user>",
            json!([
                {"op": "replace", "path": "name.givenName", "value": "John"},
                {"op": "replace", "path": "name.familyName", "value": "Doe"},
                {"op": "replace", "path": "active", "value": false}
            ]),
        ),
        get("all three values are stored", "/Users/<user>")
            .is("/name", json!({"givenName": "John", "familyName": "Doe"}))
            .is("/active", false),
        post("a group is created", "/Groups", group("Engines <tag>")).keep("group", "/id"),
        patch("the user joins", "/Groups/<group>", member("add")),
        patch("the user joins again", "/Groups/<group>", member("add")),
        get("the user is a member once", "/Groups/<group>").length("/members", 1),
        patch(
            "the group is renamed",
            "/Groups/<group>",
            json!([
                {"op": "replace", "path": "displayName", "value": "Mills <tag>"}
            ]),
        ),
        patch("the user leaves", "/Groups/<group>", member("remove")),
        get("the group has no members", "/Groups/<group>").absent("/members").is("/displayName", "Mills <tag>"),
        delete("the user is deleted", "/Users/<user>"),
        get("the user is gone", "/Users/<user>").refused(404, ""),
    ]
}
