use super::{actions::SetGuard, read::Guard};
use crate::{
    components::number,
    islands::submit::Submit,
    words::{count, grouped},
};
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
                    <p><strong>{rule(settings, guard.active, guard.population)}</strong></p>
                    <p class="soft">{consequence(settings.mode)} " " {alerted(guard.has_channel)}</p>
                    <p class="soft">
                        "Counted over all tokens together, each person once: people who are deactivated, deleted or \
                         renamed, and people who leave a group that gives a role or has more than ten members, or one \
                         that is deleted or emptied. An administrator’s own changes do not count."
                    </p>
                    <p class="soft">
                        {basis(guard.population)}
                    </p>
                </div>
                {guard.may_change.then(|| change(settings))}
            </div>
        </section>
    }
}

/// Whether people who do not look at this page are alerted.
fn alerted(has_channel: bool) -> impl IntoView {
    match has_channel {
        true => "You are alerted through the alert channels.".into_any(),
        false => view! { "Without an alert channel, this is shown only here. " <a href="/admin/alerts">"Set one"</a> }
            .into_any(),
    }
}

/// What the percentage is of.
fn basis(population: u64) -> String {
    if population == 0 {
        return "The percentage applies from the second day on, when there is a number from the day before.".to_owned();
    }
    format!(
        "The percentage is of {}: the smallest number of the last seven days, without the last 24 hours, so that new \
         people do not raise it.",
        count(population, "active person", "active people"),
    )
}

fn change(settings: GuardSettings) -> impl IntoView {
    view! {
        <details class="fold">
            <summary>Change the guard</summary>
            <Submit>
                <form class="stack" method="post" action=SetGuard::PATH>
                    {modes(settings.mode)}
                    <div class="fields">
                        {number("count", "Always ordinary up to", settings.count, GuardSettings::COUNT, "people")}
                        {number("percent", "Or of active people", settings.percent, GuardSettings::PERCENT, "percent")}
                        {number("cap", "But at most", settings.cap, GuardSettings::CAP, "people")}
                        {number("minutes", "Within", settings.minutes, GuardSettings::MINUTES, "minutes")}
                    </div>
                    <p class="hint">
                        "The greater of the number and the percentage is ordinary, and within a day twice as many. The \
                         percentage never allows more than “But at most”. Entra’s cycle takes about 40 minutes."
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
            {mode(GuardMode::Alert, "Let them go")}
            {mode(GuardMode::Hold, "Hold them back")}
        </fieldset>
    }
}

/// The rule in a sentence, with the numbers of this directory.
fn rule(settings: GuardSettings, active: u64, population: u64) -> String {
    let threshold = settings.threshold(population);
    let time = count(u64::from(settings.minutes), "minute", "minutes");
    let people = if active > threshold {
        format!("{} of {}", grouped(threshold), count(active, "active person", "active people"))
    } else {
        count(threshold, "person", "people")
    };
    let slow = grouped(settings.slow_threshold(population));
    format!(
        "It looks like a mistake when more than {people} lose something within {time}, or more than {slow} in a day."
    )
}

/// What happens when the threshold is exceeded.
fn consequence(mode: GuardMode) -> &'static str {
    match mode {
        GuardMode::Alert => "They lose it all the same, and one click here restores them as they were.",
        GuardMode::Hold => {
            "No more people lose anything until you approve: the directory is answered with an error that says so, and \
             tries again."
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETTINGS: GuardSettings =
        GuardSettings { mode: GuardMode::Alert, count: 10, percent: 20, cap: 50, minutes: 40 };

    #[test]
    fn the_rule_has_the_numbers_of_this_directory() {
        for (active, people, slow) in [
            (1_284, "50 of 1,284 active people", 100),
            (100, "20 of 100 active people", 40),
            (11, "10 of 11 active people", 20),
            (10, "10 people", 20),
        ] {
            let expected = format!(
                "It looks like a mistake when more than {people} lose something within 40 minutes, or more than {slow} in \
                 a day."
            );
            assert_eq!(rule(SETTINGS, active, active), expected);
        }
        // People who were created today do not raise the limit.
        assert!(rule(SETTINGS, 2_600, 100).contains("20 of 2,600 active people"));
    }
}
