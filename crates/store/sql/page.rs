use super::bounded;
use crate::Db;
use domain::page::Place;
use sqlx::QueryBuilder;

/// Ends a statement so that it reads a page of a table with the columns `changed` and `id`. It must have a WHERE.
///
/// The page before a row is read backwards, away from that row: [`shown`] reverses it.
pub(super) fn push(query: &mut QueryBuilder<Db>, place: Place, limit: u64) {
    let (key, past, order) = match place {
        Place::Start => (None, "", " ORDER BY changed DESC, id DESC"),
        Place::After(key) => (Some(key), " AND (changed, id) < (", " ORDER BY changed DESC, id DESC"),
        Place::Before(key) => (Some(key), " AND (changed, id) > (", " ORDER BY changed, id"),
    };
    if let Some(key) = key {
        query.push(past).push_bind(key.changed.millis());
        query.push(", ").push_bind(key.id).push(")");
    }
    query.push(order);
    push_limit(query, limit);
}

/// Limits the rows. The cast hides the number from SQLite's planner, which would otherwise plan the statement again
/// each time it is run.
pub(super) fn push_limit(query: &mut QueryBuilder<Db>, limit: u64) {
    query.push(" LIMIT CAST(").push_bind(bounded(limit)).push(" AS BIGINT)");
}

/// The rows of a page in the order in which they are shown.
pub(super) fn shown<T, K>(mut rows: Vec<T>, place: Place<K>) -> Vec<T> {
    if matches!(place, Place::Before(_)) {
        rows.reverse();
    }
    rows
}
