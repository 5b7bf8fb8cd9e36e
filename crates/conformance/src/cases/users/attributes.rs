//! Attributes: their names and values, and that each is kept.

use crate::{
    Case,
    cases::{ENTERPRISE, USER},
};
use serde_json::{Value, json};

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case::new(
            "rfc7643-2.1-names-of-attributes-ignore-case",
            "Attribute names are case-insensitive.",
            |t| async move {
                let name = t.name("x");
                let body =
                    json!({"schemas": [USER], "USERNAME": name, "DisplayNAME": "Ada", "NAME": {"GIVENname": "A"}});
                let made = t.post("/Users", body).expect(201).await?;
                made.is("/userName", name)?.is("/displayName", "Ada")?.is("/name/givenName", "A").map(drop)
            },
        ),
        Case::new(
            "rfc7643-2.5-null-is-unassigned",
            "null, the empty list and absence are the same: the attribute has no value.",
            |t| async move {
                let user = t.user_with(json!({"nickName": null, "emails": [], "title": null, "name": null})).await?;
                let read = t.get(&user.path).expect(200).await?;
                read.absent("/nickName")?.absent("/emails")?.absent("/title")?.absent("/name").map(drop)
            },
        ),
        Case::new(
            "rfc7643-7-password-is-never-returned",
            "password is never returned: not at creation, not at retrieval, not on request.",
            |t| async move {
                let secret = t.name("Secret");
                let user = t.user_with(json!({"password": secret})).await?;
                user.answer.without("/password")?.says_not(&secret)?;
                t.get(&user.path).expect(200).await?.without("/password")?.says_not(&secret)?;
                let asked = t.get(&user.path).query("attributes", "userName,password").expect(200).await?;
                asked.without("/password")?.says_not(&secret)?;
                let listed = t.filter("/Users", &format!("userName eq \"{}\"", user.name)).expect(200).await?;
                listed.finds(&[&user.id])?.says_not(&secret).map(drop)
            },
        ),
        Case::new(
            "rfc7643-4.1.2-groups-of-client-are-ignored",
            "groups is readOnly: membership changes through the Group resource.",
            |t| async move {
                let group = t.group().await?;
                let user = t.user_with(json!({"groups": [{"value": group.id}]})).await?;
                user.answer.absent("/groups")?;
                t.get(&group.path).expect(200).await?.absent("/members").map(drop)
            },
        ),
        Case::new(
            "rfc7643-4.1.2-groups-shows-membership",
            "groups lists the groups of the user, by the group's id and display name.",
            |t| async move {
                let user = t.user().await?;
                let group = t.group_of(&[&user]).await?;
                let read = t.get(&user.path).expect(200).await?;
                read.has("/groups", json!({"value": group.id, "display": group.name}))?.count("/groups", 1).map(drop)
            },
        ),
        Case::new(
            "rfc7643-4.1.2-groups-refers-to-the-group",
            "groups.$ref is the URI of the group, and type says that membership is direct.",
            |t| async move {
                let user = t.user().await?;
                let group = t.group_of(&[&user]).await?;
                let location = group.answer.text_at("/meta/location")?;
                let read = t.get(&user.path).expect(200).await?;
                read.has("/groups", json!({"$ref": location, "type": "direct"})).map(drop)
            },
        ),
        Case::new(
            "rfc7643-2.4-at-most-one-primary-at-creation",
            "primary true appears no more than once among the values of an attribute.",
            |t| async move {
                t.user().await?;
                let emails =
                    json!([{"value": "a@x.example", "primary": true}, {"value": "b@x.example", "primary": true}]);
                let made = t.post("/Users", json!({"userName": t.name("x"), "emails": emails})).await?;
                if made.status == 400 {
                    return made.is("/scimType", "invalidValue").map(drop);
                }
                let emails = made.list_at("/emails")?;
                let primaries = emails.iter().filter(|email| email["primary"] == json!(true)).count();
                made.ensure(made.status == 201 && primaries == 1, "201 with one primary").map(drop)
            },
        ),
        Case::new(
            "rfc7643-3.3-extension-is-nested-under-its-urn",
            "Attributes of an extension are in an object named by the extension's URN.",
            |t| async move {
                let user = t.user_with(json!({ENTERPRISE: {"costCenter": "4130"}})).await?;
                let read = t.get(&user.path).expect(200).await?;
                read.is(&format!("/{ENTERPRISE}/costCenter"), "4130")?.without("/costCenter").map(drop)
            },
        ),
        Case::new(
            "rfc7643-4.3-manager-display-name-is-read-only",
            "manager.displayName is readOnly: what a client sends for it is ignored.",
            |t| async move {
                let boss = t.user().await?;
                let manager = json!({"value": boss.id, "displayName": "Not The Boss"});
                let user = t.user_with(json!({ENTERPRISE: {"manager": manager}})).await?;
                user.answer.is(&format!("/{ENTERPRISE}/manager/value"), boss.id)?.says_not("Not The Boss").map(drop)
            },
        ),
    ]
}

/// Attributes of RFC 7643 §4.1 and §4.3: each is kept and returned as it was sent.
pub(super) fn echoes() -> Vec<Case> {
    let rows = [
        ("displayname", "displayName", json!("Ada King")),
        ("nickname", "nickName", json!("Ada")),
        ("profileurl", "profileUrl", json!("https://corp.example/ada")),
        ("title", "title", json!("Countess of Lovelace")),
        ("usertype", "userType", json!("Contractor")),
        ("preferredlanguage", "preferredLanguage", json!("en-GB,en;q=0.8")),
        ("locale", "locale", json!("en-GB")),
        ("timezone", "timezone", json!("Europe/London")),
        ("active-true", "active", json!(true)),
        ("active-false", "active", json!(false)),
        ("externalid", "externalId", json!("Case-Exact-7")),
        (
            "name",
            "name",
            json!({"formatted": "Ms. Ada M King, III", "familyName": "King", "givenName": "Ada", "middleName": "M",
                "honorificPrefix": "Ms.", "honorificSuffix": "III"}),
        ),
        (
            "emails",
            "emails",
            json!([{"value": "Ada@Corp.Example", "type": "work", "primary": true, "display": "Ada at work"},
                {"value": "ada@home.example", "type": "home"}]),
        ),
        ("phonenumbers", "phoneNumbers", json!([{"value": "tel:+44-20-7946-0000;ext=9", "type": "fax"}])),
        ("ims", "ims", json!([{"value": "ada-im", "type": "xmpp"}])),
        ("photos", "photos", json!([{"value": "https://corp.example/ada.jpg", "type": "photo"}])),
        (
            "addresses",
            "addresses",
            json!([{"type": "work", "formatted": "1 Example St\nLondon", "streetAddress": "1 Example St",
                "locality": "London", "region": "LDN", "postalCode": "N1 1AA", "country": "GB", "primary": true}]),
        ),
        ("entitlements", "entitlements", json!([{"value": "reports", "type": "app", "display": "Reports"}])),
        ("roles", "roles", json!([{"value": "analyst", "type": "job", "primary": true}])),
        ("x509certificates", "x509Certificates", json!([{"value": "MIIDQzCCAqygAwIBAgICEAAwDQYJKoZIhvcNAQEFBQAw"}])),
        (
            "enterprise",
            ENTERPRISE,
            json!({"employeeNumber": "701984", "costCenter": "4130", "organization": "Universal",
                "division": "Theme Park", "department": "Engines"}),
        ),
        ("unicode", "displayName", json!("Ünïcødé 李小龍 👩‍💻 e\u{301}")),
        ("blanks", "displayName", json!("  two  inner  blanks ")),
        ("markup", "displayName", json!("<b>&amp;\"'\\/\u{7f}")),
    ];
    let case = |(label, name, value): (&str, &'static str, Value)| {
        Case::new(
            format!("rfc7643-4.1-user-keeps-{label}"),
            format!("{name} is stored and returned as it was sent, at creation and at retrieval."),
            move |t| async move {
                let value = if name == "externalId" { json!(t.name("External-7")) } else { value };
                let user = t.user_with(json!({name: value.clone()})).await?;
                let read = t.get(&user.path).expect(200).await?;
                let pointer = format!("/{name}");
                for answer in [&user.answer, &read] {
                    let same = crate::includes(answer.at(&pointer), &value);
                    answer.ensure(same, format!("{value} at {pointer}"))?;
                }
                Ok(())
            },
        )
    };
    rows.into_iter().map(case).collect()
}
