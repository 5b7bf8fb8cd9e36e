use leptos::prelude::*;
use leptos_router::params::ParamsMap;

/// Reads the parameters of an address, and notes those with values that cannot be read: left out silently, they would make
/// a page show more than was asked for.
pub(crate) struct Parameters<'q> {
    query: &'q ParamsMap,
    unread: Vec<&'static str>,
}

impl<'q> Parameters<'q> {
    pub(crate) fn of(query: &'q ParamsMap) -> Self {
        Self { query, unread: Vec::new() }
    }

    /// A parameter as it is; empty if it is missing.
    pub(crate) fn text(&self, name: &str) -> String {
        self.query.get(name).unwrap_or_default()
    }

    /// The value of a parameter; `None` if it is missing or empty, or cannot be read.
    pub(crate) fn value<T>(&mut self, name: &'static str, read: impl Fn(&str) -> Option<T>) -> Option<T> {
        let text = self.text(name);
        if text.is_empty() {
            return None;
        }
        let value = read(&text);
        if value.is_none() {
            self.unread.push(name);
        }
        value
    }

    /// The names of the parameters that could not be read.
    pub(crate) fn unread(self) -> Vec<&'static str> {
        self.unread
    }
}

/// Says which parameters could not be read, if there are any.
pub(crate) fn unread(names: &[&'static str]) -> impl IntoView + use<> {
    (!names.is_empty()).then(|| {
        let names = names.join(", ");
        view! {
            <p class="panel-text panel-line warn-text" role="status">
                {format!("The address asks for something that cannot be read, which was left out: {names}.")}
            </p>
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_read_is_noted() {
        let pairs = [("a", "7"), ("b", "x"), ("c", "")].map(|(name, value)| (name.to_owned(), value.to_owned()));
        let query = ParamsMap::from_iter(pairs);
        let mut parameters = Parameters::of(&query);
        let mut number = |name| parameters.value(name, |text| text.parse::<u8>().ok());
        assert_eq!((number("a"), number("b"), number("c"), number("d")), (Some(7), None, None, None));
        assert_eq!(parameters.unread(), ["b"]);
    }
}
