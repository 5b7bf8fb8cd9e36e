//! What Postern guarantees, with at least one test for each guarantee: the names start with the number of the
//! guarantee, an attack (a), a promise about the break-glass accounts (b) or a weakness that was found and removed (r).
//! All run the real router on both databases.
//!
//! `POSTERN_OPERATIONS` and `POSTERN_ROUNDS` make the long tests longer, `POSTERN_SEED` repeats a run.

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
mod r01_amplification;
mod r01c_budgets;
mod r01c_first_sync;
mod r03_codes;
mod r03_lanes;
mod r05_population;
mod r06_memberships;
mod r07_pages;
mod r09_sessions;
mod r10_alerts;
mod r13_ways_round;
mod r14_rotation;
mod r15_guard_outcome;
mod r16_group_roles;
mod r17_browsers;
mod r18_names;
mod r21_refused_calls;
mod r22_reading;
mod r23_room;
mod r25_step_up;
mod r28_drill;
mod r29_undo;
mod r31_refused_changes;
mod r32_ways_past;
mod r35_guessers;
mod r36_facts;
mod r37_undo_goes_on;
mod r39_groups_of_a_user;
mod r40_keys;
mod r41_addresses;
mod r42_lists_of_a_token;
mod rescuer;
mod small_disk;
