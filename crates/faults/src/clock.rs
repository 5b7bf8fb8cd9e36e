//! The machine's clock jumps, as after a pause of a virtual machine or a wrong time server. libfaketime changes the
//! time of day for the server, and leaves the monotonic clock alone.

use crate::{
    rescuer::{Rescuer, is_signed_in, sign_out},
    rows,
};
use anyhow::{Context, Result, ensure};
use std::{
    net::Ipv4Addr,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use tempfile::TempDir;
use tokio::time::sleep;

/// How long the clock stays where it was set.
const TIME: Duration = Duration::from_secs(1);

/// An hour ahead, in libfaketime's words.
const AHEAD: &str = "+3600";

/// The settings of the clock, one after the other; the last is the right time again.
const JUMPS: [&str; 4] = [AHEAD, "+0", "-3600", "+0"];

/// That hour in milliseconds, minus the time that a sign-in may take.
const FAR: i64 = 3_500_000;

/// A clock that can be set.
#[derive(Clone)]
pub(crate) struct Clock {
    library: PathBuf,
    folder: Arc<TempDir>,
}

impl Clock {
    /// A clock that is right until it is set. `library` is the path of libfaketime.
    pub(crate) fn new(library: &Path) -> Result<Self> {
        let clock = Self { library: library.to_owned(), folder: Arc::new(tempfile::tempdir()?) };
        clock.set("+0")?;
        Ok(clock)
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("offset")
    }

    fn set(&self, offset: &str) -> Result<()> {
        let new = self.folder.path().join("new");
        std::fs::write(&new, offset)?;
        // Renamed into place, so that it is never read half-written.
        Ok(std::fs::rename(new, self.file())?)
    }

    /// The environment of a process that uses this clock.
    pub(crate) fn environment(&self) -> [(&'static str, PathBuf); 4] {
        [
            ("LD_PRELOAD", self.library.clone()),
            ("FAKETIME_TIMESTAMP_FILE", self.file()),
            ("FAKETIME_NO_CACHE", "1".into()),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1".into()),
        ]
    }

    /// Jumps forward and back. After each jump the administrator must get in, and a session that was ended must not
    /// have come back. Returns how long each sign-in took.
    pub(crate) async fn jump(&self, rescuer: &Rescuer, port: u16, database: &str) -> Result<Vec<Duration>> {
        let (mut times, mut ended) = (Vec::new(), Vec::new());
        for offset in JUMPS {
            let session = rescuer.sign_in(port, Ipv4Addr::LOCALHOST, None).await?.session;
            sign_out(port, &session).await?;
            ended.push(session);
            self.set(offset)?;
            times.push(rescuer.get_in(port).await.with_context(|| format!("the clock went to {offset} s"))?);
            if offset == AHEAD {
                let ahead = rows::newest_sign_in(database).await? - now()?;
                ensure!(ahead > FAR, "the server's clock has not jumped: it is {ahead} ms ahead");
            }
            for session in &ended {
                ensure!(!is_signed_in(port, session).await?, "a session that was ended is back at {offset} s");
            }
            sleep(TIME).await;
        }
        Ok(times)
    }
}

/// The real time, in milliseconds.
fn now() -> Result<i64> {
    Ok(SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis().try_into()?)
}
