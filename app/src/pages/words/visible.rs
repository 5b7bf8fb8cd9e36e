use super::cut;

/// Most bytes of a name that are shown.
const NAME: usize = 512;

/// Begins and ends a stretch of text whose direction of writing does not reach beyond it.
const ISOLATE: (char, char) = ('\u{2068}', '\u{2069}');

/// A name in which nothing hides, cut where it is longer than any name should be. It does not turn the text around it.
pub(crate) fn visible(name: &str) -> String {
    let shown = visible_text(&cut(name, NAME));
    if shown.chars().any(is_right_to_left) { format!("{}{shown}{}", ISOLATE.0, ISOLATE.1) } else { shown }
}

/// A text in which nothing hides: control characters, marks that turn the direction of writing, and characters without
/// width stand as their code points. A name cannot pose as another by them.
pub(crate) fn visible_text(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut before = None;
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\n' | '\t' => shown.push(' '),
            c if is_joiner(c)
                && before.is_some_and(takes_joiners)
                && rest.peek().copied().is_some_and(takes_joiners) =>
            {
                shown.push(c);
            }
            c if is_hidden(c) => shown.push_str(&format!("[U+{:04X}]", u32::from(c))),
            c => shown.push(c),
        }
        before = Some(c);
    }
    shown
}

/// The same, line by line.
pub(crate) fn visible_lines(text: &str) -> String {
    text.split('\n').map(visible_text).collect::<Vec<_>>().join("\n")
}

/// A JSON text in which nothing hides; it stays JSON of the same value.
pub(crate) fn visible_json(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            c if c != '\n' && is_hidden(c) => {
                c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| shown.push_str(&format!("\\u{unit:04x}")));
            }
            c => shown.push(c),
        }
    }
    shown
}

/// Those that say how their neighbours are written: Persian, the scripts of India and emoji need them.
fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}')
}

/// Letters of scripts in which joiners are written, their marks, and emoji. Between others a joiner only hides.
fn takes_joiners(c: char) -> bool {
    matches!(
        c,
        '\u{620}'..='\u{109f}'
            | '\u{1780}'..='\u{18af}'
            | '\u{2190}'..='\u{2bff}'
            | '\u{a840}'..='\u{abff}'
            | '\u{fe0f}'
            | '\u{1f1e6}'..='\u{1faff}'
    )
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
    use super::*;

    #[test]
    fn what_hides_is_shown() {
        assert_eq!(visible("a\u{202e}b\u{200b}\0\u{1b}[2J"), "a[U+202E]b[U+200B][U+0000][U+001B][2J");
        assert_eq!(visible("two\nlines\tand\rmore"), "two lines and[U+000D]more");
        assert_eq!(visible_lines("two\nli\u{202e}nes"), "two\nli[U+202E]nes");
        assert_eq!(visible_json("{\n \"a\": \"\u{202e}\u{e0041}\"}"), "{\n \"a\": \"\\u202e\\udb40\\udc41\"}");
    }

    #[test]
    fn what_people_write_stays() {
        for text in ["Ada King", "Radia Näslund", "山田", "<b>", "👩\u{fe0f}", "a\u{a0}b"] {
            assert_eq!(visible(text), text);
        }
    }

    #[test]
    fn joiners_pass_where_they_are_written() {
        for text in ["مهدی\u{200c}نیا", "👩🏽\u{200d}🚀", "ශ්\u{200d}රී", "🧑\u{200d}⚕\u{fe0f}"]
        {
            assert_eq!(visible_text(text), text);
        }
        assert_eq!(visible_text("ad\u{200c}min"), "ad[U+200C]min");
        assert_eq!(visible_text("山\u{200d}田"), "山[U+200D]田");
        assert_eq!(visible_text("نیا\u{200c}"), "نیا[U+200C]");
        assert_eq!(visible_text("ن\u{200c}\u{200c}ا"), "ن[U+200C][U+200C]ا");
    }

    #[test]
    fn a_name_does_not_turn_what_is_around_it() {
        assert_eq!(visible("מרים"), "\u{2068}מרים\u{2069}");
        assert_eq!(visible("\u{2069}מרים"), "\u{2068}[U+2069]מרים\u{2069}");
    }
}
