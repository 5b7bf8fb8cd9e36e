use super::{actions::SetTokenNetworks, read::Page};
use crate::{
    components::{Tone, chip, hidden, when},
    islands::submit::Submit,
    words::{count, list},
};
use domain::{
    Timestamp,
    console::TokenDetail,
    token::{FORGOTTEN_DAYS, MOST_SEEN, Networks, SeenNetwork},
};
use leptos::{prelude::*, server_fn::ServerFn};

/// How many networks are listed: those of the latest calls.
const LISTED: usize = 25;

/// Where the token was used from, and where it may be used from.
pub(super) fn panel(page: &Page) -> impl IntoView + use<> {
    let detail = &page.detail;
    let networks = detail.token.networks.as_ref();
    let outside: Vec<String> = detail.outside().iter().map(|seen| seen.network.clone()).collect();
    let warn = !outside.is_empty();
    let works = detail.token.ended(page.now).is_none();
    view! {
        <section class="panel" aria-labelledby="networks">
            <div class="panel-head">
                <div class="panel-title"><h2 id="networks">Networks</h2> {mode(networks)}</div>
            </div>
            <div class="panel-text">
                <p class:soft=!warn class:warn-text=warn>{sentence(detail)}</p>
                {(page.may_change && works).then(|| form(detail))}
            </div>
            {if detail.seen.is_empty() {
                ().into_any()
            } else {
                seen(&detail.seen, &outside, page.now).into_any()
            }}
        </section>
    }
}

fn mode(networks: Option<&Networks>) -> impl IntoView + use<> {
    match networks {
        None => chip(Tone::Plain, "Any network"),
        Some(Networks { enforced: false, .. }) => chip(Tone::Info, "Trying out"),
        Some(Networks { enforced: true, .. }) => chip(Tone::Ok, "Enforced"),
    }
}

fn sentence(detail: &TokenDetail) -> String {
    let outside = detail.outside();
    let names: Vec<&str> = outside.iter().map(|seen| seen.network.as_str()).collect();
    let number = count(outside.len() as u64, "network", "networks");
    match (&detail.token.networks, outside.is_empty()) {
        (None, _) => "It may be used from anywhere.".to_owned(),
        (Some(networks), true) if networks.enforced => {
            format!("It may be used from {} only; calls from elsewhere are refused and alert you.", networks.list)
        }
        (Some(networks), true) => format!(
            "Every call so far came from {}. Nothing would have been refused, so you can enforce the list.",
            networks.list
        ),
        (Some(networks), false) if networks.enforced => format!(
            "It may be used from {} only. It was used from {number} outside before that: {}.",
            networks.list,
            list(&names)
        ),
        (Some(networks), false) => format!(
            "Were {} enforced, calls from {number} would have been refused: {}. Add them first, if they are your \
             directory’s.",
            networks.list,
            list(&names)
        ),
    }
}

fn form(detail: &TokenDetail) -> impl IntoView + use<> {
    let fields = vec![("id", detail.token.id.to_string())];
    let networks = detail.token.networks.as_ref();
    let lines = networks.map(|networks| networks.list.replace(", ", "\n")).unwrap_or_default();
    let enforced = networks.is_some_and(|networks| networks.enforced);
    let choice = |value: &'static str, now: bool, word: &'static str, words: &'static str| {
        view! {
            <label class="choice">
                <input type="radio" name="enforced" value=value checked=now/>
                <span>
                    <strong>{word}</strong>
                    <span class="soft">{words}</span>
                </span>
            </label>
        }
    };
    view! {
        <details class="fold">
            <summary>Change the list</summary>
            <Submit>
                <form class="stack" method="post" action=SetTokenNetworks::PATH>
                    {hidden(fields)}
                    <label class="field">
                        <span class="label">Networks, one a line</span>
                        <textarea
                            name="list"
                            rows="4"
                            autocomplete="off"
                            spellcheck="false"
                            placeholder="20.190.128.0/18"
                            aria-describedby="list-hint"
                        >
                            {lines}
                        </textarea>
                    </label>
                    <p class="hint" id="list-hint">
                        "For example 20.190.128.0/18 or 2603:1000::/24, or single addresses; an empty list lets it be \
                         used from anywhere. Entra calls from the networks of the service tag AzureActiveDirectory, \
                         which Microsoft publishes and changes from time to time."
                    </p>
                    <fieldset class="choices">
                        <legend class="label">Calls from elsewhere</legend>
                        {choice("false", !enforced, "Try the list out", "They go through, and this page says which would have been refused.")}
                        {choice(
                            "true",
                            enforced,
                            "Enforce the list",
                            "They are refused with 403, and you are alerted. A list that leaves out a network that was \
                             used within the last day is not accepted: it would cut the directory off.",
                        )}
                    </fieldset>
                    <button class="button">Save</button>
                </form>
            </Submit>
        </details>
    }
}

fn seen(seen: &[SeenNetwork], outside: &[String], now: Timestamp) -> impl IntoView + use<> {
    let row = |seen: &SeenNetwork| {
        let is_outside = outside.contains(&seen.network);
        view! {
            <tr>
                <td class="row-main"><code>{seen.network.clone()}</code></td>
                <td class="soft"><span class="card-label">"First "</span> {when(now, seen.first)}</td>
                <td class="soft"><span class="card-label">"Last "</span> {when(now, seen.last)}</td>
                <td>{is_outside.then(|| chip(Tone::Warn, "Outside the list"))}</td>
            </tr>
        }
    };
    view! {
        <table class="rows" aria-label="Where it was used from">
            <thead>
                <tr>
                    <th scope="col">Used from</th>
                    <th scope="col">First call</th>
                    <th scope="col">Last call</th>
                    <th scope="col"><span class="visually-hidden">Whether it is in the list</span></th>
                </tr>
            </thead>
            <tbody>{seen.iter().take(LISTED).map(row).collect_view()}</tbody>
        </table>
        {(seen.len() > LISTED).then(|| view! { <p class="panel-text soft">{unlisted(seen.len() - LISTED)}</p> })}
    }
}

fn unlisted(more: usize) -> String {
    let more = count(more as u64, "network", "networks");
    format!(
        "And {more} before these. Postern keeps the {MOST_SEEN} of the latest calls, and forgets one after \
         {FORGOTTEN_DAYS} days without a call."
    )
}

#[cfg(test)]
mod tests {
    use super::{super::tests::*, *};
    use domain::token::Token;

    fn said(list: Option<(&str, bool)>, seen: &[&str]) -> String {
        let networks = list.map(|(list, enforced)| Networks { list: list.to_owned(), enforced });
        let seen = seen.iter().map(|network| SeenNetwork { network: (*network).to_owned(), first: NOW, last: NOW });
        sentence(&TokenDetail { token: Token { networks, ..token() }, seen: seen.collect(), user: None, stored: 0 })
    }

    #[test]
    fn a_list_that_is_tried_out_says_what_it_would_do() {
        assert_eq!(said(None, &["192.0.2.1"]), "It may be used from anywhere.");
        let tried = Some(("192.0.2.0/24", false));
        assert!(said(tried, &["192.0.2.1"]).contains("you can enforce the list"));
        assert!(
            said(tried, &["192.0.2.1", "198.51.100.7"])
                .contains("from 1 network would have been refused: 198.51.100.7.")
        );
        let enforced = Some(("192.0.2.0/24", true));
        assert!(said(enforced, &["192.0.2.1"]).contains("only; calls from elsewhere are refused"));
        assert!(said(enforced, &["198.51.100.7"]).contains("1 network outside before that: 198.51.100.7."));
    }

    #[test]
    fn r10_a_sentence_names_a_few_networks() {
        let many: Vec<String> = (0..200).map(|number| format!("198.51.100.{number}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let said = said(Some(("192.0.2.0/24", true)), &many);
        assert!(said.contains("from 200 networks outside") && said.contains("198.51.100.3 and 196 others."), "{said}");
    }
}
