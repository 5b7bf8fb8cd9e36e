use crate::sql;
use domain::{Error, Result, store::Caller};
use sqlx::{
    ConnectOptions, Connection, PgConnection, PgPool,
    migrate::Migrator,
    postgres::{PgConnectOptions, PgPoolOptions, PgSslMode},
};
use std::{io::ErrorKind, net::IpAddr, time::Duration};

static MIGRATIONS: Migrator = sqlx::migrate!();

/// How many connections directories may use for writing. A unit occupies one until its commit is on the disk, and the
/// units of all connections share a write to the disk: the more there are, the more users a slow disk can take in a
/// second.
const WRITERS: u32 = 17;

/// How many connections directories may use for reading. A read occupies a processor of the database, and keeps up to a
/// page of rows in memory: more at once would be no faster, and leave less to all other callers.
const READERS: u32 = 6;

/// How many connections all other callers may use. Whatever directories do, others find one.
const OTHERS: u32 = 3;

/// How long a statement may wait for a lock. Directories give up first, so that administrators get the locks that
/// directories hold.
const DIRECTORY_WAITS: &str = "2s";
const OTHERS_WAIT: &str = "5s";

/// How long a unit may wait for a connection.
const ACQUIRE: Duration = Duration::from_secs(3);

/// How long a connection is trusted after its last test.
const FRESH: Duration = Duration::from_secs(1);

/// Connections, separated by their purpose.
pub(crate) struct Pools {
    /// For what directories read.
    pub(crate) readers: PgPool,
    /// For what directories write.
    pub(crate) writers: PgPool,
    /// For all other callers.
    pub(crate) others: PgPool,
}

impl Pools {
    /// Directories have connections of their own, including for statements that they have given up and Postgres is
    /// still running.
    pub(crate) fn to_read(&self, caller: Caller) -> &PgPool {
        if caller == Caller::Directory { &self.readers } else { &self.others }
    }

    pub(crate) fn to_write(&self, caller: Caller) -> &PgPool {
        if caller == Caller::Directory { &self.writers } else { &self.others }
    }
}

/// Connects.
pub(crate) async fn pools(url: &str) -> Result<Pools> {
    let options = options(url)?;
    let waits = |time| {
        let limits =
            [("statement_timeout", "5s"), ("lock_timeout", time), ("idle_in_transaction_session_timeout", "10s")];
        options.clone().options(limits)
    };
    let others = pool(OTHERS).connect_with(waits(OTHERS_WAIT)).await;
    let others = others.map_err(|error| cannot_connect(&options, &error))?;
    let of_directories = |connections| pool(connections).connect_lazy_with(waits(DIRECTORY_WAITS));
    Ok(Pools { readers: of_directories(READERS), writers: of_directories(WRITERS), others })
}

fn pool(connections: u32) -> PgPoolOptions {
    PgPoolOptions::new()
        .max_connections(connections)
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
}

/// Brings the tables up to date, without timeouts: a migration may take long.
pub(crate) async fn migrate(url: &str) -> Result<()> {
    let options = options(url)?;
    let mut connection = options.connect().await.map_err(|error| cannot_connect(&options, &error))?;
    // Not `run`: its future cannot be sent to another thread.
    MIGRATIONS.run_direct(None, &mut connection, false).await.map_err(sql::not_migrated)?;
    warn_of_slow_searches(&mut connection).await?;
    connection.close().await.map_err(sql::failed)
}

/// The migration continues without the extension that the index needs.
async fn warn_of_slow_searches(connection: &mut PgConnection) -> Result<()> {
    let index = sqlx::query_scalar("SELECT to_regclass('user_search_grams') IS NOT NULL").fetch_one(connection).await;
    let has_index: bool = index.map_err(sql::failed)?;
    if !has_index {
        tracing::warn!("searches of people are slow without pg_trgm; operations.md says how to add it (“Postgres”)");
    }
    Ok(())
}

fn options(url: &str) -> Result<PgConnectOptions> {
    let options: PgConnectOptions = url.parse().map_err(|_| {
        Error::Invalid("The database URL cannot be read. Write it as postgres://user:password@host:5432/database.")
    })?;
    let options =
        if is_local(&options) || names_ssl_mode(url) { options } else { options.ssl_mode(PgSslMode::VerifyFull) };
    Ok(options.application_name("postern"))
}

/// The arguments of `pg_dump` and `pg_restore` that name the database, without its password.
///
/// # Errors
/// `Invalid` when the URL cannot be read.
pub fn tool_arguments(url: &str) -> Result<Vec<String>> {
    let options = options(url)?;
    let host = options.get_socket().map_or_else(|| options.get_host().into(), |socket| socket.to_string_lossy());
    let database = options.get_database().unwrap_or_else(|| options.get_username());
    Ok(vec![
        format!("--host={host}"),
        format!("--port={}", options.get_port()),
        format!("--username={}", options.get_username()),
        format!("--dbname={database}"),
    ])
}

/// Whether the server is on this machine, so that no other machine can listen or answer in its place.
fn is_local(options: &PgConnectOptions) -> bool {
    let host = options.get_host();
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    options.get_socket().is_some()
        || host.starts_with('/')
        || host == "localhost"
        || address.is_ok_and(|address| address.is_loopback())
}

/// Whether the URL says how far TLS is required. Otherwise sqlx would accept any certificate, and plain text.
fn names_ssl_mode(url: &str) -> bool {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let mut names = query.split('&').map(|pair| pair.split_once('=').map_or(pair, |(name, _)| name));
    names.any(|name| matches!(name, "sslmode" | "ssl-mode")) || std::env::var_os("PGSSLMODE").is_some()
}

/// Names the server, but never the password.
fn cannot_connect(options: &PgConnectOptions, error: &sqlx::Error) -> Error {
    let (host, port) = (options.get_host(), options.get_port());
    let is_tls = match error {
        sqlx::Error::Tls(_) => true,
        sqlx::Error::Io(error) => error.kind() == ErrorKind::InvalidData,
        _ => false,
    };
    let advice = if is_tls && matches!(options.get_ssl_mode(), PgSslMode::VerifyFull) {
        ". The server must prove its name by TLS: add sslrootcert=FILE to the database URL for an authority of your \
         own, or sslmode=disable if no other machine can reach the network in between"
    } else {
        ""
    };
    Error::Unavailable(format!("cannot connect to Postgres at {host}:{port}: {error}{advice}").into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    fn mode(url: &str) -> String {
        format!("{:?}", options(url).unwrap().get_ssl_mode())
    }

    #[test]
    fn r24_a_server_elsewhere_must_prove_its_name() {
        for url in [
            "postgres://postern:secret@db.corp.example/postern",
            "postgres://db/postern?sslrootcert=/etc/ca.pem",
            "postgres://localhost.corp.example/postern",
            "postgres://10.0.0.7:5432/postern?application_name=sslmode",
            "postgres://[2001:db8::1]/postern",
            "postgres://localhost/postern?host=db.corp.example",
        ] {
            assert_eq!(mode(url), "VerifyFull", "{url}");
        }
    }

    #[test]
    fn r24_this_machine_and_an_explicit_mode_are_left_alone() {
        for url in [
            "postgres://localhost/postern",
            "postgres://127.0.0.1/postern",
            "postgres://[::1]:5433/postern",
            "postgres://postern@db.corp.example/postern?host=/var/run/postgresql",
            "postgres://%2Fvar%2Frun%2Fpostgresql/postern",
        ] {
            assert_eq!(mode(url), "Prefer", "{url}");
        }
        assert_eq!(mode("postgres://db/postern?sslmode=disable"), "Disable");
        assert_eq!(mode("postgres://db/postern?x=y&ssl-mode=require"), "Require");
    }

    /// A server without TLS gets no password: 0.0.0.0 reaches this machine, but is not recognised as such.
    #[tokio::test]
    async fn r24_a_server_without_tls_is_refused_with_advice() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("postgres://postern:hunter2@0.0.0.0:{}/postern", listener.local_addr().unwrap().port());
        let server = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = [0; 8];
            stream.read_exact(&mut request).await.unwrap();
            stream.write_all(b"N").await.unwrap();
            let mut rest = Vec::new();
            stream.read_to_end(&mut rest).await.unwrap();
            rest
        });
        let Err(Error::Unavailable(refused)) = migrate(&url).await else { panic!("it connected") };
        let said = refused.to_string();
        assert!(said.contains("sslrootcert=FILE") && said.contains("sslmode=disable"), "{said}");
        assert!(!said.contains("hunter2"));
        assert!(server.await.unwrap().is_empty(), "something was sent in plain text");
    }
}
