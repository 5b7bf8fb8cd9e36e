//! Undeclared names that are almost those of core attributes.

use super::{COMMON, ResourceType};

/// Shorter names resemble too many others.
const SHORTEST: usize = 4;

impl ResourceType {
    /// The core attribute that a name is meant to be, if it is not one itself but a single typing error away: one
    /// letter too many, too few or wrong, or two swapped.
    pub fn misspelt(&self, name: &str) -> Option<&'static str> {
        if self.attribute(None, name).is_some() {
            return None;
        }
        let mut known = COMMON.iter().chain(self.schema.attributes).map(|attribute| attribute.name);
        known.find(|known| known.len() >= SHORTEST && is_one_edit_away(name.as_bytes(), known.as_bytes()))
    }
}

/// Whether two names that differ even without regard to letter case are one edit apart.
fn is_one_edit_away(a: &[u8], b: &[u8]) -> bool {
    let same = |(a, b): &(&u8, &u8)| a.eq_ignore_ascii_case(b);
    let start = a.iter().zip(b).take_while(same).count();
    let (a, b) = (&a[start..], &b[start..]);
    let end = a.iter().rev().zip(b.iter().rev()).take_while(same).count();
    match (&a[..a.len() - end], &b[..b.len() - end]) {
        ([], [_]) | ([_], []) | ([_], [_]) => true,
        ([first, second], [third, fourth]) => first.eq_ignore_ascii_case(fourth) && second.eq_ignore_ascii_case(third),
        _ => false,
    }
}
