//! A user's life: creation, retrieval, replacement, deletion (RFC 7644 §3.3, §3.4.1, §3.5.1, §3.6).

use super::{ENTERPRISE, GROUP, NOBODY, USER};
use crate::{Case, T};
use serde_json::{Value, json};

pub(super) fn cases() -> Vec<Case> {
    [creation(), attributes(), echoes(), refusals(), uniqueness(), retrieval(), replacement(), deletion()]
        .into_iter()
        .flatten()
        .collect()
}

fn creation() -> Vec<Case> {
    vec![
        Case::new("rfc7644-3.3-user-is-created-with-201", "A created resource is answered 201.", |t| async move {
            let user = t.user().await?;
            user.answer.is_scim()?.is("/userName", user.name.as_str())?;
            t.get(&user.path).expect(200).await.map(drop)
        }),
        Case::new(
            "rfc7644-3.3-user-has-location-header",
            "The URI of the created resource is in the Location header and in meta.location.",
            |t| async move {
                let user = t.user().await?;
                let location = user.answer.text_at("/meta/location")?;
                user.answer.header_is("location", &location)?;
                let ends = location.ends_with(&format!("{}{}", t.target().base(), user.path));
                user.answer.ensure(ends, "a location that ends with the resource's path").map(drop)
            },
        ),
        Case::new(
            "rfc7643-3.1-user-id-is-given-by-the-server",
            "id is issued by the service provider; what a client sends for it is ignored.",
            |t| async move {
                let sent = t.name("own");
                let user = t.user_with(json!({"id": sent})).await?;
                user.answer.is_not("/id", sent.as_str())?;
                t.get(&format!("/Users/{sent}")).refused(404, "").await.map(drop)
            },
        ),
        Case::new(
            "rfc7643-3.1-user-id-is-not-bulkid",
            "id MUST NOT be the keyword bulkId, and is a non-empty string.",
            |t| async move {
                let user = t.user_with(json!({"id": "bulkId"})).await?;
                user.answer.ensure(!user.id.is_empty() && user.id != "bulkId", "another id").map(drop)
            },
        ),
        Case::new("rfc7643-3.1-user-ids-differ", "id is unique across all resources.", |t| async move {
            let (one, other) = (t.user().await?, t.user().await?);
            let group = t.group().await?;
            let unique = one.id != other.id && one.id != group.id && other.id != group.id;
            other.answer.ensure(unique, "ids that differ").map(drop)
        }),
        Case::new(
            "rfc7643-3-user-schemas-names-the-core-schema",
            "schemas holds the URN of every schema in use.",
            |t| async move { t.user().await?.answer.is("/schemas", vec![USER]).map(drop) },
        ),
        Case::new(
            "rfc7643-3-user-schemas-names-the-extension-in-use",
            "schemas holds the URN of an extension whose attributes are there.",
            |t| async move {
                let schemas = json!([USER, ENTERPRISE]);
                let user = t.user_with(json!({"schemas": schemas, ENTERPRISE: {"department": "Engines"}})).await?;
                user.answer.has("/schemas", USER)?.has("/schemas", ENTERPRISE)?.count("/schemas", 2).map(drop)
            },
        ),
        Case::new(
            "rfc7643-3.1-user-meta-has-resource-type",
            "meta.resourceType is the name of the resource type.",
            |t| async move { t.user().await?.answer.is("/meta/resourceType", "User").map(drop) },
        ),
        Case::new(
            "rfc7643-3.1-user-meta-times-are-equal-at-creation",
            "lastModified is the same as created where a resource has never been modified.",
            |t| async move {
                let user = t.user().await?;
                let created = user.answer.text_at("/meta/created")?;
                let form = created.len() >= 20 && created.as_bytes()[10] == b'T';
                user.answer.ensure(form, "an RFC 3339 time")?.is("/meta/lastModified", created).map(drop)
            },
        ),
        Case::new(
            "rfc7643-3.1-user-meta-of-client-is-ignored",
            "meta is readOnly: what a client sends for it is ignored.",
            |t| async move {
                let old = "1999-01-01T00:00:00Z";
                let meta = json!({"resourceType": "Robot", "created": old, "lastModified": old, "location": "x:y"});
                let user = t.user_with(json!({"meta": meta})).await?;
                user.answer.is("/meta/resourceType", "User")?.is_not("/meta/created", old)?;
                user.answer.is_not("/meta/lastModified", old)?.is_not("/meta/location", "x:y").map(drop)
            },
        ),
        Case::new(
            "rfc7644-3.3-user-read-back-equals-what-was-answered",
            "The answer to a creation holds the resource as it was created.",
            |t| async move {
                let user = t.user_with(full(&t)).await?;
                let read = t.get(&user.path).expect(200).await?;
                read.is("", user.answer.json().clone()).map(drop)
            },
        ),
    ]
}

/// A user with something in every kind of attribute.
fn full(t: &T) -> Value {
    json!({
        "userName": t.name("ada"), "externalId": t.name("external"), "displayName": "Ada King", "active": true,
        "name": {"givenName": "Ada", "familyName": "King"},
        "emails": [{"value": format!("{}@corp.example", t.tag()), "type": "work", "primary": true}],
        "addresses": [{"type": "home", "locality": "London", "country": "GB"}]
    })
}

/// Attributes of RFC 7643 §4.1 and §4.3: each is kept and returned as it was sent.
fn echoes() -> Vec<Case> {
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

fn attributes() -> Vec<Case> {
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
            "password is returned never: not at creation, not at retrieval, not on request.",
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
            "Attributes of an extension stand in an object named by the extension's URN.",
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

/// Bodies that are no user.
fn refusals() -> Vec<Case> {
    let rows: [(&str, &str, &'static str, Value); 16] = [
        ("user-name-missing", "userName is required.", "invalidValue", json!({"displayName": "Nameless"})),
        ("user-name-null", "A required attribute needs a value.", "invalidValue", json!({"userName": null})),
        ("user-name-empty", "userName is a non-empty string.", "invalidValue", json!({"userName": ""})),
        ("user-name-blank", "userName is more than blanks.", "invalidValue", json!({"userName": "   "})),
        ("user-name-number", "userName is a string.", "invalidValue", json!({"userName": 7})),
        ("user-name-object", "userName is a string.", "invalidValue", json!({"userName": {"value": "x"}})),
        ("user-name-list", "userName is single-valued.", "invalidValue", json!({"userName": ["a", "b"]})),
        ("active-word", "active is a Boolean.", "invalidValue", json!({"userName": "@", "active": "perhaps"})),
        ("active-number", "active is a Boolean.", "invalidValue", json!({"userName": "@", "active": 1})),
        ("active-empty-text", "active is a Boolean.", "invalidValue", json!({"userName": "@", "active": ""})),
        ("name-number", "name is complex.", "invalidValue", json!({"userName": "@", "name": 7})),
        (
            "given-name-list",
            "givenName is a string.",
            "invalidValue",
            json!({"userName": "@", "name": {"givenName": ["a", "b"]}}),
        ),
        (
            "display-name-boolean",
            "displayName is a string.",
            "invalidValue",
            json!({"userName": "@", "displayName": true}),
        ),
        (
            "email-number",
            "emails.value is a string.",
            "invalidValue",
            json!({"userName": "@", "emails": [{"value": 7}]}),
        ),
        (
            "primary-word",
            "primary is a Boolean.",
            "invalidValue",
            json!({"userName": "@", "emails": [{"value": "a@b", "primary": "often"}]}),
        ),
        ("external-id-number", "externalId is a string.", "invalidValue", json!({"userName": "@", "externalId": 1})),
    ];
    let case = |(label, rule, kind, mut body): (&str, &str, &'static str, Value)| {
        Case::new(
            format!("rfc7644-3.3-user-refused-{label}"),
            format!("{rule} 400 {kind} otherwise."),
            move |t| async move {
                if body["userName"] == json!("@") {
                    body["userName"] = json!(t.name("x"));
                }
                let name = body["userName"].as_str().filter(|name| !name.trim().is_empty()).map(str::to_owned);
                t.post("/Users", body).refused(400, kind).await?;
                match name {
                    Some(name) => {
                        t.filter("/Users", &format!("userName eq \"{name}\"")).expect(200).await?.total(0).map(drop)
                    }
                    None => t.user().await.map(drop),
                }
            },
        )
    };
    rows.into_iter().map(case).collect()
}

fn uniqueness() -> Vec<Case> {
    vec![
        Case::new(
            "rfc7644-3.3-duplicate-user-is-409-uniqueness",
            "A creation that conflicts with another resource is answered 409 with scimType uniqueness.",
            |t| async move {
                let user = t.user().await?;
                t.post("/Users", json!({"schemas": [USER], "userName": user.name})).refused(409, "uniqueness").await?;
                t.filter("/Users", &format!("userName eq \"{}\"", user.name))
                    .expect(200)
                    .await?
                    .finds(&[&user.id])
                    .map(drop)
            },
        ),
        Case::new(
            "rfc7643-4.1.1-user-name-is-unique-in-any-case",
            "userName is case-insensitive and unique, so another letter case is a duplicate.",
            |t| async move {
                let user = t.user().await?;
                t.post("/Users", json!({"schemas": [USER], "userName": user.name.to_uppercase()}))
                    .refused(409, "uniqueness")
                    .await
                    .map(drop)
            },
        ),
        Case::new(
            "rfc7643-4.1.1-user-name-keeps-its-letter-case",
            "A case-insensitive value is still returned in the letter case in which it was sent.",
            |t| async move {
                let name = t.name("MiXeD");
                let user = t.user_with(json!({"userName": name})).await?;
                t.get(&user.path).expect(200).await?.is("/userName", name).map(drop)
            },
        ),
        Case::new(
            "rfc7644-3.5.1-put-to-a-taken-name-is-409",
            "A replacement that conflicts with another resource is answered 409 and changes nothing.",
            |t| async move {
                let (one, other) = (t.user().await?, t.user().await?);
                t.put(&other.path, json!({"schemas": [USER], "userName": one.name})).refused(409, "uniqueness").await?;
                t.get(&other.path).expect(200).await?.is("/userName", other.name).map(drop)
            },
        ),
        Case::new(
            "rfc7644-3.5.2-patch-to-a-taken-name-is-409",
            "A modification that conflicts with another resource is answered 409 and changes nothing.",
            |t| async move {
                let (one, other) = (t.user().await?, t.user().await?);
                let rename = json!([{"op": "replace", "path": "userName", "value": one.name},
                    {"op": "replace", "path": "displayName", "value": "Changed"}]);
                t.patch(&other.path, rename).refused(409, "uniqueness").await?;
                t.get(&other.path).expect(200).await?.is("/userName", other.name)?.absent("/displayName").map(drop)
            },
        ),
        Case::new(
            "rfc7644-3.5.1-put-of-the-own-name-is-no-conflict",
            "A resource does not conflict with itself, also in another letter case.",
            |t| async move {
                let user = t.user().await?;
                let name = user.name.to_uppercase();
                let put = t.put(&user.path, json!({"schemas": [USER], "userName": name})).expect(200).await?;
                put.is("/userName", name).map(drop)
            },
        ),
        Case::new(
            "rfc7644-3.6-name-of-a-deleted-user-is-free",
            "A deleted resource does not count for conflicts.",
            |t| async move {
                let user = t.user().await?;
                t.delete(&user.path).expect(204).await?;
                let again = t.user_with(json!({"userName": user.name})).await?;
                again.answer.is_not("/id", user.id).map(drop)
            },
        ),
    ]
}

fn retrieval() -> Vec<Case> {
    vec![
        Case::new(
            "rfc7644-3.4.1-user-is-read-by-id",
            "A GET on the resource's URI gives it with 200.",
            |t| async move {
                let user = t.user().await?;
                let read = t.get(&user.path).expect(200).await?;
                read.is_scim()?.is("/id", user.id)?.is("/userName", user.name).map(drop)
            },
        ),
        Case::new("rfc7644-3.4.1-unknown-user-is-404", "An unknown id is answered 404.", |t| async move {
            t.user().await?;
            t.get(&format!("/Users/{NOBODY}")).refused(404, "").await.map(drop)
        }),
        Case::new("rfc7644-3.4.1-user-is-no-group", "An id is looked for among its own type only.", |t| async move {
            let user = t.user().await?;
            t.get(&format!("/Groups/{}", user.id)).refused(404, "").await.map(drop)
        }),
        Case::new(
            "rfc7644-3.4.1-location-leads-to-the-user",
            "meta.location is the URI of the resource.",
            |t| async move {
                let user = t.user().await?;
                let location = user.answer.text_at("/meta/location")?;
                let base = t.target().base().to_owned();
                let at = location.rfind(&format!("{base}/Users/")).unwrap_or_default();
                t.get(&location[at + base.len()..]).expect(200).await?.is("/id", user.id).map(drop)
            },
        ),
        Case::new("rfc9110-9.3.2-head-of-a-user-has-no-body", "HEAD is GET without the body.", |t| async move {
            let user = t.user().await?;
            t.call("HEAD", &user.path).expect(200).await?.is_empty().map(drop)
        }),
    ]
}

fn replacement() -> Vec<Case> {
    vec![
        Case::new(
            "rfc7644-3.5.1-put-replaces-what-is-given",
            "PUT sets the attributes of the body and answers 200 with the resource.",
            |t| async move {
                let user = t.user_with(full(&t)).await?;
                let put = t.put(&user.path, json!({"schemas": [USER], "userName": user.name, "title": "Countess"}));
                let put = put.expect(200).await?;
                put.is_scim()?.is("/title", "Countess")?.is("/id", user.id.as_str())?;
                t.get(&user.path).expect(200).await?.is("", put.json().clone()).map(drop)
            },
        ),
        Case::new(
            "rfc7644-3.5.1-put-clears-what-is-left-out",
            "readWrite attributes that the body leaves out may be cleared; none of them keeps a part of its old value.",
            |t| async move {
                let user = t.user_with(full(&t)).await?;
                let body = json!({"schemas": [USER], "userName": user.name, "name": {"givenName": "Augusta"}});
                let put = t.put(&user.path, body).expect(200).await?;
                put.is("/name/givenName", "Augusta")?.absent("/name/familyName")?;
                put.absent("/emails")?.absent("/addresses")?.absent("/displayName")?.absent("/externalId").map(drop)
            },
        ),
        Case::new(
            "rfc7644-3.5.1-put-ignores-read-only-attributes",
            "Values of readOnly attributes are ignored.",
            |t| async move {
                let user = t.user().await?;
                let body = json!({"schemas": [USER], "userName": user.name, "id": NOBODY,
                    "meta": {"created": "1999-01-01T00:00:00Z"}, "groups": [{"value": NOBODY}]});
                let put = t.put(&user.path, body).expect(200).await?;
                put.is("/id", user.id)?.absent("/groups")?;
                put.is("/meta/created", user.answer.at("/meta/created").clone()).map(drop)
            },
        ),
        Case::new("rfc7644-3.5.1-put-keeps-membership", "PUT of a user leaves its groups.", |t| async move {
            let user = t.user().await?;
            let group = t.group_of(&[&user]).await?;
            t.put(&user.path, json!({"schemas": [USER], "userName": user.name})).expect(200).await?;
            t.get(&user.path).expect(200).await?.has("/groups", json!({"value": group.id})).map(drop)
        }),
        Case::new("rfc7644-3.5.1-put-is-idempotent", "The same PUT twice gives the same resource.", |t| async move {
            let user = t.user().await?;
            let body = json!({"schemas": [USER], "userName": user.name, "nickName": "Twice"});
            let once = t.put(&user.path, body.clone()).expect(200).await?;
            let twice = t.put(&user.path, body).expect(200).await?;
            twice.is("/nickName", "Twice")?.is("/id", once.at("/id").clone()).map(drop)
        }),
        Case::new(
            "rfc7644-3.5.1-put-of-what-was-read-changes-nothing",
            "A resource can be put back as it was read.",
            |t| async move {
                let user = t.user_with(full(&t)).await?;
                let put = t.put(&user.path, user.answer.json().clone()).expect(200).await?;
                for name in ["/userName", "/externalId", "/name", "/emails", "/addresses", "/active", "/displayName"] {
                    put.is(name, user.answer.at(name).clone())?;
                }
                Ok(())
            },
        ),
        Case::new(
            "rfc7644-3.5.1-put-creates-nothing",
            "PUT MUST NOT be used to create: an unknown id is 404.",
            |t| async move {
                let name = t.name("x");
                t.put(&format!("/Users/{NOBODY}"), json!({"schemas": [USER], "userName": name}))
                    .refused(404, "")
                    .await?;
                t.filter("/Users", &format!("userName eq \"{name}\"")).expect(200).await?.total(0).map(drop)
            },
        ),
        Case::new(
            "rfc7644-3.5.1-put-needs-the-required-attribute",
            "PUT without a required attribute is refused.",
            |t| async move {
                let user = t.user_with(json!({"title": "Countess"})).await?;
                t.put(&user.path, json!({"schemas": [USER], "displayName": "Nameless"}))
                    .refused(400, "invalidValue")
                    .await?;
                t.get(&user.path).expect(200).await?.is("/userName", user.name)?.is("/title", "Countess").map(drop)
            },
        ),
        Case::new("rfc7644-3.5.1-put-renames", "PUT may change userName; the id stays.", |t| async move {
            let user = t.user().await?;
            let name = t.name("renamed");
            t.put(&user.path, json!({"schemas": [USER], "userName": name})).expect(200).await?;
            t.filter("/Users", &format!("userName eq \"{name}\"")).expect(200).await?.finds(&[&user.id])?;
            t.filter("/Users", &format!("userName eq \"{}\"", user.name)).expect(200).await?.total(0).map(drop)
        }),
        Case::new(
            "rfc7643-3.1-last-modified-grows-with-a-change",
            "lastModified is the time of the last change; created stays.",
            |t| async move {
                let user = t.user().await?;
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
                let put = t
                    .put(&user.path, json!({"schemas": [USER], "userName": user.name, "title": "New"}))
                    .expect(200)
                    .await?;
                let (before, after) = (user.answer.text_at("/meta/lastModified")?, put.text_at("/meta/lastModified")?);
                put.ensure(after > before, format!("a lastModified after {before}"))?;
                put.is("/meta/created", user.answer.at("/meta/created").clone()).map(drop)
            },
        ),
        Case::new(
            "rfc7644-3.5.1-put-of-another-type-is-refused",
            "A body that lacks what its type requires is refused.",
            |t| async move {
                let user = t.user().await?;
                t.put(&user.path, json!({"schemas": [GROUP], "displayName": "A group"}))
                    .refused(400, "")
                    .await
                    .map(drop)
            },
        ),
    ]
}

fn deletion() -> Vec<Case> {
    vec![
        Case::new("rfc7644-3.6-user-is-deleted-with-204", "DELETE is answered 204 without a body.", |t| async move {
            let user = t.user().await?;
            t.delete(&user.path).expect(204).await?.is_empty().map(drop)
        }),
        Case::new(
            "rfc7644-3.6-deleted-user-is-404-for-all",
            "All operations on a deleted resource are answered 404.",
            |t| async move {
                let user = t.user().await?;
                t.delete(&user.path).expect(204).await?;
                t.get(&user.path).refused(404, "").await?;
                t.put(&user.path, json!({"schemas": [USER], "userName": user.name})).refused(404, "").await?;
                t.patch(&user.path, json!([{"op": "add", "path": "title", "value": "x"}])).refused(404, "").await?;
                t.delete(&user.path).refused(404, "").await.map(drop)
            },
        ),
        Case::new(
            "rfc7644-3.6-deleted-user-is-in-no-list",
            "A deleted resource is in no result of a query.",
            |t| async move {
                let user = t.user().await?;
                t.delete(&user.path).expect(204).await?;
                t.filter("/Users", &format!("userName eq \"{}\"", user.name)).expect(200).await?.total(0)?;
                t.filter("/Users", &format!("id eq \"{}\"", user.id)).expect(200).await?.total(0).map(drop)
            },
        ),
        Case::new(
            "rfc7644-3.6-deleted-user-leaves-its-groups",
            "A deleted user is a member of nothing.",
            |t| async move {
                let (user, other) = (t.user().await?, t.user().await?);
                let group = t.group_of(&[&user, &other]).await?;
                t.delete(&user.path).expect(204).await?;
                let read = t.get(&group.path).expect(200).await?;
                read.count("/members", 1)?.has("/members", json!({"value": other.id})).map(drop)
            },
        ),
        Case::new(
            "rfc7644-3.6-unknown-user-cannot-be-deleted",
            "DELETE of an unknown id is answered 404.",
            |t| async move {
                t.user().await?;
                t.delete(&format!("/Users/{NOBODY}")).refused(404, "").await.map(drop)
            },
        ),
        Case::new(
            "rfc7644-3.6-deletion-takes-no-one-else",
            "DELETE takes the named resource and no other.",
            |t| async move {
                let (user, other) = (t.user().await?, t.user().await?);
                t.delete(&user.path).expect(204).await?;
                t.get(&other.path).expect(200).await?.is("/userName", other.name).map(drop)
            },
        ),
    ]
}
