/// Data type of an attribute (RFC 7643 §2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// Text.
    String,
    /// `true` or `false`.
    Boolean,
    /// A whole number.
    Integer,
    /// A number.
    Decimal,
    /// An instant, as RFC 3339 text.
    DateTime,
    /// A URI.
    Reference,
    /// Base64 text.
    Binary,
    /// An object of sub-attributes.
    Complex,
}

impl Type {
    /// All types.
    pub(crate) const ALL: [Self; 8] = [
        Self::String,
        Self::Boolean,
        Self::Integer,
        Self::Decimal,
        Self::DateTime,
        Self::Reference,
        Self::Binary,
        Self::Complex,
    ];

    /// The name in a schema definition.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Boolean => "boolean",
            Self::Integer => "integer",
            Self::Decimal => "decimal",
            Self::DateTime => "dateTime",
            Self::Reference => "reference",
            Self::Binary => "binary",
            Self::Complex => "complex",
        }
    }
}

/// When an attribute can be written (RFC 7643 §2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mutability {
    /// Set by the server; ignored in requests.
    ReadOnly,
    /// Read and written at any time.
    ReadWrite,
    /// Set while it has no value, never changed or unset afterwards.
    Immutable,
    /// Written, never read; accepted but not kept.
    WriteOnly,
}

impl Mutability {
    /// All of them.
    pub(crate) const ALL: [Self; 4] = [Self::ReadOnly, Self::ReadWrite, Self::Immutable, Self::WriteOnly];

    /// The name in a schema definition.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ReadOnly => "readOnly",
            Self::ReadWrite => "readWrite",
            Self::Immutable => "immutable",
            Self::WriteOnly => "writeOnly",
        }
    }
}

/// When an attribute is part of a response (RFC 7643 §2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Returned {
    /// Always, whatever the request names.
    Always,
    /// Never; accepted but not kept.
    Never,
    /// Unless the request excludes it.
    Default,
    /// Only if the request names it.
    Request,
}

impl Returned {
    /// All of them.
    pub(crate) const ALL: [Self; 4] = [Self::Always, Self::Never, Self::Default, Self::Request];

    /// The name in a schema definition.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Always => "always",
            Self::Never => "never",
            Self::Default => "default",
            Self::Request => "request",
        }
    }
}

/// How unique the values of an attribute are (RFC 7643 §2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Uniqueness {
    /// Values may repeat.
    None,
    /// Unique on this server.
    Server,
    /// Unique everywhere.
    Global,
}

impl Uniqueness {
    /// The name in a schema definition.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Server => "server",
            Self::Global => "global",
        }
    }
}
