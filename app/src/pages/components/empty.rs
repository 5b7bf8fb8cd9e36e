use leptos::prelude::*;

/// What a list says when it has no rows: why, and the one link that helps.
pub(crate) fn empty(title: String, words: &'static str, href: String, link: &'static str) -> impl IntoView {
    view! {
        <div class="empty">
            <h2>{title}</h2>
            <p>{words}</p>
            <p>
                <a href=href>{link}</a>
            </p>
        </div>
    }
}
