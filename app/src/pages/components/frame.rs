//! The frame around every page behind the sign-in.

use super::{Icon, icon, mark, problem::problem};
use crate::{
    ApiError,
    pages::{
        console,
        words::{absolute, grouped, minutes_left},
    },
};
use domain::console::{Console, Counts};
use leptos::prelude::*;
use leptos_axum::ResponseOptions;
use std::future::Future;

/// Where in the navigation a page stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Here {
    /// Users, or one of them.
    Users,
    /// Groups, or one of them.
    Groups,
    /// Single sign-on.
    SignOn,
    /// No page of ours.
    Nowhere,
}

/// A page in its frame. `content` reads through the console and gives what to show; what it refuses with becomes the
/// page's status and words.
pub(crate) fn framed<F>(here: Here, content: impl FnOnce(Console, Counts) -> F + Send + 'static) -> impl IntoView
where
    F: Future<Output = Result<AnyView, ApiError>> + Send + 'static,
{
    // Whether an address is one of ours is no secret.
    let console = console().map_err(|error| if here == Here::Nowhere { ApiError::NotFound } else { error });
    let response = use_context::<ResponseOptions>();
    let page = async move {
        let console = match console {
            Ok(console) => console,
            Err(error) => return view! { <main class="alone">{problem(here, &error, response)}</main> }.into_any(),
        };
        let (counts, content) = match console.counts().await {
            Ok(counts) => (Some(counts), content(console.clone(), counts).await),
            Err(error) => (None, Err(error.into())),
        };
        let content = content.unwrap_or_else(|error| problem(here, &error, response).into_any());
        frame(here, &console, counts, content).into_any()
    };
    view! { <Suspense>{Suspend::new(page)}</Suspense> }
}

fn frame(here: Here, console: &Console, counts: Option<Counts>, content: AnyView) -> impl IntoView + use<> {
    let users = counts.map(|counts| grouped(counts.users));
    let groups = counts.map(|counts| grouped(counts.groups));
    view! {
        <a class="skip" href="#content">Skip to the content</a>
        <header class="side">
            <a class="brand" href="/admin/sso/scim">{mark()} "Postern"</a>
            <button class="button menu-button" type="button" popovertarget="menu">Menu</button>
            <div class="menu" id="menu" popover="auto">
                <nav aria-label="Console">
                    <ul>
                        {link("/admin/users", Icon::Users, "Users", users, here == Here::Users)}
                        {link("/admin/groups", Icon::Groups, "Groups", groups, here == Here::Groups)}
                    </ul>
                    <h2 id="nav-access">Access</h2>
                    <ul aria-labelledby="nav-access">
                        {link("/admin/sso/scim", Icon::Key, "Single sign-on", None, here == Here::SignOn)}
                    </ul>
                </nav>
                {account(console)}
            </div>
        </header>
        <main id="content" tabindex="-1">{content}</main>
    }
}

fn link(href: &'static str, drawing: Icon, name: &'static str, number: Option<String>, here: bool) -> impl IntoView {
    view! {
        <li>
            <a href=href aria-current=here.then_some("page")>
                {icon(drawing)}
                <span>{name}</span>
                {number.map(|number| view! { <span class="nav-count">{number}</span> })}
            </a>
        </li>
    }
}

fn account(console: &Console) -> impl IntoView + use<> {
    let principal = console.principal();
    let left = minutes_left(console.now(), principal.ends);
    view! {
        <div class="account">
            <span class="avatar" aria-hidden="true">BG</span>
            <div class="account-names">
                <strong>{principal.name.clone()}</strong>
                <span class="soft" title=format!("Ends {}", absolute(principal.ends))>
                    {format!("Break-glass · {left} min left")}
                </span>
            </div>
            <form method="post" action="/logout">
                <button class="text-button">Sign out</button>
            </form>
        </div>
    }
}
