//! A black-box suite for SCIM 2.0 servers. It knows a base URL and a bearer token and nothing else.
//!
//! Each case is named after the rule that it holds the server to: a section of RFC 7643, RFC 7644 or RFC 9865
//! (`rfc7644-3.5.2.1-…`), a fact about a client, Microsoft Entra (`entra-…`) or Okta (`okta-…`), or an attack that a
//! server must withstand (`a20-…`). A case makes what it needs under names of its own and deletes it again, so cases
//! run side by side, in any order, and on a server that holds other data. [`Sequence`]s are the other half: what each
//! directory actually sends, from its connection test to its last deletion.
//!
//! ```no_run
//! # async fn example() -> Result<(), conformance::Failure> {
//! let target = conformance::ServerUnderTest::new("https://id.corp.example/scim/v2", "the-token")?;
//! let report = conformance::run(&target, Some("rfc7644-3.4"), 8).await;
//! println!("{} failed", report.failed());
//! # Ok(())
//! # }
//! ```

mod answer;
mod capability;
mod case;
mod cases;
mod encode;
mod failure;
mod request;
mod run;
mod sequences;
mod tester;
mod wire;

pub use answer::{Answer, includes};
pub use capability::Capability;
pub use case::Case;
pub use cases::cases;
pub use failure::{Failure, Result};
pub use request::RequestBuilder;
pub use run::{CaseOutcome, Report, Verdict, run, run_cases};
pub use sequences::{Sequence, run_sequences, sequences};
pub use tester::{CreatedResource, T};
pub use wire::ServerUnderTest;
