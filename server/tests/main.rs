//! The server as its callers see it: the real router on real databases.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on should fail")]

#[macro_use]
mod support;

mod bulk;
mod clients;
mod conformance;
mod console;
mod defences;
mod entra;
mod extensions;
mod filters;
mod guarantees;
mod lists;
mod locks;
mod protocol;
mod steady;
mod tokens;
mod walks;
