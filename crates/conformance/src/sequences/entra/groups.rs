//! Groups, which Entra fills with one PATCH for each member or few members, several at the same time.

use super::{
    super::script::{Step, delete, get, patch, post},
    dialect::{Dialect, GROUP, USER},
    group, user,
};
use serde_json::json;

/// A group on demand: with five members at most, in the older dialect.
pub(super) fn on_demand() -> Vec<Step> {
    vec![
        user("Ada is there", "Ada"),
        get("the probe finds no user", "/Users?filter=userName+eq+%22<guid:probe>%22").total(0),
        get(
            "the group is not there",
            "/Groups?excludedAttributes=members&filter=displayName+eq+%22Engine+Owners+<tag>%22",
        )
        .total(0),
        group("the group is created"),
        get("Ada is found", "/Users?filter=userName+eq+%22Ada.<tag>%40corp.example%22").total(1),
        patch("Ada joins", "/Groups/<group>", Dialect::Legacy.add_members(&["<Ada>"])),
        get("she is a member", "/Groups/<group>").length("/members", 1).has("/members", json!({"value": "<Ada>"})),
    ]
}

/// What happens to a group between its creation and its deletion.
pub(super) fn changes(dialect: Dialect) -> Vec<Step> {
    let rename = dialect.replace(&[("displayName", json!("Engine Team <tag>"))]);
    let adopt = dialect.add(&[("externalId", json!("<guid:other>"))]);
    vec![
        users(3),
        group("the group is created"),
        post(
            "a second group with its name is refused",
            "/Groups",
            json!({
                "schemas": [GROUP], "externalId": "<guid:second>", "displayName": "ENGINE OWNERS <tag>"
            }),
        )
        .refused(409, "uniqueness"),
        patch("three join", "/Groups/<group>", dialect.add_members(&["<user-1>", "<user-2>", "<user-3>"])),
        patch("one joins again", "/Groups/<group>", dialect.add_members(&["<user-2>"])),
        get("the group has three members", "/Groups/<group>").length("/members", 3),
        patch("one leaves", "/Groups/<group>", dialect.remove_member("<user-2>")),
        two_are_left(get("the other two stay", "/Groups/<group>")),
        patch("the same user leaves again", "/Groups/<group>", dialect.remove_member("<user-2>")),
        patch("an unknown member joins", "/Groups/<group>", dialect.add_members(&["<guid:nobody>"])),
        patch("the group is renamed", "/Groups/<group>", json!(rename)),
        patch("the group gets another external id", "/Groups/<group>", json!(adopt)),
        two_are_left(get("it keeps its members through all that", "/Groups/<group>"))
            .is("/displayName", "Engine Team <tag>")
            .is("/externalId", "<guid:other>"),
        get(
            "its new name finds it",
            "/Groups?excludedAttributes=members&filter=displayName+eq+%22engine+team+<tag>%22",
        )
        .total(1)
        .is("/Resources/0/id", "<group>")
        .without("/Resources/0/members"),
        delete("the group is deleted", "/Groups/<group>"),
        get("it is gone", "/Groups/<group>").refused(404, ""),
        delete("there is nothing left to delete", "/Groups/<group>").refused(404, ""),
        get("its members are still there", "/Users/<user-1>").is("/active", true),
    ]
}

fn two_are_left(step: Step) -> Step {
    step.length("/members", 2)
        .has("/members", json!({"value": "<user-1>"}))
        .has("/members", json!({"value": "<user-3>"}))
}

/// Some tenants send `replace` for each member that joins (grokability/snipe-it#19096, PostHog/posthog#47336): taken
/// literally, each would remove the one before. Entra never sends a whole list by PATCH.
pub(super) fn replaced(dialect: Dialect) -> Vec<Step> {
    let op = if dialect == Dialect::Legacy { "Replace" } else { "replace" };
    let replace = |id: &str| json!([{"op": op, "path": "members", "value": [{"value": id}]}]);
    vec![
        users(2),
        group("the group is created"),
        patch("one joins by a replacement", "/Groups/<group>", replace("<user-1>")),
        get("the first user is a member", "/Groups/<group>")
            .length("/members", 1)
            .has("/members", json!({"value": "<user-1>"})),
        patch("another joins by a replacement", "/Groups/<group>", replace("<user-2>")),
        get("both users are members", "/Groups/<group>")
            .length("/members", 2)
            .has("/members", json!({"value": "<user-1>"})),
        patch("one leaves", "/Groups/<group>", dialect.remove_member("<user-1>")),
        get("the other stays", "/Groups/<group>").length("/members", 1).has("/members", json!({"value": "<user-2>"})),
    ]
}

/// Many PATCHes of one group at the same time: a server that reads, changes and writes back a list loses some.
pub(super) fn parallel(dialect: Dialect) -> Vec<Step> {
    vec![
        users(20),
        group("the group is created"),
        patch("twenty join at once", "/Groups/<group>", dialect.add_members(&["<user-<n>>"])).times(20),
        get("no member was lost", "/Groups/<group>").length("/members", 20),
        patch("twelve leave at once", "/Groups/<group>", dialect.remove_member("<user-<n>>")).times(12),
        get("the other eight stay", "/Groups/<group>")
            .length("/members", 8)
            .lacks("/members", json!({"value": "<user-12>"}))
            .has("/members", json!({"value": "<user-13>"})),
        patch("all join at once, some of them again", "/Groups/<group>", dialect.add_members(&["<user-<n>>"]))
            .times(20),
        get("there are twenty members, each once", "/Groups/<group>").length("/members", 20),
        delete("the group is deleted", "/Groups/<group>"),
    ]
}

fn users(count: u32) -> Step {
    let body = json!({
        "schemas": [USER],
        "externalId": "<guid:user-<n>>",
        "userName": "user-<n>.<tag>@corp.example",
        "active": true
    });
    post("the users are created", "/Users", body).times(count).keep("user-<n>", "/id")
}
