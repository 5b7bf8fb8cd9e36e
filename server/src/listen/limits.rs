//! How much callers may use of the server.

use std::time::Duration;

/// How much callers may use of the server.
#[derive(Clone, Copy, Debug)]
pub struct ServerLimits {
    /// Connections at the same time. To make room for another, the one that has waited longest for its caller is
    /// closed.
    pub connections: usize,
    /// How many of them are reserved for callers on this host: health checks, and rescuers at a shell.
    pub host_connections: usize,
    /// Connections at the same time from one IPv4 address or one IPv6 /64; to make room for more, older ones that wait
    /// are closed. Trusted proxies are exempt.
    pub connections_each: usize,
    /// Requests under way at the same time from one IPv4 address or one IPv6 /64, including those behind a trusted
    /// proxy.
    pub requests_each: usize,
    /// SCIM requests under way at the same time, so that the console and health checks find a place.
    pub scim_requests: usize,
    /// Forms of the console whose bodies are awaited at the same time.
    pub forms: usize,
    /// A connection or a request is not given up for another before it is this old.
    pub grace: Duration,
    /// Time for a request's head, and for a connection to wait for its next request.
    pub head: Duration,
    /// The same for trusted proxies, which keep connections for two minutes: we must not be the ones to close an idle
    /// connection, because a request may be on its way.
    pub proxy_head: Duration,
    /// Time for a request's body. Shorter than an answer may take, so that a slow sender gets the reason.
    pub body: Duration,
    /// The same for the forms of the console, which are small.
    pub form: Duration,
    /// How fast a body must arrive.
    pub body_floor: Floor,
    /// Bulk requests at the same time.
    pub bulks: usize,
    /// Bulk requests at the same time by one token.
    pub bulks_each: usize,
    /// How long a bulk request waits for its turn.
    pub bulk_turn: Duration,
    /// Time for the operations of a bulk request; those left after that are refused one by one.
    pub bulk: Duration,
    /// Queries that look at resources one by one, including those that wait for their turn.
    pub scans: usize,
    /// The same by one token.
    pub scans_each: usize,
    /// How long such a query waits for a place.
    pub scan_turn: Duration,
    /// Lists, look-ups included, that are read at the same time for one token. Fewer than the database's connections
    /// for reading, so that other tokens find one.
    pub lists_each: usize,
    /// How long a list waits for its turn.
    pub list_turn: Duration,
    /// Bytes of memory that SCIM requests and answers under way may take.
    pub memory: u64,
    /// How many of them one token may take.
    pub memory_each: u64,
    /// Bytes of a page of a list; a page that would exceed this ends early.
    pub page: u64,
    /// How long a write may make no progress.
    pub stall: Duration,
    /// How fast a caller must read an answer, once it has made us wait.
    pub reader_floor: Floor,
    /// How much of a body is read before its answer, if that is ready early.
    pub rest: Drain,
    /// How much of it is read afterwards, on a connection that ends.
    pub linger: Drain,
    /// How long connections may still send a request once no new ones are accepted.
    pub last_request: Duration,
    /// Time for requests under way after that.
    pub drain: Duration,
}

/// A minimum speed that applies after some time.
#[derive(Clone, Copy, Debug)]
pub struct Floor {
    /// The speed.
    pub bytes_a_second: u64,
    /// After how long it applies.
    pub after: Duration,
}

impl Floor {
    /// How long this many bytes may take in all.
    pub(crate) fn time_for(&self, bytes: u64) -> Duration {
        self.after.saturating_add(Duration::from_millis(bytes.saturating_mul(1_000) / self.bytes_a_second.max(1)))
    }
}

/// How much of a body is thrown away at most, and for how long.
#[derive(Clone, Copy, Debug)]
pub struct Drain {
    /// Bytes.
    pub bytes: u64,
    /// Time.
    pub time: Duration,
}

impl Default for ServerLimits {
    fn default() -> Self {
        Self {
            // A process may have 1,024 files open by default, and the database, files and newcomers need some.
            connections: 848,
            host_connections: 16,
            connections_each: 64,
            requests_each: 64,
            scim_requests: 512,
            forms: 64,
            grace: Duration::from_secs(1),
            head: Duration::from_secs(10),
            proxy_head: Duration::from_secs(150),
            body: Duration::from_secs(20),
            form: Duration::from_secs(5),
            // A few lost packets in a row cost three seconds.
            body_floor: Floor { bytes_a_second: 500, after: Duration::from_secs(5) },
            bulks: 4,
            bulks_each: 2,
            bulk_turn: Duration::from_secs(5),
            bulk: Duration::from_secs(15),
            scans: 16,
            scans_each: 4,
            scan_turn: Duration::from_secs(5),
            lists_each: 2,
            list_turn: Duration::from_secs(5),
            memory: 256 * 1024 * 1024,
            memory_each: 64 * 1024 * 1024,
            page: 16 * 1024 * 1024,
            stall: Duration::from_secs(30),
            reader_floor: Floor { bytes_a_second: 16 * 1024, after: Duration::from_secs(30) },
            rest: Drain { bytes: 1024 * 1024 + 64 * 1024, time: Duration::from_millis(500) },
            linger: Drain { bytes: 16 * 1024 * 1024, time: Duration::from_secs(2) },
            last_request: Duration::from_millis(500),
            drain: Duration::from_secs(10),
        }
    }
}
