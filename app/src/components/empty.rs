use leptos::prelude::*;

/// What a page says when it is past the end of the list, because rows were removed since the page before it was shown.
/// `there` is how many rows the list has, and `href` its first page with the same search.
pub(crate) fn ended(there: String, href: String) -> impl IntoView {
    view! {
        <div class="empty">
            <h2>"The list ends before this page"</h2>
            <p>{format!("It has changed since you opened it, and now has {there}.")}</p>
            <p>
                <a href=href>"Go to the first page"</a>
            </p>
        </div>
    }
}

/// What an empty list says: why it is empty, and the one link that helps.
pub(crate) fn empty(title: String, words: impl Into<String>, href: String, link: &'static str) -> impl IntoView {
    view! {
        <div class="empty">
            <h2>{title}</h2>
            <p>{words.into()}</p>
            <p>
                <a href=href>{link}</a>
            </p>
        </div>
    }
}
