use text::fold;

/// A key up to this length may be of any text: one character that stands for a whole phrase is fine.
const SHORT: usize = 64;

/// How many times as long as its text a longer key may be. No script needs more: this is only exceeded by texts made of
/// characters such as U+FDFA, which stands for eighteen. With more, a key of 1,000 bytes, for which SQLite takes a page
/// in the table and one in the index, would cost over twenty times what was sent.
const GROWTH: usize = 2;

/// By how many bytes the key of a text is longer than keys may be; 0 for everything that people write. Keys are stored
/// and indexed, so without this limit a directory could store many times what it sends.
pub fn key_excess(text: &str) -> usize {
    if text.is_ascii() {
        return 0;
    }
    let most = (GROWTH * text.len()).max(SHORT);
    fold(text).len().saturating_sub(most)
}

#[cfg(test)]
mod tests {
    use super::key_excess;

    #[test]
    fn r40_only_texts_of_characters_that_stand_for_many_are_in_excess() {
        let long = ["a".repeat(2_000), "각".repeat(600), "\u{1112}\u{1161}\u{11ab}".repeat(200), "Ａ".repeat(600)];
        for fine in long.iter().map(String::as_str).chain(["", "ﷺ", "Muḥammad ﷺ", "محمد ﷺ", "㍿山田", "İİİ", "ΐ"])
        {
            assert_eq!(key_excess(fine), 0, "{fine}");
        }
        // Composed again, ligatures, and letters with marks.
        for common in ["\u{390}", "\u{fb03}", "\u{958}", "\u{fb2c}", "\u{fc5e}"] {
            assert_eq!(key_excess(&common.repeat(100)), 0, "{common}");
        }
        for expanding in ["\u{fdfa}", "\u{fdfb}", "\u{fdf2}", "\u{3316}", "\u{2057}", "\u{1d160}"] {
            assert!(key_excess(&expanding.repeat(20)) > 0, "{expanding}");
            assert!(key_excess(&format!(" {} ", expanding.repeat(31))) > 0, "{expanding}");
        }
        assert_eq!(key_excess(&"\u{fdfa}".repeat(31)), 31 * 33 - 2 * 31 * 3);
    }
}
