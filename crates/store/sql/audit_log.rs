//! The audit log as people read it.

use super::{Connection, audit::EventRow, bounded, failed, page};
use crate::Db;
use async_trait::async_trait;
use domain::{
    Error, Result,
    audit::{Action, EventDetail, EventQuery, EventSummary, MOST},
    store::AuditLog,
};
use sqlx::QueryBuilder;

/// The longest `before` or `after` that a list holds, in bytes.
const LISTED: i64 = 4 * 1024;

#[derive(sqlx::FromRow)]
struct MeasuredRow {
    #[sqlx(flatten)]
    event: EventRow,
    bytes: i64,
}

const COLUMNS: &str =
    "seq, at, actor_kind, actor_id, actor_name, address, action, target, target_name, reason, previous,
    hash, CAST(COALESCE(octet_length(before), 0) + COALESCE(octet_length(after), 0) AS BIGINT) AS bytes, ";

impl TryFrom<MeasuredRow> for EventSummary {
    type Error = Error;

    fn try_from(row: MeasuredRow) -> Result<Self> {
        let length = |text: &Option<String>| text.as_ref().map_or(0, String::len);
        let here = length(&row.event.before) + length(&row.event.after);
        Ok(Self { is_whole: i64::try_from(here) == Ok(row.bytes), entry: row.event.try_into()? })
    }
}

/// The events that a query finds, as a list of numbers. Each action is looked up on its own: an index has its events in
/// order, so no more are read than the page has rows.
fn push_numbers(sql: &mut QueryBuilder<Db>, query: &EventQuery, before: i64, limit: u64) {
    if query.actions.is_empty() || query.target.is_some() {
        return push_part(sql, query, &query.actions, before, limit);
    }
    for (at, action) in query.actions.iter().enumerate() {
        sql.push(if at == 0 { "SELECT seq FROM (" } else { " UNION ALL SELECT seq FROM (" });
        push_part(sql, query, &[*action], before, limit);
        sql.push(") AS part");
    }
}

fn push_part(sql: &mut QueryBuilder<Db>, query: &EventQuery, actions: &[Action], before: i64, limit: u64) {
    sql.push("SELECT seq FROM audit_events WHERE seq < ").push_bind(before);
    match actions {
        [] => {}
        [action] => {
            sql.push(" AND action = ").push_bind(action.as_str());
        }
        actions => {
            let mut list = sql.push(" AND action IN (").separated(", ");
            for action in actions {
                list.push_bind(action.as_str());
            }
            sql.push(")");
        }
    }
    if let Some(target) = query.target {
        sql.push(" AND target = ").push_bind(target);
    }
    if let Some(since) = query.since {
        sql.push(" AND at >= ").push_bind(since.millis());
    }
    if let Some(until) = query.until {
        sql.push(" AND at < ").push_bind(until.millis());
    }
    sql.push(" ORDER BY seq DESC");
    page::push_limit(sql, limit);
}

/// Adds the statement that reads a page of events.
pub(crate) fn push_page(sql: &mut QueryBuilder<Db>, query: &EventQuery, before: Option<i64>, limit: u64) {
    sql.push("SELECT ").push(COLUMNS);
    for (column, separator) in [("before", ", "), ("after", "")] {
        sql.push("CASE WHEN octet_length(").push(column).push(") <= ").push_bind(LISTED);
        sql.push(" THEN ").push(column).push(" END AS ").push(column).push(separator);
    }
    sql.push(" FROM audit_events WHERE seq IN (SELECT seq FROM (");
    push_numbers(sql, query, before.unwrap_or(i64::MAX), limit);
    sql.push(") AS found) ORDER BY seq DESC");
    page::push_limit(sql, limit);
}

#[async_trait]
impl AuditLog for Connection<'_> {
    async fn find_events(&mut self, query: &EventQuery, before: Option<i64>, limit: u64) -> Result<Vec<EventSummary>> {
        let mut sql = QueryBuilder::<Db>::new("");
        push_page(&mut sql, query, before, limit);
        let rows: Vec<MeasuredRow> = sql.build_query_as().fetch_all(&mut *self.0).await.map_err(failed)?;
        rows.into_iter().map(EventSummary::try_from).collect()
    }

    async fn event(&mut self, seq: i64) -> Result<Option<EventDetail>> {
        let most = i64::try_from(MOST).unwrap_or(i64::MAX);
        let mut sql = QueryBuilder::<Db>::new("SELECT ");
        sql.push(COLUMNS);
        sql.push("substr(before, 1, CAST(").push_bind(most).push(" AS INTEGER)) AS before, ");
        sql.push("substr(after, 1, CAST(").push_bind(most).push(" AS INTEGER)) AS after ");
        sql.push("FROM audit_events WHERE seq = ").push_bind(seq);
        let row: Option<MeasuredRow> = sql.build_query_as().fetch_optional(&mut *self.0).await.map_err(failed)?;
        let detail =
            |row: MeasuredRow| Ok(EventDetail { bytes: row.bytes.unsigned_abs(), entry: row.event.try_into()? });
        row.map(detail).transpose()
    }

    async fn events_within(&mut self, seq: i64, limit: u64, bytes: u64) -> Result<u64> {
        let count = sqlx::query_scalar!(
            r#"SELECT COUNT(*) AS "count!: i64" FROM (
                SELECT SUM(bytes) OVER (ORDER BY seq) - bytes AS earlier, bytes FROM (
                    SELECT seq, COALESCE(octet_length(before), 0) + COALESCE(octet_length(after), 0) AS bytes
                    FROM audit_events WHERE seq > $1 ORDER BY seq LIMIT $2
                ) AS part
            ) AS summed WHERE earlier = 0 OR earlier + bytes <= $3"#,
            seq,
            bounded(limit),
            bounded(bytes)
        );
        Ok(count.fetch_one(&mut *self.0).await.map_err(failed)?.unsigned_abs())
    }
}
