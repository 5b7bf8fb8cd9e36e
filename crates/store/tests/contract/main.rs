//! The contract of the store: what the ports promise, asked of both databases with the same words.

#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]
#![expect(unreachable_pub, reason = "the shared support file is public to every test binary")]

mod damage;
mod filters;
mod groups;
mod members;
mod opening;
mod pages;
mod records;
mod schema;
mod sessions;
mod support;
mod units;
mod users;
