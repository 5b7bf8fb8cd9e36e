//! The frame around every page behind the sign-in.

use super::{Icon, icon, mark};
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
use leptos_meta::Title;
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
        let page = match console {
            Ok(console) => match console.counts().await.map_err(ApiError::from) {
                Ok(counts) => {
                    let content = content(console.clone(), counts).await;
                    Ok((console, Some(counts), content))
                }
                Err(error) => Ok((console, None, Err(error))),
            },
            Err(error) => Err(error),
        };
        let error = match &page {
            Ok((_, _, content)) => content.as_ref().err(),
            Err(error) => Some(error),
        };
        if let (Some(error), Some(response)) = (error, response)
            && let Ok(status) = http::StatusCode::from_u16(error.status())
        {
            response.set_status(status);
        }
        match page {
            Ok((console, counts, content)) => {
                let content = content.unwrap_or_else(|error| problem(here, &error).into_any());
                frame(here, &console, counts, content).into_any()
            }
            Err(error) => view! { <main class="alone">{problem(here, &error)}</main> }.into_any(),
        }
    };
    view! { <Suspense>{Suspend::new(page)}</Suspense> }
}

fn frame(here: Here, console: &Console, counts: Option<Counts>, content: AnyView) -> impl IntoView + use<> {
    let number = |of: fn(Counts) -> u64| counts.map(|counts| grouped(of(counts)));
    view! {
        <a class="skip" href="#content">Skip to the content</a>
        <header class="side">
            <a class="brand" href="/admin/sso/scim">{mark()} "Postern"</a>
            <button class="button menu-button" type="button" popovertarget="menu">Menu</button>
            <div class="menu" id="menu" popover="auto">
                <nav aria-label="Console">
                    <ul>
                        {link("/admin/users", Icon::Users, "Users", number(|counts| counts.users), here == Here::Users)}
                        {link("/admin/groups", Icon::Groups, "Groups", number(|counts| counts.groups), here == Here::Groups)}
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
                {icon(drawing)} <span>{name}</span> {number.map(|number| view! { <span class="nav-count">{number}</span> })}
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
                <span class="soft" title=format!("Ends {}", absolute(principal.ends))>{format!("Break-glass · {left} min left")}</span>
            </div>
            <form method="post" action="/logout">
                <button class="text-button">Sign out</button>
            </form>
        </div>
    }
}

/// What a page shows when it cannot show what was asked for: what is, and what to do.
fn problem(here: Here, error: &ApiError) -> impl IntoView + use<> {
    let (title, words, href, action) = match (error, here) {
        (ApiError::NotFound, Here::Users) => (
            "There is no such user",
            "The address may be mistyped, or the directory has deleted the user.",
            "/admin/users",
            "See all users",
        ),
        (ApiError::NotFound, Here::Groups) => (
            "There is no such group",
            "The address may be mistyped, or the directory has deleted the group.",
            "/admin/groups",
            "See all groups",
        ),
        (ApiError::NotFound, _) => {
            ("There is no such page", "The address may be mistyped.", "/admin/sso/scim", "Go to Single sign-on")
        }
        (ApiError::Unauthorized, _) => {
            ("You are not signed in", "Sign in with a break-glass account to see this.", "/login", "Sign in")
        }
        (ApiError::Unavailable, _) => (
            "The database does not answer",
            "Nothing is lost: Postern shows this page again as soon as it does. The server's log says more.",
            "",
            "Try again",
        ),
        _ => (
            "This page cannot be shown",
            "Postern failed while it made the page. The server's log says why.",
            "",
            "Try again",
        ),
    };
    view! {
        <Title text=title/>
        <div class="problem">
            <p class="soft figures">{error.status()}</p>
            <h1>{title}</h1>
            <p>{words}</p>
            <p>
                <a class="button" href=href>{action}</a>
            </p>
        </div>
    }
}
