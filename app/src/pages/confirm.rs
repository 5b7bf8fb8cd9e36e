use crate::{
    components::{Here, framed, hidden},
    request::{Carried, ConfirmFailed, asked_next},
    words::visible,
};
use domain::{
    console::Console,
    session::{FRESH_MINUTES, REASON_CHARS},
};
use leptos::prelude::*;
use leptos_meta::Title;

/// Common reasons for a session; any other text will do too.
const REASONS: [&str; 4] = ["Set up Entra", "A colleague is locked out", "Drill", "Look at something unusual"];

/// Asks for the secret again, and for the reason of the session, before a change that needs them. A plain form, like
/// the sign-in.
pub(crate) fn show() -> impl IntoView {
    let failed = use_context::<ConfirmFailed>();
    let asked = failed.unwrap_or_else(|| ConfirmFailed {
        carried: Carried { next: asked_next(), ..Carried::default() },
        ..ConfirmFailed::default()
    });
    framed(Here::Nowhere, async move |console, _| Ok(page(&console, asked).into_any()))
}

fn page(console: &Console, asked: ConfirmFailed) -> impl IntoView + use<> {
    let ConfirmFailed { message, carried: Carried { next, reason, waiting } } = asked;
    let (needs_secret, needs_reason) = (!console.is_fresh(), console.needs_reason());
    // Only our own pages are linked to; the address in the answer is checked where it arrives.
    let back = if next.starts_with("/admin/") { next.clone() } else { "/admin".to_owned() };
    let name = visible(&console.principal().person.name);
    let title = if needs_reason && !needs_secret { "Say what this session is for" } else { "Confirm that it is you" };
    let then = match (waiting.is_empty(), next.is_empty()) {
        (false, _) => " Nothing has been changed yet: your request is carried out after you confirm.",
        (true, false) => {
            " Nothing has been changed yet: after you confirm, you return to what you entered and press the button \
             again."
        }
        (true, true) => "",
    };
    let why = why(needs_secret, needs_reason, then);
    let form = (needs_secret || needs_reason).then(|| {
        view! {
            <form class="panel confirm" method="post" action="/admin/confirm" aria-label="Confirm">
                {(!message.is_empty()).then(|| view! { <p class="alert" role="alert" id="failed">{message}</p> })}
                {needs_reason.then(|| reason_field(reason))}
                {needs_secret.then(|| secret_field(!needs_reason))}
                {hidden(vec![("next", next), ("waiting", waiting)])}
                <div class="buttons">
                    <button class="button button-primary">Confirm</button>
                    <a class="button" href=back.clone()>Go back</a>
                </div>
            </form>
        }
    });
    let nothing = form.is_none().then(|| view! { <p><a class="button" href=back>Go on</a></p> });
    view! {
        <Title text=title/>
        <div class="page-head">
            <h1>{title}</h1>
            <p class="soft">{format!("You are signed in as {name}. {}", why)}</p>
        </div>
        {form}
        {nothing}
    }
}

/// Why each is needed, and what follows.
fn why(needs_secret: bool, needs_reason: bool, then: &str) -> String {
    let secret = format!(
        "Your secret was last given more than {FRESH_MINUTES} minutes ago, and changes of ways in need it again: an \
         unattended screen must not open the gate."
    );
    let reason = "This session has no reason yet; it is recorded with every change in the audit log.";
    match (needs_secret, needs_reason) {
        (true, true) => format!("{reason} {secret}{then}"),
        (true, false) => format!("{secret}{then}"),
        (false, true) => format!("{reason}{then}"),
        (false, false) => "You have confirmed this already; there is nothing to enter.".to_owned(),
    }
}

fn reason_field(reason: String) -> impl IntoView {
    view! {
        <div class="field">
            <label class="label" for="reason">"What is this session for?"</label>
            <input
                id="reason"
                name="reason"
                value=reason
                list="reasons"
                required
                minlength=REASON_CHARS.start().to_string()
                maxlength=REASON_CHARS.end().to_string()
                autofocus
                autocomplete="off"
                aria-describedby="reason-hint"
            />
            <datalist id="reasons">{REASONS.map(|reason| view! { <option value=reason></option> }).collect_view()}</datalist>
            <p class="hint" id="reason-hint">"For example “Set up Entra”, “A colleague is locked out”, “Drill”."</p>
        </div>
    }
}

fn secret_field(focus: bool) -> impl IntoView {
    view! {
        <div class="field">
            <label class="label" for="secret">"Your secret, or a recovery code"</label>
            <input
                id="secret"
                name="secret"
                type="password"
                required
                autofocus=focus
                autocomplete="current-password"
                aria-describedby="secret-hint"
            />
            <p class="hint" id="secret-hint">"Hyphens, blanks and capitals do not matter. A recovery code works once."</p>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::why;

    #[test]
    fn only_what_is_missing_is_explained() {
        let both = why(true, true, " Then.");
        assert!(both.contains("secret was last given") && both.contains("audit log") && both.ends_with("Then."));
        assert!(!why(true, false, "").contains("audit log") && !why(false, true, "").contains("secret was"));
        assert!(why(false, false, "").contains("nothing to enter"));
    }
}
