//! Break-glass accounts: the way in that no directory can touch. They are a kind of their own in a table of their own;
//! no SCIM filter, group or match ever reaches them.

use crate::{BreakGlassId, Conflict, Env, Error, Result, Timestamp, fold};
use crate::{audit::Action, store::Tx};

/// For how many days a sign-in proves that an account works.
pub const PROOF_DAYS: i64 = 90;

/// Crockford's alphabet: no letter that can be read as another or as a digit.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A break-glass account as it is recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The account's id.
    pub id: BreakGlassId,
    /// The name to sign in with.
    pub name: String,
    /// The argon2id hash of the secret, as a PHC string.
    pub secret_hash: String,
    /// When it was made.
    pub created: Timestamp,
    /// When its secret was last made.
    pub secret_changed: Timestamp,
    /// The last sign-in with the present secret.
    pub proven: Option<Timestamp>,
}

/// A generated secret: 150 bits, shown once.
pub struct Secret(String);

impl Secret {
    /// Makes a secret: six groups of five characters.
    pub fn generate(env: &Env) -> Self {
        let characters = env.random::<30>().map(|byte| char::from(ALPHABET[usize::from(byte & 31)]));
        let groups: Vec<String> = characters.chunks(5).map(|group| group.iter().collect()).collect();
        Self(groups.join("-"))
    }

    /// Reads a typed secret: hyphens, blanks and case do not matter, nor the letters that Crockford reads as digits.
    pub fn typed(text: &str) -> Self {
        let plain = text.chars().filter(|c| !matches!(c, '-' | ' ')).map(|c| match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        });
        let plain: Vec<char> = plain.collect();
        let groups: Vec<String> = plain.chunks(5).map(|group| group.iter().collect()).collect();
        Self(groups.join("-"))
    }

    /// The text, to show once or to hash.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

/// A name that nobody has chosen: `gate-` and four characters.
pub fn generated_name(env: &Env) -> String {
    let suffix: String = env.random::<4>().map(|byte| char::from(ALPHABET[usize::from(byte & 31)])).iter().collect();
    format!("gate-{}", suffix.to_lowercase())
}

/// Refuses a name that could be mistaken for a directory's, or cannot be typed in a pinch.
pub fn check_name(name: &str) -> Result<()> {
    let fits = (1..=64).contains(&name.len());
    let plain = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if fits && plain {
        Ok(())
    } else {
        Err(Error::Invalid("A break-glass name has 1 to 64 characters: lower-case letters, digits and hyphens."))
    }
}

impl Account {
    /// Whether a sign-in within the last [`PROOF_DAYS`] days showed that the account works.
    pub fn is_proven(&self, now: Timestamp) -> bool {
        self.proven.is_some_and(|at| at >= now.plus_days(-PROOF_DAYS))
    }
}

/// Makes an account inside a unit of work.
pub(crate) async fn create(tx: &mut dyn Tx, env: &Env, name: &str, secret_hash: &str) -> Result<Account> {
    let now = env.now();
    if tx.break_glass_by_key(&fold(name)).await?.is_some() {
        return Err(Error::Conflict(Conflict::BreakGlassName));
    }
    let account = Account {
        id: BreakGlassId::new(env, now),
        name: name.to_owned(),
        secret_hash: secret_hash.to_owned(),
        created: now,
        secret_changed: now,
        proven: None,
    };
    tx.insert_break_glass(&account).await?;
    Ok(account)
}

/// The event of a break-glass account, by whoever acts.
pub(crate) fn event(
    account: &Account,
    actor: crate::audit::Actor,
    at: Timestamp,
    address: Option<String>,
    action: Action,
) -> crate::audit::Event {
    crate::audit::Event {
        at,
        actor,
        address,
        action,
        target: Some(account.id.0),
        target_name: Some(account.name.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typed_secret_forgives_what_hands_do() {
        assert_eq!(Secret::typed("abcde fghjk-01OIL").reveal(), "ABCDE-FGHJK-01011");
    }

    #[test]
    fn names_are_plain() {
        assert!(check_name("gate-7f3k").is_ok());
        for bad in ["", "Gate", "a b", "ada@corp.example", &"x".repeat(65)] {
            assert!(check_name(bad).is_err(), "{bad}");
        }
    }
}
