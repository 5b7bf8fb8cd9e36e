//! Attacks on the HTTP side, each as the guarantee that must hold against it. A test's name begins with the attack's
//! number in the threat model.

mod crowds;
mod doors;
mod early;
mod files;
mod framing;
mod half_sent;
mod headers;
mod host;
mod listening;
mod logs;
mod memory;
mod network;
mod redirects;
mod routes;
mod slow;
