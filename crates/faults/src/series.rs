//! Experiments in rounds: something goes wrong while callers provision, and nothing that was acknowledged may be gone
//! afterwards.

use crate::{
    backups::BackUp,
    client::Client,
    cluster::Cluster,
    jumps,
    ledger::{Ledger, Tally},
    product::{Product, Server},
    rescuer::Rescuer,
    storm::{Manners, RECOVERY, Storm, ask},
    strains,
};
use anyhow::{Context, Result, ensure};
use hyper::StatusCode;
use rand::{RngExt, SeedableRng, rngs::StdRng};
use serde_json::json;
use std::{
    path::Path,
    time::{Duration, Instant},
};
use tokio::time::sleep;

/// Longer than an abandoned unit of work takes.
const SETTLED: Duration = Duration::from_millis(500);

/// As many connections as Entra opens.
const CALLERS: u64 = 8;

/// More than there are connections to the database.
const MANY_CALLERS: u64 = 200;

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// SIGKILL for the server.
    ServerKilled,
    /// SIGTERM for the server: it first answers the calls in progress.
    ServerStops,
    /// SIGKILL for Postgres.
    PostgresKilled,
    /// An immediate stop of Postgres, as at a crash of its machine.
    PostgresCrashes,
    /// An ordinary restart of Postgres.
    PostgresRestarts,
    /// The callers hang up before they are answered.
    CallersHangUp,
    /// The database's disk is filled to the last byte, and an administrator must get in.
    DiskFull,
    /// Another program blocks all changes of users, with many callers waiting, and an administrator must get in.
    UsersLocked,
    /// A thousand other callers send half a request and wait, and an administrator must get in.
    SlowCallers,
    /// The database is backed up, and the backup is restored.
    BackedUp,
    /// The machine's clock jumps an hour forward, and an hour back.
    ClockJumps,
}

impl Fault {
    /// Whether the fault interrupts the service for directories.
    fn ends_service(self) -> bool {
        matches!(
            self,
            Self::PostgresKilled | Self::PostgresCrashes | Self::PostgresRestarts | Self::DiskFull | Self::UsersLocked
        )
    }
}

/// The outcome of a series.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) rounds: u64,
    pub(crate) tally: Tally,
    /// How long the server took to be ready again, each time.
    pub(crate) ready: Vec<Duration>,
    /// How long the administrator took to get in, each time.
    pub(crate) got_in: Vec<Duration>,
    /// The same for rounds in which the full disk ended the database, counted from when there was room again.
    pub(crate) got_in_later: Vec<Duration>,
    /// The comparison with backups.
    pub(crate) backed_up: Tally,
}

impl Outcome {
    /// Whether anything was lost, or the fault did not disturb the callers as it should.
    pub(crate) fn failed(&self, fault: Fault) -> bool {
        let disturbed = self.tally.unanswered + self.tally.refused;
        let as_meant = match fault {
            // A server that is asked to stop answers the calls that it carries out, and closes the other connections.
            Fault::ServerStops => self.tally.made_unanswered == 0,
            Fault::SlowCallers | Fault::ClockJumps => disturbed == 0,
            Fault::BackedUp => disturbed == 0 && self.backed_up.acknowledged > 0,
            // An experiment that disturbs no caller proves nothing.
            _ => disturbed > 0,
        };
        let wrong = |tally: &Tally| tally.lost + tally.half;
        !as_meant || self.tally.acknowledged == 0 || wrong(&self.tally) + wrong(&self.backed_up) > 0
    }
}

/// A fault that is repeated in rounds.
pub(crate) struct Series<'a> {
    pub(crate) product: &'a Product,
    pub(crate) cluster: Option<&'a Cluster>,
    /// Where the database is.
    pub(crate) folder: &'a Path,
    pub(crate) fault: Fault,
    pub(crate) rounds: u64,
    pub(crate) seed: u64,
}

impl Series<'_> {
    /// Runs it, and checks everything again at the end.
    pub(crate) async fn run(&self) -> Result<Outcome> {
        let ledger = Ledger::default();
        let mut random = StdRng::seed_from_u64(self.seed);
        let mut token = self.product.set_up().await?;
        let mut server = self.product.serve().await?;
        let rescuer = Rescuer::new(self.product, server.port).await?;
        let mut outcome = Outcome { rounds: self.rounds, ..Outcome::default() };
        for round in 0..self.rounds {
            // A token has a budget of bytes to write, which no honest directory exhausts but these callers would.
            if round % 50 == 49 {
                token = self.product.run(&["token", "create", "--name", &format!("faults {round}")]).await?;
            }
            let manners = if self.fault == Fault::CallersHangUp { Manners::Rude } else { Manners::Patient };
            let callers = if self.fault == Fault::UsersLocked { MANY_CALLERS } else { CALLERS };
            let storm = Storm::start(server.port, &token, &ledger, (round, self.seed), callers, manners);
            sleep(Duration::from_millis(random.random_range(50..2_000))).await;
            if matches!(self.fault, Fault::ServerKilled | Fault::ServerStops) {
                server = self.restart(server, storm, &mut outcome).await?;
            } else {
                self.strain(&server, &rescuer, (round, &ledger), &mut outcome).await?;
                if self.fault.ends_service() {
                    outcome.ready.push(self.come_back(&mut server, &token).await?);
                }
                storm.end().await;
                // Calls whose callers hung up run to their end.
                sleep(SETTLED).await;
            }
            let touched = ledger.take_touched();
            self.compare(&server, &token, &ledger, &touched).await?;
        }
        let all = ledger.names();
        self.compare(&server, &token, &ledger, &all).await?;
        server.stop().await?;
        self.verify().await?;
        outcome.tally = ledger.tally();
        Ok(outcome)
    }

    /// Kills or stops the server under load, and starts it again.
    async fn restart(&self, mut server: Server, storm: Storm, outcome: &mut Outcome) -> Result<Server> {
        if self.fault == Fault::ServerKilled {
            server.kill().await?
        } else {
            server.stop().await?
        }
        storm.end().await;
        let server = self.product.serve().await?;
        outcome.ready.push(server.ready);
        Ok(server)
    }

    /// Faults around a server that keeps running.
    async fn strain(
        &self,
        server: &Server,
        rescuer: &Rescuer,
        (round, ledger): (u64, &Ledger),
        outcome: &mut Outcome,
    ) -> Result<()> {
        let cluster = self.cluster.context("there is no Postgres");
        match self.fault {
            Fault::PostgresKilled => cluster?.kill().await?,
            Fault::PostgresCrashes => cluster?.stop("immediate").await?,
            Fault::PostgresRestarts => cluster?.stop("fast").await?,
            Fault::DiskFull => self.fill_disk(server, rescuer, outcome).await?,
            Fault::UsersLocked => {
                let lock = strains::lock_users(&self.product.database).await?;
                sleep(strains::TIME).await;
                outcome.got_in.push(rescuer.get_in(server.port).await?);
                drop(lock);
            }
            Fault::SlowCallers => {
                let slow = strains::half_requests(server.port).await?;
                outcome.got_in.push(rescuer.get_in(server.port).await?);
                sleep(strains::TIME).await;
                drop(slow);
            }
            Fault::BackedUp => {
                let backup = BackUp { product: self.product, cluster: self.cluster };
                // Look-ups take time, so only the last backup is compared with everything.
                let before = if round + 1 == self.rounds { ledger.copy() } else { ledger.copy_touched() };
                outcome.backed_up.add(backup.check(&before, ledger).await?);
            }
            Fault::ClockJumps => {
                let clock = self.product.clock.as_ref().context("there is no clock to set")?;
                outcome.got_in.extend(jumps::jump(clock, rescuer, server.port, &self.product.database).await?);
            }
            Fault::CallersHangUp | Fault::ServerKilled | Fault::ServerStops => {}
        }
        Ok(())
    }

    /// Fills the database's disk to the last byte. Postgres ends if there is no room for its log: only then may the
    /// administrator have to wait for room.
    async fn fill_disk(&self, server: &Server, rescuer: &Rescuer, outcome: &mut Outcome) -> Result<()> {
        let filler = strains::fill(self.folder)?;
        sleep(strains::TIME).await;
        let got_in = if self.commits().await { rescuer.get_in(server.port).await.map(Some) } else { Ok(None) };
        // The sign-in itself may have ended it, too.
        let commits = self.commits().await;
        drop(filler);
        match got_in {
            Ok(Some(time)) => outcome.got_in.push(time),
            Err(error) if commits => return Err(error),
            Ok(None) | Err(_) => {
                let began = Instant::now();
                self.cluster.context("there is no Postgres")?.go().await?;
                rescuer.get_in(server.port).await?;
                outcome.got_in_later.push(began.elapsed());
            }
        }
        Ok(())
    }

    /// Whether the database can still write its log. SQLite has a reserve for that.
    async fn commits(&self) -> bool {
        self.cluster.is_none() || strains::commits(&self.product.database).await.is_ok()
    }

    /// Starts a database that has ended, and waits until the server takes changes again.
    async fn come_back(&self, server: &mut Server, token: &str) -> Result<Duration> {
        if let Some(cluster) = self.cluster {
            cluster.go().await?;
        }
        let (began, mut client) = (Instant::now(), Client::new(server.port, token));
        let body = json!({"userName": format!("probe-{:032x}", rand::random::<u128>())});
        loop {
            match client.call("POST", "/Users", Some(&body)).await {
                Ok((StatusCode::CREATED, _)) => return Ok(began.elapsed()),
                answer => ensure!(began.elapsed() < RECOVERY, "the server does not take changes again: {answer:?}"),
            }
            ensure!(server.is_running(), "the server ended with its database");
            sleep(Duration::from_millis(50)).await;
        }
    }

    /// Compares what the server has with the ledger.
    async fn compare(&self, server: &Server, token: &str, ledger: &Ledger, names: &[String]) -> Result<()> {
        let mut client = Client::new(server.port, token);
        for name in names {
            let (id, state) = ask(&mut client, name).await?;
            ledger.found(name, id.as_deref(), state);
        }
        Ok(())
    }

    /// The audit chain must hold, and every change must have its event.
    async fn verify(&self) -> Result<()> {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("log");
        tokio::fs::write(&file, self.product.run(&["audit", "export"]).await?).await?;
        self.product.run(&["audit", "verify", &file.display().to_string()]).await?;
        let odd = crate::rows::without_their_event(&self.product.database).await?;
        ensure!(odd == 0, "{odd} people or groups have another version than their audit events say");
        Ok(())
    }
}
