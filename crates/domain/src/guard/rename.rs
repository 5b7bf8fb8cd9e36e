//! A change of who a user is: another user name, another id of the directory, or an e-mail address that was removed.

use crate::user::{Email, Profile};
use serde_json::{Map, Value, json};

/// Whether a change takes away something by which others knew the person: the user name, the directory's id, or any of
/// the e-mail addresses. A change of capitals does not count, nor does adding what was missing before.
pub(crate) fn is_rename(before: &Profile, after: &Profile) -> bool {
    let other_name = !is_same(&before.user_name, &after.user_name);
    let other_id = before.external_id.is_some() && before.external_id != after.external_id;
    other_name || other_id || before.emails.iter().any(|email| is_gone(email, after))
}

fn is_gone(email: &Email, after: &Profile) -> bool {
    !email.value.is_empty() && !after.emails.iter().any(|kept| is_same(&kept.value, &email.value))
}

/// Whether two names look the same except for capitals. Folding goes further: it also equates letters that look
/// different.
fn is_same(one: &str, other: &str) -> bool {
    one == other || one.to_lowercase() == other.to_lowercase()
}

/// Up to this many bytes of addresses are all recorded as they were; if there are more, only those that are gone, up to
/// half of that.
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
    let mut gone = Vec::new();
    if length(&changed) + length(&columns) > ADDRESSES {
        changed.shift_remove("emails");
        columns.shift_remove("emails");
        let mut room = ADDRESSES / 2;
        for email in before.emails.iter().filter(|email| is_gone(email, after)).map(column) {
            room = room.saturating_sub(email.to_string().len());
            if room == 0 {
                break;
            }
            gone.push(email);
        }
    }
    json!({"document": changed, "added": added, "columns": columns, "gone": gone}).to_string()
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
    // Events of older versions have no such list.
    let gone = before.get("gone").map_or(Some(Vec::new()), emails)?;
    if !gone.is_empty() {
        let list = document.entry("emails").or_insert_with(|| json!([])).as_array_mut()?;
        list.extend(
            gone.iter().map(|email| json!({"value": email.value, "type": email.kind, "primary": email.primary})),
        );
    }
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
        emails: columns.get("emails").map_or(Some([now.emails, gone].concat()), emails)?,
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

fn emails(value: &Value) -> Option<Vec<Email>> {
    let email = |email: &Value| {
        Some(Email {
            value: email.get(0)?.as_str()?.to_owned(),
            kind: email.get(1)?.as_str().map(str::to_owned),
            primary: email.get(2)?.as_bool()?,
        })
    };
    value.as_array()?.iter().map(email).collect()
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

    #[test]
    fn of_many_addresses_only_those_that_are_gone_are_recorded() {
        let many: Vec<Email> = (0..1_000).map(|n| email(&format!("{n}@corp.example"))).collect();
        let listed = |emails: &[Email]| {
            let emails: Vec<Value> =
                emails.iter().map(|email| json!({"value": email.value, "type": "work", "primary": false})).collect();
            json!({"emails": emails}).to_string()
        };
        let old = Profile { document: listed(&many), emails: many.clone(), ..ada() };
        let new = Profile { document: listed(&many[2..]), emails: many[2..].to_vec(), ..ada() };
        assert!(is_rename(&old, &new));
        let recorded = before(&old, &new);
        assert!(recorded.len() < 300, "{recorded}");
        let back = restored(new.clone(), &recorded).unwrap();
        assert_eq!(back.emails, [&many[2..], &many[..2]].concat());
        assert_eq!(back.document, listed(&back.emails));
        let none = Profile { document: listed(&[]), emails: Vec::new(), ..ada() };
        assert!(before(&old, &none).len() < ADDRESSES, "what is sent is far shorter than the list");
    }
}
