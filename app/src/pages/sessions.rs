mod actions;

use crate::{
    components::{Here, Opener, Question, Tone, chip, confirm, framed, when},
    words::{absolute, browser, count, minutes_left, visible},
};
use actions::EndSession;
use domain::{
    SessionId, Timestamp,
    session::{IDLE_MINUTES, SessionSummary},
};
use leptos::{prelude::*, server_fn::ServerFn};
use leptos_meta::Title;

/// Who is signed in, since when and from where.
pub(crate) fn show() -> impl IntoView {
    framed(Here::Sessions, async |console, _| {
        let looks = Looks { now: console.now(), own: console.principal().session, may_change: console.may_change() };
        Ok(page(console.sessions().await?, looks).into_any())
    })
}

/// Who is viewing the page, and when.
#[derive(Clone, Copy)]
struct Looks {
    now: Timestamp,
    own: SessionId,
    may_change: bool,
}

fn page(sessions: Vec<SessionSummary>, looks: Looks) -> impl IntoView {
    view! {
        <Title text="Sessions"/>
        <div class="page-head">
            <p class="eyebrow">Access</p>
            <h1>Sessions</h1>
            <p class="soft">{sentence(&sessions)}</p>
        </div>
        <section class="panel" aria-label="Sessions">
            <table class="rows sessions" aria-label="Live sessions">
                <thead>
                    <tr>
                        <th scope="col">Who</th>
                        <th scope="col">Since</th>
                        <th scope="col">Last used</th>
                        <th scope="col">From</th>
                        <th scope="col">Browser</th>
                        <th scope="col">Ends</th>
                        <th scope="col"><span class="visually-hidden">Actions</span></th>
                    </tr>
                </thead>
                <tbody>{sessions.into_iter().map(|session| row(session, looks)).collect_view()}</tbody>
            </table>
        </section>
    }
}

fn sentence(sessions: &[SessionSummary]) -> String {
    let all = count(u64::try_from(sessions.len()).unwrap_or(u64::MAX), "session is", "sessions are");
    let break_glass = sessions.iter().filter(|session| session.break_glass).count();
    let kinds = match break_glass {
        0 => "none with a break-glass account".to_owned(),
        _ if break_glass == sessions.len() && break_glass > 1 => "all with break-glass accounts".to_owned(),
        1 if sessions.len() == 1 => "with a break-glass account".to_owned(),
        some => format!("{some} with a break-glass account"),
    };
    format!("{all} alive, {kinds}. A session ends {IDLE_MINUTES} minutes after its last use.")
}

fn row(session: SessionSummary, looks: Looks) -> impl IntoView {
    let now = looks.now;
    let is_own = session.id == looks.own;
    let left = minutes_left(now, session.expires);
    let end = looks.may_change.then(|| end(&session, is_own));
    let kind = if session.break_glass { "Break-glass" } else { "User" };
    view! {
        <tr>
            <td class="row-main">
                <span class="person-names">
                    <span><strong>{visible(&session.name)}</strong> {is_own.then(|| view! { " " {chip(Tone::Info, "This one")} })}</span>
                    <span class="soft">{kind}</span>
                </span>
            </td>
            <td><span class="card-label">"Since "</span> {when(now, session.signed_in)}</td>
            <td><span class="card-label">"Last used "</span> {when(now, session.seen)}</td>
            <td class="row-text">{session.browser.address.unwrap_or_else(|| "–".to_owned())}</td>
            <td class="row-text soft">{browser(session.browser.agent.as_deref())}</td>
            <td title=absolute(session.expires)>
                <span class="card-label">"Ends "</span> {format!("in {left} min")}
            </td>
            <td class="row-action">{end}</td>
        </tr>
    }
}

fn end(session: &SessionSummary, is_own: bool) -> impl IntoView + use<> {
    let id = session.id.to_string();
    let name = visible(&session.name);
    let done = format!("The session of {name} was ended.");
    let question = Question {
        id: format!("end-{id}"),
        title: if is_own { "End your own session?".to_owned() } else { format!("End the session of {name}?") },
        verb: "End session",
        action: EndSession::PATH,
        fields: vec![("id", id)],
        phrase: None,
        next: None,
        done,
    };
    let whose = if is_own { "You are taken to the sign-in." } else { "Its next click leads to the sign-in." };
    let consequences = view! {
        <ul class="consequences">
            <li>{whose}</li>
            <li>"Nothing that was saved is lost. Anyone with the secret can sign in again."</li>
        </ul>
    };
    confirm(question, Opener::Danger("End session"), format!("End the session of {name}"), consequences)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::session::Browser;

    #[test]
    fn the_sentence_counts() {
        let session = |break_glass| SessionSummary {
            id: SessionId(Default::default()),
            name: String::new(),
            break_glass,
            signed_in: Timestamp::from_millis(0),
            seen: Timestamp::from_millis(0),
            browser: Browser::default(),
            expires: Timestamp::from_millis(0),
        };
        assert!(sentence(&[session(true)]).starts_with("1 session is alive, with a break-glass account."));
        assert!(sentence(&[session(true), session(false)]).starts_with("2 sessions are alive, 1 with a break-glass"));
        assert!(sentence(&[session(true), session(true)]).contains("all with break-glass accounts"));
    }
}
