//! Connects to the database file, and waits while another process has it.

use sqlx::{ConnectOptions, SqliteConnection, sqlite::SqliteConnectOptions};
use std::time::{Duration, Instant};
use tokio::time::sleep;

/// How long to wait for another process that writes, such as the command line beside the server.
pub(crate) const BUSY: Duration = Duration::from_secs(5);

/// How long to wait before the next try.
pub(crate) const PAUSE: Duration = Duration::from_millis(20);

/// Connects. The first change to WAL is the one statement that SQLite does not wait with while another process is at
/// it, so it is tried again for as long as any other would wait.
pub(crate) async fn connect(options: &SqliteConnectOptions) -> sqlx::Result<SqliteConnection> {
    let began = Instant::now();
    loop {
        match options.connect().await {
            Err(error) if is_busy(&error) && began.elapsed() < BUSY => sleep(PAUSE).await,
            outcome => return outcome,
        }
    }
}

/// SQLITE_BUSY is 5; the higher bytes of the code tell why.
pub(crate) fn is_busy(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code()?.parse::<u32>().ok());
    code.is_some_and(|code| code & 0xff == 5)
}
