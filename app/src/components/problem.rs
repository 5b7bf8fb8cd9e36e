use super::Here;
use crate::ApiError;
use leptos::prelude::*;
use leptos_axum::ResponseOptions;
use leptos_meta::Title;

/// What a page shows when it cannot show its content: what is wrong, and what to do. The response gets the status.
pub(super) fn problem(here: Here, error: &ApiError, response: Option<ResponseOptions>) -> impl IntoView + use<> {
    if let (Some(response), Ok(status)) = (response, http::StatusCode::from_u16(error.status())) {
        response.set_status(status);
    }
    let (title, words, href, action) = words(here, error);
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

/// The title, the explanation, and the link that helps, with its label.
fn words(here: Here, error: &ApiError) -> (&'static str, &'static str, &'static str, &'static str) {
    match error {
        ApiError::NotFound => nothing_there(here),
        ApiError::Unauthorized => {
            ("You are not signed in", "Sign in with a break-glass account to see this.", "/login", "Sign in")
        }
        ApiError::Unavailable => (
            "The database does not answer",
            "Nothing is lost: Postern shows this page again as soon as it does. The server’s log says more.",
            "",
            "Try again",
        ),
        _ => (
            "This page cannot be shown",
            "Postern failed while it made the page. The server’s log says why.",
            "",
            "Try again",
        ),
    }
}

/// What is said about an address of a page that leads to nothing.
fn nothing_there(here: Here) -> (&'static str, &'static str, &'static str, &'static str) {
    const MISTYPED: &str = "The address may be mistyped.";
    match here {
        Here::Users => (
            "There is no such user",
            "The address may be mistyped, or the user was deleted so long ago that the audit log no longer has it.",
            "/admin/users",
            "See all users",
        ),
        Here::Groups => (
            "There is no such group",
            "The address may be mistyped, or the group was deleted so long ago that the audit log no longer has it.",
            "/admin/groups",
            "See all groups",
        ),
        Here::SignOn => ("There is no such token", MISTYPED, "/admin/sso/scim", "See all tokens"),
        Here::BreakGlass => ("There is no such drill", MISTYPED, "/admin/break-glass", "See all drills"),
        Here::Activity => (
            "There is no such call",
            "The address may be mistyped, or the call was so long ago that it is no longer recorded.",
            "/admin/activity",
            "See all calls",
        ),
        Here::Audit => (
            "There is no such event",
            "The address may be mistyped, or the event is so old that the audit log no longer has it.",
            "/admin/audit",
            "See all events",
        ),
        Here::Overview | Here::Deleted | Here::Sessions | Here::Lockout | Here::Alerts | Here::Nowhere => {
            ("There is no such page", MISTYPED, "/admin", "Go to the overview")
        }
    }
}
