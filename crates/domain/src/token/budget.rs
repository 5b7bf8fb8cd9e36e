use crate::{Error, Result};

/// What a token may cost. Reads are free.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// How many MiB its changes may store in an hour.
    pub mib: u32,
    /// How many calls a minute are answered with the reason of their refusal, after its end or from outside its networks.
    /// More are answered with 429.
    pub refusals: u32,
}

impl Default for Budget {
    /// The hour has room for twice the rate that Microsoft asks a server to bear, 25 calls a second, each the largest
    /// that Entra makes of a person: the first sync of 100,000 people comes to neither the limit nor the alert at half.
    fn default() -> Self {
        Self { mib: 1_024, refusals: 60 }
    }
}

impl Budget {
    /// A budget that an administrator set.
    ///
    /// # Errors
    /// `Invalid` where it is too small for any directory, or none at all.
    pub fn new(mib: u32, refusals: u32) -> Result<Self> {
        if !(16..=1_048_576).contains(&mib) {
            return Err(Error::Invalid("A token’s changes may store 16 to 1,048,576 MiB an hour."));
        }
        if !(1..=6_000).contains(&refusals) {
            return Err(Error::Invalid(
                "Of a token’s refused calls, 1 to 6,000 a minute are answered with the reason.",
            ));
        }
        Ok(Self { mib, refusals })
    }

    /// How many bytes its changes may store in an hour.
    pub fn bytes(self) -> u64 {
        u64::from(self.mib) * 1024 * 1024
    }
}
