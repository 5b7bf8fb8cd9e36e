use super::{Connection, bounded, dialect, failed, system::SettingsRow};
use async_trait::async_trait;
use domain::{
    Error, Result, Timestamp, TokenId, UserId,
    audit::Action,
    settings::Settings,
    store::Tokens,
    token::{AlertCount, Budget, ClientProfile, Networks, SeenNetwork, Token},
};
use uuid::Uuid;

struct TokenRow {
    id: Uuid,
    key: String,
    hash: Vec<u8>,
    last_four: String,
    name: String,
    created: i64,
    last_used: Option<i64>,
    revoked: Option<i64>,
    expires: Option<i64>,
    paused: Option<i64>,
    replaces: Option<Uuid>,
    networks: Option<String>,
    networks_enforced: bool,
    profile: Option<String>,
    profile_set: bool,
    user_id: Option<Uuid>,
    budget_mib: i64,
    budget_refusals: i64,
    late_use: Option<i64>,
}

impl TryFrom<TokenRow> for Token {
    type Error = Error;

    fn try_from(row: TokenRow) -> Result<Self> {
        let enforced = row.networks_enforced;
        let number = |number, column| u32::try_from(number).map_err(|_| Error::Corrupt { table: "tokens", column });
        let (mib, refusals) = (number(row.budget_mib, "budget_mib")?, number(row.budget_refusals, "budget_refusals")?);
        Ok(Self {
            id: TokenId(row.id),
            key: row.key,
            hash: row.hash.try_into().map_err(|_| Error::Corrupt { table: "tokens", column: "hash" })?,
            last_four: row.last_four,
            name: row.name,
            created: Timestamp::from_millis(row.created),
            last_used: row.last_used.map(Timestamp::from_millis),
            revoked: row.revoked.map(Timestamp::from_millis),
            expires: row.expires.map(Timestamp::from_millis),
            paused: row.paused.map(Timestamp::from_millis),
            replaces: row.replaces.map(TokenId),
            networks: row.networks.map(|list| Networks { list, enforced }),
            profile: row.profile.map(|text| read_profile(&text)).transpose()?,
            profile_set: row.profile_set,
            user: row.user_id.map(UserId),
            budget: Budget { mib, refusals },
            misuse_told: row.late_use.map(Timestamp::from_millis),
        })
    }
}

fn read_profile(text: &str) -> Result<ClientProfile> {
    ClientProfile::parse(text).ok_or(Error::Corrupt { table: "tokens", column: "profile" })
}

#[async_trait]
impl Tokens for Connection<'_> {
    async fn token_and_settings(&mut self, key: &str) -> Result<(Option<Token>, Settings)> {
        let row = sqlx::query!(
            r#"SELECT provisioning, provisioning_changed, guard_mode, guard_count, guard_percent, guard_cap, guard_minutes,
                audit_days, tokens.id AS "id?", key AS "key?", hash AS "hash?", last_four AS "last_four?",
                name AS "name?", created AS "created?", last_used, revoked, expires, paused, replaces, networks,
                networks_enforced AS "networks_enforced?", profile, profile_set AS "profile_set?", user_id,
                budget_mib AS "budget_mib?", budget_refusals AS "budget_refusals?", late_use
            FROM settings LEFT JOIN tokens ON key = $1 WHERE settings.id = 1"#,
            key
        );
        let row = row.fetch_one(&mut *self.0).await.map_err(failed)?;
        let settings = SettingsRow {
            provisioning: row.provisioning,
            provisioning_changed: row.provisioning_changed,
            guard_mode: row.guard_mode,
            guard_count: row.guard_count,
            guard_percent: row.guard_percent,
            guard_cap: row.guard_cap,
            guard_minutes: row.guard_minutes,
            audit_days: row.audit_days,
        };
        let needed = (row.id, row.key, row.hash, row.last_four, row.name, row.created);
        let budget = (row.budget_mib, row.budget_refusals);
        let token = match (needed, budget) {
            (
                (Some(id), Some(key), Some(hash), Some(last_four), Some(name), Some(created)),
                (Some(budget_mib), Some(budget_refusals)),
            ) => {
                let (last_used, revoked, expires, paused) = (row.last_used, row.revoked, row.expires, row.paused);
                let (replaces, networks, profile) = (row.replaces, row.networks, row.profile);
                let networks_enforced = row.networks_enforced.unwrap_or_default();
                let profile_set = row.profile_set.unwrap_or_default();
                let row = TokenRow {
                    id,
                    key,
                    hash,
                    last_four,
                    name,
                    created,
                    last_used,
                    revoked,
                    expires,
                    paused,
                    replaces,
                    networks,
                    networks_enforced,
                    profile,
                    profile_set,
                    user_id: row.user_id,
                    budget_mib,
                    budget_refusals,
                    late_use: row.late_use,
                };
                Some(row.try_into()?)
            }
            _ => None,
        };
        Ok((token, settings.try_into()?))
    }

    async fn token(&mut self, id: TokenId) -> Result<Option<Token>> {
        let row = sqlx::query_as!(
            TokenRow,
            "SELECT id, key, hash, last_four, name, created, last_used, revoked, expires, paused, replaces, networks,
                networks_enforced, profile, profile_set, user_id, budget_mib, budget_refusals, late_use
            FROM tokens WHERE id = $1",
            id.0
        );
        row.fetch_optional(&mut *self.0).await.map_err(failed)?.map(Token::try_from).transpose()
    }

    async fn lock_token(&mut self, id: TokenId) -> Result<Option<Token>> {
        let row = dialect::lock_as!(
            TokenRow,
            "SELECT id, key, hash, last_four, name, created, last_used, revoked, expires, paused, replaces, networks,
                networks_enforced, profile, profile_set, user_id, budget_mib, budget_refusals, late_use
            FROM tokens WHERE id = $1",
            id.0
        );
        row.fetch_optional(&mut *self.0).await.map_err(failed)?.map(Token::try_from).transpose()
    }

    async fn tokens(&mut self) -> Result<Vec<Token>> {
        let rows = sqlx::query_as!(
            TokenRow,
            "SELECT id, key, hash, last_four, name, created, last_used, revoked, expires, paused, replaces, networks,
                networks_enforced, profile, profile_set, user_id, budget_mib, budget_refusals, late_use
            FROM tokens ORDER BY created DESC, id DESC"
        );
        rows.fetch_all(&mut *self.0).await.map_err(failed)?.into_iter().map(Token::try_from).collect()
    }

    async fn insert_token(&mut self, token: &Token) -> Result<()> {
        let networks = token.networks.as_ref();
        let insert = sqlx::query!(
            "INSERT INTO tokens (id, key, hash, last_four, name, created, last_used, revoked, expires, paused, replaces,
                networks, networks_enforced, profile, profile_set, user_id, budget_mib, budget_refusals, late_use)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)",
            token.id.0,
            token.key,
            token.hash.as_slice(),
            token.last_four,
            token.name,
            token.created.millis(),
            token.last_used.map(Timestamp::millis),
            token.revoked.map(Timestamp::millis),
            token.expires.map(Timestamp::millis),
            token.paused.map(Timestamp::millis),
            token.replaces.map(|id| id.0),
            networks.map(|networks| networks.list.as_str()),
            networks.is_some_and(|networks| networks.enforced),
            token.profile.map(ClientProfile::as_str),
            token.profile_set,
            token.user.map(|id| id.0),
            i64::from(token.budget.mib),
            i64::from(token.budget.refusals),
            token.misuse_told.map(Timestamp::millis),
        );
        insert.execute(&mut *self.0).await.map_err(failed)?;
        Ok(())
    }

    async fn revoke_token(&mut self, id: TokenId, at: Timestamp) -> Result<()> {
        let update =
            sqlx::query!("UPDATE tokens SET revoked = $2 WHERE id = $1 AND revoked IS NULL", id.0, at.millis());
        update.execute(&mut *self.0).await.map_err(failed)?;
        Ok(())
    }

    async fn update_token(&mut self, token: &Token) -> Result<()> {
        let networks = token.networks.as_ref();
        let update = sqlx::query!(
            "UPDATE tokens SET expires = $2, paused = $3, networks = $4, networks_enforced = $5, profile = $6,
                profile_set = $7, budget_mib = $8, budget_refusals = $9
            WHERE id = $1",
            token.id.0,
            token.expires.map(Timestamp::millis),
            token.paused.map(Timestamp::millis),
            networks.map(|networks| networks.list.as_str()),
            networks.is_some_and(|networks| networks.enforced),
            token.profile.map(ClientProfile::as_str),
            token.profile_set,
            i64::from(token.budget.mib),
            i64::from(token.budget.refusals),
        );
        update.execute(&mut *self.0).await.map_err(failed)?;
        Ok(())
    }

    async fn token_users(&mut self) -> Result<Vec<(TokenId, UserId, String)>> {
        let rows = sqlx::query!(
            r#"SELECT tokens.id AS token, users.id AS "user", COALESCE(users.display_name, user_name) AS "name!"
            FROM tokens JOIN users ON users.id = tokens.user_id"#
        );
        let rows = rows.fetch_all(&mut *self.0).await.map_err(failed)?;
        Ok(rows.into_iter().map(|row| (TokenId(row.token), UserId(row.user), row.name)).collect())
    }

    async fn touch_token(&mut self, id: TokenId, at: Timestamp) -> Result<bool> {
        let first =
            sqlx::query!("UPDATE tokens SET last_used = $2 WHERE id = $1 AND last_used IS NULL", id.0, at.millis());
        if first.execute(&mut *self.0).await.map_err(failed)?.rows_affected() > 0 {
            return Ok(true);
        }
        let later =
            sqlx::query!("UPDATE tokens SET last_used = $2 WHERE id = $1 AND last_used < $2", id.0, at.millis());
        later.execute(&mut *self.0).await.map_err(failed)?;
        Ok(false)
    }

    async fn see_token(&mut self, id: TokenId, place: &str, at: Timestamp) -> Result<bool> {
        let seen = sqlx::query!(
            "UPDATE token_networks SET last_seen = CASE WHEN last_seen < $3 THEN $3 ELSE last_seen END
            WHERE token = $1 AND network = $2",
            id.0,
            place,
            at.millis()
        );
        if seen.execute(&mut *self.0).await.map_err(failed)?.rows_affected() > 0 {
            return Ok(false);
        }
        let insert = sqlx::query!(
            "INSERT INTO token_networks (token, network, first_seen, last_seen) VALUES ($1, $2, $3, $3)
            ON CONFLICT DO NOTHING",
            id.0,
            place,
            at.millis()
        );
        Ok(insert.execute(&mut *self.0).await.map_err(failed)?.rows_affected() > 0)
    }

    async fn token_networks(&mut self, id: TokenId) -> Result<Vec<SeenNetwork>> {
        let rows = sqlx::query!(
            "SELECT network, first_seen, last_seen FROM token_networks WHERE token = $1 ORDER BY last_seen DESC, network",
            id.0
        );
        let rows = rows.fetch_all(&mut *self.0).await.map_err(failed)?;
        let rows = rows.into_iter().map(|row| SeenNetwork {
            network: row.network,
            first: Timestamp::from_millis(row.first_seen),
            last: Timestamp::from_millis(row.last_seen),
        });
        Ok(rows.collect())
    }

    async fn trim_token_networks(&mut self, id: TokenId, most: u64) -> Result<()> {
        let delete = sqlx::query!(
            "DELETE FROM token_networks WHERE token = $1 AND network NOT IN (
                SELECT network FROM token_networks WHERE token = $1 ORDER BY last_seen DESC, network LIMIT $2)",
            id.0,
            bounded(most)
        );
        delete.execute(&mut *self.0).await.map_err(failed)?;
        Ok(())
    }

    async fn forget_token_networks(&mut self, before: Timestamp) -> Result<()> {
        let delete = sqlx::query!("DELETE FROM token_networks WHERE last_seen < $1", before.millis());
        delete.execute(&mut *self.0).await.map_err(failed)?;
        Ok(())
    }

    async fn spend(&mut self, id: TokenId, hour: i64, bytes: u64) -> Result<u64> {
        let sum = sqlx::query_scalar!(
            r#"INSERT INTO token_spending (token, hour, bytes) VALUES ($1, $2, $3)
            ON CONFLICT (token) DO UPDATE SET
                bytes = CASE WHEN token_spending.hour IN ($2, $2 + 1) THEN token_spending.bytes + $3 ELSE $3 END,
                hour = CASE WHEN token_spending.hour = $2 + 1 THEN token_spending.hour ELSE $2 END
            RETURNING bytes AS "bytes!: i64""#,
            id.0,
            hour,
            bounded(bytes)
        );
        Ok(sum.fetch_one(&mut *self.0).await.map_err(failed)?.unsigned_abs())
    }

    async fn spent(&mut self, id: TokenId, hour: i64) -> Result<u64> {
        let sum = sqlx::query_scalar!("SELECT bytes FROM token_spending WHERE token = $1 AND hour = $2", id.0, hour);
        Ok(sum.fetch_optional(&mut *self.0).await.map_err(failed)?.unwrap_or_default().unsigned_abs())
    }

    async fn count_alert(&mut self, id: TokenId, action: Action, hour: i64) -> Result<(u64, u64)> {
        let before = sqlx::query_scalar!(
            r#"DELETE FROM token_alerts WHERE token = $1 AND action = $2 AND hour <> $3
            RETURNING number AS "number!: i64""#,
            id.0,
            action.as_str(),
            hour
        );
        let before = before.fetch_optional(&mut *self.0).await.map_err(failed)?.unwrap_or_default();
        let number = sqlx::query_scalar!(
            r#"INSERT INTO token_alerts (token, action, hour, number) VALUES ($1, $2, $3, 1)
            ON CONFLICT (token, action) DO UPDATE SET number = token_alerts.number + 1
            RETURNING number AS "number!: i64""#,
            id.0,
            action.as_str(),
            hour
        );
        let number = number.fetch_one(&mut *self.0).await.map_err(failed)?;
        Ok((number.unsigned_abs(), before.unsigned_abs()))
    }

    async fn take_alert_counts(&mut self, hour: i64) -> Result<Vec<AlertCount>> {
        let rows = sqlx::query!(
            r#"DELETE FROM token_alerts WHERE hour < $1
            RETURNING token AS "token!: Uuid", action AS "action!: String", number AS "number!: i64""#,
            hour
        );
        let rows = rows.fetch_all(&mut *self.0).await.map_err(failed)?;
        let count = |action: &str, token, number: i64| {
            let action = Action::parse(action).ok_or(Error::Corrupt { table: "token_alerts", column: "action" })?;
            Ok(AlertCount { token: TokenId(token), action, number: number.unsigned_abs() })
        };
        rows.iter().map(|row| count(&row.action, row.token, row.number)).collect()
    }

    async fn tell_misuse(&mut self, id: TokenId, after: Timestamp, at: Timestamp) -> Result<bool> {
        let update = sqlx::query!(
            "UPDATE tokens SET late_use = $3
            WHERE id = $1 AND (late_use IS NULL OR late_use < $2 OR late_use > $3)",
            id.0,
            after.millis(),
            at.millis()
        );
        Ok(update.execute(&mut *self.0).await.map_err(failed)?.rows_affected() > 0)
    }

    async fn remind_of_token(&mut self, id: TokenId, after: Timestamp, at: Timestamp) -> Result<bool> {
        let update = sqlx::query!(
            "UPDATE tokens SET reminded = $3
            WHERE id = $1 AND (reminded IS NULL OR reminded < $2 OR reminded > $3)",
            id.0,
            after.millis(),
            at.millis()
        );
        Ok(update.execute(&mut *self.0).await.map_err(failed)?.rows_affected() > 0)
    }
}
