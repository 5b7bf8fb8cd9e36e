//! The line (RFC 5424 §6).

use crate::{Message, text};

/// The facility "security/authorization messages" (10) times eight, and the severity "Alert" (1); RFC 5424 §6.2.1.
const PRIORITY: u8 = 10 * 8 + 1;
/// The longest message that every receiver should take (RFC 5424 §6.1), in bytes.
const LONGEST: usize = 2048;

/// One line of at most 2048 bytes; the end of a longer one is cut off. `host` comes from [`host_name`].
pub(super) fn line(message: &Message, host: &str, process: u32) -> String {
    let mut line = format!(
        "<{PRIORITY}>1 {} {host} postern {process} {} {} ",
        message.at(),
        graphic(&message.kind, 32),
        structured(message)
    );
    let words = words(message);
    if !words.is_ascii() {
        // §6.4: the byte order mark says that it is UTF-8.
        line.push('\u{feff}');
    }
    line.push_str(&words);
    line.truncate(line.floor_char_boundary(LONGEST));
    line
}

/// This machine's name (§6.2.4), or `-` if the system does not report one.
pub(super) fn host_name() -> String {
    graphic(&std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default(), 255)
}

/// The printable ASCII of a text as a header field (PRINTUSASCII), or the nil value.
fn graphic(text: &str, limit: usize) -> String {
    let field: String = text.chars().filter(char::is_ascii_graphic).take(limit).collect();
    if field.is_empty() { "-".to_owned() } else { field }
}

/// §6.3. Names that are not registered carry an enterprise number. We have none, so we use the one that RFC 5612
/// reserves for documentation.
fn structured(message: &Message) -> String {
    let kind = escape(&text::clean(&message.kind, 64));
    format!(r#"[postern@32473 kind="{kind}" id="{}"]"#, text::key(&message.id))
}

/// §6.3.3: `"`, `\` and `]` are escaped by a backslash.
fn escape(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    for character in value.chars() {
        if matches!(character, '"' | '\\' | ']') {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

fn words(message: &Message) -> String {
    let mut words = vec![text::one_line(&message.title)];
    words.extend(text::lines(&message.text).into_iter().filter(|line| !line.is_empty()));
    words.join(" | ")
}
