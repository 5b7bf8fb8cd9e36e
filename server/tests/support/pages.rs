//! The pages of the console, as the router has them.

/// The paths of all pages, with `:id` or the like in the place of an id.
pub fn pages() -> Vec<String> {
    leptos_axum::generate_route_list(app::App).iter().map(|page| page.path().to_owned()).collect()
}

/// Whether a path is that of one page, rather than of a page for each id.
pub fn is_one_page(path: &str) -> bool {
    !path.split('/').any(|part| part.starts_with([':', '{']))
}

/// The pages that need a session and no id.
pub fn plain_pages() -> Vec<String> {
    pages().into_iter().filter(|path| is_one_page(path) && path.starts_with("/admin")).collect()
}
