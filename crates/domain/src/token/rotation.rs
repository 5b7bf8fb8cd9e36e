//! Which tokens belong together because one took the place of the other.

use super::Token;
use crate::{Timestamp, TokenId};
use std::collections::BTreeSet;

/// The tokens with these ids, their predecessors and their successors, except those that have ended. All of them must
/// be paused to stop a directory, which otherwise continues with another one.
pub fn with_rotations<'t>(all: &'t [Token], ids: &[TokenId], now: Timestamp) -> Vec<&'t Token> {
    let mut found: BTreeSet<TokenId> = ids.iter().copied().collect();
    loop {
        let is_found = |id: Option<TokenId>| id.is_some_and(|id| found.contains(&id));
        let successors = all.iter().filter(|token| is_found(token.replaces)).map(|token| token.id);
        let replaced = all.iter().filter(|token| is_found(Some(token.id))).filter_map(|token| token.replaces);
        let more: Vec<TokenId> = successors.chain(replaced).filter(|id| !found.contains(id)).collect();
        if more.is_empty() {
            return all.iter().filter(|token| found.contains(&token.id) && token.ended(now).is_none()).collect();
        }
        found.extend(more);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::Budget;
    use uuid::Uuid;

    const NOW: Timestamp = Timestamp::from_millis(1_795_000_000_000);

    fn id(number: u128) -> TokenId {
        TokenId(Uuid::from_u128(number))
    }

    fn token(number: u128, replaces: Option<u128>) -> Token {
        Token {
            id: id(number),
            key: String::new(),
            hash: [0; 32],
            last_four: String::new(),
            name: "Entra".to_owned(),
            created: NOW,
            last_used: None,
            revoked: None,
            expires: None,
            paused: None,
            replaces: replaces.map(id),
            networks: None,
            profile: None,
            profile_set: false,
            user: None,
            budget: Budget::default(),
            misuse_told: None,
        }
    }

    #[test]
    fn a_chain_of_rotations_is_found_from_any_of_its_tokens() {
        let revoked = Token { revoked: Some(NOW), ..token(2, Some(1)) };
        let all = [token(1, None), revoked, token(3, Some(2)), token(4, None)];
        let found = |number| with_rotations(&all, &[id(number)], NOW).iter().map(|token| token.id).collect::<Vec<_>>();
        for number in 1..=3 {
            assert_eq!(found(number), [id(1), id(3)], "{number}");
        }
        assert_eq!(found(4), [id(4)]);
        assert_eq!(found(9), []);
    }
}
