use crate::islands::copy_button::CopyButton;
use leptos::prelude::*;

/// A value that is copied more often than it is read. `id` is the element's, and unique on the page.
pub(crate) fn copy_field(id: &'static str, label: &'static str, value: String) -> impl IntoView {
    view! {
        <div class="field">
            <span class="label" id=format!("{id}-label")>{label}</span>
            <div class="copy-field" role="group" aria-labelledby=format!("{id}-label")>
                <code id=id>{value}</code>
                <CopyButton of=id.to_owned() what=label.to_owned()/>
            </div>
        </div>
    }
}
