use super::standing::Standing;
use crate::ApiError;
use domain::{
    Timestamp,
    console::{Console, ScimStatus, TokenDetail},
    token::Token,
};

/// Everything that the page shows.
pub(super) struct Page {
    pub(super) detail: TokenDetail,
    /// The token that it replaces.
    pub(super) replaces: Option<Token>,
    /// The last token that was created to replace it.
    pub(super) replaced_by: Option<Token>,
    /// How many other tokens work.
    pub(super) others: usize,
    /// Whether it was in the database when that was restored.
    pub(super) revived: bool,
    pub(super) may_change: bool,
    pub(super) now: Timestamp,
}

impl Page {
    pub(super) async fn read(console: Console, id: &str) -> Result<Self, ApiError> {
        let id = id.parse().map_err(|_| ApiError::NotFound)?;
        let detail = console.token(id).await?;
        let now = console.now();
        let ScimStatus { tokens, upkeep, .. } = console.scim().await?;
        let find = |wanted: &dyn Fn(&Token) -> bool| tokens.iter().find(|token| wanted(token)).cloned();
        Ok(Self {
            replaces: find(&|token| Some(token.id) == detail.token.replaces),
            replaced_by: find(&|token| token.replaces == Some(id)),
            others: tokens.iter().filter(|token| token.id != id && Standing::of(token, now).works()).count(),
            revived: upkeep.may_have_revived(&detail.token),
            may_change: console.may_change(),
            detail,
            now,
        })
    }

    pub(super) fn token(&self) -> &Token {
        &self.detail.token
    }

    pub(super) fn standing(&self) -> Standing {
        Standing::of(self.token(), self.now)
    }
}
