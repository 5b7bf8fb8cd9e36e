//! What is shown of a new token, once.

use crate::{
    components::attributes::{field, stored},
    islands::{copy_button::CopyButton, once::Once},
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// A new token. Its text is shown once and cannot be retrieved again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct NewTokenView {
    /// The name.
    pub(crate) name: String,
    /// The whole token.
    pub(crate) secret: String,
}

/// The id of the dialog that shows it.
pub(crate) const DIALOG: &str = "made-token";

/// The dialog that shows a new token once.
pub(crate) fn dialog(another: bool) -> impl IntoView {
    view! {
        <Once id=DIALOG.to_owned()>
            <div class="dialog-body">
                <h2 id=format!("{DIALOG}-title")>Copy this token now</h2>
                <p>"Postern keeps only a hash of it. After this window closes, it can never be shown again."</p>
                <div class="field">
                    <span class="label" {..field("name")}></span>
                    <div class="copy-field copy-field-whole">
                        <code id="secret" {..field("secret")}></code>
                        <CopyButton of="secret".to_owned() what="the token".to_owned()/>
                    </div>
                </div>
                <div class="note">
                    <p>
                        "Paste it into Entra as " <strong>"Secret token"</strong> "."
                        {another.then_some(" Your other tokens keep working until you revoke them.")}
                    </p>
                </div>
            </div>
            <div class="dialog-foot">
                <button type="button" class="button button-primary" {..stored()}>"I have stored it"</button>
            </div>
        </Once>
    }
}
