use super::{Icon, icon};
use leptos::prelude::*;

/// A query string, `?` included; empty values are left out.
pub(crate) fn encode(query: &[(&str, &str)]) -> String {
    let mut text = String::from("?");
    for (name, value) in query.iter().filter(|(_, value)| !value.is_empty()) {
        if text.len() > 1 {
            text.push('&');
        }
        text.push_str(name);
        text.push('=');
        for byte in value.bytes() {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                text.push(char::from(byte));
            } else {
                text.push_str(&format!("%{byte:02X}"));
            }
        }
    }
    text
}

/// A search of this page, as a plain form. `kept` are the parts of the query string that it keeps.
pub(crate) fn search_box(
    label: &'static str,
    search: String,
    kept: Vec<(&'static str, &'static str)>,
) -> impl IntoView {
    let kept = kept.into_iter().map(|(name, value)| (name, value.to_owned())).collect();
    search_box_at(String::new(), label, search, kept)
}

/// The same for the page at another address.
pub(crate) fn search_box_at(
    action: String,
    label: &'static str,
    search: String,
    kept: Vec<(&'static str, String)>,
) -> impl IntoView {
    let action = (!action.is_empty()).then_some(action);
    let kept = kept.into_iter().filter(|(_, value)| !value.is_empty());
    view! {
        <form class="search" method="get" role="search" action=action>
            {icon(Icon::Search)}
            <input
                type="search"
                name="q"
                value=search
                placeholder=label
                aria-label=label
                maxlength="200"
                autocomplete="off"
                spellcheck="false"
            />
            {kept.map(|(name, value)| view! { <input type="hidden" name=name value=value/> }).collect_view()}
            <button class="button">Search</button>
        </form>
    }
}

#[cfg(test)]
mod tests {
    use super::encode;

    #[test]
    fn an_address_holds_any_search() {
        assert_eq!(
            encode(&[("q", "a&b=ü \"<"), ("status", ""), ("after", "7.a")]),
            "?q=a%26b%3D%C3%BC%20%22%3C&after=7.a"
        );
        assert_eq!(encode(&[]), "?");
    }
}
