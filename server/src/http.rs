//! What is between a connection and the console or SCIM: checks of the request, the caller's address, limits and
//! headers.

pub(crate) mod assets;
pub(crate) mod authority;
pub(crate) mod compression;
pub(crate) mod deadline;
pub(crate) mod edge;
pub(crate) mod front;
pub(crate) mod headers;
pub(crate) mod proxy;
pub(crate) mod same_origin;
pub(crate) mod shares;
pub(crate) mod slots;
pub(crate) mod under_way;
