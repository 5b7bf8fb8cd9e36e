use super::{Guard, consequence, rule};
use crate::{api::guard::SetGuard, islands::submit::Submit};
use domain::settings::{GuardMode, GuardSettings};
use leptos::{prelude::*, server_fn::ServerFn};

/// How the guard is set, what that means here, and the form to change it.
pub(super) fn panel(guard: &Guard) -> impl IntoView + use<> {
    let settings = guard.settings;
    view! {
        <section class="panel" aria-labelledby="setting">
            <div class="panel-head">
                <h2 id="setting">"When too many leave at once"</h2>
            </div>
            <div class="panel-text">
                <div class="prose-lines">
                    <p><strong>{rule(settings, guard.active)}</strong></p>
                    <p class="soft">{consequence(settings.mode)}</p>
                    <p class="soft">
                        "Counted for each token: people who are deactivated or deleted, and the members of groups that \
                         are deleted or emptied. An administrator’s own changes do not count."
                    </p>
                </div>
                {guard.may_change.then(|| change(settings))}
            </div>
        </section>
    }
}

fn change(settings: GuardSettings) -> impl IntoView {
    view! {
        <details class="fold">
            <summary>Change the guard</summary>
            <Submit>
                <form class="stack" method="post" action=SetGuard::PATH>
                    {modes(settings.mode)}
                    <div class="fields">
                        {number("count", "Ordinary in any case", settings.count, "1", "100000", "departures")}
                        {number("percent", "And of active people", settings.percent, "1", "100", "percent")}
                        {number("minutes", "Within", settings.minutes, "5", "1440", "minutes")}
                    </div>
                    <p class="hint">
                        "The greater of the first two is what is ordinary. Entra’s cycle takes about 40 minutes."
                    </p>
                    <button class="button">Save</button>
                </form>
            </Submit>
        </details>
    }
}

fn modes(now: GuardMode) -> impl IntoView {
    let mode = |mode: GuardMode, word: &'static str| {
        view! {
            <label class="choice">
                <input type="radio" name="mode" value=mode.as_str() checked={mode == now}/>
                <span>
                    <strong>{word}</strong>
                    <span class="soft">{consequence(mode)}</span>
                </span>
            </label>
        }
    };
    view! {
        <fieldset class="choices">
            <legend class="label">What happens then</legend>
            {mode(GuardMode::Alert, "Tell me")}
            {mode(GuardMode::Hold, "Hold them back")}
        </fieldset>
    }
}

fn number(
    name: &'static str,
    label: &'static str,
    value: u32,
    min: &'static str,
    max: &'static str,
    unit: &'static str,
) -> impl IntoView {
    view! {
        <label class="field">
            <span class="label">{label}</span>
            <span class="with-unit">
                <input class="number" type="number" name=name min=min max=max required value=value.to_string()/>
                <span class="soft">{unit}</span>
            </span>
        </label>
    }
}
