//! CSV as RFC 4180 says: fields between commas, rows ended by CRLF, quotation marks doubled within quotation marks.

/// The byte order mark, which tells spreadsheets at the start of a file that it is UTF-8.
pub(crate) const MARK: char = '\u{feff}';

/// A text that no spreadsheet mistakes for a formula: a text that begins like a formula gets an apostrophe in front,
/// even after white space, which some spreadsheets skip (OWASP, CSV injection).
pub(crate) fn harmless(text: &str) -> String {
    let is_passed_over = |c: char| c.is_whitespace() || c.is_control() || c == '\u{feff}';
    let rest = text.trim_start_matches(is_passed_over);
    let is_formula = rest.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
    let has_control = text[..text.len() - rest.len()].contains(char::is_control);
    if is_formula || has_control { format!("'{text}") } else { text.to_owned() }
}

/// One row.
pub(crate) fn row<const COLUMNS: usize>(cells: [String; COLUMNS]) -> String {
    let mut row = cells.map(quoted).join(",");
    row.push_str("\r\n");
    row
}

fn quoted(cell: String) -> String {
    let is_plain = |c: char| !c.is_control() && !matches!(c, '"' | ',' | ';');
    if cell.chars().all(is_plain) && cell.trim() == cell { cell } else { format!("\"{}\"", cell.replace('"', "\"\"")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a28_what_begins_like_a_formula_is_text() {
        for text in [
            "=1+1",
            "+1",
            "-1",
            "@SUM(A1)",
            "\tx",
            "\rx",
            "\0x",
            "＝1",
            "＋1",
            "－1",
            "＠x",
            "  =1",
            "\u{a0}=1",
            "\n-1",
            "\u{feff}=1",
        ] {
            assert_eq!(harmless(text), format!("'{text}"));
        }
        for text in ["", "Ada Byron", "a=b", "7", "{\"a\":-1}", "'=1", "–1"] {
            assert_eq!(harmless(text), text);
        }
    }
}
