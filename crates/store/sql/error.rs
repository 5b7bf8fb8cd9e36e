use super::dialect;
use domain::{Conflict, Error};
use sqlx::migrate::MigrateError;
use std::fmt;

/// A database's error as the cause of [`Error::Unavailable`]; its text includes the text of its own sources.
#[derive(Debug)]
pub(crate) struct Cause(pub(crate) sqlx::Error);

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Cause {}

/// The database error inside an error, if there is one.
pub(crate) fn cause(error: &Error) -> Option<&sqlx::Error> {
    let Error::Unavailable(source) = error else { return None };
    source.downcast_ref().map(|Cause(error)| error)
}

/// The reason to run a unit again that would have waited for locks out of their order.
#[derive(Debug)]
pub(crate) struct OutOfOrder;

impl fmt::Display for OutOfOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("memberships changed too often while a member was to be deleted")
    }
}

impl std::error::Error for OutOfOrder {}

/// What a database's error means for the rules. A taken value is recognised by its unique index.
pub(crate) fn failed(error: sqlx::Error) -> Error {
    let index = error.as_database_error().and_then(dialect::taken);
    match index.as_deref() {
        Some("users_user_name_key") => Error::Conflict(Conflict::UserName),
        Some("groups_display_name_key") => Error::Conflict(Conflict::GroupName),
        Some("break_glass_accounts_name_key") => Error::Conflict(Conflict::BreakGlassName),
        _ => Error::Unavailable(Box::new(Cause(error))),
    }
}

/// Why the tables were not brought up to date.
pub(crate) fn not_migrated(error: MigrateError) -> Error {
    match error {
        MigrateError::VersionMissing(_) => Error::Invalid(
            "A newer version of Postern has written this database. Start that version, or restore an older backup.",
        ),
        other => Error::Unavailable(format!("cannot bring the tables up to date: {other}").into()),
    }
}
