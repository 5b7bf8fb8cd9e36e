//! Makes text of any origin safe to show.

/// The longest line, in characters.
const LINE: usize = 300;
/// The most lines of a text.
const LINES: usize = 60;
/// The longest id, in bytes.
const ID: usize = 128;

/// The text as one line of at most 300 characters: line ends and tabs become spaces, characters that are invisible or
/// change the direction of writing are spelled out as in `\u{202e}`, and a text that is too long is cut and ends in
/// `…`.
pub fn one_line(text: &str) -> String {
    clean(text, LINE)
}

/// The lines of a text, each as [`one_line`] makes it; at most 60.
pub(crate) fn lines(text: &str) -> Vec<String> {
    text.lines().take(LINES).map(one_line).collect()
}

/// An id in letters, digits, `-` and `_`, where anything else is spelled out as in `=2E`: fit for a header, for the
/// local part of a Message-ID, and for Standard Webhooks, which signs it before a full stop.
pub(crate) fn key(id: &str) -> String {
    let mut key: String = id
        .bytes()
        .take(ID)
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => char::from(byte).to_string(),
            other => format!("={other:02X}"),
        })
        .collect();
    key.truncate(ID);
    key
}

pub(crate) fn clean(text: &str, limit: usize) -> String {
    let begin: String = text.trim().chars().take(limit + 1).collect();
    let mut line = text::visible(&begin, |shown, c| match c {
        '\t' | '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => shown.push(' '),
        hidden => shown.extend(hidden.escape_unicode()),
    });
    if let Some((end, _)) = line.char_indices().nth(limit) {
        line.truncate(end);
        line.push('…');
    }
    line
}

#[cfg(test)]
mod tests {
    use super::{key, lines, one_line};

    #[test]
    fn a_line_stays_one() {
        assert_eq!(one_line("Ada\r\nBcc: eve@corp.example\t\u{2028}x\n"), "Ada  Bcc: eve@corp.example  x");
    }

    #[test]
    fn hidden_characters_are_spelled_out() {
        assert_eq!(one_line("a\u{1b}[2Jb\u{202e}c\u{200b}\0"), r"a\u{1b}[2Jb\u{202e}c\u{200b}\u{0}");
        assert_eq!(one_line("Zoë 漢字 👍 <b>"), "Zoë 漢字 👍 <b>");
    }

    #[test]
    fn long_text_is_cut() {
        assert_eq!(one_line(&"é".repeat(4096)), "é".repeat(300) + "…");
        assert_eq!(one_line(&"é".repeat(300)), "é".repeat(300));
        assert_eq!(lines(&"x\r\n".repeat(1000)), vec!["x"; 60]);
    }

    #[test]
    fn ids_keep_their_form_and_stay_apart() {
        assert_eq!(key("postern-audit-4711"), "postern-audit-4711");
        assert_eq!(key("a.b\r\n=c"), "a=2Eb=0D=0A=3Dc");
        assert_eq!(key(&"\n".repeat(4096)).len(), 128);
    }
}
