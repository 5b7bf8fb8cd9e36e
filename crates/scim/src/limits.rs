/// Bounds on what a client may send. The defaults are far above what provisioning clients need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Longest filter or PATCH path, in bytes.
    pub filter_length: usize,
    /// Deepest nesting of parentheses and brackets in a filter.
    pub filter_depth: usize,
    /// Most comparisons in one filter.
    pub filter_terms: usize,
    /// Deepest nesting of objects and arrays in a JSON body.
    pub json_depth: usize,
    /// Most values in a JSON body, objects and arrays included: each takes far more in memory than in the body.
    pub json_values: usize,
    /// Most operations in one PATCH request.
    pub operations: usize,
    /// Most operations in one bulk request; announced in the service provider configuration.
    pub bulk_operations: usize,
    /// Most resources on one page of a list; announced as `filter.maxResults` and `pagination.maxPageSize`.
    pub page_size: usize,
    /// Resources on a page when the client gives no `count`; announced as `pagination.defaultPageSize`.
    pub default_page_size: usize,
    /// Largest request body, in bytes; announced in the service provider configuration, enforced by the server.
    pub payload: usize,
}

impl Limits {
    /// What [`Limits::default`] returns.
    pub(crate) const DEFAULT: Self = Self {
        filter_length: 8 * 1024,
        filter_depth: 40,
        filter_terms: 200,
        json_depth: 64,
        // The longest body has room for eighty thousand members of three values each.
        json_values: 400_000,
        operations: 1000,
        bulk_operations: 1000,
        page_size: 200,
        default_page_size: 100,
        payload: 5 * 1024 * 1024,
    };
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// Most values of one multi-valued attribute. `members` is exempt: the server keeps membership as rows.
pub const MAX_VALUES: usize = 1000;

/// Largest document, in bytes of JSON text as it is stored, including escapes and without members. Entra sends at most
/// about 5 KiB for a user.
pub const MAX_DOCUMENT: usize = 128 * 1024;

/// Most attributes at the top level of a document or of one of its extensions.
pub const MAX_ATTRIBUTES: usize = 1000;

/// Most attributes of a document on all levels together, including those of values in lists.
pub const MAX_NAMES: usize = 5 * MAX_ATTRIBUTES;

/// Most bytes that the copies may take when a PATCH writes one value into several values of a list, as `emails.type`
/// sets the type of every address. The first is not counted.
pub const MAX_COPIED: usize = 512;
