//! For operators: health, readiness and logs.

mod health;
mod log;

pub(crate) use health::{healthz, readyz};
pub(crate) use log::{LogFormat, Trace, log, tell};
