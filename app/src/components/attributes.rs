//! What a page passes to the islands, as attributes of its elements.

use crate::islands::attributes::{AWAKE, DONE, FIELD, NEXT, ONCE, STORED};
use leptos::attr::custom::{CustomAttr, custom_attribute};

/// An attribute whose name the islands use too.
type Told = CustomAttr<&'static str, String>;

/// On a button that is disabled until its island is awake.
pub(crate) fn awake() -> Told {
    custom_attribute(AWAKE, String::new())
}

/// On a form: the message to show after it is accepted.
pub(crate) fn done(words: impl Into<String>) -> Told {
    custom_attribute(DONE, words.into())
}

/// On a form: the page to open next, if it is not this one.
pub(crate) fn next(page: Option<String>) -> CustomAttr<&'static str, Option<String>> {
    custom_attribute(NEXT, page)
}

/// On a form: the id of the dialog that shows the answer, once.
pub(crate) fn once(dialog: &str) -> Told {
    custom_attribute(ONCE, dialog.to_owned())
}

/// On an element of that dialog: which value of the answer it shows.
pub(crate) fn field(name: impl Into<String>) -> Told {
    custom_attribute(FIELD, name.into())
}

/// On the button that closes that dialog.
pub(crate) fn stored() -> Told {
    custom_attribute(STORED, String::new())
}
