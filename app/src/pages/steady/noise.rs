//! What is sent again and again: the attribute, to how many, why, and what ends it.

use super::cause::{self, ENTERPRISE};
use crate::{
    components::when,
    pages::activity::calls_about,
    words::{count, grouped, visible},
};
use domain::{Timestamp, activity::Subject, cycle::Noise, token::ClientProfile};
use leptos::prelude::*;

/// The list.
pub(super) fn list(noise: &[Noise], profile: Option<ClientProfile>, now: Timestamp) -> impl IntoView + use<> {
    view! {
        <h3 class="panel-text panel-line">Sent again and again</h3>
        <ol class="noise">{noise.iter().map(|noise| item(noise, profile, now)).collect_view()}</ol>
    }
}

fn item(noise: &Noise, profile: Option<ClientProfile>, now: Timestamp) -> impl IntoView + use<> {
    let cause = cause::of(noise, profile);
    let example = noise.example.as_ref().map(|(target, name)| {
        let name = name.as_deref().map_or_else(|| "one that is gone".to_owned(), visible);
        view! { <p class="soft">"For example " <a href=calls_about(*target)>{name}</a></p> }
    });
    let whom = match noise.subject {
        Subject::Group => count(noise.resources, "group", "groups"),
        _ => count(noise.resources, "person", "people"),
    };
    view! {
        <li>
            <p>
                <strong>{attributes(&noise.attributes)}</strong>
                {format!(" of {whom}, in up to {}, since ", count(noise.cycles, "cycle", "cycles"))}
                {when(now, noise.first)} {undone(noise)}
            </p>
            <p>{cause.because}</p>
            <p><strong>"What to do: "</strong> {cause.remedy}</p>
            {example}
        </li>
    }
}

/// The attributes as a person reads them.
fn attributes(paths: &str) -> AnyView {
    if paths.is_empty() {
        return "The whole resource".into_any();
    }
    let short = |path: &str| match path.strip_prefix(ENTERPRISE) {
        Some(name) => format!("{} (enterprise extension)", visible(name)),
        None => visible(path),
    };
    let names: Vec<String> = paths.split(", ").map(short).collect();
    view! { <code>{names.join(", ")}</code> }.into_any()
}

/// Whether the changes have an effect.
fn undone(noise: &Noise) -> String {
    match noise.undone {
        0 => ". It changes little or nothing.".to_owned(),
        undone if undone == noise.resources => ". It changes something in most cycles.".to_owned(),
        undone => format!(". It changes something in most cycles for {} of them.", grouped(undone)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_shown_short() {
        let html = |paths: &str| attributes(paths).to_html();
        assert!(html(&format!("{ENTERPRISE}manager, title")).contains("manager (enterprise extension), title"));
        assert!(html("").contains("The whole resource"));
    }
}
