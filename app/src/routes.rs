//! Which address is which page.

use crate::{
    ApiError,
    components::{Here, framed},
    pages::{
        activity, alerts, audit, break_glass, confirm, deleted, drill, group, groups, guard, lockout, login, overview,
        roles, scim, sessions, steady, token, user, users,
    },
};
use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::{
    SsrMode,
    components::{Route, Router, Routes},
    path,
};

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
                <Route path=path!("/admin") view=overview::show ssr=SsrMode::Async/>
                <Route path=path!("/admin/confirm") view=confirm::show ssr=SsrMode::Async/>
                <Route path=path!("/admin/break-glass") view=break_glass::show ssr=SsrMode::Async/>
                <Route path=path!("/admin/break-glass/drills/:id") view=drill::show ssr=SsrMode::Async/>
                <Route path=path!("/admin/lockout") view=lockout::show ssr=SsrMode::Async/>
                <Route path=path!("/admin/sessions") view=sessions::show ssr=SsrMode::Async/>
                <Route path=path!("/admin/sso/scim") view=scim::show ssr=SsrMode::Async/>
                <Route path=path!("/admin/sso/steady") view=steady::show ssr=SsrMode::Async/>
                <Route path=path!("/admin/sso/guard") view=guard::show ssr=SsrMode::Async/>
                <Route path=path!("/admin/sso/roles") view=roles::show ssr=SsrMode::Async/>
                <Route path=path!("/admin/sso/tokens/:id") view=token::show ssr=SsrMode::Async/>
                <Route path=path!("/admin/users") view=users::show ssr=SsrMode::Async/>
                <Route path=path!("/admin/users/:id") view=user::show ssr=SsrMode::Async/>
                <Route path=path!("/admin/groups") view=groups::show ssr=SsrMode::Async/>
                <Route path=path!("/admin/groups/:id") view=group::show ssr=SsrMode::Async/>
                <Route path=path!("/admin/deleted") view=deleted::show ssr=SsrMode::Async/>
                <Route path=path!("/admin/activity") view=activity::show ssr=SsrMode::Async/>
                <Route path=path!("/admin/activity/:seq") view=activity::show_call ssr=SsrMode::Async/>
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
