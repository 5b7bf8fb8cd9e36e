/// A definition that is not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {advice}")]
pub struct DefinitionError {
    /// Where: a line and column, or a path such as `[0].attributes[2].type`.
    pub place: String,
    /// What to write there.
    pub advice: String,
}

/// The result of reading a definition.
pub(super) type Result<T> = std::result::Result<T, DefinitionError>;
