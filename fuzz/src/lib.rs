//! What the fuzz targets check. `crates/scim/tests/corpus.rs` includes this file, too, and checks the corpora on every
//! test run.

pub mod filter;
pub mod patch_path;
pub mod resource;
mod samples;
