//! The record of a drill, made to be printed and signed.

use crate::{
    ApiError,
    components::{Here, Tone, chip, framed},
    islands::print_button::PrintButton,
    words::absolute,
};
use domain::{Timestamp, drill::Drill, session::MINUTES};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

/// The page.
pub(crate) fn show() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id")).unwrap_or_default();
    framed(Here::BreakGlass, async move |console, _| {
        let id = id.parse().map_err(|_| ApiError::NotFound)?;
        let drill = console.drill(id).await?;
        Ok(page(drill, console.now()).into_any())
    })
}

/// How a drill ended, in a word.
pub(super) fn outcome(drill: &Drill, now: Timestamp) -> (Tone, &'static str) {
    match drill.completed {
        Some(_) => (Tone::Ok, "Finished"),
        None if drill.signed_in >= now.plus_millis(-MINUTES * 60_000) => (Tone::Info, "Goes on"),
        None => (Tone::Warn, "Not finished"),
    }
}

fn page(drill: Drill, now: Timestamp) -> impl IntoView {
    let (tone, word) = outcome(&drill, now);
    let from = drill.address.clone().unwrap_or_else(|| "an address that is not known".to_owned());
    let facts = [
        ("Account", drill.account_name.clone()),
        ("Signed in from", from),
        ("Began", absolute(drill.started)),
        ("Record", drill.id.to_string()),
    ];
    let fact = |(name, value)| {
        view! {
            <div>
                <dt>{name}</dt>
                <dd>{value}</dd>
            </div>
        }
    };
    view! {
        <Title text="Record of a drill"/>
        <div class="page-head">
            <p class="eyebrow"><a href="/admin/break-glass">"Break-glass accounts"</a></p>
            <div class="panel-title"><h1>"Record of a drill"</h1> {chip(tone, word)}</div>
            <p class="soft">{verdict(&drill)}</p>
        </div>
        <section class="panel record" aria-label="Record">
            <dl class="attributes">{facts.map(fact).collect_view()}</dl>
            {steps(&drill)}
            {signatures()}
        </section>
        <p class="screen-only"><PrintButton/></p>
    }
}

/// What the drill has shown, in a sentence.
fn verdict(drill: &Drill) -> String {
    let alerts = match (drill.seen.len(), drill.channels.len()) {
        (_, 0) => "no alert channel was set up".to_owned(),
        (seen, all) if seen == all => "every alert channel was read".to_owned(),
        (seen, all) => format!("{seen} of {all} alert channels were read"),
    };
    let task =
        if drill.task.is_some() { "an administrator’s task was done" } else { "no administrator’s task was done" };
    format!("{} opened the console, {task}, and {alerts}.", drill.account_name)
}

/// Each thing on the list: what, the result, and when, if that is known.
fn rows(drill: &Drill) -> Vec<(String, &'static str, String)> {
    let at = |at: Option<Timestamp>| at.map_or_else(|| "–".to_owned(), absolute);
    let done = |is_done: bool| if is_done { "Done" } else { "Not done" };
    let mut rows = vec![
        ("Signed in with the secret or a code".to_owned(), "Done", absolute(drill.signed_in)),
        ("Drill begun".to_owned(), "Done", absolute(drill.started)),
        ("One administrator’s task".to_owned(), done(drill.task.is_some()), at(drill.task)),
    ];
    rows.extend(drill.channels.iter().map(|channel| {
        let seen = drill.seen.contains(channel);
        // The time of each code is not kept: it lies between the start and the end.
        let time = if seen { "during the drill" } else { "–" };
        (format!("Alert by {channel} read, its code typed back"), done(seen), time.to_owned())
    }));
    if drill.channels.is_empty() {
        rows.push(("Alerts read".to_owned(), "No channel", "–".to_owned()));
    }
    rows.push(("Drill finished".to_owned(), done(drill.completed.is_some()), at(drill.completed)));
    rows
}

fn steps(drill: &Drill) -> impl IntoView + use<> {
    let row = |(what, result, time)| {
        view! {
            <tr>
                <td class="row-main">{what}</td>
                <td>{result}</td>
                <td class="soft">{time}</td>
            </tr>
        }
    };
    view! {
        <table class="rows" aria-label="Steps">
            <thead>
                <tr>
                    <th scope="col">Step</th>
                    <th scope="col">Result</th>
                    <th scope="col">Time</th>
                </tr>
            </thead>
            <tbody>{rows(drill).into_iter().map(row).collect_view()}</tbody>
        </table>
    }
}

/// Lines to fill in by hand; they are printed only.
fn signatures() -> impl IntoView {
    let line = |words| view! { <p class="signature">{words}</p> };
    view! {
        <div class="signatures">
            {line("Done by: name, date, signature")} {line("Witnessed by: name, date, signature")}
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::BreakGlassId;

    fn drill() -> Drill {
        let at = Timestamp::from_millis(1_795_000_000_000);
        Drill {
            id: Default::default(),
            account: BreakGlassId(Default::default()),
            account_name: "gate-7f3k".to_owned(),
            signed_in: at,
            started: at.plus_millis(60_000),
            address: None,
            seed: [0; 16],
            task: Some(at.plus_millis(120_000)),
            channels: vec!["mail".to_owned(), "webhook".to_owned()],
            seen: vec!["mail".to_owned()],
            completed: None,
        }
    }

    #[test]
    fn the_record_says_what_was_not_done() {
        let drill = drill();
        let rows = rows(&drill);
        let result = |of: &str| rows.iter().find(|(what, ..)| what.contains(of)).map(|(_, result, _)| *result);
        assert_eq!(result("mail"), Some("Done"));
        assert_eq!(result("webhook"), Some("Not done"));
        assert_eq!(result("finished"), Some("Not done"));
        assert!(verdict(&drill).ends_with("1 of 2 alert channels were read."));
    }

    #[test]
    fn an_unfinished_drill_ends_with_its_session() {
        let drill = drill();
        let word = |minutes: i64| outcome(&drill, drill.signed_in.plus_millis(minutes * 60_000)).1;
        assert_eq!([word(30), word(31)], ["Goes on", "Not finished"]);
        let done = Drill { completed: Some(drill.started), ..drill.clone() };
        assert_eq!(outcome(&done, drill.started).1, "Finished");
    }
}
