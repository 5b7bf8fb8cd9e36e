//! Attacks on the HTTP side, each as what must hold against it. A test's name begins with the attack's number in the
//! threat model.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on should fail")]

mod support;

#[path = "defences/crowds.rs"]
mod crowds;
#[path = "defences/doors.rs"]
mod doors;
#[path = "defences/early.rs"]
mod early;
#[path = "defences/files.rs"]
mod files;
#[path = "defences/framing.rs"]
mod framing;
#[path = "defences/half_sent.rs"]
mod half_sent;
#[path = "defences/headers.rs"]
mod headers;
#[path = "defences/host.rs"]
mod host;
#[path = "defences/listening.rs"]
mod listening;
#[path = "defences/logs.rs"]
mod logs;
#[path = "defences/memory.rs"]
mod memory;
#[path = "defences/network.rs"]
mod network;
#[path = "defences/redirects.rs"]
mod redirects;
#[path = "defences/routes.rs"]
mod routes;
#[path = "defences/slow.rs"]
mod slow;
