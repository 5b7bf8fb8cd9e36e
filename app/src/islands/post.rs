use super::kept::here;
use crate::ApiError;
use leptos::{prelude::*, server_fn::error::FromServerFnError};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    FormData, HtmlElement, HtmlFormElement, RequestInit, Response, UrlSearchParams,
    js_sys::{JsString, encode_uri_component},
    wasm_bindgen::{JsCast, JsValue},
};

/// A form's fields, with the value of the button that sends it.
pub(super) fn fields(form: &HtmlFormElement, button: Option<&HtmlElement>) -> Result<UrlSearchParams, JsValue> {
    let fields = UrlSearchParams::new_with_str_sequence_sequence(&FormData::new_with_form(form)?.into())?;
    let said = |name| button.and_then(|button| button.get_attribute(name));
    if let Some(name) = said("name") {
        fields.append(&name, &said("value").unwrap_or_default());
    }
    Ok(fields)
}

/// Posts fields as a plain form would, and returns the JSON of the answer.
pub(super) async fn post(action: &str, fields: &UrlSearchParams) -> Result<JsString, ApiError> {
    let (ok, body) = send(action, fields).await.map_err(|_| ApiError::Unavailable)?;
    if ok { Ok(body) } else { Err(ApiError::de(String::from(body).into_bytes().into())) }
}

async fn send(action: &str, fields: &UrlSearchParams) -> Result<(bool, JsString), JsValue> {
    let options = RequestInit::new();
    options.set_method("POST");
    options.set_body(fields);
    let headers = web_sys::Headers::new()?;
    headers.set("Accept", "application/json")?;
    options.set_headers(&headers);
    let response: Response = JsFuture::from(window().fetch_with_str_and_init(action, &options)).await?.dyn_into()?;
    let text = JsFuture::from(response.text()?).await?;
    Ok((response.ok(), text.dyn_into()?))
}

/// Opens the page that asks for the secret and the reason, which then leads back to this one.
pub(super) fn confirm_first() {
    go(&format!("/admin/confirm?next={}", encode_uri_component(&here())));
}

/// Goes to another page.
pub(super) fn go(href: &str) {
    // If a browser refuses, the person follows the navigation.
    let _ = window().location().assign(href);
}
