use leptos::prelude::*;

/// The pages under Single sign-on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tab {
    /// Provisioning.
    Scim,
    /// Whether each sync sends only what is new.
    Steady,
    /// The guard against mass deprovisioning.
    Guard,
    /// Who may do what.
    Roles,
}

/// The head of a page under Single sign-on: the title, and links to the other pages there.
pub(crate) fn sso_head(here: Tab) -> impl IntoView {
    let tabs = [
        (Tab::Scim, "/admin/sso/scim", "SCIM"),
        (Tab::Steady, "/admin/sso/steady", "Steady state"),
        (Tab::Guard, "/admin/sso/guard", "Guard"),
        (Tab::Roles, "/admin/sso/roles", "Roles"),
    ];
    let tab = |(tab, href, word)| view! { <a href=href aria-current={(tab == here).then_some("page")}>{word}</a> };
    view! {
        <div class="page-head">
            <p class="eyebrow">Access</p>
            <h1>"Single sign-on"</h1>
        </div>
        <nav class="tabs" aria-label="Single sign-on">{tabs.map(tab).collect_view()}</nav>
    }
}
