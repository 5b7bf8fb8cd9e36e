use super::{Console, Lock, Needs};
use crate::{
    BreakGlassId, Error, Result,
    audit::Action,
    break_glass::{self, Holdings, NewAccount, Sheet, create, recovery},
    lockout::{Doors, NEEDED},
    store::Tx,
};
use serde_json::json;

/// Everything that the break-glass page shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BreakGlassStatus {
    /// The accounts, in order of creation.
    pub accounts: Vec<Holdings>,
    /// Who could still get in.
    pub doors: Doors,
    /// Whether provisioning is on.
    pub provisioning: bool,
}

impl BreakGlassStatus {
    /// Whether fewer accounts are proven than there should be while provisioning is on.
    pub fn is_thin(&self) -> bool {
        self.doors.proven() < NEEDED
    }
}

impl Console {
    /// Everything that the break-glass page shows.
    pub async fn break_glass(&self) -> Result<BreakGlassStatus> {
        let work = self.env.store.read(self.now(), |now, tx| {
            Box::pin(async move {
                let accounts = tx.break_glass().await?;
                let doors = Doors::of(&accounts, *now);
                Ok(BreakGlassStatus { accounts, doors, provisioning: tx.settings().await?.provisioning })
            })
        });
        work.await
    }

    /// Creates a break-glass account. The sheet is returned and stored nowhere.
    ///
    /// # Errors
    /// `Invalid` for a name of the wrong form, `Unavailable` when too many secrets are being hashed.
    pub async fn create_break_glass(&self, stem: &str) -> Result<Sheet> {
        let sheet = Sheet::generate(&self.env, break_glass::suffixed(&self.env, stem)?);
        // Checked first, so that nothing is hashed for a caller who may not do this.
        self.begin(Needs::Secret, Action::BreakGlassCreated)?;
        let secret_hash = self.hasher.hash(sheet.secret.reveal().to_owned()).await?;
        let new = NewAccount { name: sheet.name.clone(), secret_hash, codes: sheet.hashes() };
        self.change(Needs::Secret, Lock::WaysIn, Action::BreakGlassCreated, new, |change, tx| {
            Box::pin(async move {
                let account = create(tx, &change.console.env, &change.context).await?;
                tx.append_event(&change.event.clone().on(account.id.0, &account.name)).await
            })
        })
        .await?;
        Ok(sheet)
    }

    /// Gives an account a new secret and new codes. The old secret works until the first sign-in with the new one; the
    /// old codes are gone at once. The account counts as unproven until that sign-in.
    ///
    /// # Errors
    /// `NotFound` when no account has this id, `Unavailable` when too many secrets are being hashed.
    pub async fn rotate_break_glass(&self, id: BreakGlassId) -> Result<Sheet> {
        self.begin(Needs::Secret, Action::BreakGlassRotated)?;
        let mut sheet = Sheet::generate(&self.env, String::new());
        let hash = self.hasher.hash(sheet.secret.reveal().to_owned()).await?;
        let context = (id, hash, sheet.hashes());
        let name = self.change(Needs::Secret, Lock::WaysIn, Action::BreakGlassRotated, context, |change, tx| {
            Box::pin(async move {
                let (id, hash, codes) = &change.context;
                let account = tx.break_glass_account(*id).await?.ok_or(Error::NotFound)?;
                tx.set_next_break_glass_secret(*id, hash).await?;
                replace_codes(tx, *id, codes, change.event.at).await?;
                tx.append_event(&change.event.clone().on(id.0, &account.name)).await?;
                Ok(account.name)
            })
        });
        sheet.name = name.await?;
        Ok(sheet)
    }

    /// Removes an account with its sessions.
    ///
    /// # Errors
    /// `NotFound`; `Refused` when no other account would be left that is known to work.
    pub async fn remove_break_glass(&self, id: BreakGlassId) -> Result<()> {
        self.change(Needs::Secret, Lock::WaysIn, Action::BreakGlassRemoved, id, |change, tx| {
            Box::pin(async move {
                let id = change.context;
                let accounts = tx.break_glass().await?;
                let removed = accounts.iter().find(|holdings| holdings.account.id == id);
                let account = &removed.ok_or(Error::NotFound)?.account;
                let proven = Doors::without(&accounts, id, change.event.at)?.proven();
                tx.delete_break_glass(id).await?;
                let event = change.event.clone().on(id.0, &account.name);
                tx.append_event(&event.with(&json!({"proven accounts left": proven}))).await
            })
        })
        .await
    }
}

async fn replace_codes(tx: &mut dyn Tx, id: BreakGlassId, codes: &[[u8; 32]], now: crate::Timestamp) -> Result<()> {
    tx.delete_recovery_codes(id).await?;
    tx.insert_codes(&recovery(id, codes, now)).await
}
