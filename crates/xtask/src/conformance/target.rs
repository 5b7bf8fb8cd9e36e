//! The server under test: a new server of ours on one of the databases, or any server.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::process::Command;

use anyhow::{Context, Result};
use tempfile::TempDir;

use super::suite::SUITES;
use crate::guarded::Guarded;
use crate::postgres::Postgres;
use crate::project::{Profile, Project, output};

/// A SCIM service provider and the right to call it.
pub(crate) struct Target {
    /// Its name in the table.
    pub(crate) name: &'static str,
    /// The SCIM base URL.
    pub(crate) url: String,
    /// A bearer token for each suite, all of which may do everything.
    tokens: BTreeMap<&'static str, String>,
    // The order matters: the folder is removed after the server has ended.
    _server: Option<Guarded>,
    _folder: Option<TempDir>,
}

impl Target {
    /// A server given by its address.
    pub(crate) fn given(url: &str, token: &str) -> Self {
        let tokens = SUITES.iter().map(|suite| (suite.name, token.to_owned())).collect();
        let url = url.trim_end_matches('/').to_owned();
        Self { name: "given", url, tokens, _server: None, _folder: None }
    }

    /// A fresh server of ours on SQLite.
    pub(crate) fn sqlite(project: &Project) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let database = format!("sqlite://{}", folder.path().join("postern.db").display());
        Self::start(project, "SQLite", &database, folder)
    }

    /// A fresh server of ours on a new database of the cluster.
    pub(crate) fn postgres(project: &Project, cluster: &Postgres) -> Result<Self> {
        output(cluster.psql("postgres").args(["--command", "CREATE DATABASE conformance"]))?;
        Self::start(project, "Postgres", &cluster.url("conformance"), tempfile::tempdir()?)
    }

    /// Starts the server that the project has built, on a free port of the loopback address.
    fn start(project: &Project, name: &'static str, database: &str, folder: TempDir) -> Result<Self> {
        let postern = |arguments: &[&str]| {
            let mut command = Command::new(project.binary(Profile::Dev));
            command.args(["--database-url", database]).args(arguments);
            command
        };
        output(&mut postern(&["scim", "enable"]))?;
        let token = |suite: &str| output(&mut postern(&["token", "create", "--name", suite]));
        let tokens = SUITES.iter().map(|suite| Ok((suite.name, token(suite.name)?.trim().to_owned())));
        let tokens = tokens.collect::<Result<_>>()?;
        let log = folder.path().join("log");
        let mut server = Guarded::start(&postern(&["serve", "--listen", "127.0.0.1:0"]), File::create(&log)?.into())?;
        let address = server.find(address).with_context(|| {
            format!("the server on {name} does not start:\n{}", fs::read_to_string(&log).unwrap_or_default().trim())
        })?;
        let url = format!("{address}/scim/v2");
        Ok(Self { name, url, tokens, _server: Some(server), _folder: Some(folder) })
    }

    /// The token for a suite.
    pub(crate) fn token(&self, suite: &str) -> Result<&str> {
        self.tokens.get(suite).map(String::as_str).with_context(|| format!("there is no token for {suite}"))
    }
}

/// The address in the line that the server prints when it is ready.
fn address(line: &str) -> Option<String> {
    line.split_whitespace().find(|word| word.starts_with("http://")).map(str::to_owned)
}
