//! Many operations in one request (RFC 7644 §3.7).

mod errors;
mod operations;
mod references;
mod request;

use crate::{Capability, Case};
use request::{PATCH, REQUEST, bulk, bulk_until, create, statuses};

pub(super) fn cases() -> Vec<Case> {
    let all = [operations::cases(), references::cases(), errors::cases(), errors::refusals()];
    all.into_iter().flatten().map(|case| case.needs(Capability::Bulk)).collect()
}
