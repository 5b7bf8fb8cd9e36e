use domain::{
    BreakGlassId, Env, Error, Result,
    break_glass::Account,
    sign_in::{account_of_code, find},
};
use std::sync::Arc;
use tokio::sync::Semaphore;

/// A flood of codes takes up only one connection to the database.
const AT_ONCE: usize = 1;

/// Looks up one-time codes, in the order of their arrival. A code has 125 random bits, so it need not be throttled and
/// its holder does not wait for guessers; a look-up costs little, and each address has few requests under way. Cheap to
/// clone.
#[derive(Clone)]
pub(crate) struct Codes(Arc<Semaphore>);

impl Default for Codes {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }
}

impl Codes {
    /// The account with this name, if the code could be used with it now. No name is looked up for a code that is not
    /// valid, so that the names of accounts are not revealed here.
    pub(super) async fn account(&self, env: &Env, name: &str, code: [u8; 32]) -> Result<Option<Account>> {
        let Some(owner) = self.owner(env, code).await? else { return Ok(None) };
        Ok(find(env, name).await?.filter(|account| account.id == owner))
    }

    async fn owner(&self, env: &Env, code: [u8; 32]) -> Result<Option<BreakGlassId>> {
        let _turn = self.0.acquire().await.map_err(|closed| Error::Unavailable(closed.into()))?;
        account_of_code(env, code).await
    }
}
