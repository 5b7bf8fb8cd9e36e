/// A text with nothing hidden in it. `spell` replaces each character that is invisible, or that changes how its
/// neighbours are drawn, such as line ends and marks that turn the direction of writing. Joiners and variation
/// selectors stay where people use them: in emoji, and in the scripts that need them.
pub fn visible(text: &str, mut spell: impl FnMut(&mut String, char)) -> String {
    let mut shown = String::with_capacity(text.len());
    let (mut before, mut rest) = (None, text.chars().peekable());
    while let Some(c) = rest.next() {
        if is_hidden(c) && !belongs(before, c, rest.peek().copied()) {
            spell(&mut shown, c);
        } else {
            shown.push(c);
        }
        before = Some(c);
    }
    shown
}

/// Control characters, line separators, annotations, the Braille blank, and characters that Unicode lets fonts ignore
/// (`Default_Ignorable_Code_Point`).
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}'
                | '\u{34f}'
                | '\u{61c}'
                | '\u{115f}'..='\u{1160}'
                | '\u{17b4}'..='\u{17b5}'
                | '\u{180b}'..='\u{180f}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{2800}'
                | '\u{3164}'
                | '\u{fe00}'..='\u{fe0f}'
                | '\u{feff}'
                | '\u{ffa0}'
                | '\u{fff0}'..='\u{fffb}'
                | '\u{1bca0}'..='\u{1bca3}'
                | '\u{1d173}'..='\u{1d17a}'
                | '\u{e0000}'..='\u{e0fff}'
        )
}

/// Whether a hidden character affects how its neighbours are drawn.
fn belongs(before: Option<char>, c: char, after: Option<char>) -> bool {
    match c {
        '\u{200c}' | '\u{200d}' => before.is_some_and(takes_joiners) && after.is_some_and(takes_joiners),
        // A key, such as 1️⃣.
        '\u{fe0f}' if after == Some('\u{20e3}') => true,
        '\u{180b}'..='\u{180d}' | '\u{180f}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}' => {
            before.is_some_and(takes_selectors)
        }
        _ => false,
    }
}

/// Letters of scripts that use joiners, their marks, and emoji. Between other characters a joiner is merely invisible.
fn takes_joiners(c: char) -> bool {
    matches!(
        c,
        '\u{620}'..='\u{109f}'
            | '\u{1780}'..='\u{17b3}'
            | '\u{17b6}'..='\u{180a}'
            | '\u{1810}'..='\u{18af}'
            | '\u{2190}'..='\u{27ff}'
            | '\u{2900}'..='\u{2bff}'
            | '\u{a840}'..='\u{abff}'
            | '\u{fe0f}'
            | '\u{1f1e6}'..='\u{1faff}'
    )
}

/// Characters that have variants: emoji and symbols, Mongolian letters, ideographs.
fn takes_selectors(c: char) -> bool {
    matches!(
        c,
        '©' | '®'
            | '\u{1820}'..='\u{18af}'
            | '\u{203c}' | '\u{2049}' | '\u{2122}' | '\u{2139}'
            | '\u{2190}'..='\u{27ff}'
            | '\u{2900}'..='\u{2bff}'
            | '\u{2e80}'..='\u{3163}'
            | '\u{3165}'..='\u{9fff}'
            | '\u{f900}'..='\u{faff}'
            | '\u{1f000}'..='\u{1faff}'
            | '\u{20000}'..='\u{3ffff}'
    )
}

#[cfg(test)]
mod tests {
    use super::visible;

    fn spelled(text: &str) -> String {
        visible(text, |shown, c| shown.push_str(&format!("[{:X}]", u32::from(c))))
    }

    #[test]
    fn what_hides_is_spelled() {
        assert_eq!(spelled("a\u{202e}b\u{200b}\0\u{1b}[2J\n"), "a[202E]b[200B][0][1B][2J[A]");
        for hidden in
            "\u{34f}\u{1160}\u{17b5}\u{180e}\u{2065}\u{2800}\u{3164}\u{fe00}\u{feff}\u{e0041}\u{e0100}\u{e0fff}".chars()
        {
            for (before, after) in [("ad", "min"), ("", ""), ("é", "é"), ("ад", "мин"), ("מ", "ר")] {
                assert_eq!(
                    spelled(&format!("{before}{hidden}{after}")),
                    format!("{before}[{:X}]{after}", u32::from(hidden))
                );
            }
        }
    }

    #[test]
    fn what_people_write_stays() {
        for text in [
            "Ada King",
            "Radia Näslund",
            "山田",
            "<b>",
            "a\u{a0}b",
            "👩\u{fe0f}",
            "❤\u{fe0f}\u{200d}🔥",
            "1\u{fe0f}\u{20e3}",
            "©\u{fe0f}",
            "辻\u{e0100}",
            "葛\u{fe00}",
            "ᠠ\u{180b}",
            "مهدی\u{200c}نیا",
            "👩🏽\u{200d}🚀",
            "ශ්\u{200d}රී",
            "🧑\u{200d}⚕\u{fe0f}",
        ] {
            assert_eq!(spelled(text), text);
        }
    }

    #[test]
    fn joiners_and_selectors_hide_elsewhere() {
        assert_eq!(spelled("ad\u{200c}min"), "ad[200C]min");
        assert_eq!(spelled("山\u{200d}田"), "山[200D]田");
        assert_eq!(spelled("نیا\u{200c}"), "نیا[200C]");
        assert_eq!(spelled("ن\u{200c}\u{200c}ا"), "ن[200C][200C]ا");
        assert_eq!(spelled("❤\u{fe0f}\u{fe0f}"), "❤\u{fe0f}[FE0F]");
        assert_eq!(spelled("1\u{fe0f}"), "1[FE0F]");
    }
}
