use super::attributes;
use crate::islands::submit::Submit;
use leptos::prelude::*;

/// An action that needs a confirmation first.
pub(crate) struct Question {
    /// The dialog's id, unique on the page.
    pub(crate) id: String,
    /// The question, which is the dialog's heading.
    pub(crate) title: String,
    /// The label of the button that carries out the action.
    pub(crate) verb: &'static str,
    /// Where the form is posted.
    pub(crate) action: &'static str,
    /// The hidden fields of the form.
    pub(crate) fields: Vec<(&'static str, String)>,
    /// What must be typed first, if the action affects many people.
    pub(crate) phrase: Option<String>,
    /// The page to open next; `None` for this one.
    pub(crate) next: Option<&'static str>,
    /// The message to show when it is done.
    pub(crate) done: String,
}

/// What opens the question.
pub(crate) enum Opener {
    /// A switch that is on.
    Switch,
    /// A button in a row, with its label, for a destructive action.
    Danger(&'static str),
    /// A button in a row, with its label.
    Plain(&'static str),
}

/// A button that asks first; `label` is its name for screen readers. `consequences` say what will happen. The browser
/// itself opens the dialog, so nothing happens without the question.
pub(crate) fn confirm(
    question: Question,
    opener: Opener,
    label: String,
    consequences: impl IntoView + 'static,
) -> impl IntoView {
    let Question { id, title, verb, action, fields, phrase, next, done } = question;
    let (title_id, form_id) = (format!("{id}-title"), format!("{id}-form"));
    view! {
        <Submit>
            {button(opener, label, id.clone())}
            <dialog class="dialog" id=id.clone() aria-labelledby=title_id.clone()>
                <div class="dialog-body">
                    <h2 id=title_id.clone()>{title}</h2>
                    {consequences}
                    {phrase.map(|phrase| typed(phrase, form_id.clone()))}
                    <p class="alert" role="alert"></p>
                </div>
                <div class="dialog-foot">
                    <form method="dialog">
                        <button class="button" autofocus>Cancel</button>
                    </form>
                    <form
                        method="post"
                        {..attributes::next(next.map(str::to_owned))}
                        {..attributes::done(done)}
                        action=action
                        id=form_id.clone()
                    >
                        {hidden(fields)}
                        <button class="button button-danger">{verb}</button>
                    </form>
                </div>
            </dialog>
        </Submit>
    }
}

/// The hidden fields of a form.
pub(crate) fn hidden(fields: Vec<(&'static str, String)>) -> impl IntoView {
    fields.into_iter().map(|(name, value)| view! { <input type="hidden" name=name value=value/> }).collect_view()
}

fn button(opener: Opener, label: String, dialog: String) -> AnyView {
    let (class, word) = match opener {
        Opener::Switch => {
            return view! {
                <button
                    type="button"
                    class="switch"
                    role="switch"
                    aria-checked="true"
                    aria-label=label
                    commandfor=dialog
                    command="show-modal"
                >
                    <span class="switch-word" aria-hidden="true">On</span>
                    <span class="switch-track"></span>
                </button>
            }
            .into_any();
        }
        Opener::Danger(word) => ("button button-small button-outlined", word),
        Opener::Plain(word) => ("button button-small", word),
    };
    view! {
        <button type="button" class=class aria-label=label commandfor=dialog command="show-modal">{word}</button>
    }
    .into_any()
}

/// A field that only the browser checks; it has no name, so it is not sent.
fn typed(phrase: String, form: String) -> impl IntoView {
    let pattern: String = phrase.chars().map(escaped).collect();
    view! {
        <label class="field">
            <span class="label">"Type " <code>{phrase}</code> " to go on"</span>
            <input required pattern=pattern form=form autocomplete="off" autocapitalize="none" spellcheck="false"/>
        </label>
    }
}

/// A character, escaped so that a regular expression with the `v` flag matches it literally.
fn escaped(c: char) -> String {
    if c.is_alphanumeric() || c == ' ' { c.to_string() } else { format!("\\u{{{:x}}}", u32::from(c)) }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_phrase_is_no_pattern() {
        let pattern: String = "gate-7f3k (1)".chars().map(super::escaped).collect();
        assert_eq!(pattern, r"gate\u{2d}7f3k \u{28}1\u{29}");
    }
}
