use super::{SIGNED_IN, SignedIn};
use async_trait::async_trait;
use domain::{Env, Timestamp, session::SessionRecord};
use sha2::{Digest, Sha256};
use tower_sessions::{
    SessionStore,
    session::{Id, Record},
    session_store::{Error, Result},
};

/// Sessions in the database, by the hash of their id.
#[derive(Clone)]
pub(crate) struct Sessions {
    env: Env,
}

impl Sessions {
    pub(super) fn new(env: Env) -> Self {
        Self { env }
    }
}

impl std::fmt::Debug for Sessions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sessions")
    }
}

#[async_trait]
impl SessionStore for Sessions {
    async fn create(&self, record: &mut Record) -> Result<()> {
        loop {
            let row = row(record)?;
            let work = self.env.store.write(row, |row, tx| Box::pin(async move { tx.insert_session(row).await }));
            if work.await.map_err(backend)? {
                return Ok(());
            }
            record.id = Id::default();
        }
    }

    /// Writes only what still exists: a request that was under way while somebody signed out must not bring the session
    /// back.
    async fn save(&self, record: &Record) -> Result<()> {
        let row = row(record)?;
        let work = self.env.store.write(row, |row, tx| Box::pin(async move { tx.update_session(row).await }));
        work.await.map(drop).map_err(backend)
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let context = (key(id), self.env.now());
        let work = self.env.store.read(context, |(key, now), tx| Box::pin(async move { tx.session(*key, *now).await }));
        let Some(row) = work.await.map_err(backend)? else { return Ok(None) };
        // What another version wrote is nobody's session here.
        let Ok(data) = serde_json::from_str(&row.data) else { return Ok(None) };
        let expires = time::OffsetDateTime::from_unix_timestamp_nanos(i128::from(row.expires.millis()) * 1_000_000);
        let Ok(expiry_date) = expires else { return Ok(None) };
        Ok(Some(Record { id: *id, data, expiry_date }))
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        let work = self.env.store.write(key(id), |key, tx| Box::pin(async move { tx.delete_session(*key).await }));
        work.await.map_err(backend)
    }
}

fn row(record: &Record) -> Result<SessionRecord> {
    let encode = |error: serde_json::Error| Error::Encode(error.to_string());
    let signed_in = record.data.get(SIGNED_IN).cloned();
    let signed_in: Option<SignedIn> = signed_in.map(serde_json::from_value).transpose().map_err(encode)?;
    let principal = signed_in.and_then(SignedIn::principal);
    Ok(SessionRecord {
        key: key(&record.id),
        account: principal.as_ref().map(|principal| principal.account),
        signed_in: principal.map(|principal| principal.since),
        data: serde_json::to_string(&record.data).map_err(encode)?,
        expires: Timestamp::from_millis(record.expiry_date.unix_timestamp() * 1_000),
    })
}

pub(super) fn key(id: &Id) -> [u8; 32] {
    Sha256::digest(id.0.to_le_bytes()).into()
}

fn backend(error: domain::Error) -> Error {
    tracing::error!(error = &error as &dyn std::error::Error, "a session could not be kept");
    Error::Backend(error.to_string())
}
