use super::{
    actions::{PauseToken, RotateToken},
    made,
    read::Page,
    revoke::revoke,
    standing::Standing,
};
use crate::{
    components::{
        Opener, Question,
        attributes::{awake, done, once},
        confirm, hidden,
    },
    islands::submit::Submit,
    words::{count, visible},
};
use domain::token::{OVERLAP_DAYS, Token};
use leptos::{prelude::*, server_fn::ServerFn};

/// What can be done with a token that has not ended.
pub(super) fn buttons(page: &Page) -> impl IntoView + use<> {
    let token = page.token();
    view! {
        <div class="actions">
            {page.replaced_by.is_none().then(|| replace(token))}
            {if token.paused.is_some() { resume(token).into_any() } else { pause(page).into_any() }}
            {revoke(token, page.now, page.others)}
        </div>
    }
}

fn replace(token: &Token) -> impl IntoView + use<> {
    let (name, fields) = (visible(&token.name), vec![("id", token.id.to_string())]);
    let paused = token.paused.is_some();
    let lives = [("", as_before(token)), ("0", "Until you revoke it".to_owned())];
    let lives = lives.into_iter().chain([("90", "90 days"), ("180", "180 days"), ("365", "A year")].map(of_days));
    let lives = lives.map(|(days, words)| view! { <option value=days>{words}</option> });
    view! {
        <Submit>
            <button
                type="button"
                class="button button-small"
                commandfor="rotate"
                command="show-modal"
                {..awake()}
                disabled
            >
                Replace
            </button>
            <dialog class="dialog" id="rotate" aria-labelledby="rotate-title">
                <form
                    id="rotate-form"
                    class="dialog-body"
                    method="post"
                    {..once(made::DIALOG)}
                    {..done("The new token was made.")}
                    action=RotateToken::PATH
                >
                    <h2 id="rotate-title">{format!("Replace “{name}”?")}</h2>
                    <ul class="consequences">
                        <li>
                            "A new token is made with the same name, networks, client and budget, and shown once."
                        </li>
                        {paused.then(|| view! { <li>"It is paused too, until you resume it."</li> })}
                        <li>
                            {format!("This one keeps working for {OVERLAP_DAYS} days, so nothing stops. ")}
                            <strong>"Paste the new one into Entra within that time."</strong>
                        </li>
                        <li>"This page says when only the new one is in use, and offers to revoke this one."</li>
                    </ul>
                    <label class="field">
                        <span class="label">The new one works</span>
                        <select name="days">{lives.collect_view()}</select>
                    </label>
                    {hidden(fields)}
                    <p class="alert" role="alert"></p>
                </form>
                <div class="dialog-foot">
                    <form method="dialog">
                        <button class="button" autofocus>Cancel</button>
                    </form>
                    <button class="button button-primary" form="rotate-form">Make the new token</button>
                </div>
            </dialog>
        </Submit>
        {made::dialog(true)}
    }
}

/// How long a token works that is created for as long as this one was.
fn as_before(token: &Token) -> String {
    let days = token.lifetime().map(|millis| u64::try_from((millis + 43_200_000) / 86_400_000).unwrap_or_default());
    match days {
        None => "As this one: until you revoke it".to_owned(),
        Some(days) => format!("As long as this one was made for: {}", count(days, "day", "days")),
    }
}

fn of_days((days, words): (&'static str, &str)) -> (&'static str, String) {
    (days, words.to_owned())
}

/// The other token, while one replaces the other.
fn beside(page: &Page) -> Option<&Token> {
    let other = page.replaced_by.as_ref().or(page.replaces.as_ref());
    other.filter(|other| Standing::of(other, page.now).works())
}

fn pause(page: &Page) -> impl IntoView + use<> {
    let token = page.token();
    let beside = beside(page).map(|other| {
        let other = format!("“{}” (…{})", visible(&other.name), other.last_four);
        view! { <li><strong>{format!("{other} keeps working: pause it too to stop the directory.")}</strong></li> }
    });
    let question = Question {
        id: "pause".to_owned(),
        title: format!("Pause “{}”?", visible(&token.name)),
        verb: "Pause token",
        action: PauseToken::PATH,
        fields: vec![("id", token.id.to_string()), ("paused", "true".to_owned())],
        phrase: None,
        next: None,
        done: format!("“{}” is paused.", visible(&token.name)),
    };
    let consequences = view! {
        <ul class="consequences">
            <li>"Every call with it is answered with 403 until you resume it; the answer says why."</li>
            {beside}
            <li>
                <strong>"People who leave the company stay active here"</strong>
                " until then. The directory sends what it missed once the token works again."
            </li>
            <li>"Entra puts its provisioning job into quarantine after many refused calls, and then tries once a day."</li>
        </ul>
    };
    confirm(question, Opener::Plain("Pause"), format!("Pause {}", visible(&token.name)), consequences)
}

fn resume(token: &Token) -> impl IntoView + use<> {
    let fields = vec![("id", token.id.to_string()), ("paused", "false".to_owned())];
    view! {
        <Submit>
            <form method="post" {..done("The token works again.")} action=PauseToken::PATH>
                {hidden(fields)}
                <button class="button button-small button-primary">Resume</button>
            </form>
        </Submit>
    }
}

#[cfg(test)]
mod tests {
    use super::{super::tests::*, *};

    #[test]
    fn r14_the_dialog_says_how_long_the_new_one_works() {
        assert_eq!(as_before(&token()), "As this one: until you revoke it");
        let quarter = Token { expires: Some(NOW.plus_days(90)), ..token() };
        assert_eq!(as_before(&quarter), "As long as this one was made for: 90 days");
    }
}
