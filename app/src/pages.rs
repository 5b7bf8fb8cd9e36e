//! The pages, and what the server needs to serve them.

mod alerts;
mod audit;
mod break_glass;
mod components;
mod confirm;
mod deleted;
mod drill;
mod error;
mod group;
mod groups;
pub(crate) mod guard;
mod lockout;
mod login;
mod roles;
mod scim;
mod sessions;
mod token;
mod user;
mod users;
mod words;

use crate::ApiError;
pub(crate) use break_glass::sheet;

use components::{Here, framed};
use domain::console::Console;
use http::request::Parts;
use leptos::{config::LeptosOptions, nonce::Nonce, prelude::*};
use leptos_meta::{MetaTags, Title, provide_meta_context};
use leptos_router::{
    SsrMode,
    components::{Route, Router, Routes},
    location::Url,
    path,
};

/// What is carried through the sign-in and the confirmation, so that nothing is typed twice.
#[derive(Clone, Debug, Default)]
pub struct Carried {
    /// The page to go on to.
    pub next: String,
    /// The reason that was typed.
    pub reason: String,
    /// The form that waits until then: its address, a question mark, and its fields as they were posted.
    pub waiting: String,
}

/// A sign-in that is asked for, or that failed, in the extensions of the request that is answered with its form.
#[derive(Clone, Debug, Default)]
pub struct SignInFailed {
    /// The name that was typed.
    pub name: String,
    /// Why it failed, and what to do.
    pub message: String,
    /// What is done once it succeeds.
    pub carried: Carried,
}

/// A confirmation that is asked for, or that failed, likewise.
#[derive(Clone, Debug, Default)]
pub struct ConfirmFailed {
    /// Why it failed, and what to do.
    pub message: String,
    /// What is done once it succeeds.
    pub carried: Carried,
}

/// Hands what the server found out about a request over to the pages: who is signed in, the nonce, a form that failed.
pub fn context() {
    // The route table is made without a request.
    let Some(parts) = use_context::<Parts>() else { return };
    if let Some(console) = parts.extensions.get::<Console>() {
        provide_context(console.clone());
    }
    if let Some(nonce) = parts.extensions.get::<Nonce>() {
        provide_context(nonce.clone());
    }
    if let Some(failed) = parts.extensions.get::<SignInFailed>() {
        provide_context(failed.clone());
    }
    if let Some(failed) = parts.extensions.get::<ConfirmFailed>() {
        provide_context(failed.clone());
    }
}

/// The page to go on to, as the address of a request asks for it. The router would take off its escapes twice.
fn asked_next() -> String {
    let query = use_context::<Parts>().and_then(|parts| parts.uri.query().map(str::to_owned)).unwrap_or_default();
    let next = query.split('&').find_map(|pair| pair.strip_prefix("next=")).unwrap_or_default();
    Url::unescape(next)
}

pub(crate) use roles::read as read_role;

/// The permission to administer, of whoever sent this request.
pub(crate) fn console() -> Result<Console, ApiError> {
    use_context().ok_or(ApiError::Unauthorized)
}

/// The document around every page.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    // Where secrets are typed nothing runs but the browser itself.
    let secret = |parts: Parts| matches!(parts.uri.path(), "/login" | "/admin/confirm");
    let plain = use_context::<Parts>().is_some_and(secret);
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <link rel="stylesheet" href=format!("/pkg/{}.css", options.output_name)/>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                {(!plain).then(|| view! { <HydrationScripts options islands=true/> })}
                <MetaTags/>
            </head>
            <body>
                {App()}
            </body>
        </html>
    }
}

/// The document's title. Pages name what a directory sent in it, and leptos_meta writes it as it is: a name that holds
/// `</title>` would end it.
fn title(page: String) -> String {
    let text = page.replace('&', "&amp;").replace('<', "&lt;");
    format!("{text} · Postern")
}

/// The pages and their addresses.
#[expect(non_snake_case, reason = "a component; the macro would make public what is not")]
pub fn App() -> impl IntoView {
    provide_meta_context();
    view! {
        <Title formatter=title/>
        <Router>
            <Routes fallback=no_such_page>
                <Route path=path!("/login") view=login::show ssr=SsrMode::Async/>
                <Route path=path!("/admin/confirm") view=confirm::show ssr=SsrMode::Async/>
                <Route path=path!("/admin/break-glass") view=break_glass::show ssr=SsrMode::Async/>
                <Route path=path!("/admin/break-glass/drills/:id") view=drill::show ssr=SsrMode::Async/>
                <Route path=path!("/admin/lockout") view=lockout::show ssr=SsrMode::Async/>
                <Route path=path!("/admin/sessions") view=sessions::show ssr=SsrMode::Async/>
                <Route path=path!("/admin/sso/scim") view=scim::show ssr=SsrMode::Async/>
                <Route path=path!("/admin/sso/guard") view=guard::show ssr=SsrMode::Async/>
                <Route path=path!("/admin/sso/roles") view=roles::show ssr=SsrMode::Async/>
                <Route path=path!("/admin/sso/tokens/:id") view=token::show ssr=SsrMode::Async/>
                <Route path=path!("/admin/users") view=users::show ssr=SsrMode::Async/>
                <Route path=path!("/admin/users/:id") view=user::show ssr=SsrMode::Async/>
                <Route path=path!("/admin/groups") view=groups::show ssr=SsrMode::Async/>
                <Route path=path!("/admin/groups/:id") view=group::show ssr=SsrMode::Async/>
                <Route path=path!("/admin/deleted") view=deleted::show ssr=SsrMode::Async/>
                <Route path=path!("/admin/audit") view=audit::show ssr=SsrMode::Async/>
                <Route path=path!("/admin/audit/:seq") view=audit::show_event ssr=SsrMode::Async/>
                <Route path=path!("/admin/alerts") view=alerts::show ssr=SsrMode::Async/>
            </Routes>
        </Router>
    }
}

fn no_such_page() -> impl IntoView {
    framed(Here::Nowhere, async |_, _| Err(ApiError::NotFound))
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_name_cannot_end_the_title() {
        let text = super::title("</title><script>".to_owned());
        assert_eq!(text, "&lt;/title>&lt;script> · Postern");
    }
}
