use crate::{Message, SendError, text};
use lettre::message::{
    Mailbox, Mailboxes, Message as Letter,
    header::{ContentType, HeaderName, HeaderValue, To},
};
use std::time::{Duration, UNIX_EPOCH};

/// The mail as it goes over the wire (RFC 5322). It is the same for every attempt, including Message-ID and Date.
pub(super) fn write(message: &Message, from: &Mailbox, to: &Mailboxes) -> Result<Vec<u8>, SendError> {
    let id = text::key(&message.id);
    let mut letter = Letter::builder()
        .from(from.clone())
        .mailbox(To::from(to.clone()))
        .subject(text::one_line(&message.title))
        .message_id(Some(format!("<{id}@{}>", from.email.domain())))
        .date(UNIX_EPOCH + Duration::from_millis(message.millis()))
        .header(ContentType::TEXT_PLAIN)
        .body(body(message, &id))
        .map_err(|_| SendError::Protocol("the mail cannot be written; check sender and recipients"))?;
    // RFC 3834 §5: suppresses out-of-office replies.
    let name = HeaderName::new_from_ascii_str("Auto-Submitted");
    letter.headers_mut().insert_raw(HeaderValue::new(name, "auto-generated".to_owned()));
    Ok(letter.formatted())
}

fn body(message: &Message, id: &str) -> String {
    let mut lines = text::lines(&message.text);
    lines.extend([String::new(), format!("Time: {}", message.at())]);
    lines.push(format!("Event: {}", text::one_line(&message.kind)));
    lines.push(format!("Id: {id}"));
    lines.join("\r\n")
}
