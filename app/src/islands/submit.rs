use super::{
    attributes::{AWAKE, NEXT, ONCE},
    each, kept, once,
    post::{confirm_first, fields, go, post},
    reload, show,
};
use crate::ApiError;
use leptos::{
    ev::{MouseEvent, SubmitEvent},
    html,
    prelude::*,
    task::spawn_local,
};
use web_sys::{Element, HtmlDialogElement, HtmlElement, HtmlFormElement, UrlSearchParams, wasm_bindgen::JsCast};

/// The attribute of a form that is being sent.
const BUSY: &str = "aria-busy";

/// Sends the plain forms in it without leaving the page, reloads the page afterwards, and shows beside the form why
/// something was refused. Without WebAssembly the same forms are posted plainly, and the server leads back.
///
/// What a form tells it, and which buttons wait for it, is in [`attributes`](super::attributes). Forms whose method is
/// `dialog` only close their dialog.
#[island]
pub(crate) fn Submit(
    /// The forms, and the buttons that open their dialogs.
    children: Children,
) -> impl IntoView {
    let root = NodeRef::<html::Div>::new();
    Effect::new(move |_| {
        if let Some(root) = root.get() {
            each(&root, &format!("[{AWAKE}]"), |button| drop(button.remove_attribute("disabled")));
        }
    });
    view! {
        <div class="submit" node_ref=root on:click=open on:submit=submit>
            {children()}
            <p class="alert" role="alert"></p>
        </div>
    }
}

/// Opens the dialog that a button names: before this is awake the browser opens it, and some browsers never do.
fn open(event: MouseEvent) {
    let Some(target) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) else { return };
    let Ok(Some(button)) = target.closest("[command=show-modal]") else { return };
    event.prevent_default();
    if let Some(dialog) = dialog(button.get_attribute("commandfor")) {
        each(&dialog, "[role=alert]", |place| place.set_text_content(None));
        show(&dialog);
    }
}

fn dialog(id: Option<String>) -> Option<HtmlDialogElement> {
    document().get_element_by_id(&id?)?.dyn_into().ok()
}

fn submit(event: SubmitEvent) {
    let Some(form) = event.target().and_then(|target| target.dyn_into::<HtmlFormElement>().ok()) else { return };
    // Islands may be nested, and both get the event.
    if form.method() == "dialog" || event.default_prevented() {
        return;
    }
    let button = event.submitter().and_then(|button| button.dyn_into::<HtmlElement>().ok());
    let Ok(fields) = fields(&form, button.as_ref()) else { return };
    event.prevent_default();
    if form.has_attribute(BUSY) {
        return;
    }
    spawn_local(async move {
        busy(&form, button.as_ref(), true);
        tell(&form, None);
        if let Err(error) = send(&form, &fields).await {
            match &error {
                ApiError::Confirm(_) => {
                    kept::draft(&form, &fields);
                    confirm_first();
                }
                ApiError::Unauthorized => {
                    kept::draft(&form, &fields);
                    tell(&form, Some(error.message()));
                }
                error => tell(&form, Some(error.message())),
            }
            busy(&form, button.as_ref(), false);
        }
    });
}

/// Marks a form that is being sent. Its button is not disabled: that would take the focus from it.
fn busy(form: &HtmlFormElement, button: Option<&HtmlElement>, is_busy: bool) {
    let mark = |element: &Element, name| {
        let _ = if is_busy { element.set_attribute(name, "true") } else { element.remove_attribute(name) };
    };
    mark(form, BUSY);
    if let Some(button) = button {
        mark(button, "aria-disabled");
    }
}

async fn send(form: &HtmlFormElement, fields: &UrlSearchParams) -> Result<(), ApiError> {
    // Not the property, which a field of that name would hide.
    let action = form.get_attribute("action").unwrap_or_default();
    let answer = post(&action, fields).await?;
    kept::done(form);
    match (dialog(form.get_attribute(ONCE)), form.get_attribute(NEXT)) {
        (Some(shown), _) => {
            if let Ok(Some(asked)) = form.closest("dialog") {
                asked.unchecked_into::<HtmlDialogElement>().close();
            }
            once::reveal(&shown, &answer);
        }
        (None, Some(next)) => go(&next),
        (None, None) => reload(),
    }
    Ok(())
}

/// Shows why something was refused: in the form's own place for that, else in its dialog, else at the end of the
/// island.
fn tell(form: &HtmlFormElement, words: Option<&str>) {
    let around = || form.closest("dialog, .submit").ok().flatten();
    let place = |within: &Element| within.query_selector(":scope > [role=alert], :scope > .dialog-body [role=alert]");
    let own = form.query_selector("[role=alert]").ok().flatten();
    if let Some(place) = own.or_else(|| place(&around()?).ok().flatten()) {
        place.set_text_content(words);
    }
}
