use super::{actions::SetTokenBudget, read::Page};
use crate::{
    components::{Tone, chip, hidden, number},
    islands::submit::Submit,
    words::{count, grouped},
};
use domain::{console::TokenDetail, token::Budget};
use leptos::{prelude::*, server_fn::ServerFn};

/// The token's limits, what it has used of them in this hour, and the form to change them.
pub(super) fn panel(page: &Page) -> impl IntoView + use<> {
    let detail = &page.detail;
    let works = detail.token.ended(page.now).is_none();
    let (tone, word) = standing(detail);
    view! {
        <section class="panel" aria-labelledby="budget">
            <div class="panel-head">
                <div class="panel-title"><h2 id="budget">Budget</h2> {chip(tone, word)}</div>
            </div>
            <div class="panel-text">
                <p class:soft={tone == Tone::Plain} class:warn-text={tone != Tone::Plain}>{sentence(detail)}</p>
                {(page.may_change && works).then(|| form(detail))}
            </div>
        </section>
    }
}

fn standing(detail: &TokenDetail) -> (Tone, &'static str) {
    let budget = detail.token.budget.bytes();
    match detail.stored {
        stored if stored >= budget => (Tone::Bad, "Spent"),
        stored if stored >= detail.token.budget.half() => (Tone::Warn, "Half spent"),
        _ => (Tone::Plain, "Within budget"),
    }
}

fn sentence(detail: &TokenDetail) -> String {
    let budget = detail.token.budget;
    let stored = match detail.stored / 1024 / 1024 {
        0 if detail.stored == 0 => "stored nothing".to_owned(),
        0 => "stored less than 1 MiB".to_owned(),
        mib => format!("stored {} MiB", grouped(mib)),
    };
    let rest = if detail.stored >= budget.bytes() {
        "More changes are answered with 429 until the next hour begins; reads continue."
    } else {
        "You are alerted at half of it; beyond all of it, changes are answered with 429 until the next hour begins."
    };
    format!("In this hour its changes have {stored} of {} MiB. {rest}", grouped(u64::from(budget.mib)))
}

fn form(detail: &TokenDetail) -> impl IntoView + use<> {
    let fields = vec![("id", detail.token.id.to_string())];
    let Budget { mib, refusals } = detail.token.budget;
    view! {
        <details class="fold">
            <summary>Change the budget</summary>
            <Submit>
                <form class="stack" method="post" action=SetTokenBudget::PATH>
                    {hidden(fields)}
                    <div class="fields">
                        {number("mib", "Changes may store", mib, Budget::MIB, "MiB an hour")}
                        {number("refusals", "Refused calls answered", refusals, Budget::REFUSALS, "a minute")}
                    </div>
                    <p class="hint">{hint(mib)}</p>
                    <button class="button">Save</button>
                </form>
            </Submit>
        </details>
    }
}

fn hint(mib: u32) -> String {
    let day = u64::from(mib) * 24 / 1024;
    format!(
        "Entra’s first sync of 100,000 people stays below half of {} MiB an hour. A thief of the token can \
         store {} a day with this budget. Refused calls are those from outside the networks, or after the token’s end.",
        grouped(u64::from(Budget::default().mib)),
        if day == 0 { "less than 1 GiB".to_owned() } else { count(day, "GiB", "GiB") },
    )
}

#[cfg(test)]
mod tests {
    use super::{super::tests::*, *};

    fn detail(mib: u64) -> TokenDetail {
        TokenDetail { token: token(), seen: Vec::new(), user: None, stored: mib * 1024 * 1024 }
    }

    #[test]
    fn it_says_what_is_used_and_what_follows() {
        let said = |mib| (standing(&detail(mib)).1, sentence(&detail(mib)));
        let (word, words) = said(0);
        assert_eq!(word, "Within budget");
        assert!(
            words.starts_with("In this hour its changes have stored nothing of 1,024 MiB. You are alerted at half"),
            "{words}"
        );
        assert_eq!(said(511).0, "Within budget");
        assert_eq!(said(512).0, "Half spent");
        let (word, words) = said(1_030);
        assert_eq!(word, "Spent");
        assert!(words.contains("stored 1,030 MiB of 1,024 MiB. More changes are answered with 429"), "{words}");
        assert!(hint(1_024).contains("can store 24 GiB a day"), "{}", hint(1_024));
    }
}
