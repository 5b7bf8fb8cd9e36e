//! The database is backed up while people are provisioned, and the backup is restored elsewhere. It must hold
//! everything that had been acknowledged when the backup began, and nothing incomplete.

use crate::{
    client::Client,
    cluster::Cluster,
    ledger::{Ledger, Tally},
    product::Product,
    storm::ask,
    strains,
};
use anyhow::Result;

/// A backup of the product's database.
pub(crate) struct BackUp<'a> {
    pub(crate) product: &'a Product,
    pub(crate) cluster: Option<&'a Cluster>,
}

impl BackUp<'_> {
    /// Makes the backup, restores it into another database, and compares what a server finds there with `before`: a
    /// copy of the ledger from before the backup.
    pub(crate) async fn check(&self, before: &Ledger, ledger: &Ledger) -> Result<Tally> {
        let folder = tempfile::tempdir()?;
        let restored = match self.cluster {
            Some(cluster) => {
                let database = cluster.copy_by_dump().await?;
                let restored = Product { database, ..self.product.clone() };
                restored.run(&["restore", "--finish"]).await?;
                restored
            }
            None => {
                let file = folder.path().join("backup.db").display().to_string();
                let arguments = ["backup", &file];
                tokio::try_join!(self.product.run(&arguments), strains::checkpoint(&self.product.database))?;
                let database = format!("sqlite://{}", folder.path().join("restored.db").display());
                let restored = Product { database, ..self.product.clone() };
                restored.run(&["restore", &file]).await?;
                restored
            }
        };
        let token = restored.run(&["token", "create", "--name", "restored"]).await?;
        let mut server = restored.serve().await?;
        let mut client = Client::new(server.port, &token);
        for name in before.names() {
            let (_, state) = ask(&mut client, &name).await?;
            before.found_later(ledger, &name, state);
        }
        server.stop().await?;
        Ok(before.tally())
    }
}
