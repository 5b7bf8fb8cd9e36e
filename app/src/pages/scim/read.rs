use super::health::Health;
use domain::{
    Timestamp,
    console::{Console, ScimStatus},
};

/// The data of the panels.
pub(super) struct Scim {
    pub(super) status: ScimStatus,
    pub(super) health: Health,
    pub(super) now: Timestamp,
    pub(super) may_change: bool,
    pub(super) scim_url: String,
    pub(super) entra_url: String,
}

impl Scim {
    pub(super) async fn read(console: Console) -> domain::Result<Self> {
        let now = console.now();
        let status = console.scim().await?;
        Ok(Self {
            health: Health::of(&status, now),
            status,
            now,
            may_change: console.may_change(),
            scim_url: console.scim_url(),
            entra_url: console.entra_tenant_url(),
        })
    }

    pub(super) fn is_on(&self) -> bool {
        self.status.settings.provisioning
    }

    pub(super) fn has_live_token(&self) -> bool {
        self.status.tokens.iter().any(|token| token.ended(self.now).is_none())
    }
}
