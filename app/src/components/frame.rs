//! The frame around every page that needs a session.

use super::{
    Here, Icon,
    account::account,
    banner::{Notice, banner},
    icon, mark,
    problem::problem,
};
use crate::{ApiError, islands::kept::Kept, request::console, words::grouped};
use domain::console::{Console, Counts};
use leptos::prelude::*;
use leptos_axum::ResponseOptions;
use std::future::Future;

/// What the frame shows around every page.
#[derive(Default)]
struct Around {
    counts: Option<Counts>,
    notice: Option<Notice>,
}

/// A page in its frame. `content` reads through the console and returns what to show; its error becomes the page's
/// status and message.
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
        let (around, content) = match read(&console).await {
            Ok((counts, notice)) => (Around { counts: Some(counts), notice }, content(console.clone(), counts).await),
            Err(error) => (Around::default(), Err(error.into())),
        };
        let content = content.unwrap_or_else(|error| problem(here, &error, response).into_any());
        frame(here, &console, around, content).into_any()
    };
    view! { <Suspense>{Suspend::new(page)}</Suspense> }
}

async fn read(console: &Console) -> domain::Result<(Counts, Option<Notice>)> {
    Ok((console.counts().await?, Notice::read(console).await?))
}

fn frame(here: Here, console: &Console, around: Around, content: AnyView) -> impl IntoView + use<> {
    let (counts, now) = (around.counts, console.now());
    let notice = around.notice.filter(|notice| here != Here::Overview || !notice.is_on_overview());
    let users = counts.map(|counts| grouped(counts.users));
    let groups = counts.map(|counts| grouped(counts.groups));
    let link = move |href, drawing, name, number, of| link(href, drawing, name, number, here == of);
    view! {
        <a class="skip" href="#content">Skip to the content</a>
        <header class="side">
            <a class="brand" href="/admin">{mark()} "Postern"</a>
            <button class="button menu-button" type="button" popovertarget="menu">Menu</button>
            <div class="menu" id="menu" popover="auto">
                <nav aria-label="Console">
                    <ul>{link("/admin", Icon::Home, "Overview", None, Here::Overview)}</ul>
                    <h2 id="nav-directory">Directory</h2>
                    <ul aria-labelledby="nav-directory">
                        {link("/admin/users", Icon::Users, "Users", users, Here::Users)}
                        {link("/admin/groups", Icon::Groups, "Groups", groups, Here::Groups)}
                        {link("/admin/deleted", Icon::Bin, "Deleted", None, Here::Deleted)}
                    </ul>
                    <h2 id="nav-access">Access</h2>
                    <ul aria-labelledby="nav-access">
                        {link("/admin/sso/scim", Icon::Key, "Single sign-on", None, Here::SignOn)}
                        {link("/admin/break-glass", Icon::Shield, "Break-glass", None, Here::BreakGlass)}
                        {link("/admin/sessions", Icon::Screen, "Sessions", None, Here::Sessions)}
                        {link("/admin/lockout", Icon::Gauge, "Lock-out", None, Here::Lockout)}
                    </ul>
                    <h2 id="nav-record">Record</h2>
                    <ul aria-labelledby="nav-record">
                        {link("/admin/activity", Icon::Pulse, "Activity", None, Here::Activity)}
                        {link("/admin/audit", Icon::Log, "Audit log", None, Here::Audit)}
                        {link("/admin/alerts", Icon::Bell, "Alerts", None, Here::Alerts)}
                    </ul>
                </nav>
                {account(console)}
            </div>
        </header>
        <main id="content" tabindex="-1"><Kept/> {notice.map(|notice| banner(&notice, now))} {content}</main>
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
