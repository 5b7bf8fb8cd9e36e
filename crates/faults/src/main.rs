//! Breaks the product on purpose and counts what it loses.
//!
//! `cargo xtask faults` builds the binary and runs this; see there. Every experiment keeps a ledger of what was
//! acknowledged, and fails if any of it is gone, or if anything is there in part.

mod backups;
mod client;
mod clock;
mod cluster;
mod io;
mod jumps;
mod ledger;
mod power;
mod product;
mod rescuer;
mod rows;
mod series;
mod storm;
mod strains;
mod vfs;
mod workload;
mod world;

use anyhow::{Result, anyhow, ensure};
use clap::Parser;
use clock::Clock;
use cluster::Cluster;
use power::{Durability, Recording};
use product::Product;
use series::{Fault, Outcome, Series};
use std::{path::PathBuf, process::ExitCode, time::Duration};
use strains::SmallDisk;

/// Units of work for each of the writers whose disk loses power.
const UNITS: u64 = 30;

/// With this many kills, every single call has a power cut and a disk error; with fewer, some of them.
const THOROUGH: u64 = 200;

/// Kills the server, its callers and its database, cuts the power, fails and fills the disk, sets the clock and more
/// while people are provisioned, and counts what is lost.
#[derive(Parser)]
struct Arguments {
    /// Run only experiments whose name contains one of these.
    only: Vec<String>,
    /// How often processes are killed on each database.
    #[arg(long, default_value_t = THOROUGH)]
    kills: u64,
    /// The seed of randomness, to repeat a run.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The product's binary.
    #[arg(long, env = "POSTERN_BIN")]
    binary: PathBuf,
    /// The folder of the Postgres programs.
    #[arg(long, env = "POSTGRES_BIN")]
    postgres: PathBuf,
    /// The shared library of libfaketime.
    #[arg(long, env = "LIBFAKETIME")]
    faketime: PathBuf,
}

/// One line of the table.
struct Row {
    name: String,
    figures: String,
    failed: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let outcome = tokio::select! {
        outcome = run(&arguments) => outcome,
        // Everything started and mounted ends with the experiments.
        _ = tokio::signal::ctrl_c() => Err(anyhow!("interrupted")),
    };
    let rows = match outcome {
        Ok(rows) => rows,
        Err(error) => {
            eprintln!("error: {error:#}");
            return ExitCode::FAILURE;
        }
    };
    let failed = rows.iter().filter(|row| row.failed).count();
    println!("{} passed, {failed} failed", rows.len() - failed);
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

async fn run(arguments: &Arguments) -> Result<Vec<Row>> {
    let asked =
        |name: &str| arguments.only.is_empty() || arguments.only.iter().any(|only| name.contains(only.as_str()));
    let mut rows = Vec::new();
    let mut done = |row: Row| {
        let word = if row.failed { "FAILED" } else { "held" };
        println!("{:WIDTH$}  {word:6}  {}", row.name, row.figures);
        rows.push(row);
    };
    if asked(POWER_CUT) || asked(POWER_CUT_UNSYNCED) {
        power(arguments).await?.into_iter().for_each(&mut done);
    }
    if asked(DISK_ERRORS) {
        done(disk_errors(arguments).await?);
    }
    for (name, fault, databases, share) in SERIES {
        for database in databases {
            let name = format!("{name}, {database}");
            if asked(&name) {
                let rounds = (arguments.kills / share).max(2);
                done(match series(arguments, fault, *database == SQLITE, rounds).await {
                    Ok(outcome) => Row { name, figures: figures(&outcome), failed: outcome.failed(fault) },
                    Err(error) => Row { name, figures: format!("{error:#}"), failed: true },
                });
            }
        }
    }
    ensure!(!rows.is_empty(), "no experiment has such a name");
    Ok(rows)
}

/// The length of the longest name.
const WIDTH: usize = POWER_CUT_UNSYNCED.len();

const POWER_CUT: &str = "power cut, SQLite";
const POWER_CUT_UNSYNCED: &str = "power cut, synchronous=NORMAL";
const DISK_ERRORS: &str = "disk errors, SQLite";

const SQLITE: &str = "SQLite";
const POSTGRES: &str = "Postgres";
const BOTH: &[&str] = &[SQLITE, POSTGRES];

/// Name, fault, databases, and by how much the number of kills is divided.
const SERIES: [(&str, Fault, &[&str], u64); 11] = [
    ("server killed", Fault::ServerKilled, BOTH, 1),
    ("database killed", Fault::PostgresKilled, &[POSTGRES], 4),
    ("database crashed", Fault::PostgresCrashes, &[POSTGRES], 4),
    ("database restarted", Fault::PostgresRestarts, &[POSTGRES], 10),
    ("server stopped", Fault::ServerStops, BOTH, 4),
    ("callers hang up", Fault::CallersHangUp, BOTH, 10),
    ("disk full", Fault::DiskFull, BOTH, 50),
    ("users locked", Fault::UsersLocked, &[POSTGRES], 50),
    ("slow callers", Fault::SlowCallers, BOTH, 50),
    ("backed up", Fault::BackedUp, BOTH, 20),
    ("clock jumps", Fault::ClockJumps, BOTH, 50),
];

/// Runs a series on a fresh database.
async fn series(arguments: &Arguments, fault: Fault, on_sqlite: bool, rounds: u64) -> Result<Outcome> {
    let folder = tempfile::tempdir()?;
    let fills = fault == Fault::DiskFull;
    let _disk = if fills && on_sqlite { Some(SmallDisk::mount(folder.path()).await?) } else { None };
    let cluster = if on_sqlite { None } else { Some(Cluster::start(&arguments.postgres, fills).await?) };
    let sqlite = || format!("sqlite://{}", folder.path().join("postern.db").display());
    let product = Product {
        binary: arguments.binary.clone(),
        database: cluster.as_ref().map_or_else(sqlite, Cluster::url),
        clock: if fault == Fault::ClockJumps { Some(Clock::new(&arguments.faketime)?) } else { None },
    };
    let folder = cluster.as_ref().map_or(folder.path(), Cluster::folder);
    let series = Series { product: &product, cluster: cluster.as_ref(), folder, fault, rounds, seed: arguments.seed };
    series.run().await
}

fn figures(outcome: &Outcome) -> String {
    let tally = outcome.tally;
    let mut figures = format!(
        "{} rounds: {} acknowledged, {} lost, {} in part; {} unanswered, of which {} made; {} refused",
        outcome.rounds,
        tally.acknowledged,
        tally.lost,
        tally.half,
        tally.unanswered,
        tally.made_unanswered,
        tally.refused,
    );
    for (what, spent) in [
        ("ready again", &outcome.ready),
        ("the administrator got in", &outcome.got_in),
        ("the administrator got in once there was room", &outcome.got_in_later),
    ] {
        if !spent.is_empty() {
            figures += &format!("; {what} {}", times(spent.clone()));
        }
    }
    let backups = outcome.backed_up;
    if backups.acknowledged > 0 {
        figures += &format!(
            "; of {} people and groups in backups {} lost, {} in part",
            backups.acknowledged, backups.lost, backups.half
        );
    }
    figures
}

fn times(mut times: Vec<Duration>) -> String {
    times.sort();
    let at = |part: usize| times.get((times.len() * part / 100).min(times.len().saturating_sub(1)));
    match (at(50), at(99)) {
        (Some(median), Some(most)) => format!("in {} ms (p99 {} ms)", median.as_millis(), most.as_millis()),
        _ => "–".to_owned(),
    }
}

async fn power(arguments: &Arguments) -> Result<Vec<Row>> {
    eprintln!("power cuts");
    let recording = Recording::make(UNITS).await?;
    let stride = usize::try_from((THOROUGH / arguments.kills.max(1)).max(1))?;
    let full = recording.cut(Durability::Full, stride, 3, arguments.seed).await?;
    // Every fourth is enough to show that the experiment notices losses.
    let normal = recording.cut(Durability::Normal, stride * 4, 3, arguments.seed).await?;
    let figures = |outcome: &power::Outcome| {
        format!(
            "{} moments, {} disks: {} lost, {} corrupt, {} in part",
            outcome.points, outcome.images, outcome.lost, outcome.corrupt, outcome.half
        )
    };
    let failed = full.lost + full.corrupt + full.half > 0 || full.points == 0;
    Ok(vec![
        Row { name: POWER_CUT.to_owned(), figures: figures(&full), failed },
        Row {
            name: POWER_CUT_UNSYNCED.to_owned(),
            figures: format!("{} (must lose)", figures(&normal)),
            failed: normal.lost == 0,
        },
    ])
}

async fn disk_errors(arguments: &Arguments) -> Result<Row> {
    eprintln!("disk errors");
    let outcome = io::run((THOROUGH / arguments.kills.max(1)).max(1)).await?;
    let figures = format!(
        "{} runs: {} acknowledged and lost, {} damaged, {} stuck; {} did not start, {} units refused",
        outcome.runs, outcome.lost, outcome.damaged, outcome.stuck, outcome.no_start, outcome.refused
    );
    let failed = outcome.lost + outcome.damaged + outcome.stuck > 0;
    Ok(Row { name: DISK_ERRORS.to_owned(), figures, failed })
}
