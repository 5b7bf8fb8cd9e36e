//! The search of people: any part of their details, in any case, accents aside, words in any order.
//!
//! Each user has one text with all words that it is found by. A search becomes needles, and a user is found if its text
//! contains every one. Both are made here; the database only compares them.

use crate::{
    Env, Result,
    people::PersonRow,
    query::UserValue,
    store::{Caller, Tx},
    user::{Profile, User},
};
use std::collections::BTreeSet;
use text::fold_search;

/// Before each word of a text. A needle that begins with these matches only where a word begins.
const BEFORE: &str = "  ";

/// The word of all who are suspended, so that the index narrows a search down to them.
const SUSPENDED: &str = "is:suspended";

/// How many bytes of words a text has at most. A directory may send far more, but no person is searched by that.
const KEPT: usize = 8 * 1_024;

/// How many words of a search count, and how many characters of each: it costs the database something for each.
const WORDS: usize = 16;
const LONGEST: usize = 100;

/// How many users without a text one unit of work handles. Others wait for the database until it is done.
const AT_ONCE: u64 = 500;

/// A search of people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeopleQuery {
    /// What was entered, without control characters and blanks at its ends. An id or an `externalId` has to be this.
    pub entered: String,
    /// What the texts must contain; see [`needles`].
    pub needles: Vec<String>,
    /// Only those who are active, or only those who are not.
    pub active: Option<bool>,
}

/// A person who was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundPerson {
    /// The place in the list of all users; later users have higher ones.
    pub position: i64,
    /// The row to show, without its role.
    pub person: PersonRow,
}

impl PeopleQuery {
    /// The search for what was entered; `None` if that has no words.
    pub fn new(entered: &str, active: Option<bool>) -> Option<Self> {
        let mut needles = needles(entered);
        if needles.is_empty() {
            return None;
        }
        if active == Some(false) {
            needles.push(SUSPENDED.to_owned());
        }
        // Postgres takes no text with a NUL.
        let entered = entered.replace(char::is_control, " ").trim().to_owned();
        Some(Self { entered, needles, active })
    }
}

/// The text that a user is found by: the distinct words of its names, e-mail addresses, employee number, title,
/// department and phone numbers.
pub fn text(profile: &Profile) -> String {
    let Profile {
        user_name,
        external_id: _,
        display_name,
        given_name,
        family_name,
        employee_number,
        manager: _,
        active,
        emails,
        values,
        document: _,
    } = profile;
    let mut words = Words::default();
    if !active {
        words.add(SUSPENDED);
    }
    let names = [display_name, given_name, family_name, employee_number].into_iter().flatten().chain([user_name]);
    names.chain(emails.iter().map(|email| &email.value)).for_each(|field| words.add_all(field));
    for (of, value) in values.iter().flatten() {
        if [UserValue::Title, UserValue::Department, UserValue::PhoneNumber].contains(of) {
            words.add_all(value);
        }
        if *of == UserValue::PhoneNumber {
            // Numbers are written with blanks and signs in any place.
            words.add(&value.chars().filter(char::is_ascii_digit).collect::<String>());
        }
    }
    words.text
}

/// The words of a text.
#[derive(Default)]
struct Words {
    known: BTreeSet<String>,
    text: String,
}

impl Words {
    fn add_all(&mut self, field: &str) {
        for word in fold_search(field).split_whitespace() {
            self.add(word);
            // These are written without blanks, and a name is searched by one or two of them. Any three are found
            // anyway.
            let letters: Vec<char> = word.chars().collect();
            for from in (1..letters.len()).filter(|at| is_ideograph(letters[*at])) {
                self.add(&letters[from..letters.len().min(from + 2)].iter().collect::<String>());
            }
        }
    }

    fn add(&mut self, word: &str) {
        let fits = self.text.len() + BEFORE.len() + word.len() <= KEPT;
        if fits && !word.is_empty() && self.known.insert(word.to_owned()) {
            self.text.push_str(BEFORE);
            self.text.push_str(word);
        }
    }
}

/// Whether a character is Chinese, Japanese or Korean: there one or two make a name.
fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{3005}'..='\u{3007}' | '\u{3041}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// What the text of a user must contain to match what was entered. Each needle has three characters or more, as the
/// indexes require: a word of one or two is found only where a word begins. Words beyond the first 16, and characters
/// beyond the first 100 of a word, are ignored.
pub fn needles(entered: &str) -> Vec<String> {
    // No more are needed, however much was entered; a character may fold to a blank, but hardly to nothing.
    let start: String = entered.trim().chars().take(WORDS * LONGEST).collect();
    let mut needles: Vec<String> = Vec::new();
    for word in fold_search(&start).split_whitespace().take(WORDS) {
        let needle = match word.chars().count() {
            1 => format!("{BEFORE}{word}"),
            2 => format!(" {word}"),
            _ => word.chars().take(LONGEST).collect(),
        };
        if !needles.contains(&needle) {
            needles.push(needle);
        }
    }
    needles
}

/// Writes the text of a changed user, unless it is the one that it had.
pub(crate) async fn follow(tx: &mut dyn Tx, before: &Profile, after: &User) -> Result<()> {
    let text = text(&after.profile);
    if text == self::text(before) { Ok(()) } else { tx.replace_search_text(after.id, &text).await }
}

/// Writes the texts of some users from before an upgrade, who have none yet. SQL cannot fold text, so a migration
/// leaves this to the server.
///
/// # Returns
/// How many users got one; `None` when all have theirs.
///
/// # Errors
/// `Unavailable` when the database does not answer or others keep it busy, `NoRoom` when disk space is low.
pub async fn fill(env: &Env) -> Result<Option<u64>> {
    // In the lane of directories, with their share of the disk: this catches up with their work.
    let work =
        env.store.write_as(Caller::Directory, (), |(), tx| Box::pin(async move { tx.fill_search(AT_ONCE).await }));
    work.await
}

#[cfg(test)]
mod tests;
