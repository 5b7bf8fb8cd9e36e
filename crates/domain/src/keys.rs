//! Keeps the lookup keys of users up to date. SQL cannot fold text, so a migration leaves keys as they are and the
//! server renews them in the background. Until then, filters read the documents.

use crate::{
    Env, Result,
    query::UserValue,
    store::{Caller, Outdated},
    user::Email,
};

/// How many users, and how many bytes of documents, one unit of work handles. Both are small, since others wait for the
/// database until it is done.
const AT_ONCE: u64 = 50;
const BYTES_AT_ONCE: u64 = 256 * 1024;

/// What keys are made from, apart from the columns of a user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeySources {
    /// As [`crate::user::Profile::emails`].
    pub emails: Vec<Email>,
    /// As [`crate::user::Profile::values`].
    pub values: Vec<(UserValue, String)>,
}

/// Renews the keys of some users for whom they are out of date. `find` extracts from a document what they are made
/// from.
///
/// # Returns
/// How many users were renewed; 0 when none are left.
///
/// # Errors
/// `Unavailable` when the database does not answer or others keep it busy, `NoRoom` when disk space is low.
pub async fn renew(env: &Env, find: fn(&str) -> KeySources) -> Result<u64> {
    let work = env.store.read((), |(), tx| Box::pin(async move { tx.outdated(AT_ONCE, BYTES_AT_ONCE).await }));
    let found = |one: Outdated| {
        let found = find(&one.document);
        (one, found)
    };
    let outdated: Vec<_> = work.await?.into_iter().map(found).collect();
    if outdated.is_empty() {
        return Ok(0);
    }
    // In the lane of directories, with their share of the disk: this catches up with their work.
    let work = env.store.write_as(Caller::Directory, outdated, |outdated, tx| {
        Box::pin(async move {
            for (one, KeySources { emails, values }) in outdated {
                tx.renew_keys(one, emails, values).await?;
            }
            Ok(outdated.len() as u64)
        })
    });
    work.await
}
