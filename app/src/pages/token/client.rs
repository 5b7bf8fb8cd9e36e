use super::{actions::SetTokenClient, read::Page};
use crate::{
    components::{Tone, chip, hidden},
    islands::submit::Submit,
};
use domain::token::{ClientProfile, Token};
use leptos::{prelude::*, server_fn::ServerFn};

/// The choices of the form, in their order; the first leaves it to the client.
const CHOICES: [(Option<ClientProfile>, &str, &str); 4] = [
    (None, "Detect", "Detected from what the client sends. Once it is detected as Entra or Okta, it stays so."),
    (
        Some(ClientProfile::Entra),
        "Microsoft Entra ID",
        "“replace” of a group’s members adds them and removes none: Entra sends one such change for each person.",
    ),
    (Some(ClientProfile::Okta), "Okta", "“replace” of a group’s members replaces them, as RFC 7644 says."),
    (
        Some(ClientProfile::Generic),
        "Other SCIM client",
        "“replace” of a group’s members replaces them, as RFC 7644 says.",
    ),
];

/// The client that the token is treated as belonging to, and the form to change that.
pub(super) fn panel(page: &Page) -> impl IntoView + use<> {
    let token = page.token();
    let works = token.ended(page.now).is_none();
    let tone = if token.profile.is_some() { Tone::Info } else { Tone::Plain };
    view! {
        <section class="panel" aria-labelledby="client">
            <div class="panel-head">
                <div class="panel-title"><h2 id="client">Client</h2> {chip(tone, word(token.profile))}</div>
            </div>
            <div class="panel-text">
                <p class="soft">{sentence(token)}</p>
                {(page.may_change && works).then(|| form(token))}
            </div>
        </section>
    }
}

/// The client in a word or two.
pub(in crate::pages) fn word(profile: Option<ClientProfile>) -> &'static str {
    match profile {
        None => "Not known yet",
        Some(ClientProfile::Entra) => "Entra",
        Some(ClientProfile::Okta) => "Okta",
        Some(ClientProfile::Generic) => "Other",
    }
}

/// How that is known; empty if it is not.
pub(in crate::pages) fn source(token: &Token) -> &'static str {
    match (token.profile, token.profile_set) {
        (None, _) => "",
        (Some(_), true) => "set",
        (Some(_), false) => "detected",
    }
}

fn sentence(token: &Token) -> String {
    let meaning = match token.profile {
        Some(ClientProfile::Entra) => "A PATCH that replaces a group’s members adds them and removes none.",
        _ => "A PATCH that replaces a group’s members removes all others.",
    };
    let known = match (token.profile, token.profile_set) {
        (None, _) => "Nothing that it has sent so far shows which directory uses it.".to_owned(),
        (Some(ClientProfile::Entra), false) => "Its calls show that Microsoft Entra ID uses it.".to_owned(),
        (Some(ClientProfile::Okta), false) => "Its calls show that Okta uses it.".to_owned(),
        (Some(ClientProfile::Generic), false) => {
            "Nothing that it has sent so far is typical of Entra or Okta.".to_owned()
        }
        (Some(profile), true) => {
            let name = CHOICES.iter().find(|(choice, ..)| *choice == Some(profile)).map_or("", |(_, name, _)| name);
            format!("An administrator has set it: {name}.")
        }
    };
    format!("{known} {meaning}")
}

fn form(token: &Token) -> impl IntoView + use<> {
    let now = token.profile.filter(|_| token.profile_set);
    let fields = vec![("id", token.id.to_string())];
    let choice = move |(choice, name, words): (Option<ClientProfile>, &'static str, &'static str)| {
        let value = choice.map_or("", ClientProfile::as_str);
        view! {
            <label class="choice">
                <input type="radio" name="client" value=value checked={choice == now}/>
                <span>
                    <strong>{name}</strong>
                    <span class="soft">{words}</span>
                </span>
            </label>
        }
    };
    view! {
        <details class="fold">
            <summary>Change the client</summary>
            <Submit>
                <form class="stack" method="post" action=SetTokenClient::PATH>
                    {hidden(fields)}
                    <fieldset class="choices">
                        <legend class="label">Who calls with this token</legend>
                        {CHOICES.map(choice).collect_view()}
                    </fieldset>
                    <button class="button">Save</button>
                </form>
            </Submit>
        </details>
    }
}

#[cfg(test)]
mod tests {
    use super::{super::tests::*, *};

    #[test]
    fn it_says_what_is_known_and_what_follows() {
        let said = |profile, profile_set| sentence(&Token { profile, profile_set, ..token() });
        assert!(said(None, false).starts_with("Nothing that it has sent so far shows"));
        assert!(said(Some(ClientProfile::Entra), false).ends_with("adds them and removes none."));
        assert!(said(Some(ClientProfile::Okta), true).starts_with("An administrator has set it: Okta. A PATCH"));
        assert!(said(Some(ClientProfile::Generic), false).ends_with("removes all others."));
    }
}
