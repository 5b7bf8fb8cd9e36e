//! The attributes by which a page instructs the islands: pages write them, islands read them.

/// On a button that is disabled until its island is awake.
pub(crate) const AWAKE: &str = "data-awake";

/// On a form: the message to show after it is accepted.
pub(crate) const DONE: &str = "data-done";

/// On a form: the page to open after it is accepted.
pub(crate) const NEXT: &str = "data-next";

/// On a form: the id of the dialog that shows the answer, once.
pub(crate) const ONCE: &str = "data-once";

/// On an element of that dialog: which value of the answer it shows. `codes/0` is the first of a list.
pub(crate) const FIELD: &str = "data-field";

/// On the button of that dialog that closes it.
pub(crate) const STORED: &str = "data-stored";
