//! Okta: custom apps change users by PUT, apps of its integration network by PUT and PATCH; groups are pushed.

use super::{
    Sequence,
    directory::OKTA,
    script::{Step, delete, get, patch, post, put},
};
use serde_json::{Value, json};

const DOCUMENTED: &str = "Okta: SCIM 2.0 protocol reference, and reports of servers that it calls";
const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
const LOOK_UP: &str = "/Users?filter=userName%20eq%20%22ada.<tag>%40okta.example%22&startIndex=1&count=100";

pub(super) fn sequences() -> Vec<Sequence> {
    let sequence = |name: &str, steps| Sequence::new(format!("okta-{name}"), DOCUMENTED, OKTA, steps);
    vec![
        sequence("connection", connection()),
        sequence("custom-app", custom_app()),
        sequence("network-app", network_app()),
        sequence("group-push", group_push()),
        sequence("group-put", group_put()),
    ]
}

/// The requests when the integration is saved, and the first page of an import.
fn connection() -> Vec<Step> {
    let listed = |step: Step| step.has("/schemas", json!("urn:ietf:params:scim:api:messages:2.0:ListResponse"));
    vec![
        listed(get("two users are requested", "/Users?startIndex=1&count=2")).is("/startIndex", 1),
        listed(get("a hundred groups are requested", "/Groups?startIndex=1&count=100")).is("/startIndex", 1),
        listed(get("an import begins", "/Users?startIndex=1&count=100")).is("/startIndex", 1),
    ]
}

fn creation() -> [Step; 2] {
    let body = json!({
        "schemas": [USER],
        "userName": "ada.<tag>@okta.example",
        "name": {"givenName": "Ada", "familyName": "Byron"},
        "emails": [{"primary": true, "value": "ada.<tag>@okta.example", "type": "work"}],
        "displayName": "Ada Byron",
        "locale": "en-US",
        "externalId": "00u<tag>",
        "groups": [],
        "password": "1mz050nq",
        "active": true
    });
    let created = post("Ada is created, with a password", "/Users", body).is("/active", true).without("/password");
    [get("Ada is not there", LOOK_UP).total(0).is("/Resources", json!([])), created.keep("ada", "/id")]
}

/// The whole user as it was read, with the changes applied.
fn whole(given_name: &str, active: bool) -> Value {
    json!({
        "schemas": [USER],
        "id": "<ada>",
        "userName": "ada.<tag>@okta.example",
        "name": {"givenName": given_name, "middleName": "Excited", "familyName": "Byron"},
        "emails": [{
            "primary": true, "value": "ada.<tag>@okta.example", "type": "work", "display": "ada.<tag>@okta.example"
        }],
        "displayName": "Ada Byron",
        "locale": "en-US",
        "externalId": "00u<tag>",
        "active": active,
        "groups": [],
        "meta": {"resourceType": "User"}
    })
}

fn is_whole(step: Step, given_name: &str, active: bool) -> Step {
    step.is("/id", "<ada>")
        .is("/name", json!({"givenName": given_name, "middleName": "Excited", "familyName": "Byron"}))
        .is("/emails/0/display", "ada.<tag>@okta.example")
        .is("/externalId", "00u<tag>")
        .is("/locale", "en-US")
        .is("/active", active)
        .without("/password")
}

/// An app created with the wizard: everything is a PUT, even deactivation.
fn custom_app() -> Vec<Step> {
    let replace = |name, given_name: &str, active| {
        is_whole(put(name, "/Users/<ada>", whole(given_name, active)), given_name, active)
    };
    creation()
        .into_iter()
        .chain([
            get("Ada is read", "/Users/<ada>").is("/name/givenName", "Ada").without("/password"),
            replace("Ada is replaced", "Augusta", true),
            is_whole(get("the new values are stored", "/Users/<ada>"), "Augusta", true),
            replace("Ada is deactivated", "Augusta", false),
            is_whole(get("she is inactive and there", "/Users/<ada>"), "Augusta", false),
            get("the look-up finds her inactive", LOOK_UP).total(1).is("/Resources/0/active", false),
            replace("she is assigned again", "Augusta", true),
            get("she is active", "/Users/<ada>").is("/active", true),
        ])
        .collect()
}

/// An app of the network: PUT for attributes, PATCH for activation and password.
fn network_app() -> Vec<Step> {
    let set = |name, value: Value| patch(name, "/Users/<ada>", json!([{"op": "replace", "value": value}]));
    creation()
        .into_iter()
        .chain([
            is_whole(put("Ada is replaced", "/Users/<ada>", whole("Augusta", true)), "Augusta", true),
            set("her password is synchronised", json!({"password": "w8f3k-<tag>"})),
            get("it is returned to no client", "/Users/<ada>").without("/password").is("/active", true),
            set("she is deactivated", json!({"active": false})),
            is_whole(get("she is inactive, all else as it was", "/Users/<ada>"), "Augusta", false),
            get("the look-up finds her inactive", LOOK_UP).total(1).is("/Resources/0/id", "<ada>"),
            post("she is not created twice", "/Users", whole("Augusta", true)).refused(409, "uniqueness"),
            set("she is activated", json!({"active": true})),
            get("she is active", "/Users/<ada>").is("/active", true),
        ])
        .collect()
}

fn members(step: &'static str) -> Step {
    let body = json!({"schemas": [USER], "userName": "user-<n>.<tag>@okta.example", "active": true});
    post(step, "/Users", body).times(3).keep("user-<n>", "/id")
}

fn creation_of_group() -> Step {
    let body = json!({"schemas": [GROUP], "displayName": "Engines <tag>", "members": []});
    post("the group is pushed", "/Groups", body).is("/displayName", "Engines <tag>").keep("group", "/id")
}

fn member(id: &str) -> Value {
    json!({"value": id, "display": "user.<tag>@okta.example"})
}

/// The members of a group by PATCH: more, fewer, and from time to time all of them at once.
fn group_push() -> Vec<Step> {
    let change = |name, operations: Value| patch(name, "/Groups/<group>", operations);
    let has = |name, length: usize, id: &str| {
        get(name, "/Groups/<group>").length("/members", length).has("/members", json!({"value": id}))
    };
    let replace = |members: Value| json!([{"op": "replace", "path": "members", "value": members}]);
    let renamed = json!({"id": "<group>", "displayName": "Analytical Engines <tag>"});
    let emptied = json!({"members": [], "id": "<group>", "displayName": "Analytical Engines <tag>"});
    vec![
        members("three users are there"),
        creation_of_group(),
        get("the group is read", "/Groups/<group>").absent("/members"),
        change("one joins", json!([{"op": "add", "path": "members", "value": [member("<user-1>")]}])),
        change("the name is sent with it", json!([{"op": "replace", "value": renamed}])),
        has("the name has changed and nothing else", 1, "<user-1>").is("/displayName", "Analytical Engines <tag>"),
        change(
            "one leaves and one joins",
            json!([
                {"op": "remove", "path": "members[value eq \"<user-1>\"]"},
                {"op": "add", "path": "members", "value": [member("<user-2>")]}
            ]),
        ),
        has("the second is there alone", 1, "<user-2>"),
        change("all are pushed", replace(json!([member("<user-1>"), member("<user-3>")]))),
        has("those are all", 2, "<user-3>").lacks("/members", json!({"value": "<user-2>"})),
        change("an empty group is pushed", replace(json!([]))),
        get("no member is left", "/Groups/<group>").absent("/members"),
        change("one joins again", json!([{"op": "add", "path": "members", "value": [member("<user-1>")]}])),
        change("it is emptied without a path", json!([{"op": "replace", "value": emptied}])),
        get("no member is left again", "/Groups/<group>")
            .absent("/members")
            .is("/displayName", "Analytical Engines <tag>"),
        delete("the group is unlinked", "/Groups/<group>"),
        get("it is gone", "/Groups/<group>").refused(404, ""),
        get("its members are still there", "/Users/<user-1>").is("/active", true),
    ]
}

/// The same from a custom app: whole groups.
fn group_put() -> Vec<Step> {
    let replace = |name, display: &str, ids: &[&str]| {
        let members: Vec<_> = ids.iter().map(|id| member(id)).collect();
        put(
            name,
            "/Groups/<group>",
            json!({
                "schemas": [GROUP], "id": "<group>", "displayName": display, "members": members
            }),
        )
    };
    vec![
        members("three users are there"),
        creation_of_group(),
        replace("two members are sent", "Engines <tag>", &["<user-1>", "<user-2>"]).is("/displayName", "Engines <tag>"),
        get("the group has two members", "/Groups/<group>")
            .length("/members", 2)
            .has("/members", json!({"value": "<user-2>"})),
        replace("the name and one member are replaced", "Mills <tag>", &["<user-2>", "<user-3>"]),
        get("the group has the new name and members", "/Groups/<group>")
            .is("/displayName", "Mills <tag>")
            .length("/members", 2)
            .lacks("/members", json!({"value": "<user-1>"}))
            .has("/members", json!({"value": "<user-3>"})),
        replace("an empty list of members is sent", "Mills <tag>", &[]),
        get("the group has no members", "/Groups/<group>").absent("/members"),
        delete("the group is unlinked", "/Groups/<group>"),
        get("it is gone", "/Groups/<group>").refused(404, ""),
    ]
}
