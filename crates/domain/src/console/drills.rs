use super::{Console, Lock, Needs};
use crate::{
    Error, Refusal, Result,
    audit::{Action, Lane},
    drill::{Drill, code},
    guard::new_id,
};
use serde_json::json;
use uuid::Uuid;

const SHOWN: u64 = 50;

/// The drills, and the one under way in this session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DrillStatus {
    /// The one under way.
    pub open: Option<Drill>,
    /// All, the newest first.
    pub drills: Vec<Drill>,
}

impl Console {
    /// The drills, and the one under way in this session.
    pub async fn drills(&self) -> Result<DrillStatus> {
        let work = self.env.store.read(self.principal.clone(), |principal, tx| {
            Box::pin(async move {
                let open = match principal.account() {
                    Some(account) => tx.open_drill(account, principal.since).await?,
                    None => None,
                };
                Ok(DrillStatus { open, drills: tx.drills(SHOWN).await? })
            })
        });
        work.await
    }

    /// One drill, for its record.
    ///
    /// # Errors
    /// `NotFound` when no drill has this id.
    pub async fn drill(&self, id: Uuid) -> Result<Drill> {
        let work = self.env.store.read(id, |id, tx| Box::pin(async move { tx.drill(*id).await }));
        work.await?.ok_or(Error::NotFound)
    }

    /// Begins a drill in this break-glass session, and sends an alert through every channel. Does nothing if one is
    /// under way.
    ///
    /// # Errors
    /// `Invalid` in a session of a user.
    pub async fn start_drill(&self) -> Result<()> {
        let Some(account) = self.principal.account() else {
            return Err(Error::Invalid("Sign in with a break-glass account to do a drill."));
        };
        self.change(Needs::Session, Lock::WaysIn, Action::DrillStarted, account, |change, tx| {
            Box::pin(async move {
                let (account, principal) = (change.context, &change.console.principal);
                // Pressing the button twice begins only one drill.
                if tx.open_drill(account, principal.since).await?.is_some() {
                    return Ok(());
                }
                let lanes = tx.channels().await?.into_iter();
                let channels = lanes.filter(|lane| lane.lane == Lane::Urgent).map(|lane| lane.name).collect();
                let drill = Drill {
                    id: new_id(&change.console.env, change.event.at),
                    account,
                    account_name: principal.person.name.clone(),
                    signed_in: principal.since,
                    started: change.event.at,
                    address: change.event.address.clone(),
                    seed: change.console.env.random(),
                    task: None,
                    channels,
                    seen: Vec::new(),
                    completed: None,
                };
                tx.insert_drill(&drill).await?;
                let event = change.event.clone().on(account.0, &principal.person.name);
                tx.append_event(&event.with(&json!({"drill": drill.id.to_string()}))).await
            })
        })
        .await
    }

    /// Accepts a code that was read in an alert of the drill under way.
    ///
    /// # Errors
    /// `NotFound` when no drill is under way, `Refused` when it is not the code of that channel.
    pub async fn read_drill_code(&self, channel: &str, typed: &str) -> Result<()> {
        let context = (channel.to_owned(), typed.trim().to_owned());
        self.change(Needs::Session, Lock::WaysIn, Action::DrillCompleted, context, |change, tx| {
            Box::pin(async move {
                let (channel, typed) = &change.context;
                let mut drill = change.console.open_drill(tx).await?;
                if !drill.channels.contains(channel) || *typed != code(&drill.seed, channel) {
                    return Err(Refusal::WrongCode.into());
                }
                if !drill.seen.contains(channel) {
                    drill.seen.push(channel.clone());
                }
                tx.update_drill(&drill).await
            })
        })
        .await
    }

    /// Finishes the drill under way, which completes its record.
    ///
    /// # Errors
    /// `NotFound` when no drill is under way, `Invalid` when something on the list is not done.
    pub async fn finish_drill(&self) -> Result<Uuid> {
        self.change(Needs::Session, Lock::WaysIn, Action::DrillCompleted, (), |change, tx| {
            Box::pin(async move {
                let drill = change.console.open_drill(tx).await?;
                if !drill.is_complete() {
                    return Err(Error::Invalid("Do everything on the list first; each open item says how."));
                }
                let drill = Drill { completed: Some(change.event.at), ..drill };
                tx.update_drill(&drill).await?;
                tx.mark_break_glass_drilled(drill.account, change.event.at).await?;
                let event = change.event.clone().on(drill.account.0, &drill.account_name);
                let facts = json!({"drill": drill.id.to_string(), "task": drill.task.map(|at| at.to_string()), "alerts read": drill.seen});
                tx.append_event(&event.with(&facts)).await?;
                Ok(drill.id)
            })
        })
        .await
    }

    async fn open_drill(&self, tx: &mut dyn crate::store::Tx) -> Result<Drill> {
        let Some(account) = self.principal.account() else { return Err(Error::NotFound) };
        tx.open_drill(account, self.principal.since).await?.ok_or(Error::NotFound)
    }
}
