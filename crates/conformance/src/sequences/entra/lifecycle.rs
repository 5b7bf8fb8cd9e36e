//! A user provisioned on demand, soft-deleted, restored, deleted.

use super::{
    super::script::{Step, delete, get, patch},
    dialect::Dialect,
    group, user,
};
use serde_json::json;

/// Provisioning on demand, of a new user and of a known one. It speaks the older dialect, flag or not.
pub(super) fn on_demand() -> Vec<Step> {
    let dialect = Dialect::Legacy;
    let changes = [("displayName", json!("Ada King")), ("active", json!(false))];
    vec![
        get("the probe finds no user", "/Users?filter=userName+eq+%22<guid:probe>%22").total(0),
        get("Ada is not there", "/Users?filter=userName+eq+%22Ada.<tag>%40corp.example%22").total(0),
        user("Ada is created", "Ada"),
        get("the probe finds no user again", "/Users?filter=userName+eq+%22<guid:probe2>%22").total(0),
        get("Ada is found", "/Users?filter=userName+eq+%22Ada.<tag>%40corp.example%22")
            .total(1)
            .is("/Resources/0/id", "<Ada>"),
        get("Ada is compared", "/Users/<Ada>").is("/active", true),
        patch("Ada is changed", "/Users/<Ada>", json!(dialect.replace(&changes))),
        get("both changes are stored", "/Users/<Ada>").is("/displayName", "Ada King").is("/active", false),
    ]
}

/// A soft deletion renames the user to its object id followed by the old name; a restoration within 30 days undoes
/// that. Nothing else is sent, so addresses and memberships have to stay.
pub(super) fn restore(dialect: Dialect) -> Vec<Step> {
    let gone = [("userName", json!("<hex:Ada>Ada.<tag>@corp.example")), ("active", json!(false))];
    let back = [("userName", json!("Ada.<tag>@corp.example")), ("active", json!(true))];
    vec![
        user("Ada is there", "Ada"),
        group("the group is there"),
        patch("Ada is in the group", "/Groups/<group>", dialect.add_members(&["<Ada>"])),
        patch("Ada is soft-deleted", "/Users/<Ada>", json!(dialect.replace(&gone))),
        get("she is inactive, her address as it was", "/Users/<Ada>")
            .is("/active", false)
            .has("/emails", json!({"value": "Ada.<tag>@corp.example"})),
        get("she is still a member", "/Groups/<group>").has("/members", json!({"value": "<Ada>"})),
        patch("Ada is restored", "/Users/<Ada>", json!(dialect.replace(&back))),
        get("she is who she was", "/Users/<Ada>")
            .is("/active", true)
            .is("/userName", "Ada.<tag>@corp.example")
            .is("/externalId", "<guid:Ada>")
            .has("/emails", json!({"value": "Ada.<tag>@corp.example"})),
        get("one user has her name", "/Users?filter=userName+eq+%22Ada.<tag>%40corp.example%22").total(1),
        get("she is still a member of the group", "/Groups/<group>").has("/members", json!({"value": "<Ada>"})),
    ]
}

/// The user is deleted for good, 30 days after the soft deletion or when an administrator purges it; then the same
/// person is created again.
pub(super) fn hard_delete(dialect: Dialect) -> Vec<Step> {
    vec![
        user("Ada is there", "Ada"),
        patch("Ada is deactivated", "/Users/<Ada>", json!(dialect.replace(&[("active", json!(false))]))),
        get("she is inactive", "/Users/<Ada>").is("/active", false),
        delete("Ada is deleted", "/Users/<Ada>"),
        get("she is gone", "/Users/<Ada>").refused(404, ""),
        delete("there is no user left to delete", "/Users/<Ada>").refused(404, ""),
        get("no look-up finds her", "/Users?filter=externalId+eq+%22<guid:Ada>%22").total(0),
        get("no name finds her", "/Users?filter=userName+eq+%22Ada.<tag>%40corp.example%22").total(0),
        user("she is hired again", "Ada").is("/externalId", "<guid:Ada>"),
        get("she is there", "/Users/<Ada>").is("/userName", "Ada.<tag>@corp.example").is("/active", true),
    ]
}
