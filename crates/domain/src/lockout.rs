//! The lock-out meter: who could still get in if a way in were lost. The same counts prevent changes that would lock
//! every administrator out.

use crate::{BreakGlassId, Refusal, Timestamp, break_glass::Holdings};

/// How many break-glass accounts must be proven before a directory may take over.
pub const NEEDED: usize = 2;

/// An event that can take ways in away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// The identity provider does not answer, or lets no user in.
    SingleSignOn,
    /// The directory deactivates all users.
    Directory,
    /// The sheets with the secrets are not at hand.
    Secrets,
}

/// One way in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Door {
    /// The account's name.
    pub name: String,
    /// Whether it was used recently, so that it is known to work.
    pub proven: bool,
    /// When it was last used.
    pub last: Option<Timestamp>,
    /// One-time codes that are left.
    pub codes: u64,
}

/// All ways in for administrators. Users who are administrators do not count as long as they cannot sign in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Doors(pub Vec<Door>);

impl Doors {
    /// The doors that these break-glass accounts provide.
    pub fn of(accounts: &[Holdings], now: Timestamp) -> Self {
        let door = |holdings: &Holdings| Door {
            name: holdings.account.name.clone(),
            proven: holdings.account.is_proven(now),
            last: holdings.account.proven,
            codes: holdings.codes,
        };
        Self(accounts.iter().map(door).collect())
    }

    /// The doors that are left when one of these accounts is removed.
    ///
    /// # Errors
    /// `LastWayIn` when it is the last account that is known to work, or the last of all.
    pub fn without(accounts: &[Holdings], removed: BreakGlassId, now: Timestamp) -> Result<Self, Refusal> {
        let (removed, left): (Vec<Holdings>, Vec<Holdings>) =
            accounts.iter().cloned().partition(|holdings| holdings.account.id == removed);
        let (takes, left) = (Self::of(&removed, now), Self::of(&left, now));
        if left.proven() == 0 && (takes.proven() > 0 || left.0.is_empty()) { Err(Refusal::LastWayIn) } else { Ok(left) }
    }

    /// The doors that are left after a loss.
    pub fn left_after(&self, loss: Loss) -> impl Iterator<Item = &Door> {
        self.0.iter().filter(move |door| match loss {
            Loss::SingleSignOn | Loss::Directory => door.proven,
            // Codes are on the same sheet, but may also be kept apart from it.
            Loss::Secrets => door.codes > 0,
        })
    }

    /// How many are known to work, whatever a directory does.
    pub fn proven(&self) -> usize {
        self.left_after(Loss::Directory).count()
    }

    /// The one that was used last, and when.
    pub fn latest(&self) -> Option<(&str, Timestamp)> {
        let latest = self.0.iter().filter(|door| door.proven).max_by_key(|door| door.last)?;
        Some((latest.name.as_str(), latest.last?))
    }
}

/// What would happen if the directory deactivated all users now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Simulation {
    /// Active users, who would all become inactive.
    pub users: u64,
    /// How many of these are administrators.
    pub administrators: u64,
    /// Sessions of users, which would end at once.
    pub sessions: u64,
    /// After how many departures the guard reacts.
    pub threshold: u64,
    /// The guard's settings.
    pub guard: crate::settings::GuardSettings,
    /// Whether there is a channel for its alert.
    pub has_channel: bool,
    /// Who would still get in.
    pub doors: Doors,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::break_glass::Account;

    fn doors(doors: &[(bool, u64)]) -> Doors {
        let last = Some(Timestamp::from_millis(1));
        Doors(
            doors
                .iter()
                .map(|(proven, codes)| Door { name: "gate".into(), proven: *proven, last, codes: *codes })
                .collect(),
        )
    }

    #[test]
    fn each_loss_leaves_those_who_do_not_depend_on_it() {
        let doors = doors(&[(true, 0), (true, 8), (false, 3)]);
        let left = |loss| doors.left_after(loss).count();
        assert_eq!((left(Loss::SingleSignOn), left(Loss::Directory), left(Loss::Secrets)), (2, 2, 2));
        assert_eq!(doors.proven(), 2);
    }

    #[test]
    fn an_account_that_does_not_work_can_be_removed_while_another_is_there() {
        let now = Timestamp::from_millis(1);
        let holdings = |number: u128, proven: bool| {
            let id = BreakGlassId(uuid::Uuid::from_u128(number));
            let account = Account {
                id,
                name: format!("gate-{number}"),
                secret_hash: String::new(),
                next_hash: None,
                generation: 1,
                created: now,
                secret_changed: now,
                proven: proven.then_some(now),
                used: None,
                drilled: None,
            };
            Holdings { account, codes: 8, devices: 0 }
        };
        let left = |accounts: &[bool]| {
            let accounts: Vec<Holdings> =
                accounts.iter().zip(1..).map(|(proven, number)| holdings(number, *proven)).collect();
            Doors::without(&accounts, accounts[0].account.id, now).map(|left| left.proven())
        };
        assert_eq!(left(&[true, true]), Ok(1));
        assert_eq!(left(&[false, true]), Ok(1));
        assert_eq!(left(&[false, false]), Ok(0), "nothing that works is lost");
        for last in [&[true, false][..], &[true], &[false]] {
            assert_eq!(left(last), Err(Refusal::LastWayIn), "{last:?}");
        }
    }

    #[test]
    fn nobody_is_left_where_nothing_was_proven() {
        assert_eq!(doors(&[(false, 0)]).proven(), 0);
        assert_eq!(Doors::default().proven(), 0);
        assert_eq!(doors(&[(false, 0)]).latest(), None);
    }
}
