//! Finds a secret in every form in which it may be written.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};
use percent_encoding::{NON_ALPHANUMERIC, percent_encode};

/// How much of the surroundings a hit shows.
const AROUND: usize = 120;

/// A text that must not be found anywhere.
pub(super) struct Secret {
    pub(super) what: &'static str,
    forms: Vec<Vec<u8>>,
}

impl Secret {
    pub(super) fn new(what: &'static str, text: &str) -> Self {
        assert!(text.len() >= 12, "{what} is so short that it could be anywhere: {text}");
        let mut forms = forms(text.as_bytes());
        let plain = text.replace('-', "");
        if plain != text {
            forms.extend(self::forms(plain.as_bytes()));
        }
        Self { what, forms: forms.into_iter().map(|form| form.to_ascii_lowercase()).collect() }
    }
}

/// As it is, and as it is in hexadecimal digits, in a URL and in base64. In base64 it looks different after one, two or
/// three bytes, and its ends mix with the neighbouring bytes, so those are left out.
fn forms(text: &[u8]) -> Vec<Vec<u8>> {
    let hex = |separator: &str| text.iter().map(|byte| format!("{byte:02x}{separator}")).collect::<String>();
    let every_byte: String = text.iter().map(|byte| format!("%{byte:02x}")).collect();
    let escaped: String = text.escape_ascii().to_string();
    let list = format!("{text:?}");
    let mut forms: Vec<String> =
        vec![hex(""), hex(" "), every_byte, percent_encode(text, NON_ALPHANUMERIC).to_string(), escaped];
    forms.push(list.trim_matches(['[', ']']).to_owned());
    for before in 0..3 {
        let bytes = [vec![0; before], text.to_vec()].concat();
        let inner = before.div_ceil(3) * 4..bytes.len() / 3 * 4;
        forms.push(STANDARD_NO_PAD.encode(&bytes)[inner.clone()].to_owned());
        forms.push(URL_SAFE_NO_PAD.encode(&bytes)[inner].to_owned());
    }
    let mut forms: Vec<Vec<u8>> = forms.into_iter().map(String::into_bytes).collect();
    forms.push(text.to_vec());
    forms
}

/// The surroundings of its first occurrence, in any letter case.
pub(super) fn find(content: &[u8], secret: &Secret) -> Option<String> {
    let content = content.to_ascii_lowercase();
    let at = secret.forms.iter().find_map(|form| position(&content, form))?;
    let around = &content[at.saturating_sub(AROUND)..(at + AROUND).min(content.len())];
    Some(String::from_utf8_lossy(around).into_owned())
}

fn position(content: &[u8], form: &[u8]) -> Option<usize> {
    let first = *form.first()?;
    let mut from = 0;
    while let Some(next) = content[from..].iter().position(|byte| *byte == first) {
        let at = from + next;
        if content[at..].starts_with(form) {
            return Some(at);
        }
        from = at + 1;
    }
    None
}

#[test]
fn a_planted_secret_is_found_in_every_form() {
    let text = "ABCDE-FGHJK+MNPQ/=~";
    let secret = Secret::new("planted", text);
    let encoded = |bytes: &str| STANDARD_NO_PAD.encode(bytes);
    for planted in [
        text.to_owned(),
        text.to_lowercase(),
        text.replace('-', ""),
        "41424344452d4647484a4b2b4d4e50512f3d7e".to_owned(),
        "41 42 43 44 45 2D 46 47 48 4A 4B 2B 4D 4E 50 51 2F 3D 7E ".to_owned(),
        "ABCDE%2DFGHJK%2BMNPQ%2F%3D%7E".to_owned(),
        format!("{:?}", text.as_bytes()),
        encoded(text),
        encoded(&format!("a{text}z")),
        encoded(&format!("user:{text}, and more")),
        URL_SAFE_NO_PAD.encode(format!("\0{text}")),
    ] {
        assert!(find(format!("before {planted} after").as_bytes(), &secret).is_some(), "{planted}");
    }
    assert!(find(b"before ABCDE-FGHJK+MNPQ/=", &secret).is_none());
}
