use super::Console;
use crate::{
    Result, guard,
    lockout::{Doors, Simulation},
    query::{Predicate, UserCondition},
    role::Role,
};

impl Console {
    /// All ways in for administrators.
    pub async fn doors(&self) -> Result<Doors> {
        let work = self
            .env
            .store
            .read(self.now(), |now, tx| Box::pin(async move { Ok(Doors::of(&tx.break_glass().await?, *now)) }));
        work.await
    }

    /// What would happen if the directory deactivated all users now.
    pub async fn simulate(&self) -> Result<Simulation> {
        let work = self.env.store.read(self.now(), |now, tx| {
            Box::pin(async move {
                let users = tx.count_users(&Predicate::Where(UserCondition::Active(true))).await?;
                let settings = tx.settings().await?.guard;
                Ok(Simulation {
                    users,
                    administrators: tx.count_role(Role::Administrator).await?,
                    sessions: tx.count_user_sessions(*now).await?,
                    threshold: settings.threshold(guard::population(tx, *now).await?),
                    guard: settings,
                    has_channel: !tx.channels().await?.is_empty(),
                    doors: Doors::of(&tx.break_glass().await?, *now),
                })
            })
        });
        work.await
    }
}
