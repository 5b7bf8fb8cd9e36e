//! OneLogin: an administrator's template builds the user, so values that are not text in the directory arrive as text
//! here.

use super::{
    Sequence,
    directory::ONELOGIN,
    script::{Step, delete, get, patch, post, put},
};
use serde_json::{Value, json};

const DOCUMENTED: &str = "OneLogin: implement RESTful SCIM APIs for your app, and templates of vendors";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
const LOOK_UP: &str = "/Users?filter=userName%20eq%20%22ada.<tag>%40onelogin.example%22";

pub(super) fn sequences() -> Vec<Sequence> {
    let sequence = |name: &str, steps| Sequence::new(format!("onelogin-{name}"), DOCUMENTED, ONELOGIN, steps);
    vec![sequence("users", users()), sequence("old-template", old_template()), sequence("groups", groups())]
}

/// The template of the enterprise connector: an `id` of null, `active` as text, a manager without a value.
fn filled(family_name: &str, active: &str) -> Value {
    json!({
        ENTERPRISE: {
            "department": "Engines",
            "manager": {"managerId": "", "displayName": "Mary Somerville"}
        },
        "active": active,
        "emails": [{"value": "ada.<tag>@onelogin.example", "type": "work", "primary": true}],
        "meta": {"resourceType": "User"},
        "name": {"familyName": family_name, "givenName": "Ada", "formatted": "Ada"},
        "userName": "ada.<tag>@onelogin.example",
        "id": null,
        "schemas": [USER]
    })
}

fn users() -> Vec<Step> {
    let emails = json!({"emails": {"value": "king.<tag>@onelogin.example", "type": "work", "primary": true}});
    vec![
        get("the connection looks up no user", "/Users?filter=userName%20eq%20%22nobody.<tag>%22").total(0),
        get("Ada is not there", LOOK_UP).total(0),
        post("Ada is created", "/Users", filled("Byron", "true"))
            .is("/active", true)
            .is("/urn:ietf:params:scim:schemas:extension:enterprise:2.0:User/department", "Engines")
            .keep("ada", "/id"),
        get("Ada is read", "/Users/<ada>").is("/name/familyName", "Byron").is("/meta/resourceType", "User"),
        put("Ada is updated", "/Users/<ada>", filled("King", "true")).is("/id", "<ada>").is("/name/familyName", "King"),
        patch("her address is sent as an object", "/Users/<ada>", json!([{"op": "replace", "value": emails}])),
        get("it is in the list", "/Users/<ada>")
            .length("/emails", 1)
            .has("/emails", json!({"value": "king.<tag>@onelogin.example", "primary": true})),
        put("Ada is suspended", "/Users/<ada>", filled("King", "false")).is("/active", false),
        get("she is inactive and found", LOOK_UP).total(1).is("/Resources/0/active", false),
        delete("Ada is deleted", "/Users/<ada>"),
        get("she is gone", "/Users/<ada>").refused(404, ""),
    ]
}

/// The template of the core connector, which names the schema of SCIM 1.
fn old_template() -> Vec<Step> {
    let body = json!({
        "schemas": ["urn:scim:schemas:core:1.0"],
        "userName": "ada.<tag>@onelogin.example",
        "name": {"givenName": "Ada", "familyName": "Byron", "formatted": "Ada Byron"}
    });
    vec![
        post("Ada is created", "/Users", body).has("/schemas", USER).keep("ada", "/id"),
        get("Ada is a user like others", "/Users/<ada>").has("/schemas", USER).is("/name/formatted", "Ada Byron"),
        delete("Ada is deleted", "/Users/<ada>"),
    ]
}

fn groups() -> Vec<Step> {
    let change = |name, operation: Value| patch(name, "/Groups/<group>", json!([operation]));
    let body = json!({"schemas": [USER], "userName": "user-<n>.<tag>@onelogin.example", "active": "true"});
    vec![
        post("two users are there", "/Users", body).times(2).keep("user-<n>", "/id"),
        get("the groups are read", "/Groups").has("/schemas", "urn:ietf:params:scim:api:messages:2.0:ListResponse"),
        post("a group is created", "/Groups", json!({"schemas": [GROUP], "displayName": "Engines <tag>"}))
            .is("/displayName", "Engines <tag>")
            .keep("group", "/id"),
        change("the first user joins", json!({"op": "add", "path": "members", "value": [{"value": "<user-1>"}]})),
        get("the first user is a member", "/Groups/<group>")
            .length("/members", 1)
            .has("/members", json!({"value": "<user-1>"})),
        change(
            "the members are replaced",
            json!({"op": "replace", "path": "members", "value": [{"value": "<user-2>"}]}),
        ),
        get("the second user is the only member", "/Groups/<group>")
            .length("/members", 1)
            .has("/members", json!({"value": "<user-2>"})),
        change("the first user joins again", json!({"op": "add", "path": "members", "value": [{"value": "<user-1>"}]})),
        change("the second user leaves", json!({"op": "remove", "path": "members[value eq \"<user-2>\"]"})),
        get("the first stays", "/Groups/<group>").length("/members", 1).has("/members", json!({"value": "<user-1>"})),
    ]
}
