use domain::break_glass::Sheet;

/// A sheet as plain text, fit to be printed.
pub(super) fn text(sheet: &Sheet) -> String {
    let codes = sheet.codes.iter().enumerate().map(|(at, code)| format!("    {}  {}", at + 1, code.reveal()));
    let codes: Vec<String> = codes.collect();
    format!(
        "  Name    {}\n  Secret  {}\n  Recovery codes, each good once in place of the secret:\n{}",
        sheet.name,
        sheet.secret.reveal(),
        codes.join("\n")
    )
}
