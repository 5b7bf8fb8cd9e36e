//! Microsoft Entra ID, in both of its dialects. Provisioning on demand always uses the older one.

mod cycles;
mod dialect;
mod groups;
mod lifecycle;
mod manager;
mod resources;
mod validator;

use super::{
    Sequence,
    directory::ENTRA_FLAGGED,
    script::{Step, get},
};
use dialect::{DOCUMENTED, Dialect};
use resources::{group, user};
use serde_json::json;

pub(super) fn sequences() -> Vec<Sequence> {
    let mut sequences = vec![
        Dialect::Legacy.sequence("test-connection", connection()),
        Sequence::new("entra-flag-everywhere", DOCUMENTED, ENTRA_FLAGGED, connection()),
        Dialect::Standard.sequence("validator-replaces", validator::replaces()),
        Dialect::Standard.sequence("validator-additions", validator::additions()),
        Dialect::Standard.sequence("validator-life", validator::life()),
        Dialect::Legacy.sequence("on-demand", lifecycle::on_demand()),
        Dialect::Legacy.sequence("on-demand-group", groups::on_demand()),
    ];
    for dialect in [Dialect::Legacy, Dialect::Standard] {
        sequences.extend([
            dialect.sequence("initial-cycle", cycles::initial(dialect)),
            dialect.sequence("incremental-cycle", cycles::incremental(dialect)),
            dialect.sequence("restore", lifecycle::restore(dialect)),
            dialect.sequence("hard-delete", lifecycle::hard_delete(dialect)),
            dialect.sequence("manager", manager::steps(dialect)),
            dialect.sequence("groups", groups::changes(dialect)),
            dialect.sequence("replaced-members", groups::replaced(dialect)),
            dialect.sequence("parallel-members", groups::parallel(dialect)),
        ]);
    }
    sequences
}

/// The connection test, and what vendors report besides it: a look-up of a user who cannot exist.
fn connection() -> Vec<Step> {
    let nobody = |step: Step| step.total(0).is("/Resources", json!([])).is("/startIndex", 1).is("/itemsPerPage", 0);
    vec![
        nobody(get("no user is found by user name", "/Users?filter=userName+eq+%22<guid:probe>%22")),
        nobody(get("no user is found by external id", "/Users?filter=externalId+eq+%22<guid:probe>%22")),
        nobody(get(
            "no user is found by address",
            "/Users?filter=emails%5Btype+eq+%22work%22%5D.value+eq+%22<guid:probe>%22",
        )),
        nobody(get("no group is found", "/Groups?excludedAttributes=members&filter=displayName+eq+%22<guid:probe>%22")),
        get("the schemas are there", "/Schemas").has("/Resources", json!({"id": dialect::USER})),
        get("the types are there", "/ResourceTypes").has("/Resources", json!({"endpoint": "/Users"})),
        get("the configuration is there", "/ServiceProviderConfig").is("/patch/supported", true),
    ]
}
