//! The sheet of an account: shown once, to be printed or stored.

use crate::{
    components::attributes::{field, stored},
    islands::{copy_button::CopyButton, once::Once, print_button::PrintButton},
    words::absolute,
};
use domain::{
    break_glass::{CODES, Sheet},
    console::Console,
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// The sheet of a break-glass account. It is shown once and cannot be retrieved again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SheetView {
    /// The name to sign in with.
    pub(crate) name: String,
    /// The secret: six groups of five characters.
    pub(crate) secret: String,
    /// The recovery codes.
    pub(crate) codes: Vec<String>,
    /// Where to sign in.
    pub(crate) address: String,
    /// When it was made, in words.
    pub(crate) made: String,
    /// The whole sheet, as plain text.
    pub(crate) text: String,
}

/// The id of the dialog that shows it.
pub(super) const DIALOG: &str = "sheet";

/// What to do with it; printed too.
const ADVICE: [&str; 3] = [
    "Sign in with it once, soon: only a secret that has been tried counts as a way in.",
    "Keep it where no directory, password manager or single person is needed to reach it, such as a sealed envelope in \
     a safe. Keep the recovery codes apart from it.",
    "Make a new secret after each use, and when a person leaves who had access to it.",
];

impl SheetView {
    pub(super) fn of(console: &Console, sheet: &Sheet) -> Self {
        let codes: Vec<String> = sheet.codes.iter().map(|code| code.reveal().to_owned()).collect();
        let mut view = Self {
            name: sheet.name.clone(),
            secret: sheet.secret.reveal().to_owned(),
            codes,
            address: console.sign_in_url(),
            made: absolute(console.now()),
            text: String::new(),
        };
        view.text = text(&view);
        view
    }
}

fn text(sheet: &SheetView) -> String {
    let SheetView { name, secret, codes, address, made, .. } = sheet;
    let (codes, advice) = (codes.join("\n"), ADVICE.join("\n"));
    format!(
        "Postern break-glass account\nMade {made}\n\nSign in at {address}\nAccount {name}\nSecret {secret}\n\nRecovery \
         codes, each good for one sign-in:\n{codes}\n\n{advice}\n"
    )
}

/// The dialog, empty until an account is made or gets a new secret.
pub(super) fn dialog() -> impl IntoView {
    view! {
        <Once id=DIALOG.to_owned()>
            <div class="dialog-body">
                <h2 id=format!("{DIALOG}-title")>"Print or store this sheet now"</h2>
                <p>
                    "Postern keeps only hashes of its content. After this window closes, it can never be shown again."
                </p>
                {paper()}
                <pre id="sheet-text" class="visually-hidden" aria-hidden="true" {..field("text")}></pre>
            </div>
            <div class="dialog-foot">
                <PrintButton/>
                <CopyButton of="sheet-text".to_owned() what="the sheet".to_owned()/>
                <button type="button" class="button button-primary" {..stored()}>"I have stored it"</button>
            </div>
        </Once>
    }
}

fn paper() -> impl IntoView {
    let code = |at: usize| view! { <li><code {..field(format!("codes/{at}"))}></code></li> };
    view! {
        <article class="sheet" aria-label="The sheet">
            <h3>"Postern break-glass account"</h3>
            <dl class="sheet-facts">
                <div><dt>Account</dt><dd><code {..field("name")}></code></dd></div>
                <div><dt>"Sign in at"</dt><dd><code {..field("address")}></code></dd></div>
                <div><dt>Made</dt><dd {..field("made")}></dd></div>
            </dl>
            <h4>Secret</h4>
            <p class="sheet-secret"><code {..field("secret")}></code></p>
            <h4>"Recovery codes, each good for one sign-in in place of the secret"</h4>
            <ol class="sheet-codes">{(0..CODES).map(code).collect_view()}</ol>
            <ul class="sheet-advice">{ADVICE.map(|words| view! { <li>{words}</li> }).collect_view()}</ul>
        </article>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::break_glass::Secret;

    #[test]
    fn the_text_holds_what_the_sheet_holds() {
        let codes: Vec<String> = (0..CODES).map(|at| format!("CODE{at}")).collect();
        let view = SheetView {
            name: "gate-7f3k".to_owned(),
            secret: Secret::typed("abcde fghjk").reveal().to_owned(),
            codes: codes.clone(),
            address: "https://id.corp.example/login".to_owned(),
            made: "18 November 2026, 11:06 UTC".to_owned(),
            text: String::new(),
        };
        let text = text(&view);
        for part in ["gate-7f3k", "ABCDE-FGHJK", "https://id.corp.example/login", "18 November"] {
            assert!(text.contains(part), "{part}");
        }
        assert!(codes.iter().all(|code| text.lines().any(|line| line == code)));
    }
}
