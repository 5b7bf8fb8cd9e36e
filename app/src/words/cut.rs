use std::borrow::Cow;

/// The start of a text that is longer than this many bytes, with an ellipsis.
pub(crate) fn cut(text: &str, most: usize) -> Cow<'_, str> {
    if text.len() <= most {
        return Cow::Borrowed(text);
    }
    let end = text.floor_char_boundary(most.saturating_sub("…".len()));
    Cow::Owned(format!("{}…", &text[..end]))
}

#[cfg(test)]
mod tests {
    use super::cut;

    #[test]
    fn a_long_text_ends_with_an_ellipsis() {
        assert_eq!(cut("Ada", 3), "Ada");
        assert_eq!(cut("Ada King", 7), "Ada …");
        assert_eq!(cut("éé", 4), "éé");
        assert_eq!(cut("ééé", 5), "é…");
        assert_eq!(cut("ééé", 4), "…");
    }
}
