//! Orders to undo departures.

use super::{Connection, bounded, failed};
use crate::dialect;
use async_trait::async_trait;
use domain::{
    Error, Result, Timestamp, TokenId,
    audit::{Action, Event},
    guard::{Span, Undone},
    identity::Who,
    store::Undos,
    undo::{Gathers, Undo},
};
use uuid::Uuid;

struct UndoRow {
    batch: Uuid,
    people: Option<String>,
    began: i64,
    gathers: Option<String>,
    token: Option<Uuid>,
    gathers_from: Option<i64>,
    gathers_until: Option<i64>,
    below: Option<i64>,
    restored: i64,
    failed: i64,
    skipped: i64,
    failures: i64,
    continued: i64,
    ordered: i64,
    actor_kind: String,
    actor_id: Option<Uuid>,
    actor_name: Option<String>,
    address: Option<String>,
    reason: Option<String>,
}

/// How `gathers` is stored.
const UNBATCHED: &str = "unbatched";
const ANY: &str = "any";

impl TryFrom<UndoRow> for Undo {
    type Error = Error;

    fn try_from(row: UndoRow) -> Result<Self> {
        let corrupt = |column| Error::Corrupt { table: "undos", column };
        let people = row.people.as_deref().map(ids).transpose()?;
        let gathers = match (row.gathers.as_deref(), row.gathers_from, row.gathers_until) {
            (None, ..) => None,
            (Some(what @ (UNBATCHED | ANY)), Some(from), Some(until)) => Some(Gathers {
                span: Span {
                    token: row.token.map(TokenId),
                    from: Timestamp::from_millis(from),
                    until: Timestamp::from_millis(until),
                },
                unbatched: what == UNBATCHED,
            }),
            _ => return Err(corrupt("gathers")),
        };
        let actor =
            Who::of_parts(&row.actor_kind, row.actor_id, row.actor_name).ok_or_else(|| corrupt("actor_kind"))?;
        let ordered = Event::new(Timestamp::from_millis(row.ordered), actor, row.address, Action::GuardUndone);
        Ok(Self {
            batch: row.batch,
            people,
            from: Timestamp::from_millis(row.began),
            gathers,
            below: row.below,
            undone: Undone { restored: row.restored.unsigned_abs(), failed: row.failed.unsigned_abs() },
            skipped: row.skipped.unsigned_abs(),
            failures: row.failures.unsigned_abs(),
            continued: Timestamp::from_millis(row.continued),
            ordered: Event { reason: row.reason, ..ordered },
        })
    }
}

/// How `people` is stored.
fn text(ids: &[Uuid]) -> String {
    ids.iter().map(Uuid::to_string).collect::<Vec<_>>().join(" ")
}

fn ids(text: &str) -> Result<Vec<Uuid>> {
    let ids: Result<_, uuid::Error> = text.split_whitespace().map(Uuid::parse_str).collect();
    ids.map_err(|_| Error::Corrupt { table: "undos", column: "people" })
}

#[async_trait]
impl Undos for Connection<'_> {
    async fn undos(&mut self) -> Result<Vec<Undo>> {
        let rows = sqlx::query_as!(
            UndoRow,
            "SELECT batch, people, began, gathers, token, gathers_from, gathers_until, below, restored, failed, skipped,
                failures, continued, ordered, actor_kind, actor_id, actor_name, address, reason
            FROM undos ORDER BY ordered, batch"
        );
        rows.fetch_all(&mut *self.0).await.map_err(failed)?.into_iter().map(Undo::try_from).collect()
    }

    async fn insert_undo(&mut self, undo: &Undo) -> Result<()> {
        let people = undo.people.as_deref().map(text);
        let gathers = undo.gathers.map(|gathers| if gathers.unbatched { UNBATCHED } else { ANY });
        let span = undo.gathers.map(|gathers| gathers.span);
        let (actor_kind, actor_id, actor_name) = undo.ordered.actor.parts();
        let insert = sqlx::query!(
            "INSERT INTO undos (batch, people, began, gathers, token, gathers_from, gathers_until, below, restored,
                failed, skipped, failures, continued, ordered, actor_kind, actor_id, actor_name, address, reason)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)",
            undo.batch,
            people,
            undo.from.millis(),
            gathers,
            span.and_then(|span| span.token).map(|token| token.0),
            span.map(|span| span.from.millis()),
            span.map(|span| span.until.millis()),
            undo.below,
            bounded(undo.undone.restored),
            bounded(undo.undone.failed),
            bounded(undo.skipped),
            bounded(undo.failures),
            undo.continued.millis(),
            undo.ordered.at.millis(),
            actor_kind,
            actor_id,
            actor_name,
            undo.ordered.address,
            undo.ordered.reason,
        );
        insert.execute(&mut *self.0).await.map_err(failed)?;
        Ok(())
    }

    async fn lock_undo(&mut self, batch: Uuid) -> Result<Option<Undo>> {
        let row = dialect::lock_as!(
            UndoRow,
            "SELECT batch, people, began, gathers, token, gathers_from, gathers_until, below, restored, failed, skipped,
                failures, continued, ordered, actor_kind, actor_id, actor_name, address, reason
            FROM undos WHERE batch = $1",
            batch
        );
        row.fetch_optional(&mut *self.0).await.map_err(failed)?.map(Undo::try_from).transpose()
    }

    async fn update_undo(&mut self, undo: &Undo) -> Result<()> {
        let update = sqlx::query!(
            "UPDATE undos SET gathers = CASE WHEN $2 THEN gathers END, below = $3, restored = $4, failed = $5,
                skipped = $6, failures = $7, continued = $8
            WHERE batch = $1",
            undo.batch,
            undo.gathers.is_some(),
            undo.below,
            bounded(undo.undone.restored),
            bounded(undo.undone.failed),
            bounded(undo.skipped),
            bounded(undo.failures),
            undo.continued.millis(),
        );
        update.execute(&mut *self.0).await.map_err(failed)?;
        Ok(())
    }

    async fn delete_undo(&mut self, batch: Uuid) -> Result<()> {
        sqlx::query!("DELETE FROM undos WHERE batch = $1", batch).execute(&mut *self.0).await.map_err(failed)?;
        Ok(())
    }
}
