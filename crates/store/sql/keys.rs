//! The keys of users: folded values for look-ups.

use super::{Connection, bounded, failed, indexed};
use crate::Db;
use async_trait::async_trait;
use domain::{
    Result, UserId, fold,
    query::UserValue,
    store::{self, Outdated},
    user::{Email, Profile},
};
use futures_util::TryStreamExt;
use sqlx::QueryBuilder;
use uuid::Uuid;

/// How keys are made now. A change of that needs a new number here, and a migration whose indexes find the rows of
/// older versions.
macro_rules! version {
    () => {
        1
    };
}

/// The version of keys that are made now.
pub(super) const VERSION: i64 = version!();

/// How many kinds of values have keys in each version, the first of which is 1. What is here never changes: users with
/// keys of that version have values of so many kinds.
const KINDS: [usize; version!()] = [9];

const _: () = assert!(
    KINDS[version!() - 1] == UserValue::ALL.len(),
    "a new `UserValue` needs a new version of the keys and a migration, or users who are there are not found by it: \
     see docs/recipes.md, An attribute to filter and sort by"
);

/// Whether the keys of a row are out of date, in the same words as the condition of the indexes.
pub(super) const OUTDATED: &str = concat!("keys_version < ", version!());

/// The version of the keys of a profile; 0 if some are not known.
pub(super) fn version(profile: &Profile) -> i64 {
    if profile.values.is_some() { VERSION } else { 0 }
}

/// The folded values for look-ups.
pub(super) struct Keys {
    pub(super) user_name: String,
    pub(super) display_name: Option<String>,
    pub(super) given_name: Option<String>,
    pub(super) family_name: Option<String>,
    pub(super) employee_number: Option<String>,
}

impl Keys {
    /// Folds the values; refuses those that are too long for an index, e-mail addresses included, before anything is
    /// written.
    pub(super) fn of(profile: &Profile) -> Result<Self> {
        let key = |value: &Option<String>| value.as_deref().map(fold);
        let keys = Self {
            user_name: fold(&profile.user_name),
            display_name: key(&profile.display_name),
            given_name: key(&profile.given_name),
            family_name: key(&profile.family_name),
            employee_number: key(&profile.employee_number),
        };
        let own = [&keys.display_name, &keys.employee_number, &profile.external_id, &profile.manager];
        indexed(own.map(Option::as_deref).into_iter().chain([Some(keys.user_name.as_str())]))?;
        for email in &profile.emails {
            indexed([Some(fold(&email.value).as_str())])?;
        }
        Ok(keys)
    }
}

/// A user and the sources of its keys.
#[derive(sqlx::FromRow)]
struct OutdatedRow {
    id: Uuid,
    version: i64,
    user_name: String,
    display_name: Option<String>,
    given_name: Option<String>,
    family_name: Option<String>,
    employee_number: Option<String>,
    document: String,
}

impl OutdatedRow {
    fn outdated(self, is_deleted: bool) -> Outdated {
        let key = |value: Option<String>| value.as_deref().map(fold);
        Outdated {
            id: UserId(self.id),
            is_deleted,
            version: self.version,
            user_name: fold(&self.user_name),
            others: [self.display_name, self.given_name, self.family_name, self.employee_number].map(key),
            document: self.document,
        }
    }
}

/// The tables of present users, or of those who can be restored.
struct Tables {
    users: &'static str,
    emails: &'static str,
    values: &'static str,
}

impl Tables {
    fn of(is_deleted: bool) -> Self {
        match is_deleted {
            false => Self { users: "users", emails: "user_emails", values: "user_values" },
            true => Self { users: "deleted_users", emails: "deleted_user_emails", values: "deleted_user_values" },
        }
    }
}

#[async_trait]
impl store::Keys for Connection<'_> {
    async fn has_outdated(&mut self) -> Result<bool> {
        let mut query = QueryBuilder::<Db>::new("SELECT id FROM users WHERE ");
        query.push(OUTDATED).push(" ORDER BY id LIMIT 1");
        let found: Option<Uuid> = query.build_query_scalar().fetch_optional(&mut *self.0).await.map_err(failed)?;
        Ok(found.is_some())
    }

    async fn outdated(&mut self, limit: u64, bytes: u64) -> Result<Vec<Outdated>> {
        let (mut found, mut weight) = (Vec::new(), 0);
        for is_deleted in [false, true] {
            let mut query = QueryBuilder::<Db>::new(
                "SELECT id, version, user_name, display_name, given_name, family_name, employee_number, document FROM ",
            );
            query.push(Tables::of(is_deleted).users).push(" WHERE ").push(OUTDATED);
            query.push(" ORDER BY id LIMIT ").push_bind(bounded(limit.saturating_sub(found.len() as u64)));
            let mut rows = query.build_query_as::<OutdatedRow>().fetch(&mut *self.0);
            while let Some(row) = rows.try_next().await.map_err(failed)? {
                weight += row.document.len() as u64;
                if !found.is_empty() && weight > bytes {
                    return Ok(found);
                }
                found.push(row.outdated(is_deleted));
            }
        }
        Ok(found)
    }

    async fn renew_keys(&mut self, of: &Outdated, emails: &[Email], values: &[(UserValue, String)]) -> Result<()> {
        let tables = Tables::of(of.is_deleted);
        if self.renew_columns(&tables, of).await? == 0 {
            return Ok(());
        }
        self.delete_of(tables.emails, of.id.0).await?;
        self.insert_emails(tables.emails, of.id, emails).await?;
        self.delete_of(tables.values, of.id.0).await?;
        self.insert_values(tables.values, of.id, values).await?;
        if of.is_deleted { Ok(()) } else { self.renew_search_text(of.id).await }
    }
}

impl Connection<'_> {
    /// Writes the keys in a user's own row, unless the user has changed. A user name keeps its old key if another user
    /// has the new one.
    async fn renew_columns(&mut self, tables: &Tables, of: &Outdated) -> Result<u64> {
        let mut query = QueryBuilder::<Db>::new("UPDATE ");
        query.push(tables.users).push(" SET keys_version = ").push_bind(VERSION);
        let columns = ["display_name_key", "given_name_key", "family_name_key", "employee_number_key"];
        for (column, key) in columns.into_iter().zip(&of.others) {
            query.push(", ").push(column).push(" = ").push_bind(key.clone());
        }
        query.push(", user_name_key = ");
        if of.is_deleted {
            query.push_bind(of.user_name.clone());
        } else {
            query.push("CASE WHEN EXISTS (SELECT 1 FROM users AS others WHERE others.user_name_key = ");
            query.push_bind(of.user_name.clone()).push(" AND others.id <> ").push_bind(of.id.0);
            query.push(") THEN user_name_key ELSE ").push_bind(of.user_name.clone()).push(" END");
        }
        query.push(" WHERE id = ").push_bind(of.id.0).push(" AND version = ").push_bind(of.version);
        query.push(" AND ").push(OUTDATED);
        let done = query.build().execute(&mut *self.0).await.map_err(failed)?;
        Ok(done.rows_affected())
    }

    async fn delete_of(&mut self, table: &'static str, user: Uuid) -> Result<()> {
        let mut query = QueryBuilder::<Db>::new("DELETE FROM ");
        query.push(table).push(" WHERE user_id = ").push_bind(user);
        query.build().execute(&mut *self.0).await.map_err(failed)?;
        Ok(())
    }
}
