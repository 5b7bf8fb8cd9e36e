//! The literal in a filter is plain text (security model A23), never a wildcard, an escape or a statement.

use crate::{Case, Result, T};
use serde_json::{Value, json};

/// Label, and a text that means something to some database, shell or pattern language.
const TEXTS: [(&str, &str); 14] = [
    ("percent", "%"),
    ("underscore", "_"),
    ("backslash", "\\"),
    ("double-quote", "\""),
    ("single-quote", "'"),
    ("asterisk", "*"),
    ("question-mark", "?"),
    ("bracket-class", "[a-z]"),
    ("dot-star", ".*"),
    ("statement", "'; DROP TABLE users; --"),
    ("comment", "/*x*/"),
    ("dollar", "$1"),
    ("plus-and-ampersand", "+&="),
    ("beyond-ascii", "Ünïcødé李👩‍💻"),
];

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (label, text) in TEXTS {
        for op in ["eq", "co", "sw", "ew"] {
            let name = format!("a23-{label}-is-literal-in-{op}");
            cases
                .push(Case::new(name, format!("{op} compares with exactly this text."), move |t| literal(t, op, text)));
        }
        for (kind, endpoint, naming) in [("externalid", "/Users", "externalId"), ("group", "/Groups", "displayName")] {
            let name = format!("a23-{label}-is-literal-in-{kind}");
            cases.push(Case::new(name, format!("{naming} eq compares with exactly this text."), move |t| async move {
                let value = format!("{}{text}", t.tag());
                let body = json!({naming: value});
                let made = if endpoint == "/Users" { t.user_with(body).await? } else { t.group_with(body).await? };
                let filter = format!("{naming} eq {}", Value::from(value.clone()));
                let found = t.filter(endpoint, &filter).expect(200).await?;
                found.finds(&[&made.id])?.is(&format!("/Resources/0/{naming}"), value).map(drop)
            }));
        }
    }
    cases
}

/// One user has the text in its name; another has a letter instead, which a wildcard would match too.
async fn literal(t: T, op: &str, text: &str) -> Result<()> {
    let name = |middle: &str| match op {
        "sw" => format!("{middle}{}", t.name("s")),
        "ew" => format!("{}{middle}", t.name("e")),
        _ => format!("{}{middle}z", t.tag()),
    };
    let user = t.user_with(json!({"userName": name(text)})).await?;
    let decoy = t.user_with(json!({"userName": name("q")})).await?;
    let operand = if op == "eq" { user.name.clone() } else { text.to_owned() };
    let filter = format!("userName {op} {} and userName co \"{}\"", Value::from(operand), t.tag());
    let found = t.filter("/Users", &filter).expect(200).await?;
    found.finds(&[&user.id])?.is("/Resources/0/userName", user.name)?.says_not(&decoy.id).map(drop)
}
