//! A change of who a user is: another user name, another id of the directory, or an e-mail address that was removed.

mod addresses;

use crate::user::{Email, Profile};
use addresses::{Addresses, emails, lower};
use serde_json::{Map, Value, json};
use std::collections::HashSet;

/// Whether a change takes away something by which others knew the person: the user name, the directory's id, or any of
/// the e-mail addresses. A change of capitals does not count, nor does adding what was missing before.
pub(crate) fn is_rename(before: &Profile, after: &Profile) -> bool {
    let other_name = lower(&before.user_name) != lower(&after.user_name);
    let other_id = before.external_id.is_some() && before.external_id != after.external_id;
    let left: HashSet<String> = after.emails.iter().map(|email| lower(&email.value)).collect();
    let is_gone = |email: &Email| !email.value.is_empty() && !left.contains(&lower(&email.value));
    other_name || other_id || before.emails.iter().any(is_gone)
}

/// Up to this many bytes of addresses are all recorded as they were; if there are more, only what [`Addresses`] keeps.
const ADDRESSES: usize = 6_000;

/// What undoing a rename needs, as JSON: only what was different before, so that its size depends on the change and not
/// on the document. `active` is left out: a deactivation is a departure of its own.
pub(crate) fn before(before: &Profile, after: &Profile) -> String {
    let (old, new) = (document(before), document(after));
    let changed = old.iter().filter(|(name, value)| *name != "active" && new.get(*name) != Some(value));
    let mut changed: Map<String, Value> = changed.map(|(name, value)| (name.clone(), value.clone())).collect();
    let added: Vec<&String> = new.keys().filter(|name| *name != "active" && !old.contains_key(*name)).collect();
    let (old, new) = (columns(before), columns(after));
    let mut columns: Map<String, Value> =
        old.into_iter().filter(|(name, value)| new.get(name) != Some(value)).collect();
    let length = |of: &Map<String, Value>| of.get("emails").map_or(0, |emails| emails.to_string().len());
    let mut addresses = Value::Null;
    if length(&changed) + length(&columns) > ADDRESSES {
        changed.shift_remove("emails");
        columns.shift_remove("emails");
        addresses = Addresses::of(before, after).to_json();
    }
    let added: Vec<&String> = added.into_iter().filter(|name| addresses.is_null() || *name != "emails").collect();
    json!({"document": changed, "added": added, "columns": columns, "addresses": addresses}).to_string()
}

/// The profile with the rename undone; `None` if the record cannot be read.
pub(crate) fn restored(now: Profile, before: &str) -> Option<Profile> {
    let before: Value = serde_json::from_str(before).ok()?;
    let mut document = document(&now);
    for name in before.get("added")?.as_array()? {
        document.shift_remove(name.as_str()?);
    }
    for (name, value) in before.get("document")?.as_object()? {
        document.insert(name.clone(), value.clone());
    }
    let addresses = match (before.get("addresses"), before.get("gone")) {
        (Some(Value::Null) | None, None) => Addresses::unchanged(),
        (Some(addresses), _) => Addresses::read(addresses)?,
        (None, Some(gone)) => Addresses::read_gone(gone)?,
    };
    let with_addresses = addresses.restore(&now.emails, &mut document)?;
    let document = Value::Object(document).to_string();
    let columns = before.get("columns")?.as_object()?;
    let text = |name: &str, now: Option<String>| match columns.get(name) {
        Some(value) => value.as_str().map(str::to_owned),
        None => now,
    };
    Some(Profile {
        user_name: text("userName", Some(now.user_name))?,
        external_id: text("externalId", now.external_id),
        display_name: text("displayName", now.display_name),
        given_name: text("givenName", now.given_name),
        family_name: text("familyName", now.family_name),
        employee_number: text("employeeNumber", now.employee_number),
        manager: text("manager", now.manager),
        active: now.active,
        emails: columns.get("emails").map_or(Some(with_addresses), emails)?,
        // Only the border can find them in the document.
        values: None,
        document,
    })
}

/// The profile with another user name.
pub(crate) fn renamed(profile: Profile, user_name: String) -> Profile {
    let mut document = document(&profile);
    document.insert("userName".to_owned(), Value::String(user_name.clone()));
    Profile { document: Value::Object(document).to_string(), user_name, ..profile }
}

fn document(profile: &Profile) -> Map<String, Value> {
    serde_json::from_str(&profile.document).unwrap_or_default()
}

fn columns(profile: &Profile) -> Map<String, Value> {
    let columns = [
        ("userName", json!(profile.user_name)),
        ("externalId", json!(profile.external_id)),
        ("displayName", json!(profile.display_name)),
        ("givenName", json!(profile.given_name)),
        ("familyName", json!(profile.family_name)),
        ("employeeNumber", json!(profile.employee_number)),
        ("manager", json!(profile.manager)),
        ("emails", profile.emails.iter().map(column).collect()),
    ];
    columns.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn column(email: &Email) -> Value {
    json!([email.value, email.kind, email.primary])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ada() -> Profile {
        Profile {
            user_name: "ada@corp.example".into(),
            external_id: Some("ext-ada".into()),
            display_name: Some("Ada".into()),
            given_name: None,
            family_name: None,
            employee_number: None,
            manager: None,
            active: true,
            emails: vec![email("ada@corp.example"), email("ada@home.example")],
            values: None,
            document: r#"{"userName":"ada@corp.example","active":"True","title":"Countess"}"#.into(),
        }
    }

    fn email(value: &str) -> Email {
        Email { value: value.into(), kind: Some("work".into()), primary: false }
    }

    #[test]
    fn only_another_identity_is_a_rename() {
        let same = [
            Profile { user_name: "Ada@Corp.example".into(), ..ada() },
            Profile { display_name: Some("Ada King".into()), ..ada() },
            Profile { emails: vec![email("ADA@corp.example"), email("ada@home.example"), email("new@x")], ..ada() },
        ];
        assert!(same.iter().all(|after| !is_rename(&ada(), after)));
        let first_id = Profile { external_id: None, ..ada() };
        assert!(!is_rename(&first_id, &ada()), "an id that was not there before is no loss");
        let other = [
            Profile { user_name: "x".into(), ..ada() },
            Profile { external_id: None, ..ada() },
            Profile { emails: Vec::new(), ..ada() },
            // Letters that folding equates, and an address that is exchanged in two steps.
            Profile { user_name: "ⓐⓓⓐ@corp.example".into(), ..ada() },
            Profile { emails: vec![email("ada@home.example"), email("new@x")], ..ada() },
        ];
        assert!(other.iter().all(|after| is_rename(&ada(), after)));
    }

    #[test]
    fn a_rename_is_taken_back_and_nothing_else() {
        let after = Profile {
            user_name: "x".into(),
            external_id: None,
            emails: Vec::new(),
            document: r#"{"userName":"x","nickName":"X","active":false,"title":"Countess"}"#.into(),
            ..ada()
        };
        let recorded = before(&ada(), &after);
        assert!(!recorded.contains("Countess"), "{recorded}");
        let later = after.document.replace("Countess", "Analyst");
        let back = restored(Profile { document: later, active: false, ..after }, &recorded).unwrap();
        let wanted: Value = json!({"userName": "ada@corp.example", "active": false, "title": "Analyst"});
        assert_eq!(serde_json::from_str::<Value>(&back.document).unwrap(), wanted);
        assert_eq!(Profile { active: true, document: ada().document, ..back }, ada());
        assert_eq!(restored(ada(), "{}"), None);
    }

    fn listed(emails: Vec<Email>) -> Profile {
        let elements: Vec<Value> = emails
            .iter()
            .map(|email| match email.primary {
                false => json!({"value": email.value, "type": email.kind}),
                true => json!({"value": email.value, "type": email.kind, "primary": true}),
            })
            .collect();
        Profile { document: json!({"emails": elements}).to_string(), emails, ..ada() }
    }

    fn many(mark: &str) -> Vec<Email> {
        (0..1_000).map(|n| email(&format!("{mark}{n}@corp.example"))).collect()
    }

    fn primary(value: &str) -> Email {
        Email { primary: true, ..email(value) }
    }

    #[test]
    fn of_many_addresses_only_those_that_are_gone_are_recorded() {
        let (old, new) = (listed(many("")), listed(many("").split_off(2)));
        assert!(is_rename(&old, &new));
        let recorded = before(&old, &new);
        assert!(recorded.len() < 300, "{recorded}");
        assert_eq!(restored(new, &recorded), Some(old.clone()));
        let none = listed(Vec::new());
        assert_eq!(restored(none.clone(), &before(&old, &none)), Some(old));
    }

    #[test]
    fn r41_padding_does_not_keep_the_real_address_from_coming_back() {
        let long = |n: usize| email(&format!("{}{n}", "p".repeat(1_500)));
        let attacker = || primary("attacker@evil.example");
        for padding in [(0..5).map(long).collect(), many(""), many("a rather long one "), vec![long(1); 1_000]] {
            for real in [primary("v@corp.example"), email("ada@corp.example"), email("v@corp.example")] {
                let before_it = listed([padding.as_slice(), std::slice::from_ref(&real)].concat());
                for after in [vec![attacker()], [vec![attacker()], padding.clone()].concat(), Vec::new()] {
                    let after = listed(after);
                    let recorded = before(&before_it, &after);
                    assert_eq!(restored(after, &recorded), Some(before_it.clone()), "{real:?}");
                }
            }
        }
    }

    #[test]
    fn r41_the_preferred_address_is_preferred_again() {
        let padding = many("");
        let old = listed([&[primary("v@corp.example")], padding.as_slice()].concat());
        let demoted = [&[email("v@corp.example"), primary("attacker@evil.example")], &padding[1..]].concat();
        let recorded = before(&old, &listed(demoted.clone()));
        assert!(recorded.len() < 400, "{recorded}");
        // What was added by another call stays, but is not preferred.
        let later = listed([demoted, vec![primary("later@evil.example")]].concat());
        let back = restored(later, &recorded).unwrap();
        let preferred: Vec<&Email> = back.emails.iter().filter(|email| email.primary).collect();
        assert_eq!((back.emails[..2].to_vec(), preferred), (old.emails[..2].to_vec(), vec![&old.emails[0]]));
        assert!(!back.document.contains("attacker"));
        assert_eq!(back.document.matches("\"primary\":true").count(), 1);
    }

    #[test]
    fn r41_records_of_older_versions_are_read() {
        let recorded = json!({"document": {}, "added": [], "columns": {}, "gone": [["v@corp.example", null, true]]});
        let back = restored(listed(vec![email("a"), primary("b")]), &recorded.to_string()).unwrap();
        let values: Vec<(&str, bool)> = back.emails.iter().map(|email| (email.value.as_str(), email.primary)).collect();
        assert_eq!(values, [("a", false), ("b", false), ("v@corp.example", true)]);
        let recorded = recorded.to_string().replace("[[\"v@corp.example\",null,true]]", "[]");
        assert_eq!(restored(ada(), &recorded).unwrap().emails, ada().emails);
    }
}
