use super::cut;

/// Most bytes of a name that are shown.
const NAME: usize = 512;

/// A name in which nothing hides, cut where it is longer than any name should be.
pub(crate) fn visible(name: &str) -> String {
    visible_text(&cut(name, NAME))
}

/// A text in which nothing hides: control characters, marks that turn the direction of writing, and characters without
/// width stand as their code points. A name cannot pose as another by them.
pub(crate) fn visible_text(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\t' => shown.push(' '),
            c if is_hidden(c) => shown.push_str(&format!("[U+{:04X}]", u32::from(c))),
            c => shown.push(c),
        }
    }
    shown
}

/// Control characters, bidirectional marks, and the rest of what is drawn as nothing.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}'
                | '\u{61c}'
                | '\u{115f}'
                | '\u{1160}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{3164}'
                | '\u{feff}'
                | '\u{ffa0}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

#[cfg(test)]
mod tests {
    use super::visible;

    #[test]
    fn what_hides_is_shown() {
        assert_eq!(visible("a\u{202e}b\u{200b}\0\u{1b}[2J"), "a[U+202E]b[U+200B][U+0000][U+001B][2J");
        assert_eq!(visible("two\nlines\tand\rmore"), "two lines and[U+000D]more");
    }

    #[test]
    fn what_people_write_stays() {
        for text in ["Ada King", "Radia Näslund", "山田", "<b>", "👩\u{fe0f}", "a\u{a0}b"] {
            assert_eq!(visible(text), text);
        }
    }
}
