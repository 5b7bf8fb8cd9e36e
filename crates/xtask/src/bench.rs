//! `cargo xtask bench`: measures the binary as it is shipped.

use anyhow::Result;
use clap::{Args, ValueEnum};

use crate::postgres::Postgres;
use crate::project::{Profile, Project, run};
use crate::setup;

/// What to measure; by default the cost of calls on both databases.
#[derive(Args)]
pub(crate) struct Bench {
    /// How many users there are; 1,000, 100,000 and 1,000,000 by default.
    #[arg(conflicts_with = "other")]
    users: Vec<u32>,
    /// Measure the cost of calls on this database only.
    #[arg(long, value_name = "DATABASE", conflicts_with = "other")]
    on: Option<Database>,
    /// Measure how long a rescue takes, and how three minutes of password guessing affect others.
    #[arg(long, group = "other")]
    emergency: bool,
    /// Measure how many users per second many connections create on a Postgres with slow commits.
    #[arg(long, group = "other")]
    writers: bool,
    /// Measure how well administrators get in, on both databases, while the holder of a token does its worst.
    #[arg(long, group = "other")]
    siege: bool,
}

/// The database on which the cost of calls is measured.
#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Database {
    Sqlite,
    Postgres,
}

impl Bench {
    /// Runs the benchmark on the binary that was built.
    pub(crate) fn run(&self, project: &Project) -> Result<()> {
        if self.siege {
            // The measuring program need not be fast: only the server's own time counts.
            measure(project, "emergency --profile dev -- siege", None)?;
            return measure(project, "emergency --profile dev -- siege", Some(&Postgres::start_durable()?));
        }
        if self.writers {
            return measure(project, "writers", Some(&Postgres::start_durable()?));
        }
        if self.emergency {
            return measure(project, "emergency --profile dev -- rescue flood", None);
        }
        self.costs(project)
    }

    fn costs(&self, project: &Project) -> Result<()> {
        // The program includes the bare server, which must be built as the product is.
        let users: String = self.users.iter().map(|users| format!(" {users}")).collect();
        let words = format!("scim --{users}");
        let (on_sqlite, on_postgres) = (self.on != Some(Database::Postgres), self.on != Some(Database::Sqlite));
        if on_postgres {
            // Report a missing Postgres before SQLite takes its minutes.
            setup::postgres()?;
        }
        if on_sqlite {
            measure(project, &words, None)?;
        }
        if on_postgres {
            measure(project, &words, Some(&Postgres::start_durable()?))?;
        }
        Ok(())
    }
}

fn measure(project: &Project, words: &str, cluster: Option<&Postgres>) -> Result<()> {
    let mut bench = project.cargo(&format!("bench -p server --bench {words}"));
    bench.env("POSTERN_BIN", project.binary(Profile::Release));
    match cluster {
        Some(cluster) => bench.env("POSTERN_BENCH_POSTGRES", cluster.url("postgres")),
        None => bench.env_remove("POSTERN_BENCH_POSTGRES"),
    };
    run(&mut bench)
}
