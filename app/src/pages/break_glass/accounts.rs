use super::{
    actions::{RemoveBreakGlass, RotateBreakGlass},
    create::create,
    read::BreakGlass,
    sheet::DIALOG,
};
use crate::{
    components::{
        Opener, Question, Tone,
        attributes::{awake, done, once},
        chip, confirm, when,
    },
    islands::submit::Submit,
    words::list,
};
use domain::{
    Timestamp,
    break_glass::{Account, Holdings},
    lockout::{Doors, Loss},
};
use leptos::{prelude::*, server_fn::ServerFn};

/// The accounts, one row each.
pub(super) fn panel(all: &BreakGlass) -> impl IntoView + use<> {
    let row = |holdings: &Holdings| row(all, holdings);
    view! {
        <section class="panel" id="accounts" aria-labelledby="accounts-title">
            <div class="panel-head">
                <h2 id="accounts-title">Accounts</h2>
                {all.may_change.then(create)}
            </div>
            <table class="rows accounts" aria-labelledby="accounts-title">
                <thead>
                    <tr>
                        <th scope="col">Account</th>
                        <th scope="col">State</th>
                        <th scope="col">"Last sign-in"</th>
                        <th scope="col">"Codes left"</th>
                        <th scope="col">"Last drill"</th>
                        <th scope="col"><span class="visually-hidden">Actions</span></th>
                    </tr>
                </thead>
                <tbody>{all.status.accounts.iter().map(row).collect_view()}</tbody>
            </table>
        </section>
    }
}

fn row(all: &BreakGlass, holdings: &Holdings) -> impl IntoView + use<> {
    let (account, now) = (&holdings.account, all.now);
    let (tone, word, more) = state(account, now);
    let at = |at: Option<Timestamp>| at.map_or_else(|| "never".into_any(), |at| when(now, at).into_any());
    let due = account.drill_is_due(now).then(|| view! { " " {chip(Tone::Warn, "Due")} });
    let actions = all.may_change.then(|| view! { {rotate(account)} {remove(all, account)} });
    view! {
        <tr>
            <td class="row-main"><strong>{account.name.clone()}</strong></td>
            <td>{chip(tone, word)} {more.map(|more| view! { " " <span class="soft state-more">{more}</span> })}</td>
            <td><span class="card-label">"Last sign-in "</span> {at(account.proven)}</td>
            <td><span class="card-label">"Codes left "</span> {holdings.codes}</td>
            <td><span class="card-label">"Last drill "</span> {at(account.drilled)} {due}</td>
            <td class="row-action"><div class="buttons">{actions}</div></td>
        </tr>
    }
}

/// The state of an account in a word, and what to do about it.
fn state(account: &Account, now: Timestamp) -> (Tone, &'static str, Option<&'static str>) {
    if account.next_hash.is_some() {
        (Tone::Warn, "New secret", Some("waits for its first sign-in"))
    } else if account.used.is_some() {
        (Tone::Warn, "Used", Some("make a new secret"))
    } else if account.is_proven(now) {
        (Tone::Ok, "Proven", None)
    } else {
        (Tone::Warn, "Not proven", Some("sign in with it once"))
    }
}

fn rotate(account: &Account) -> impl IntoView + use<> {
    let id = format!("rotate-{}", account.id);
    let (title, form) = (format!("{id}-title"), format!("{id}-form"));
    let (name, account_id) = (account.name.clone(), account.id.to_string());
    let waits = account.next_hash.is_some().then(|| {
        view! { <li>"The new secret that waits for its first sign-in is replaced by this one."</li> }
    });
    view! {
        <Submit>
            <button
                type="button"
                class="button button-small"
                aria-label=format!("New secret for {name}")
                commandfor=id.clone()
                command="show-modal"
                {..awake()}
                disabled
            >
                "New secret"
            </button>
            <dialog class="dialog" id=id.clone() aria-labelledby=title.clone()>
                <div class="dialog-body">
                    <h2 id=title.clone()>{format!("Make a new secret for {name}?")}</h2>
                    <ul class="consequences">
                        <li>"You see a new sheet once, with a new secret and eight new recovery codes."</li>
                        <li>"The codes on the old sheet stop working at once."</li>
                        <li>
                            "The old secret works until the first sign-in with the new one. Until then the account \
                             does not count as proven."
                        </li>
                        {waits}
                    </ul>
                    <p class="alert" role="alert"></p>
                </div>
                <div class="dialog-foot">
                    <form method="dialog">
                        <button class="button" autofocus>Cancel</button>
                    </form>
                    <form
                        id=form
                        method="post"
                        {..once(DIALOG)}
                        {..done(format!("{name} has a new secret. Sign in with it once, so that it counts as a way in."))}
                        action=RotateBreakGlass::PATH
                    >
                        <input type="hidden" name="id" value=account_id.clone()/>
                        <button class="button button-primary">"Make new secret"</button>
                    </form>
                </div>
            </dialog>
        </Submit>
    }
}

fn remove(all: &BreakGlass, account: &Account) -> impl IntoView + use<> {
    let question = Question {
        id: format!("remove-{}", account.id),
        title: format!("Remove {}?", account.name),
        verb: "Remove account",
        action: RemoveBreakGlass::PATH,
        fields: vec![("id", account.id.to_string())],
        phrase: Some(account.name.clone()),
        next: None,
        done: format!("{} was removed.", account.name),
    };
    let left = Doors::without(&all.status.accounts, account.id, all.now);
    let own = (all.who.uuid() == account.id.0).then(|| {
        view! { <li><strong>"You are signed in with it: your own session ends too."</strong></li> }
    });
    let consequences = view! {
        <ul class="consequences">
            <li>"Its secret and its recovery codes stop working, and its sessions end."</li>
            <li><strong>{who_is_left(left.as_ref().ok())}</strong></li>
            {own}
            <li>"This cannot be undone; its past stays in the audit log."</li>
        </ul>
    };
    confirm(question, Opener::Danger("Remove"), format!("Remove {}", account.name), consequences)
}

/// The ways in that are left without an account; `None` if its removal is refused.
fn who_is_left(left: Option<&Doors>) -> String {
    let Some(left) = left else {
        return "Without it no account is left that is known to work, so Postern will refuse. Sign in with another \
                account first."
            .to_owned();
    };
    let proven: Vec<&str> = left.left_after(Loss::Directory).map(|door| door.name.as_str()).collect();
    match proven[..] {
        [] => "None of the accounts that are left is known to work.".to_owned(),
        [only] => format!("Only {only} is left as a way back in that is known to work."),
        _ => format!("{} are left as ways back in that are known to work.", list(&proven)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{BreakGlassId, lockout::Door};

    const NOW: Timestamp = Timestamp::from_millis(1_795_000_000_000);

    fn account() -> Account {
        Account {
            id: BreakGlassId(Default::default()),
            name: "gate-7f3k".to_owned(),
            secret_hash: String::new(),
            next_hash: None,
            generation: 1,
            created: NOW,
            secret_changed: NOW,
            proven: Some(NOW),
            used: None,
            drilled: None,
        }
    }

    #[test]
    fn a_state_says_what_is_to_be_done() {
        let word = |account: &Account| state(account, NOW).1;
        assert_eq!(word(&account()), "Proven");
        assert_eq!(word(&Account { proven: Some(NOW.plus_days(-91)), ..account() }), "Not proven");
        let used = Account { used: Some(NOW), ..account() };
        assert_eq!(word(&used), "Used");
        assert_eq!(word(&Account { next_hash: Some(String::new()), ..used }), "New secret");
    }

    #[test]
    fn whoever_is_left_is_named() {
        let left = |accounts: &[(&str, bool)]| {
            let door = |(name, proven): &(&str, bool)| Door {
                name: (*name).to_owned(),
                proven: *proven,
                last: None,
                codes: 0,
            };
            who_is_left(Some(&Doors(accounts.iter().map(door).collect())))
        };
        assert!(who_is_left(None).contains("will refuse"));
        assert!(left(&[("a", true), ("c", false)]).starts_with("Only a is left"));
        assert!(left(&[("a", true), ("b", true)]).starts_with("a and b are left"));
        assert!(left(&[("c", false)]).starts_with("None of the accounts that are left"));
    }
}
