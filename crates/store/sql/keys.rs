//! The keys of users: what is looked up, folded.

use super::{Connection, bounded, dialect, emails, failed, indexed};
use crate::Db;
use async_trait::async_trait;
use domain::{
    Result, UserId, fold,
    query::UserValue,
    store::{self, Outdated},
    user::{Email, Profile},
};
use sqlx::QueryBuilder;
use uuid::Uuid;

/// How keys are made now. Whoever changes that adds one here, and a migration whose indexes find the rows of older versions.
pub(super) const VERSION: i64 = 1;

/// Whether the keys of a row are out of date, spelled like the condition of the indexes.
const OUTDATED: &str = "keys_version < 1";

/// The version of the keys of a profile; 0 where some are not known.
pub(super) fn version(profile: &Profile) -> i64 {
    if profile.values.is_some() { VERSION } else { 0 }
}

/// The folded forms of what is looked up.
pub(super) struct Keys {
    pub(super) user_name: String,
    pub(super) display_name: Option<String>,
    pub(super) given_name: Option<String>,
    pub(super) family_name: Option<String>,
    pub(super) employee_number: Option<String>,
}

impl Keys {
    /// Folds; refuses what no index can hold, the e-mail addresses included, before anything is written.
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

#[derive(sqlx::FromRow)]
struct OutdatedRow {
    id: Uuid,
    version: i64,
    document: String,
}

/// The columns of which keys are made.
#[derive(sqlx::FromRow)]
struct Named {
    user_name: String,
    display_name: Option<String>,
    given_name: Option<String>,
    family_name: Option<String>,
    employee_number: Option<String>,
    emails: String,
}

/// The tables of those who are there, or of those who can be restored.
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
        let mut query = QueryBuilder::<Db>::new("SELECT EXISTS (SELECT 1 FROM users WHERE ");
        query.push(OUTDATED).push(")");
        query.build_query_scalar().fetch_one(&mut *self.0).await.map_err(failed)
    }

    async fn outdated(&mut self, limit: u64, bytes: u64) -> Result<Vec<Outdated>> {
        let (mut found, mut weight) = (Vec::new(), 0);
        for is_deleted in [false, true] {
            let mut query = QueryBuilder::<Db>::new("SELECT id, version, document FROM ");
            query.push(Tables::of(is_deleted).users).push(" WHERE ").push(OUTDATED);
            query.push(" LIMIT ").push_bind(bounded(limit.saturating_sub(found.len() as u64)));
            let rows: Vec<OutdatedRow> = query.build_query_as().fetch_all(&mut *self.0).await.map_err(failed)?;
            for OutdatedRow { id, version, document } in rows {
                weight += document.len() as u64;
                if !found.is_empty() && weight > bytes {
                    return Ok(found);
                }
                found.push(Outdated { id: UserId(id), is_deleted, version, document });
            }
        }
        Ok(found)
    }

    async fn renew_keys(&mut self, of: &Outdated, emails: &[Email], values: &[(UserValue, String)]) -> Result<()> {
        let tables = Tables::of(of.is_deleted);
        let mut query = QueryBuilder::<Db>::new("UPDATE ");
        query.push(tables.users).push(" SET keys_version = ").push_bind(VERSION);
        query.push(" WHERE id = ").push_bind(of.id.0).push(" AND version = ").push_bind(of.version);
        query.push(" AND ").push(OUTDATED);
        query.push(" RETURNING user_name, display_name, given_name, family_name, employee_number, ");
        query.push(if of.is_deleted { dialect::DELETED_EMAILS } else { dialect::EMAILS });
        let row: Option<Named> = query.build_query_as().fetch_optional(&mut *self.0).await.map_err(failed)?;
        let Some(row) = row else { return Ok(()) };
        self.renew_columns(&tables, of.id.0, &row).await?;
        if emails::from_json(&row.emails)? != emails {
            self.delete_of(tables.emails, of.id.0).await?;
            self.insert_emails(tables.emails, of.id, emails).await?;
        }
        self.delete_of(tables.values, of.id.0).await?;
        self.insert_values(tables.values, of.id, values).await
    }
}

impl Connection<'_> {
    /// A user name whose new key another user has keeps the old one.
    async fn renew_columns(&mut self, tables: &Tables, id: Uuid, row: &Named) -> Result<()> {
        let key = |value: &Option<String>| value.as_deref().map(fold);
        let mut query = QueryBuilder::<Db>::new("UPDATE ");
        query.push(tables.users).push(" SET display_name_key = ").push_bind(key(&row.display_name));
        query.push(", given_name_key = ").push_bind(key(&row.given_name));
        query.push(", family_name_key = ").push_bind(key(&row.family_name));
        query.push(", employee_number_key = ").push_bind(key(&row.employee_number));
        query.push(", user_name_key = CASE WHEN EXISTS (SELECT 1 FROM ").push(tables.users);
        query.push(" AS others WHERE others.user_name_key = ").push_bind(fold(&row.user_name));
        query.push(" AND others.id <> ").push_bind(id).push(") THEN user_name_key ELSE ");
        query.push_bind(fold(&row.user_name)).push(" END WHERE id = ").push_bind(id);
        query.build().execute(&mut *self.0).await.map_err(failed)?;
        Ok(())
    }

    async fn delete_of(&mut self, table: &'static str, user: Uuid) -> Result<()> {
        let mut query = QueryBuilder::<Db>::new("DELETE FROM ");
        query.push(table).push(" WHERE user_id = ").push_bind(user);
        query.build().execute(&mut *self.0).await.map_err(failed)?;
        Ok(())
    }
}
