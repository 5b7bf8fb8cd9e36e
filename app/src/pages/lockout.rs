use crate::{
    components::{Here, framed, lockout},
    words::{count, grouped},
};
use domain::{lockout::Simulation, settings::GuardMode};
use leptos::prelude::*;
use leptos_meta::Title;

/// Who could still get in if a way in were lost, and what would happen if everybody were deactivated now.
pub(crate) fn show() -> impl IntoView {
    framed(Here::Lockout, async |console, _| Ok(page(&console.simulate().await?).into_any()))
}

fn page(simulation: &Simulation) -> impl IntoView + use<> {
    let sentences = sentences(simulation);
    view! {
        <Title text="Lock-out"/>
        <div class="page-head">
            <p class="eyebrow">Access</p>
            <h1>"Lock-out"</h1>
            <p class="soft">{lockout::summary(&simulation.doors)}</p>
        </div>
        <section class="panel" aria-labelledby="left">
            <div class="panel-head">
                <h2 id="left">
                    "If single sign-on, the directory or the sheets were lost now, who could still get in?"
                </h2>
                <a href="/admin/break-glass">"Break-glass accounts"</a>
            </div>
            {lockout::meter(&simulation.doors)}
        </section>
        <section class="panel" aria-labelledby="if">
            <div class="panel-head">
                <h2 id="if">"If Entra deactivated everyone now"</h2>
                <p class="soft">"Counted just now; nothing was changed."</p>
            </div>
            <ul class="panel-text consequences simulation">
                {sentences.into_iter().map(|words| view! { <li>{words}</li> }).collect_view()}
            </ul>
        </section>
    }
}

/// What would happen, step by step.
fn sentences(simulation: &Simulation) -> Vec<String> {
    let Simulation { users, sessions, .. } = *simulation;
    if users == 0 {
        return vec![
            "There is no active user whom it could deactivate.".to_owned(),
            lockout::summary(&simulation.doors),
        ];
    }
    let mut sentences = vec![people(simulation), guard(simulation)];
    sentences.push(match sessions {
        0 => "No user is signed in, so no session would end.".to_owned(),
        _ => format!("{} would end with the next click.", count(sessions, "session of a user", "sessions of users")),
    });
    sentences.push(lockout::summary(&simulation.doors));
    sentences
}

fn people(simulation: &Simulation) -> String {
    let Simulation { users, administrators, threshold, guard, .. } = simulation;
    let held = guard.mode == GuardMode::Hold && users > threshold;
    let lost = match users {
        1 => "The only active user".to_owned(),
        _ if held => format!("{} of {} active users", grouped(*threshold), grouped(*users)),
        _ => format!("All {} active users", grouped(*users)),
    };
    let administrators = match administrators {
        0 => "no active user is an administrator".to_owned(),
        1 => "1 active user is an administrator".to_owned(),
        more => format!("{} active users are administrators", grouped(*more)),
    };
    format!("{lost} would lose access at once; {administrators}.")
}

fn guard(simulation: &Simulation) -> String {
    let Simulation { users, threshold, guard, has_channel, .. } = simulation;
    let (ordinary, minutes) = (count(*threshold, "departure", "departures"), guard.minutes);
    match guard.mode {
        _ if users <= threshold => format!(
            "The guard would not react: up to {ordinary} within {minutes} minutes count as ordinary, and there are no \
             more people than that."
        ),
        GuardMode::Alert => format!(
            "The guard would {}, because more than {ordinary} within {minutes} minutes are not ordinary; one click \
             under Single sign-on, Guard would restore everybody.",
            if *has_channel { "alert you" } else { "show this only here, since no alert channel is set up" }
        ),
        GuardMode::Hold => format!(
            "The guard would hold the rest after {ordinary} within {minutes} minutes: {} would keep their access until \
             an administrator approves.",
            count(users - threshold, "person", "people")
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{lockout::Doors, settings::GuardSettings};

    fn simulation(users: u64, mode: GuardMode) -> Simulation {
        let guard = GuardSettings { mode, count: 10, percent: 20, cap: 50, minutes: 40 };
        Simulation {
            users,
            administrators: 3,
            sessions: 0,
            threshold: guard.threshold(users),
            guard,
            has_channel: true,
            doors: Doors::default(),
        }
    }

    #[test]
    fn the_guard_says_what_it_would_do() {
        assert!(guard(&simulation(1_284, GuardMode::Alert)).contains("more than 50 departures within 40 minutes"));
        let alone = Simulation { has_channel: false, ..simulation(1_284, GuardMode::Alert) };
        assert!(guard(&alone).starts_with("The guard would show this only here, since no alert channel is set up"));
        assert!(guard(&simulation(1_284, GuardMode::Hold)).contains("1,234 people would keep"));
        assert!(guard(&simulation(9, GuardMode::Hold)).starts_with("The guard would not react: up to 10"));
    }

    #[test]
    fn numbers_are_said() {
        let said = sentences(&simulation(1_284, GuardMode::Alert)).join(" ");
        assert!(
            said.contains("All 1,284 active users") && said.contains("3 active users are administrators"),
            "{said}"
        );
        assert!(said.contains("no session would end"));
        assert!(people(&simulation(1_284, GuardMode::Hold)).starts_with("50 of 1,284 active users would lose"));
        assert!(sentences(&simulation(0, GuardMode::Alert))[0].starts_with("There is no active user"));
    }
}
