//! The contract of the store: what the ports promise, with the same tests for both databases.

#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]
#![expect(unreachable_pub, reason = "the shared support file is public to every test binary")]

mod audit;
mod channels;
mod codes;
mod cycles;
mod damage;
mod deleted;
mod drills;
mod filters;
mod groups;
mod guards;
mod lists;
mod members;
mod nesting;
mod opening;
mod pages;
mod records;
mod roles;
mod schema;
mod search;
mod sessions;
mod settling;
mod support;
mod tokens;
mod undo;
mod units;
mod upgrade;
mod upkeep;
mod users;
mod versions;
