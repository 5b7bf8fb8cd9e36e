//! What Postern guarantees, one test for each: the names start with the number of the guarantee, an attack (a) or a
//! promise about the break-glass accounts (b). All run the real router on both databases.
//!
//! `POSTERN_OPERATIONS` and `POSTERN_ROUNDS` make the long ones longer, `POSTERN_SEED` repeats a run.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should fail")]

mod a03_identity;
mod a06_lockout;
mod a07_refusals;
mod a08_last_way_in;
mod a09_guard;
mod a10_offboarding;
mod a14_sessions;
mod a34_step_up;
mod b01_ways_in;
mod b08_session;
mod b09_rotation;
mod b10_drill;
mod b11_rescue;
mod common;
#[path = "../support/mod.rs"]
mod support;
