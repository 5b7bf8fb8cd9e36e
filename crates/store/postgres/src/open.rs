use crate::sql;
use domain::{Error, Result};
use sqlx::{
    ConnectOptions, Connection, Executor, PgPool,
    migrate::Migrator,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use std::time::Duration;

static MIGRATIONS: Migrator = sqlx::migrate!();

/// How many connections there are at most.
const CONNECTIONS: u32 = 8;

/// How long a unit may wait for one of them.
const ACQUIRE: Duration = Duration::from_secs(3);

/// For how long a connection is taken to work after its last test.
const FRESH: Duration = Duration::from_secs(1);

pub(crate) async fn pool(url: &str) -> Result<PgPool> {
    let options = options(url)?.options([
        ("statement_timeout", "5s"),
        ("lock_timeout", "2s"),
        ("idle_in_transaction_session_timeout", "10s"),
    ]);
    let pool = PgPoolOptions::new()
        .max_connections(CONNECTIONS)
        .acquire_timeout(ACQUIRE)
        // Each was tested when it came back, so only those that have been idle need another test.
        .test_before_acquire(false)
        .before_acquire(|connection, meta| {
            Box::pin(async move {
                if meta.idle_for > FRESH {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
        // A connection that comes back inside a transaction would take the work of the next unit with it.
        .after_release(|connection, _| Box::pin(async move { connection.execute("ROLLBACK").await.map(|_| true) }));
    pool.connect_with(options.clone()).await.map_err(|error| cannot_connect(&options, &error))
}

/// Brings the tables up to date, which takes the time that it takes: no timeouts here.
pub(crate) async fn migrate(url: &str) -> Result<()> {
    let options = options(url)?;
    let mut connection = options.connect().await.map_err(|error| cannot_connect(&options, &error))?;
    // Not `run`: its future cannot be sent to another thread.
    MIGRATIONS.run_direct(None, &mut connection, false).await.map_err(sql::not_migrated)?;
    connection.close().await.map_err(sql::failed)
}

fn options(url: &str) -> Result<PgConnectOptions> {
    let options: PgConnectOptions = url.parse().map_err(|_| {
        Error::Invalid("The database URL cannot be read. Write it as postgres://user:password@host:5432/database.")
    })?;
    // A ROLLBACK without a transaction is a warning, and there is one whenever a connection comes back.
    Ok(options.application_name("postern").options([("client_min_messages", "error")]))
}

/// Says which server, and never with which password.
fn cannot_connect(options: &PgConnectOptions, error: &sqlx::Error) -> Error {
    let (host, port) = (options.get_host(), options.get_port());
    Error::Unavailable(format!("cannot connect to Postgres at {host}:{port}: {error}").into())
}
