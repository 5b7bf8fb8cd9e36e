use super::{Connection, failed};
use async_trait::async_trait;
use domain::{Error, Result, Timestamp, TokenId, settings::Settings, store::Tokens, token::Token};
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
}

impl TryFrom<TokenRow> for Token {
    type Error = Error;

    fn try_from(row: TokenRow) -> Result<Self> {
        Ok(Self {
            id: TokenId(row.id),
            key: row.key,
            hash: row.hash.try_into().map_err(|_| Error::Corrupt { table: "tokens", column: "hash" })?,
            last_four: row.last_four,
            name: row.name,
            created: Timestamp::from_millis(row.created),
            last_used: row.last_used.map(Timestamp::from_millis),
            revoked: row.revoked.map(Timestamp::from_millis),
        })
    }
}

#[async_trait]
impl Tokens for Connection<'_> {
    async fn token_and_settings(&mut self, key: &str) -> Result<(Option<Token>, Settings)> {
        let row = sqlx::query!(
            r#"SELECT provisioning, provisioning_changed, tokens.id AS "id?", key AS "key?", hash AS "hash?",
                last_four AS "last_four?", name AS "name?", created AS "created?", last_used, revoked
            FROM settings LEFT JOIN tokens ON key = $1 WHERE settings.id = 1"#,
            key
        );
        let row = row.fetch_one(&mut *self.0).await.map_err(failed)?;
        let settings = Settings {
            provisioning: row.provisioning,
            provisioning_changed: row.provisioning_changed.map(Timestamp::from_millis),
        };
        let token = match (row.id, row.key, row.hash, row.last_four, row.name, row.created) {
            (Some(id), Some(key), Some(hash), Some(last_four), Some(name), Some(created)) => {
                let (last_used, revoked) = (row.last_used, row.revoked);
                Some(TokenRow { id, key, hash, last_four, name, created, last_used, revoked }.try_into()?)
            }
            _ => None,
        };
        Ok((token, settings))
    }

    async fn token(&mut self, id: TokenId) -> Result<Option<Token>> {
        let row = sqlx::query_as!(
            TokenRow,
            "SELECT id, key, hash, last_four, name, created, last_used, revoked FROM tokens WHERE id = $1",
            id.0
        );
        row.fetch_optional(&mut *self.0).await.map_err(failed)?.map(Token::try_from).transpose()
    }

    async fn tokens(&mut self) -> Result<Vec<Token>> {
        let rows = sqlx::query_as!(
            TokenRow,
            "SELECT id, key, hash, last_four, name, created, last_used, revoked FROM tokens
            ORDER BY created DESC, id DESC"
        );
        rows.fetch_all(&mut *self.0).await.map_err(failed)?.into_iter().map(Token::try_from).collect()
    }

    async fn insert_token(&mut self, token: &Token) -> Result<()> {
        let insert = sqlx::query!(
            "INSERT INTO tokens (id, key, hash, last_four, name, created, last_used, revoked)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            token.id.0,
            token.key,
            token.hash.as_slice(),
            token.last_four,
            token.name,
            token.created.millis(),
            token.last_used.map(Timestamp::millis),
            token.revoked.map(Timestamp::millis),
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

    async fn touch_token(&mut self, id: TokenId, at: Timestamp) -> Result<()> {
        let update = sqlx::query!(
            "UPDATE tokens SET last_used = $2 WHERE id = $1 AND (last_used IS NULL OR last_used < $2)",
            id.0,
            at.millis()
        );
        update.execute(&mut *self.0).await.map_err(failed)?;
        Ok(())
    }
}
