//! What directories sent of the people who were created last, against what is recommended.

use crate::{
    components::{Tone, chip},
    words::{count, grouped},
};
use domain::cycle::Provisioned;
use leptos::prelude::*;

/// The panel.
pub(super) fn panel(found: &Provisioned, is_entra: bool) -> impl IntoView + use<> {
    let rows = rows(found, is_entra);
    let people = count(found.users, "person who was created last", "people who were created last");
    view! {
        <section class="panel" aria-labelledby="received">
            <div class="panel-head">
                <h2 id="received">"What the directory sends of people"</h2>
                <p class="soft">{format!("Of the {people}")}</p>
            </div>
            <ul class="checks">
                {rows.into_iter().map(|(name, missing, words)| view! {
                    <li>
                        <p>
                            <code>{name}</code> " "
                            {if missing == 0 { chip(Tone::Ok, "All have it") } else { chip(Tone::Warn, "Check the mapping") }}
                        </p>
                        {words.map(|words| view! { <p class="soft">{words}</p> })}
                    </li>
                }).collect_view()}
            </ul>
        </section>
    }
}

/// An attribute, how many lack it, and what that means.
type Check = (&'static str, u64, Option<String>);

fn rows(found: &Provisioned, is_entra: bool) -> [Check; 4] {
    let lack = |number: u64, words: &str| {
        (number > 0).then(|| format!("{} of {} have none. {words}", grouped(number), grouped(found.users)))
    };
    let no_id = lack(
        found.no_external_id,
        "Map objectId to externalId in Entra: it links people here to those there, even if their names change.",
    );
    let no_guid = (is_entra && found.no_guid > 0).then(|| {
        format!(
            "{} of {} have one that is no GUID. Entra maps mailNickname to it unless told otherwise; map objectId, which \
             never changes.",
            grouped(found.no_guid),
            grouped(found.users)
        )
    });
    [
        ("userName", 0, None),
        ("displayName", found.no_display_name, lack(found.no_display_name, "Lists show the user name in its place.")),
        (
            "emails",
            found.no_email,
            lack(
                found.no_email,
                "Map mail to emails[type eq \"work\"].value. In Entra the attribute is empty for many accounts.",
            ),
        ),
        ("externalId", found.no_external_id + if is_entra { found.no_guid } else { 0 }, no_id.or(no_guid)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_counted() {
        let found = Provisioned { users: 1_000, no_email: 3, no_guid: 1_000, ..Provisioned::default() };
        let rows = rows(&found, true);
        assert_eq!(rows.each_ref().map(|(_, missing, _)| *missing), [0, 0, 3, 1_000]);
        assert!(rows[2].2.as_deref().unwrap_or_default().starts_with("3 of 1,000 have none."));
        assert!(rows[3].2.as_deref().unwrap_or_default().starts_with("1,000 of 1,000 have one that is no GUID."));
    }
}
