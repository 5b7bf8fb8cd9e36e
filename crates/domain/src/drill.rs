//! Drills: a rehearsal of the emergency, at least every 90 days, that leaves a record of what was seen to work.

use crate::{BreakGlassId, Timestamp};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// A drill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drill {
    /// Its id.
    pub id: Uuid,
    /// The account that it is held with.
    pub account: BreakGlassId,
    /// The account's name at that time.
    pub account_name: String,
    /// The sign-in that it began with.
    pub signed_in: Timestamp,
    /// When it began.
    pub started: Timestamp,
    /// The network address that it was started from.
    pub address: Option<String>,
    /// What the codes in its alerts are made from. No page and no event shows it.
    pub seed: [u8; 16],
    /// When the task of the drill was done: any change in the console.
    pub task: Option<Timestamp>,
    /// The alert channels at that time.
    pub channels: Vec<String>,
    /// The channels whose code was read back.
    pub seen: Vec<String>,
    /// When it was finished.
    pub completed: Option<Timestamp>,
}

impl Drill {
    /// Whether everything on the list is done: the sign-in, a change, and every channel's alert read.
    pub fn is_complete(&self) -> bool {
        self.task.is_some() && self.channels.iter().all(|channel| self.seen.contains(channel))
    }
}

/// The six digits that a channel's alert about a drill shows. A person who types them back must have read that alert.
pub(crate) fn code(seed: &[u8; 16], channel: &str) -> String {
    let digest = Sha256::new().chain_update(seed).chain_update(channel).finalize();
    let number = u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]]);
    format!("{:06}", number % 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::code;

    #[test]
    fn every_channel_has_a_code_of_its_own() {
        let (one, two) = ([1; 16], [2; 16]);
        assert_eq!(code(&one, "mail").len(), 6);
        assert_ne!(code(&one, "mail"), code(&one, "webhook"));
        assert_ne!(code(&one, "mail"), code(&two, "mail"));
    }
}
