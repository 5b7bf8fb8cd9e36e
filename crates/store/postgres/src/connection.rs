/// The database of this crate.
pub(crate) type Db = sqlx::Postgres;

/// A connection as the units of work see it.
pub(crate) struct Connection<'c>(pub(crate) &'c mut sqlx::PgConnection);
