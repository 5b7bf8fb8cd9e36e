//! What commands print.

use domain::{BoxError, Error};

/// An error and its sources, in one line.
pub(super) fn line(error: &Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    text.replace('\n', " ")
}

/// How this program was called, for commands in messages to people: it need not be in their PATH.
pub(super) fn program() -> String {
    std::env::args().next().unwrap_or_else(|| "postern".to_owned())
}

/// Prints a value as JSON.
pub(super) fn print_json(value: &impl serde::Serialize) -> Result<(), String> {
    let text = serde_json::to_string_pretty(value).map_err(|error| (Box::new(error) as BoxError).to_string())?;
    say!("{text}");
    Ok(())
}
