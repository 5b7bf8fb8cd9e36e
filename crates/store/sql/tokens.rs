use super::{Connection, dialect, failed, system::SettingsRow};
use async_trait::async_trait;
use domain::{
    Error, Result, Timestamp, TokenId, UserId,
    settings::Settings,
    store::Tokens,
    token::{ClientProfile, Networks, SeenNetwork, Token},
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
}

impl TryFrom<TokenRow> for Token {
    type Error = Error;

    fn try_from(row: TokenRow) -> Result<Self> {
        let enforced = row.networks_enforced;
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
            r#"SELECT provisioning, provisioning_changed, guard_mode, guard_count, guard_percent, guard_minutes,
                audit_days, tokens.id AS "id?", key AS "key?", hash AS "hash?", last_four AS "last_four?",
                name AS "name?", created AS "created?", last_used, revoked, expires, paused, replaces, networks,
                networks_enforced AS "networks_enforced?", profile, profile_set AS "profile_set?", user_id
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
            guard_minutes: row.guard_minutes,
            audit_days: row.audit_days,
        };
        let needed = (row.id, row.key, row.hash, row.last_four, row.name, row.created);
        let token = match needed {
            (Some(id), Some(key), Some(hash), Some(last_four), Some(name), Some(created)) => {
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
                networks_enforced, profile, profile_set, user_id
            FROM tokens WHERE id = $1",
            id.0
        );
        row.fetch_optional(&mut *self.0).await.map_err(failed)?.map(Token::try_from).transpose()
    }

    async fn lock_token(&mut self, id: TokenId) -> Result<Option<Token>> {
        let row = dialect::lock_as!(
            TokenRow,
            "SELECT id, key, hash, last_four, name, created, last_used, revoked, expires, paused, replaces, networks,
                networks_enforced, profile, profile_set, user_id
            FROM tokens WHERE id = $1",
            id.0
        );
        row.fetch_optional(&mut *self.0).await.map_err(failed)?.map(Token::try_from).transpose()
    }

    async fn tokens(&mut self) -> Result<Vec<Token>> {
        let rows = sqlx::query_as!(
            TokenRow,
            "SELECT id, key, hash, last_four, name, created, last_used, revoked, expires, paused, replaces, networks,
                networks_enforced, profile, profile_set, user_id
            FROM tokens ORDER BY created DESC, id DESC"
        );
        rows.fetch_all(&mut *self.0).await.map_err(failed)?.into_iter().map(Token::try_from).collect()
    }

    async fn insert_token(&mut self, token: &Token) -> Result<()> {
        let networks = token.networks.as_ref();
        let insert = sqlx::query!(
            "INSERT INTO tokens (id, key, hash, last_four, name, created, last_used, revoked, expires, paused, replaces,
                networks, networks_enforced, profile, profile_set, user_id)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
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
                profile_set = $7
            WHERE id = $1",
            token.id.0,
            token.expires.map(Timestamp::millis),
            token.paused.map(Timestamp::millis),
            networks.map(|networks| networks.list.as_str()),
            networks.is_some_and(|networks| networks.enforced),
            token.profile.map(ClientProfile::as_str),
            token.profile_set,
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
