use unicode_normalization::UnicodeNormalization;

/// The form in which texts are compared if letter case does not count. Compatibility forms and outer blanks do not
/// count then, either. RFC 7644 §5 requires this for `userName`, and one rule serves for all: an index over folded
/// texts finds what a filter finds.
///
/// Texts are folded here and stored folded, because each database folds case in its own way.
pub fn fold(text: &str) -> String {
    fold_part(text.trim())
}

/// Folds a part of a text; in contrast to a whole text, blanks at its ends count.
pub fn fold_part(text: &str) -> String {
    // Most names are ASCII, and every written row has several. Lower-casing can leave a letter and its accent separate,
    // so they are composed again.
    if text.is_ascii() { text.to_ascii_lowercase() } else { text.nfkc().flat_map(char::to_lowercase).nfkc().collect() }
}

#[cfg(test)]
mod tests {
    use super::fold;

    #[test]
    fn spelling_variants_share_a_form() {
        assert_eq!(fold(" ADA@Corp.Example "), "ada@corp.example");
        assert_eq!(fold("ＡＤＡ"), "ada");
        assert_eq!(fold("ÅSA"), fold("A\u{30a}sa"));
        for (composed, capital) in [
            ("ǰ", "J\u{30c}"),
            ("ẖ", "H\u{331}"),
            ("ẗ", "T\u{308}"),
            ("ẘ", "W\u{30a}"),
            ("ẙ", "Y\u{30a}"),
            ("ΐ", "Ϊ\u{301}"),
        ] {
            assert_eq!(fold(composed), fold(capital));
            assert_eq!(fold(&fold(capital)), fold(capital));
        }
    }
}
