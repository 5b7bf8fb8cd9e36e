use super::cut;

/// The most bytes of a name that are shown.
const NAME: usize = 512;

/// Isolate a text from the writing direction of the text around it.
const ISOLATE: (char, char) = ('\u{2068}', '\u{2069}');

/// A name with nothing hidden in it, cut if it is longer than any name should be. It cannot turn the text around it.
pub(crate) fn visible(name: &str) -> String {
    let shown = visible_text(&cut(name, NAME));
    if shown.chars().any(is_right_to_left) { format!("{}{shown}{}", ISOLATE.0, ISOLATE.1) } else { shown }
}

/// A text with nothing hidden in it: control characters, marks that turn the direction of writing, and characters
/// without width are shown as code points, so a name cannot pose as another.
pub(crate) fn visible_text(text: &str) -> String {
    text::visible(text, |shown, c| match c {
        '\n' | '\t' => shown.push(' '),
        hidden => shown.push_str(&format!("[U+{:04X}]", u32::from(hidden))),
    })
}

/// The same, line by line.
pub(crate) fn visible_lines(text: &str) -> String {
    text.split('\n').map(visible_text).collect::<Vec<_>>().join("\n")
}

/// A JSON text with nothing hidden in it; it stays JSON with the same value.
pub(crate) fn visible_json(text: &str) -> String {
    text::visible(text, |shown, c| match c {
        '\n' => shown.push(c),
        hidden => hidden.encode_utf16(&mut [0; 2]).iter().for_each(|unit| shown.push_str(&format!("\\u{unit:04x}"))),
    })
}

/// The letters of Hebrew, Arabic and the other scripts that are written from right to left.
fn is_right_to_left(c: char) -> bool {
    matches!(
        c,
        '\u{590}'..='\u{8ff}'
            | '\u{fb1d}'..='\u{fdff}'
            | '\u{fe70}'..='\u{fefc}'
            | '\u{10800}'..='\u{10fff}'
            | '\u{1e800}'..='\u{1efff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hides_is_shown() {
        assert_eq!(visible("a\u{202e}b\u{200b}\0\u{1b}[2J"), "a[U+202E]b[U+200B][U+0000][U+001B][2J");
        assert_eq!(visible("two\nlines\tand\rmore"), "two lines and[U+000D]more");
        assert_eq!(visible_lines("two\nli\u{202e}nes"), "two\nli[U+202E]nes");
        assert_eq!(visible_json("{\n \"a\": \"\u{202e}\u{e0041}\"}"), "{\n \"a\": \"\\u202e\\udb40\\udc41\"}");
    }

    #[test]
    fn a_name_does_not_turn_what_is_around_it() {
        assert_eq!(visible("מרים"), "\u{2068}מרים\u{2069}");
        assert_eq!(visible("\u{2069}מרים"), "\u{2068}[U+2069]מרים\u{2069}");
    }
}
