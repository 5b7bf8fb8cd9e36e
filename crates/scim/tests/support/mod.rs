//! How property tests choose their inputs.

use proptest::prelude::ProptestConfig;
use proptest::test_runner::RngSeed;

/// A thousand inputs for each property, the same in each run; `PROPTEST_CASES` and `PROPTEST_RNG_SEED` change that.
pub(crate) fn config() -> ProptestConfig {
    let default = ProptestConfig::default();
    let is_given = |name| std::env::var_os(name).is_some();
    ProptestConfig {
        cases: if is_given("PROPTEST_CASES") { default.cases } else { 1000 },
        rng_seed: if is_given("PROPTEST_RNG_SEED") { default.rng_seed } else { RngSeed::Fixed(7644) },
        ..default
    }
}
