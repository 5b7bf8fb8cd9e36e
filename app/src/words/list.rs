/// Names in a sentence: `a`, `a and b`, `a, b and c`; of more than five, the first four and how many others.
pub(crate) fn list(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [most @ .., last] if names.len() <= 5 => format!("{} and {last}", most.join(", ")),
        _ => format!("{} and {} others", names[..4].join(", "), names.len() - 4),
    }
}

#[cfg(test)]
mod tests {
    use super::list;

    #[test]
    fn names_are_joined_as_one_says_them() {
        assert_eq!([list(&[]), list(&["a"]), list(&["a", "b"])], ["", "a", "a and b"]);
        assert_eq!(list(&["a", "b", "c"]), "a, b and c");
        assert_eq!(list(&["a", "b", "c", "d", "e", "f"]), "a, b, c, d and 2 others");
    }
}
