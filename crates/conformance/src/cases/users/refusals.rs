//! Bodies that are refused, and names that are already taken.

use crate::{Case, cases::USER};
use serde_json::{Value, json};

/// Bodies that are not a user.
pub(super) fn cases() -> Vec<Case> {
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

pub(super) fn uniqueness() -> Vec<Case> {
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
            "A resource does not conflict with itself, even in another letter case.",
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
