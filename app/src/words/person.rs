/// Up to two letters that stand for a person: from the first and last word of the name, or of the part before the `@`.
pub(crate) fn initials(name: &str) -> String {
    let local = name.split('@').next().unwrap_or(name);
    let is_between = |c: char| c.is_whitespace() || matches!(c, '.' | '_' | '-');
    let letters: Vec<char> =
        local.split(is_between).filter_map(|word| word.chars().find(|c| c.is_alphanumeric())).collect();
    let chosen = match letters[..] {
        [] => return "?".to_owned(),
        [only] => vec![only],
        [first, .., last] => vec![first, last],
    };
    chosen.into_iter().flat_map(char::to_uppercase).collect()
}

#[cfg(test)]
mod tests {
    use super::initials;

    #[test]
    fn first_and_last_word_count() {
        let names = ["Ada King", "Ada Augusta King-Noel", "ada.king@corp.example", "admin", "élodie", "  ", "@x"];
        assert_eq!(names.map(initials), ["AK", "AN", "AK", "A", "É", "?", "?"]);
    }
}
