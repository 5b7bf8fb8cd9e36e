use super::{actions::SetProvisioning, before, read::Scim};
use crate::{
    components::{Opener, Question, attributes::done, chip, confirm, when},
    islands::submit::Submit,
    pages::activity::refused_calls,
    words::{count, grouped},
};
use leptos::{prelude::*, server_fn::ServerFn};

/// The present state in a word, a sentence and four numbers; and the switch.
pub(super) fn panel(scim: &Scim) -> impl IntoView + use<> {
    let (tone, word) = scim.health.chip();
    let (before, at, after) = scim.health.sentence(&scim.status, scim.now);
    let now = scim.now;
    view! {
        <section class="panel provisioning" aria-labelledby="provisioning">
            <div class="provisioning-text">
                <div class="panel-title">
                    <h2 id="provisioning">Provisioning</h2>
                    {chip(tone, word)}
                </div>
                <p class="soft">{before} {at.map(|at| when(now, at))} {after}</p>
                {scim.is_on().then(|| numbers(scim))}
            </div>
            {scim.may_change.then(|| switch(scim))}
        </section>
    }
}

fn numbers(scim: &Scim) -> impl IntoView + use<> {
    let (counts, activity) = (scim.status.counts, scim.status.activity);
    let numbers = [
        ("Users", counts.users, "/admin/users".to_owned()),
        ("Groups", counts.groups, "/admin/groups".to_owned()),
        ("Calls in 24 h", activity.calls + activity.strangers, "/admin/activity".to_owned()),
        ("Refused", activity.refused + activity.strangers, refused_calls()),
    ];
    let number = |(name, number, href)| {
        view! {
            <div>
                <dt>{name}</dt>
                <dd><a href=href>{grouped(number)}</a></dd>
            </div>
        }
    };
    view! { <dl class="numbers">{numbers.map(number).collect_view()}</dl> }
}

fn switch(scim: &Scim) -> AnyView {
    if scim.is_on() {
        return turn_off(scim).into_any();
    }
    // The next step stands out: until two ways back in are proven, this button is not it.
    let ready = before::proven(&scim.status).is_some();
    view! {
        <Submit>
            <form method="post" {..done("Provisioning is on.")} action=SetProvisioning::PATH>
                <input type="hidden" name="on" value="true"/>
                <button class="button" class:button-primary=ready>Turn on provisioning</button>
            </form>
        </Submit>
    }
    .into_any()
}

fn turn_off(scim: &Scim) -> impl IntoView + use<> {
    let counts = scim.status.counts;
    let people = (counts.users + counts.groups > 0).then(|| {
        let (users, groups) = (count(counts.users, "user", "users"), count(counts.groups, "group", "groups"));
        format!("{users} and {groups} stay as they are. ")
    });
    let live = scim.status.tokens.iter().filter(|token| token.revoked.is_none()).count();
    let tokens = match live {
        0 => None,
        1 => Some("The token stays valid, for the day you turn provisioning on again.".to_owned()),
        live => Some(format!("The {live} tokens stay valid, for the day you turn provisioning on again.")),
    };
    let question = Question {
        id: "turn-off".to_owned(),
        title: "Turn off provisioning?".to_owned(),
        verb: "Turn off provisioning",
        action: SetProvisioning::PATH,
        fields: vec![("on", "false".to_owned())],
        phrase: None,
        next: None,
        done: "Provisioning is off.".to_owned(),
    };
    let consequences = view! {
        <ul class="consequences">
            <li>"Every call of your directory is answered with 403 from now on."</li>
            {people.map(|people| view! {
                <li>
                    {people} <strong>"People who leave the company stay active here"</strong>
                    " until you turn it on again."
                </li>
            })}
            <li>
                "Entra reports errors and puts its provisioning job into quarantine. Once you have turned \
                 provisioning on again, restart the job there."
            </li>
            {tokens.map(|tokens| view! { <li>{tokens}</li> })}
        </ul>
    };
    confirm(question, Opener::Switch, "Provisioning".to_owned(), consequences)
}
