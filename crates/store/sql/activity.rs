//! The activity record.

use super::{Connection, ROWS, bounded, failed, page};
use crate::Db;
use async_trait::async_trait;
use domain::{
    Error, Result, Timestamp, TokenId,
    activity::{
        Call, CallKind, CallSummary, LATEST, Outcome, Record, RecordKey, RecordQuery, RecordRow, Request, Show, Subject,
    },
    audit::Action,
    store::Activity,
    tally::{TALLY_MILLIS, Tally},
};
use sqlx::QueryBuilder;
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};
use uuid::Uuid;

#[derive(sqlx::FromRow)]
struct Row {
    seq: i64,
    at: i64,
    token: Option<Uuid>,
    address: Option<String>,
    operation: String,
    subject: String,
    target: Option<Uuid>,
    outcome: String,
    detail: Option<String>,
    request: Option<String>,
    asked: Option<String>,
    agent: Option<String>,
    status: Option<i64>,
    reason: Option<String>,
    millis: Option<i64>,
    token_name: Option<String>,
    target_name: Option<String>,
}

const ROW: &str = "SELECT a.seq, a.at, a.token, a.address, a.operation, a.subject, a.target, a.outcome, a.detail,
        a.request, a.asked, a.agent, a.status, a.reason, a.millis, tokens.name AS token_name,
        COALESCE(users.display_name, users.user_name, groups.display_name, deleted_users.display_name,
            deleted_users.user_name, deleted_groups.display_name) AS target_name
    FROM activity AS a
    LEFT JOIN tokens ON tokens.id = a.token
    LEFT JOIN users ON users.id = a.target
    LEFT JOIN groups ON groups.id = a.target
    LEFT JOIN deleted_users ON deleted_users.id = a.target
    LEFT JOIN deleted_groups ON deleted_groups.id = a.target
    WHERE ";

const HOUR_MILLIS: i64 = 3_600_000;

/// The first event of each moment and target.
type Events = HashMap<(i64, Uuid), (i64, Action)>;

impl Row {
    /// The row for a page; a change and its event have the same moment and the same target.
    fn read(self, events: &Events) -> Result<RecordRow> {
        let row = self;
        let corrupt = |column| Error::Corrupt { table: "activity", column };
        let request = row.request.zip(row.asked).map(|(id, asked)| Arc::new(Request { id, asked, agent: row.agent }));
        let call = Call {
            at: Timestamp::from_millis(row.at),
            token: row.token.map(TokenId),
            address: row.address,
            request,
            operation: CallKind::parse(&row.operation).ok_or(corrupt("operation"))?,
            subject: Subject::parse(&row.subject).ok_or(corrupt("subject"))?,
            named: None,
            remark: None,
            written: None,
        };
        let status = row.status.map(|status| u16::try_from(status).map_err(|_| corrupt("status"))).transpose()?;
        let record = Record {
            call,
            target: row.target,
            outcome: Outcome::parse(&row.outcome).ok_or(corrupt("outcome"))?,
            status,
            reason: row.reason,
            millis: row.millis.map(i64::unsigned_abs),
            detail: row.detail,
        };
        let event =
            record.target.filter(|_| record.is_change()).and_then(|target| events.get(&(row.at, target)).copied());
        Ok(RecordRow { seq: row.seq, record, token_name: row.token_name, target_name: row.target_name, event })
    }
}

/// Adds the statement that reads a page. The conditions are those of the partial indexes.
pub(crate) fn push_page(sql: &mut QueryBuilder<Db>, query: &RecordQuery, before: Option<RecordKey>, limit: u64) {
    let before = before.unwrap_or(RecordKey { at: Timestamp::from_millis(i64::MAX), seq: i64::MAX });
    sql.push(ROW).push("(a.at, a.seq) < (").push_bind(before.at.millis());
    sql.push(", ").push_bind(before.seq).push(")");
    sql.push(match query.show {
        Show::All => "",
        Show::Changes => " AND a.operation IN ('create', 'change', 'delete') AND a.outcome = 'done'",
        Show::Unchanged => " AND a.outcome = 'unchanged'",
        Show::Refused => " AND a.outcome IN ('refused', 'failed')",
    });
    if let Some(token) = query.token {
        // NULLIF hides the token from the planner when an index of few calls is better: most of them have the same
        // token.
        sql.push(if query.show == Show::All { " AND a.token = " } else { " AND NULLIF(a.token, a.target) = " });
        sql.push_bind(token.0);
    }
    if let Some(target) = query.target {
        sql.push(" AND a.target = ").push_bind(target);
    }
    if let Some(until) = query.until {
        sql.push(" AND a.at < ").push_bind(until.millis());
    }
    sql.push(" ORDER BY a.at DESC, a.seq DESC");
    page::push_limit(sql, limit);
}

impl Connection<'_> {
    /// The events of these moments. A group may have a hundred thousand events, but a moment has few.
    async fn events_at(&mut self, rows: &[Row]) -> Result<Events> {
        let mut events = Events::new();
        if rows.is_empty() {
            return Ok(events);
        }
        let mut sql = QueryBuilder::<Db>::new("SELECT at, target, seq, action FROM audit_events WHERE at IN (");
        let mut moments = sql.separated(", ");
        for row in rows {
            moments.push_bind(row.at);
        }
        sql.push(") ORDER BY seq");
        let found: Vec<(i64, Option<Uuid>, i64, String)> =
            sql.build_query_as().fetch_all(&mut *self.0).await.map_err(failed)?;
        for (at, target, seq, action) in found {
            if let (Some(target), Some(action)) = (target, Action::parse(&action)) {
                events.entry((at, target)).or_insert((seq, action));
            }
        }
        Ok(events)
    }
}

#[async_trait]
impl Activity for Connection<'_> {
    async fn append_records(&mut self, records: &[Record]) -> Result<()> {
        for part in records.chunks(ROWS) {
            let mut query = QueryBuilder::<Db>::new(
                "INSERT INTO activity (at, token, address, operation, subject, target, outcome, detail, request, asked, agent,
                    status, reason, millis, attributes, digest) ",
            );
            query.push_values(part, |mut row, record| {
                let call = &record.call;
                row.push_bind(call.at.millis()).push_bind(call.token.map(|id| id.0));
                row.push_bind(call.address.clone()).push_bind(call.operation.as_str());
                row.push_bind(call.subject.as_str()).push_bind(record.target);
                row.push_bind(record.outcome.as_str()).push_bind(record.detail.clone());
                let request = call.request.as_deref();
                row.push_bind(request.map(|request| request.id.clone()));
                row.push_bind(request.map(|request| request.asked.clone()));
                row.push_bind(request.and_then(|request| request.agent.clone()));
                row.push_bind(record.status.map(i64::from)).push_bind(record.reason.clone());
                row.push_bind(record.millis.map(bounded));
                let written = call.written.as_deref();
                row.push_bind(written.map(|written| written.attributes.clone()));
                row.push_bind(written.map(|written| written.digest));
            });
            query.build().execute(&mut *self.0).await.map_err(failed)?;
        }
        Ok(())
    }

    async fn summarise_records(&mut self, since: Timestamp, now: Timestamp) -> Result<CallSummary> {
        // What has a tally need not be counted.
        let counted = sqlx::query!(
            r#"SELECT CAST(COALESCE(SUM(calls), 0) AS BIGINT) AS "calls!: i64",
                CAST(COALESCE(SUM(refused), 0) AS BIGINT) AS "refused!: i64",
                CAST(COALESCE(SUM(strangers), 0) AS BIGINT) AS "strangers!: i64",
                (SELECT MAX(start) FROM tallies WHERE start <= $2) AS "last: i64"
            FROM tallies WHERE start >= $1 AND start <= $2"#,
            since.millis(),
            now.millis()
        );
        let counted = counted.fetch_one(&mut *self.0).await.map_err(failed)?;
        let uncounted = counted.last.map_or(since.millis(), |start| since.millis().max(start + TALLY_MILLIS));
        let row = sqlx::query!(
            r#"SELECT COUNT(token) AS "calls!: i64",
                COUNT(token) FILTER (WHERE outcome IN ('refused', 'failed')) AS "refused!: i64",
                COUNT(*) - COUNT(token) AS "strangers!: i64",
                (SELECT MAX(at) FROM activity WHERE token IS NULL AND at >= $2) AS "last_stranger: i64",
                (SELECT MAX(at) FROM activity WHERE token IS NOT NULL) AS "last_call: i64",
                (SELECT MIN(at) FROM activity WHERE operation = 'look_up' AND outcome = 'empty')
                    AS "first_test: i64",
                (SELECT MIN(at) FROM activity WHERE operation = 'create' AND subject = 'user' AND outcome = 'done')
                    AS "first_user: i64"
            FROM activity WHERE at >= $1"#,
            uncounted,
            since.millis()
        );
        let row = row.fetch_one(&mut *self.0).await.map_err(failed)?;
        let latest = sqlx::query!(
            r#"SELECT COUNT(*) AS "calls!: i64",
                COUNT(*) FILTER (WHERE outcome IN ('refused', 'failed')) AS "refused!: i64"
            FROM (SELECT outcome FROM activity WHERE token IS NOT NULL AND at >= $1 ORDER BY at DESC LIMIT $2) AS latest"#,
            since.millis(),
            bounded(LATEST)
        );
        let latest = latest.fetch_one(&mut *self.0).await.map_err(failed)?;
        Ok(CallSummary {
            last_call: row.last_call.map(Timestamp::from_millis),
            first_test: row.first_test.map(Timestamp::from_millis),
            first_user: row.first_user.map(Timestamp::from_millis),
            calls: (counted.calls + row.calls).unsigned_abs(),
            refused: (counted.refused + row.refused).unsigned_abs(),
            strangers: (counted.strangers + row.strangers).unsigned_abs(),
            last_stranger: row.last_stranger.map(Timestamp::from_millis),
            latest: latest.calls.unsigned_abs(),
            latest_refused: latest.refused.unsigned_abs(),
        })
    }

    async fn find_records(
        &mut self,
        query: &RecordQuery,
        before: Option<RecordKey>,
        limit: u64,
    ) -> Result<Vec<RecordRow>> {
        let mut sql = QueryBuilder::<Db>::new("");
        push_page(&mut sql, query, before, limit);
        let rows: Vec<Row> = sql.build_query_as().fetch_all(&mut *self.0).await.map_err(failed)?;
        let events = self.events_at(&rows).await?;
        rows.into_iter().map(|row| row.read(&events)).collect()
    }

    async fn record(&mut self, seq: i64) -> Result<Option<RecordRow>> {
        let mut sql = QueryBuilder::<Db>::new(ROW);
        sql.push("a.seq = ").push_bind(seq);
        let row: Option<Row> = sql.build_query_as().fetch_optional(&mut *self.0).await.map_err(failed)?;
        let events = self.events_at(row.as_slice()).await?;
        row.map(|row| row.read(&events)).transpose()
    }

    async fn delete_records_before(&mut self, moment: Timestamp, limit: u64) -> Result<u64> {
        let delete = sqlx::query!(
            "DELETE FROM activity WHERE seq IN (SELECT seq FROM activity WHERE at < $1
                AND at <> COALESCE((SELECT MAX(at) FROM activity WHERE token IS NOT NULL), -1)
                AND at <> COALESCE(
                    (SELECT MIN(at) FROM activity WHERE operation = 'look_up' AND outcome = 'empty'), -1)
                AND at <> COALESCE(
                    (SELECT MIN(at) FROM activity
                    WHERE operation = 'create' AND subject = 'user' AND outcome = 'done'), -1)
                ORDER BY at LIMIT $2)",
            moment.millis(),
            bounded(limit)
        );
        Ok(delete.execute(&mut *self.0).await.map_err(failed)?.rows_affected())
    }

    async fn count_by_hour(&mut self, from: Timestamp, until: Timestamp) -> Result<Vec<(Timestamp, Tally)>> {
        if from >= until {
            return Ok(Vec::new());
        }
        let mut hours: BTreeMap<i64, Tally> = BTreeMap::new();
        let calls = sqlx::query!(
            r#"SELECT at / $3 AS "hour!: i64", COUNT(token) AS "calls!: i64",
                COUNT(token) FILTER (WHERE outcome IN ('refused', 'failed')) AS "refused!: i64",
                COUNT(*) - COUNT(token) AS "strangers!: i64"
            FROM activity WHERE at >= $1 AND at < $2 GROUP BY 1"#,
            from.millis(),
            until.millis(),
            HOUR_MILLIS
        );
        for row in calls.fetch_all(&mut *self.0).await.map_err(failed)? {
            *hours.entry(row.hour).or_default() += Tally {
                calls: row.calls.unsigned_abs(),
                refused: row.refused.unsigned_abs(),
                strangers: row.strangers.unsigned_abs(),
                ..Tally::default()
            };
        }
        let events = sqlx::query!(
            r#"SELECT at / $3 AS "hour!: i64", action, COUNT(*) AS "events!: i64"
            FROM audit_events WHERE at >= $1 AND at < $2 GROUP BY 1, action"#,
            from.millis(),
            until.millis(),
            HOUR_MILLIS
        );
        for row in events.fetch_all(&mut *self.0).await.map_err(failed)? {
            if let Some(action) = Action::parse(&row.action) {
                hours.entry(row.hour).or_default().add_events(action, row.events.unsigned_abs());
            }
        }
        let happened = hours.into_iter().filter(|(_, tally)| *tally != Tally::default());
        Ok(happened.map(|(hour, tally)| (Timestamp::from_millis(hour * HOUR_MILLIS), tally)).collect())
    }

    async fn next_happening(&mut self, from: Timestamp) -> Result<Option<Timestamp>> {
        let next = sqlx::query_scalar!(
            r#"SELECT MIN(at) AS "at: i64" FROM (
                SELECT MIN(at) AS at FROM activity WHERE at >= $1
                UNION ALL SELECT MIN(at) FROM audit_events WHERE at >= $1
            ) AS first"#,
            from.millis()
        );
        Ok(next.fetch_one(&mut *self.0).await.map_err(failed)?.map(Timestamp::from_millis))
    }

    async fn insert_tally(&mut self, start: Timestamp, tally: &Tally) -> Result<bool> {
        let insert = sqlx::query!(
            "INSERT INTO tallies (start, calls, refused, strangers, joined, departed, changed, roles)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (start) DO NOTHING",
            start.millis(),
            bounded(tally.calls),
            bounded(tally.refused),
            bounded(tally.strangers),
            bounded(tally.joined),
            bounded(tally.departed),
            bounded(tally.changed),
            bounded(tally.roles)
        );
        Ok(insert.execute(&mut *self.0).await.map_err(failed)?.rows_affected() > 0)
    }

    async fn last_tally(&mut self, by: Timestamp) -> Result<Option<Timestamp>> {
        let last =
            sqlx::query_scalar!(r#"SELECT MAX(start) AS "start: i64" FROM tallies WHERE start <= $1"#, by.millis());
        Ok(last.fetch_one(&mut *self.0).await.map_err(failed)?.map(Timestamp::from_millis))
    }

    async fn tallies_by_hour(&mut self, from: Timestamp, until: Timestamp) -> Result<Vec<(Timestamp, Tally)>> {
        let rows = sqlx::query!(
            r#"SELECT start / $3 AS "hour!: i64", CAST(SUM(calls) AS BIGINT) AS "calls!: i64",
                CAST(SUM(refused) AS BIGINT) AS "refused!: i64", CAST(SUM(strangers) AS BIGINT) AS "strangers!: i64",
                CAST(SUM(joined) AS BIGINT) AS "joined!: i64", CAST(SUM(departed) AS BIGINT) AS "departed!: i64",
                CAST(SUM(changed) AS BIGINT) AS "changed!: i64", CAST(SUM(roles) AS BIGINT) AS "roles!: i64"
            FROM tallies WHERE start >= $1 AND start < $2 GROUP BY 1 ORDER BY 1"#,
            from.millis(),
            until.millis(),
            HOUR_MILLIS
        );
        let rows = rows.fetch_all(&mut *self.0).await.map_err(failed)?;
        let rows = rows.into_iter().map(|row| {
            let tally = Tally {
                calls: row.calls.unsigned_abs(),
                refused: row.refused.unsigned_abs(),
                strangers: row.strangers.unsigned_abs(),
                joined: row.joined.unsigned_abs(),
                departed: row.departed.unsigned_abs(),
                changed: row.changed.unsigned_abs(),
                roles: row.roles.unsigned_abs(),
            };
            (Timestamp::from_millis(row.hour * HOUR_MILLIS), tally)
        });
        Ok(rows.collect())
    }

    async fn delete_tallies_before(&mut self, moment: Timestamp) -> Result<()> {
        let delete = sqlx::query!("DELETE FROM tallies WHERE start < $1", moment.millis());
        delete.execute(&mut *self.0).await.map_err(failed)?;
        Ok(())
    }

    async fn delete_tallies_after(&mut self, moment: Timestamp) -> Result<()> {
        let delete = sqlx::query!("DELETE FROM tallies WHERE start > $1", moment.millis());
        delete.execute(&mut *self.0).await.map_err(failed)?;
        Ok(())
    }
}
