//! Connects to the database file, and waits while another process has it locked.

use sqlx::{ConnectOptions, SqliteConnection, sqlite::SqliteConnectOptions};
use std::time::{Duration, Instant};
use tokio::time::sleep;

/// How long to wait for another process that writes, such as a command while a server runs.
pub(crate) const BUSY: Duration = Duration::from_secs(5);

/// How long to wait before the next try.
pub(crate) const PAUSE: Duration = Duration::from_millis(20);

/// Connects. The first change to WAL is the only statement for which SQLite does not wait while another process has the
/// file locked, so it is retried for as long as any other statement would wait.
pub(crate) async fn connect(options: &SqliteConnectOptions) -> sqlx::Result<SqliteConnection> {
    let began = Instant::now();
    loop {
        match options.connect().await {
            Err(error) if is_busy(&error) && began.elapsed() < BUSY => sleep(PAUSE).await,
            outcome => return outcome,
        }
    }
}

/// SQLITE_BUSY is 5; the higher bytes of the code are the reason.
pub(crate) fn is_busy(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code()?.parse::<u32>().ok());
    code.is_some_and(|code| code & 0xff == 5)
}
