//! For operators: health, readiness and logs.

mod health;
mod log;

pub(crate) use health::{healthz, readyz};
pub(crate) use log::{LogFormat, RequestId, Trace, log, tell};
