//! Names that directories may not use.

use super::Directory;
use crate::{
    Conflict, Error, Result,
    audit::Action,
    break_glass::{DEFAULT_STEM, stem_of},
    fold,
    store::Tx,
    token::first_in_hour,
    user::Profile,
};

impl Directory {
    /// Sends an alert, at most once an hour, if a name was refused because it is reserved for break-glass accounts.
    pub(super) async fn note_reserved<T>(&self, done: Result<T>) -> Result<T> {
        if !matches!(done, Err(Error::Conflict(Conflict::Reserved))) {
            return done;
        }
        let (usage, now) = (self.env.store.usage(), self.env.now());
        if !usage.has_told_name(self.token.id, now) {
            let event = self.event(now, Action::TokenNameRefused).on(self.token.id.0, &self.token.name);
            let work = self.env.store.provision((self.token.id, event), |(token, event), tx| {
                Box::pin(async move {
                    if first_in_hour(tx, *token, event).await? { tx.append_event(event).await } else { Ok(()) }
                })
            });
            work.await?;
            usage.tell_name(self.token.id, now);
        }
        done
    }
}

/// Refuses a new userName or externalId of the form that break-glass accounts have, whether there is such an account or
/// not: the answer must not reveal that. E-mail addresses are not restricted, because no sign-in looks them up.
pub(super) async fn keep_reserved(tx: &mut dyn Tx, profile: &Profile, before: Option<&Profile>) -> Result<()> {
    let names = |profile: &Profile| [Some(profile.user_name.clone()), profile.external_id.clone()];
    let old = before.map_or([None, None], names);
    let new = names(profile).into_iter().zip(old).filter(|(new, old)| new != old).filter_map(|(new, _)| new);
    let keys: Vec<String> = new.map(|name| fold(&name)).filter(|key| stem_of(key).is_some()).collect();
    if keys.is_empty() {
        return Ok(());
    }
    let accounts: Vec<String> =
        tx.break_glass().await?.into_iter().map(|holdings| fold(&holdings.account.name)).collect();
    let kept: Vec<&str> = accounts.iter().filter_map(|name| stem_of(name)).chain([DEFAULT_STEM]).collect();
    if keys.iter().filter_map(|key| stem_of(key)).any(|stem| kept.contains(&stem)) {
        return Err(Error::Conflict(Conflict::Reserved));
    }
    Ok(())
}
