//! The rows of departures and batches.

use super::{Connection, bounded, emails::push_ids, failed, query::push_contains};
use crate::Db;
use domain::{
    Error, GroupId, Result, Timestamp, TokenId, fold,
    guard::{Batch, BatchState, BatchSummary, Departure, DepartureKind, Losses, Sizes, Span, Undone},
};
use sqlx::{QueryBuilder, query_builder::Separated};
use std::collections::BTreeSet;
use uuid::Uuid;

/// How many departures one statement moves at most, well within its time limit.
const MOVED: u64 = 5_000;

/// The columns of a departure.
pub(super) const DEPARTURE: &str = "seq, at, token, kind, target, target_name, group_id, weight, before, batch";

pub(super) struct BatchRow {
    pub(super) id: Uuid,
    pub(super) token: Uuid,
    pub(super) opened: i64,
    pub(super) latest: i64,
    pub(super) state: String,
    pub(super) approved_until: Option<i64>,
    pub(super) closed: Option<i64>,
    pub(super) restored: Option<i64>,
    pub(super) failed: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct DepartureRow {
    seq: i64,
    at: i64,
    token: Uuid,
    kind: String,
    target: Uuid,
    target_name: String,
    group_id: Option<Uuid>,
    weight: i64,
    before: Option<String>,
    batch: Option<Uuid>,
}

impl TryFrom<BatchRow> for Batch {
    type Error = Error;

    fn try_from(row: BatchRow) -> Result<Self> {
        let undone = |restored: i64| Undone {
            restored: restored.unsigned_abs(),
            failed: row.failed.unwrap_or_default().unsigned_abs(),
        };
        Ok(Self {
            id: row.id,
            token: TokenId(row.token),
            opened: Timestamp::from_millis(row.opened),
            latest: Timestamp::from_millis(row.latest),
            state: BatchState::parse(&row.state).ok_or(Error::Corrupt { table: "batches", column: "state" })?,
            approved_until: row.approved_until.map(Timestamp::from_millis),
            closed: row.closed.map(Timestamp::from_millis),
            undone: row.restored.map(undone),
        })
    }
}

impl TryFrom<DepartureRow> for (i64, Departure) {
    type Error = Error;

    fn try_from(row: DepartureRow) -> Result<Self> {
        let kind = DepartureKind::parse(&row.kind).ok_or(Error::Corrupt { table: "departures", column: "kind" })?;
        let departure = Departure {
            at: Timestamp::from_millis(row.at),
            token: TokenId(row.token),
            kind,
            target: row.target,
            target_name: row.target_name,
            group: row.group_id.map(GroupId),
            weight: row.weight.unsigned_abs(),
            before: row.before,
            batch: row.batch,
        };
        Ok((row.seq, departure))
    }
}

impl Connection<'_> {
    pub(super) async fn select_departures(
        &mut self,
        mut query: QueryBuilder<Db>,
        limit: u64,
    ) -> Result<Vec<(i64, Departure)>> {
        query.push(" AND undone IS NULL ORDER BY seq DESC LIMIT ").push_bind(bounded(limit));
        let rows: Vec<DepartureRow> = query.build_query_as().fetch_all(&mut *self.0).await.map_err(failed)?;
        rows.into_iter().map(TryFrom::try_from).collect()
    }

    /// Moves departures of a span into a batch, the most recent first, and updates the batch's size, first departure
    /// and tokens.
    pub(super) async fn move_departures(
        &mut self,
        span: &Span,
        condition: &'static str,
        targets: Option<&[Uuid]>,
        batch: Uuid,
    ) -> Result<u64> {
        let mut query = QueryBuilder::<Db>::new("UPDATE departures SET batch = ");
        query.push_bind(batch).push(" WHERE seq IN (SELECT seq FROM departures WHERE ");
        push_span(&mut query, span);
        query.push(condition).push(" AND (batch IS NULL OR batch <> ").push_bind(batch).push(")");
        if let Some(targets) = targets {
            query.push(" AND target IN ");
            push_ids(&mut query, targets);
        }
        query.push(" ORDER BY seq DESC LIMIT ").push_bind(bounded(MOVED)).push(") RETURNING kind, token, at");
        let rows: Vec<(String, Uuid, i64)> = query.build_query_as().fetch_all(&mut *self.0).await.map_err(failed)?;
        let corrupt = Error::Corrupt { table: "departures", column: "kind" };
        let kinds: Option<Vec<DepartureKind>> = rows.iter().map(|(kind, ..)| DepartureKind::parse(kind)).collect();
        let sizes = Sizes::of(kinds.ok_or(corrupt)?.into_iter());
        for token in rows.iter().map(|(_, token, _)| *token).collect::<BTreeSet<_>>() {
            let insert = sqlx::query!(
                "INSERT INTO batch_tokens (batch, token) VALUES ($1, $2) ON CONFLICT DO NOTHING",
                batch,
                token
            );
            insert.execute(&mut *self.0).await.map_err(failed)?;
        }
        let update = sqlx::query!(
            "UPDATE batches SET size = size + $2, people = people + $3, renames = renames + $4,
                opened = COALESCE((
                    SELECT MIN(at) FROM departures WHERE at >= $5 AND at <= $6 AND (batch IS NULL OR batch = $1)
                ), opened)
            WHERE id = $1",
            batch,
            bounded(sizes.all),
            bounded(sizes.people),
            bounded(sizes.renames),
            span.from.millis(),
            span.until.millis()
        );
        update.execute(&mut *self.0).await.map_err(failed)?;
        Ok(sizes.all)
    }

    /// A batch as a list shows it.
    pub(super) async fn summary(&mut self, row: BatchRow) -> Result<BatchSummary> {
        let losses = self.losses_of(row.id, "undone IS NULL AND batch = ").await?;
        let taken = if row.restored.is_some() { self.losses_of(row.id, "batch = ").await? } else { losses };
        let tokens = self.names_of_tokens(row.id).await?;
        Ok(BatchSummary { batch: row.try_into()?, tokens, losses, taken })
    }

    async fn losses_of(&mut self, batch: Uuid, of: &'static str) -> Result<Losses> {
        let mut query = QueryBuilder::<Db>::new(LOSSES);
        query.push(of).push_bind(batch);
        query.build_query_as().fetch_one(&mut *self.0).await.map(losses).map_err(failed)
    }

    async fn names_of_tokens(&mut self, batch: Uuid) -> Result<Vec<(TokenId, String)>> {
        let rows = sqlx::query!(
            r#"SELECT token, COALESCE(name, '') AS "name!" FROM batch_tokens LEFT JOIN tokens ON tokens.id = token
            WHERE batch = $1 ORDER BY name, token"#,
            batch
        );
        let rows = rows.fetch_all(&mut *self.0).await.map_err(failed)?;
        Ok(rows.into_iter().map(|row| (TokenId(row.token), row.name)).collect())
    }
}

/// Adds the condition that a departure belongs to a span.
pub(super) fn push_span(query: &mut QueryBuilder<Db>, span: &Span) {
    query.push("at >= ").push_bind(span.from.millis()).push(" AND at <= ").push_bind(span.until.millis());
    if let Some(token) = span.token {
        query.push(" AND token = ").push_bind(token.0);
    }
}

/// Adds the key by which a departure is found: its name, and for a person the first part of the user name, too. A
/// directory can change a display name unnoticed just before.
pub(super) fn push_key(row: &mut Separated<'_, Db, &'static str>, departure: &Departure) {
    row.push_bind(fold(&departure.target_name));
    match departure.kind {
        DepartureKind::Deactivated | DepartureKind::Deleted | DepartureKind::Renamed => {
            for table in ["users", "deleted_users"] {
                row.push_unseparated(" || COALESCE((SELECT '\n' || SUBSTR(user_name_key, 1, 256) FROM ");
                row.push_unseparated(table).push_unseparated(" WHERE id = ");
                row.push_bind_unseparated(departure.target).push_unseparated("), '')");
            }
        }
        // One call can remove a whole group, so this stores no more than necessary.
        DepartureKind::LeftGroup | DepartureKind::GroupDeleted | DepartureKind::GroupEmptied => {}
    }
}

/// Adds the condition that the departed user or group has a text in its name, or in the user name at that time or now,
/// if there is one.
pub(super) fn push_name(query: &mut QueryBuilder<Db>, name: &str) {
    if name.is_empty() {
        return;
    }
    let key = fold(name);
    query.push(" AND (");
    push_contains(query, "target_key", &key);
    for table in ["users", "deleted_users"] {
        query
            .push(" OR EXISTS (SELECT 1 FROM ")
            .push(table)
            .push(" AS person WHERE person.id = departures.target AND ");
        push_contains(query, "person.user_name_key", &key);
        query.push(")");
    }
    query.push(")");
}

/// The sums that make up [`Losses`].
pub(super) const LOSSES: &str = "SELECT COUNT(DISTINCT CASE WHEN kind IN ('deactivated', 'deleted') THEN target END),
    COUNT(DISTINCT CASE WHEN kind = 'renamed' THEN target END),
    COUNT(DISTINCT CASE WHEN kind = 'group_deleted' THEN target END),
    CAST(COALESCE(SUM(CASE WHEN kind IN ('left_group', 'group_deleted', 'group_emptied') THEN weight END), 0) AS BIGINT)
    FROM departures WHERE ";

pub(super) fn losses((people, renamed, groups, memberships): (i64, i64, i64, i64)) -> Losses {
    let [people, renamed, groups, memberships] = [people, renamed, groups, memberships].map(i64::unsigned_abs);
    Losses { people, renamed, groups, memberships }
}
