use super::{SIGNED_IN, SignedIn};
use async_trait::async_trait;
use domain::{
    Env, Timestamp,
    console::{Who, idle},
    session::{Holder, SessionKey, SessionRecord},
};
use sha2::{Digest, Sha256};
use tower_sessions::{
    SessionStore,
    session::{Id, Record},
    session_store::{Error, Result},
};

/// The last use of a session is kept to half a minute.
const SEEN_MILLIS: i64 = 30_000;

/// Sessions in the database, by the hash of their id.
#[derive(Clone)]
pub(crate) struct Sessions {
    env: Env,
}

impl Sessions {
    pub(super) fn new(env: Env) -> Self {
        Self { env }
    }

    /// Every request keeps a session from ending for want of use; that is noted now and then only.
    async fn touch(&self, key: SessionKey, now: Timestamp) -> Result<()> {
        let work = self
            .env
            .store
            .write((key, now), |(key, now), tx| Box::pin(async move { tx.touch_session(*key, *now).await }));
        work.await.map_err(backend)
    }

    fn row(&self, record: &Record) -> Result<SessionRecord> {
        let encode = |error: serde_json::Error| Error::Encode(error.to_string());
        let signed_in = record.data.get(SIGNED_IN).cloned();
        let signed_in: Option<SignedIn> = signed_in.map(serde_json::from_value).transpose().map_err(encode)?;
        let key = key(&record.id);
        let (address, agent) = signed_in.clone().map_or((None, None), |signed_in| (signed_in.address, signed_in.agent));
        let principal = signed_in.and_then(|signed_in| signed_in.principal(key));
        Ok(SessionRecord {
            key,
            holder: principal.as_ref().map(|principal| match principal.who {
                Who::BreakGlass(id, generation) => Holder::BreakGlass(id, generation),
                Who::User(id) => Holder::User(id),
            }),
            signed_in: principal.map(|principal| principal.since),
            seen: self.env.now(),
            address,
            agent,
            data: serde_json::to_string(&record.data).map_err(encode)?,
            expires: Timestamp::from_millis(record.expiry_date.unix_timestamp() * 1_000),
        })
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
            let row = self.row(record)?;
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
        let row = self.row(record)?;
        let work = self.env.store.write(row, |row, tx| Box::pin(async move { tx.update_session(row).await }));
        work.await.map(drop).map_err(backend)
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let now = self.env.now();
        let work = self
            .env
            .store
            .read((key(id), now), |(key, now), tx| Box::pin(async move { tx.session(*key, *now, idle(*now)).await }));
        let Some(row) = work.await.map_err(backend)? else { return Ok(None) };
        if row.seen < now.plus_millis(-SEEN_MILLIS) {
            self.touch(row.key, now).await?;
        }
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

pub(super) fn key(id: &Id) -> [u8; 32] {
    Sha256::digest(id.0.to_le_bytes()).into()
}

fn backend(error: domain::Error) -> Error {
    tracing::error!(error = &error as &dyn std::error::Error, "a session could not be kept");
    Error::Backend(error.to_string())
}
