//! What a page remembers for the next page, in the tab's session storage: what was done, where the focus was, and what
//! was entered in a form that was refused because it needed the secret or a session.

use super::{attributes, each, show};
use leptos::{html, prelude::*};
use std::cell::RefCell;
use web_sys::{
    Element, HtmlDialogElement, HtmlElement, HtmlFormElement, Storage, UrlSearchParams,
    js_sys::{Date, Reflect},
    wasm_bindgen::{JsCast, JsValue},
};

/// The keys of the storage.
const SAID: &str = "postern.done";
const DRAFT: &str = "postern.draft";

/// How long what was entered is kept.
const DRAFT_MILLIS: f64 = 15.0 * 60_000.0;

/// The line that says what was done; it also restores the focus and what was entered.
#[island]
pub(crate) fn Kept() -> impl IntoView {
    let line = NodeRef::<html::P>::new();
    Effect::new(move |_| {
        // After the other islands have woken.
        request_animation_frame(move || {
            if let (Some(line), Some(words)) = (line.get_untracked(), resume()) {
                line.set_text_content(Some(&words));
            }
        });
    });
    view! { <p class="said" id="said" role="status" tabindex="-1" node_ref=line></p> }
}

/// Remembers what a form did, and which element had the focus.
pub(super) fn done(form: &HtmlFormElement) {
    let words = form.get_attribute(attributes::DONE).unwrap_or_else(|| "Saved.".to_owned());
    put(SAID, &[("words", &words), ("focus", &opener(form))]);
}

/// Remembers what was entered into a form, except secrets.
pub(super) fn draft(form: &HtmlFormElement, fields: &UrlSearchParams) {
    each(form, "[type=password], [autocomplete=one-time-code]", |control| {
        fields.delete(&control.get_attribute("name").unwrap_or_default());
    });
    let (page, at) = (here(), Date::now().to_string());
    put(
        DRAFT,
        &[("page", &page), ("at", &at), ("form", &address(form)), ("fields", &String::from(fields.to_string()))],
    );
}

/// The address of this page, to come back to it.
pub(super) fn here() -> String {
    let location = window().location();
    location.pathname().unwrap_or_default() + &location.search().unwrap_or_default()
}

fn storage() -> Option<Storage> {
    window().session_storage().ok().flatten()
}

fn put(key: &str, pairs: &[(&str, &str)]) {
    let Ok(packed) = UrlSearchParams::new() else { return };
    for (name, value) in pairs {
        packed.append(name, value);
    }
    // If a browser stores nothing, the page comes back as the server renders it.
    let _ = storage().map(|storage| storage.set_item(key, &String::from(packed.to_string())));
}

fn take(key: &str) -> Option<UrlSearchParams> {
    let storage = storage()?;
    let packed = storage.get_item(key).ok().flatten()?;
    let _ = storage.remove_item(key);
    UrlSearchParams::new_with_str(&packed).ok()
}

/// Restores what was remembered; returns the message to show.
fn resume() -> Option<String> {
    if let Some(done) = take(SAID) {
        focus(done.get("focus").and_then(|selector| reachable(&selector)).or_else(|| find("#said")));
        return done.get("words");
    }
    let draft = take(DRAFT)?;
    let age = Date::now() - draft.get("at")?.parse::<f64>().ok()?;
    if draft.get("page")? != here() || age > DRAFT_MILLIS {
        return None;
    }
    let form: HtmlFormElement = find(&draft.get("form")?)?.dyn_into().ok()?;
    enter(&form, &UrlSearchParams::new_with_str(&draft.get("fields")?).ok()?);
    Some("Nothing was changed yet, and what you entered is still here.".to_owned())
}

/// Opens a form with what was entered into it, ready to be sent.
fn enter(form: &HtmlFormElement, fields: &UrlSearchParams) {
    let mut around = form.parent_element();
    while let Some(element) = around {
        if element.tag_name() == "DETAILS" {
            let _ = element.set_attribute("open", "");
        } else if let Some(dialog) = element.dyn_ref::<HtmlDialogElement>() {
            show(dialog);
        }
        around = element.parent_element();
    }
    let controls = form.elements();
    for at in 0..controls.length() {
        if let Some(control) = controls.item(at) {
            put_back(control, fields);
        }
    }
}

/// Restores what was entered into one control; the button gets the focus.
fn put_back(control: Element, fields: &UrlSearchParams) {
    let text = |name: &str| Reflect::get(&control, &name.into()).ok().and_then(|value| value.as_string());
    let set = |name: &str, value: JsValue| drop(Reflect::set(&control, &name.into(), &value));
    let (kind, name) = (text("type").unwrap_or_default(), text("name").unwrap_or_default());
    match kind.as_str() {
        "hidden" | "password" => {}
        "submit" => focus(control.dyn_into().ok()),
        "checkbox" | "radio" => {
            let value = text("value");
            let all = fields.get_all(&name);
            set("checked", all.iter().any(|one| one.as_string() == value).into());
        }
        _ => {
            if let Some(value) = fields.get(&name).filter(|_| !name.is_empty()) {
                set("value", value.into());
            }
        }
    }
}

/// A selector for a form on its page.
fn address(form: &HtmlFormElement) -> String {
    if let Some(id) = form.get_attribute("id") {
        return format!("form[id=\"{id}\"]");
    }
    let action = form.get_attribute("action").unwrap_or_default();
    let address = RefCell::new(format!("form[action=\"{action}\"]:not([id])"));
    each(form, "input[type=hidden]", |input| {
        let attribute = |name| input.get_attribute(name).unwrap_or_default();
        let (name, value) = (attribute("name"), escaped(&attribute("value")));
        *address.borrow_mut() += &format!(":has(input[name=\"{name}\"][value=\"{value}\"])");
    });
    address.into_inner()
}

/// A text, escaped for the quotation marks of a selector.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}

/// A selector for what opens a form: the button that opens its dialog, or its own button.
fn opener(form: &HtmlFormElement) -> String {
    let dialog = form.closest("dialog").ok().flatten().and_then(|dialog| dialog.get_attribute("id"));
    match dialog {
        Some(id) => format!("[commandfor=\"{id}\"]"),
        None => format!("{} button", address(form)),
    }
}

/// A control, or the collapsed section that contains it.
fn reachable(selector: &str) -> Option<HtmlElement> {
    let control = find(selector)?;
    match control.closest("details:not([open])") {
        Ok(Some(fold)) => fold.query_selector("summary").ok().flatten()?.dyn_into().ok(),
        _ => Some(control),
    }
}

fn find(selector: &str) -> Option<HtmlElement> {
    document().query_selector(selector).ok().flatten()?.dyn_into().ok()
}

fn focus(element: Option<HtmlElement>) {
    // A hidden element takes no focus.
    let _ = element.map(|element| element.focus());
}
