/// Why a filter is refused. The messages are fixed and repeat nothing of the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FilterError {
    /// Longer than the limit.
    #[error("The filter is longer than this server accepts.")]
    TooLong,
    /// Nested deeper, or with more comparisons, than the limits.
    #[error("The filter is more complex than this server accepts.")]
    TooComplex,
    /// An attribute was expected.
    #[error("The filter names no valid attribute where one is expected.")]
    Attribute,
    /// An operator was expected.
    #[error("The filter has no operator where one is expected; use eq, ne, co, sw, ew, gt, ge, lt, le or pr.")]
    Operator,
    /// A value was expected.
    #[error("The filter has no valid value where one is expected; write text in double quotes.")]
    Value,
    /// A parenthesis or bracket is not closed.
    #[error("The filter has a parenthesis or bracket that is not closed.")]
    Unclosed,
    /// The filter is complete, but more text follows.
    #[error("The filter continues after its end; join conditions with and, or.")]
    Trailing,
}

impl From<FilterError> for crate::Error {
    fn from(error: FilterError) -> Self {
        Self::invalid_filter(error.to_string())
    }
}
