use leptos::prelude::*;

/// What a page says that a list no longer has: rows were removed since somebody was on the page before it. `there` is how
/// much the list has, and `href` its first page, with the search that it has.
pub(crate) fn ended(there: String, href: String) -> impl IntoView {
    view! {
        <div class="empty">
            <h2>"The list ends before this page"</h2>
            <p>{format!("It has changed since you came here, and has {there} now.")}</p>
            <p>
                <a href=href>"Go to the first page"</a>
            </p>
        </div>
    }
}

/// What a list says when it has no rows: why, and the one link that helps.
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
