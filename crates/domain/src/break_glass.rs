//! Break-glass accounts: the way in that no directory can touch. They are a separate kind in a separate table; no SCIM
//! filter, group or match ever reaches them.

use crate::{BreakGlassId, Conflict, Env, Error, Result, Timestamp, fold, store::Tx, text_enum::text_enum};
use sha2::{Digest, Sha256};

/// How many days a sign-in proves that an account works.
pub const PROOF_DAYS: i64 = 90;

/// Crockford's alphabet: no letter that can be mistaken for another or for a digit.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// The stem of the names of accounts that Postern creates by itself.
pub const DEFAULT_STEM: &str = "gate";

/// How many characters a suffix has.
const SUFFIX: usize = 4;

/// How many recovery codes an account gets.
pub const CODES: usize = 8;

/// How many minutes a code from the host is valid.
pub const RESCUE_MINUTES: i64 = 15;

/// A break-glass account as it is recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The account's id.
    pub id: BreakGlassId,
    /// The name to sign in with.
    pub name: String,
    /// The argon2id hash of the secret, as a PHC string.
    pub secret_hash: String,
    /// The hash of the secret that replaces the present one at the first sign-in with it.
    pub next_hash: Option<String>,
    /// Counts the secrets that the account has had.
    pub generation: i64,
    /// When it was created.
    pub created: Timestamp,
    /// When its secret was last generated.
    pub secret_changed: Timestamp,
    /// The last sign-in with the present secret.
    pub proven: Option<Timestamp>,
    /// The last change with the present secret, except in drills: using the secret may have exposed it to others.
    pub used: Option<Timestamp>,
    /// The last drill that was finished.
    pub drilled: Option<Timestamp>,
}

/// An account and its other ways in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holdings {
    /// The account.
    pub account: Account,
    /// How many recovery codes are left.
    pub codes: u64,
    /// How many browsers have signed in; guesses from elsewhere do not hold these up.
    pub devices: u64,
}

text_enum! {
    /// Kinds of one-time codes.
    pub enum CodeKind {
        /// One of the codes on the sheet.
        Recovery = "recovery",
        /// From the host, in an emergency.
        Rescue = "rescue",
    }
}

/// A one-time code as it is recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// SHA-256 of the code: 125 random bits need no slow hash (NIST SP 800-63B §3.1.2.2).
    pub hash: [u8; 32],
    /// The account that it opens.
    pub account: BreakGlassId,
    /// Its kind.
    pub kind: CodeKind,
    /// When it was created.
    pub created: Timestamp,
    /// Until when it is valid.
    pub expires: Option<Timestamp>,
}

/// What was shown at a sign-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proof {
    /// The secret.
    Secret,
    /// The secret that is to replace the present one.
    Next,
    /// A one-time code, by its hash.
    Code([u8; 32]),
}

/// What was typed into the field for the secret.
pub enum Typed {
    /// A text in the form of a one-time code, by its hash.
    Code([u8; 32]),
    /// Any other text, which is tried as the secret.
    Secret(String),
}

/// Everything that is written on the sheet of an account, which is stored nowhere else.
pub struct Sheet {
    /// The name to sign in with.
    pub name: String,
    /// The secret.
    pub secret: Secret,
    /// The recovery codes.
    pub codes: Vec<Secret>,
}

/// A generated secret: 150 bits, shown once.
pub struct Secret(String);

impl Secret {
    /// Generates a secret: six groups of five characters.
    pub fn generate(env: &Env) -> Self {
        Self::of(&env.random::<30>())
    }

    /// Generates a one-time code: five groups of five characters, 125 bits.
    pub fn generate_code(env: &Env) -> Self {
        Self::of(&env.random::<25>())
    }

    fn of(bytes: &[u8]) -> Self {
        let characters: Vec<char> = bytes.iter().map(|byte| char::from(ALPHABET[usize::from(byte & 31)])).collect();
        let groups: Vec<String> = characters.chunks(5).map(|group| group.iter().collect()).collect();
        Self(groups.join("-"))
    }

    /// SHA-256, as codes are recorded.
    pub fn digest(&self) -> [u8; 32] {
        Sha256::digest(&self.0).into()
    }

    /// Reads a typed secret: hyphens, blanks and case do not matter, nor letters that Crockford's alphabet reads as
    /// digits.
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

    /// The text, to be shown once or hashed.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl Typed {
    /// Tells a code from a secret by its length.
    pub fn read(text: &str) -> Self {
        let secret = Secret::typed(text);
        let code = secret.0.len() == 29;
        if code { Self::Code(secret.digest()) } else { Self::Secret(secret.0) }
    }
}

impl Sheet {
    /// Generates a new secret and new codes for an account with this name.
    pub fn generate(env: &Env, name: String) -> Self {
        let codes = (0..CODES).map(|_| Secret::generate_code(env)).collect();
        Self { name, secret: Secret::generate(env), codes }
    }

    /// The codes as they are recorded.
    pub fn hashes(&self) -> Vec<[u8; 32]> {
        self.codes.iter().map(Secret::digest).collect()
    }
}

/// Most characters of the part of an account's name that is chosen.
pub const STEM: usize = 40;

/// A name with a random suffix, which no directory uses and no attacker can guess.
///
/// # Errors
/// `Invalid` for a stem that could be mistaken for a directory's name, or is hard to type in an emergency.
pub fn suffixed(env: &Env, stem: &str) -> Result<String> {
    let fits = (1..=STEM).contains(&stem.len());
    let plain = stem.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if !fits || !plain {
        return Err(Error::Invalid(
            "A break-glass name has 1 to 40 characters: lower-case letters, digits and hyphens.",
        ));
    }
    let random = env.random::<SUFFIX>().map(|byte| char::from(ALPHABET[usize::from(byte & 31)]));
    let suffix: String = random.iter().collect();
    Ok(format!("{stem}-{}", suffix.to_lowercase()))
}

/// The stem of a folded name that has the form of a break-glass account's. No other text can be one.
pub(crate) fn stem_of(key: &str) -> Option<&str> {
    let (stem, suffix) = key.rsplit_once('-')?;
    let fits = suffix.len() == SUFFIX && suffix.bytes().all(|byte| ALPHABET.contains(&byte.to_ascii_uppercase()));
    (fits && !stem.is_empty()).then_some(stem)
}

impl Account {
    /// Whether a sign-in within the last [`PROOF_DAYS`] days showed that the account works, and no new secret waits for
    /// its first use.
    pub fn is_proven(&self, now: Timestamp) -> bool {
        self.next_hash.is_none() && self.proven.is_some_and(|at| at >= now.plus_days(-PROOF_DAYS))
    }

    /// Whether the last finished drill is too long ago, or there was none.
    pub fn drill_is_due(&self, now: Timestamp) -> bool {
        self.drilled.is_none_or(|at| at < now.plus_days(-PROOF_DAYS))
    }
}

/// Creates an account inside a unit of work.
pub(crate) async fn create(tx: &mut dyn Tx, env: &Env, new: &NewAccount) -> Result<Account> {
    let now = env.now();
    if tx.break_glass_by_key(&fold(&new.name)).await?.is_some() {
        return Err(Error::Conflict(Conflict::BreakGlassName));
    }
    let account = Account {
        id: BreakGlassId::new(env, now),
        name: new.name.clone(),
        secret_hash: new.secret_hash.clone(),
        next_hash: None,
        generation: 1,
        created: now,
        secret_changed: now,
        proven: None,
        used: None,
        drilled: None,
    };
    tx.insert_break_glass(&account).await?;
    tx.insert_codes(&recovery(account.id, &new.codes, now)).await?;
    Ok(account)
}

/// An account that is to be created: a name with a suffix, and hashes of what was generated.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// The name, as returned by [`suffixed`].
    pub name: String,
    /// The argon2id hash of the secret, as a PHC string.
    pub secret_hash: String,
    /// Hashes of the recovery codes.
    pub codes: Vec<[u8; 32]>,
}

/// Recovery codes as they are recorded.
pub(crate) fn recovery(account: BreakGlassId, hashes: &[[u8; 32]], now: Timestamp) -> Vec<Code> {
    let code = |hash: &[u8; 32]| Code { hash: *hash, account, kind: CodeKind::Recovery, created: now, expires: None };
    hashes.iter().map(code).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typed_secret_forgives_what_hands_do() {
        assert_eq!(Secret::typed("abcde fghjk-01OIL").reveal(), "ABCDE-FGHJK-01011");
    }

    #[test]
    fn a_code_is_told_from_a_secret() {
        assert!(matches!(Typed::read("abcde-fghjk-01oil-22222-33333"), Typed::Code(_)));
        assert!(matches!(Typed::read("ABCDEFGHJK0123401234012340"), Typed::Secret(_)));
        assert!(matches!(Typed::read(""), Typed::Secret(_)));
    }

    #[test]
    fn the_form_of_a_name_is_known() {
        assert_eq!([stem_of("gate-7f3k"), stem_of("night-shift-0000")], [Some("gate"), Some("night-shift")]);
        for other in ["gate", "ada@corp.example", "-7f3k", "gate-7f3", "gate-7f3l", "anna-lena"] {
            assert_eq!(stem_of(other), None, "{other}");
        }
    }
}
