//! What a server does besides answering requests.

pub(crate) mod alerts;
pub(crate) mod recorder;
pub(crate) mod sealer;
pub(crate) mod search;
pub(crate) mod storage;
pub(crate) mod tallies;
pub(crate) mod undo;
