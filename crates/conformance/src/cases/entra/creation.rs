//! Users as Entra creates them (§2.2), and what it reads back.

use super::{ada, person};
use crate::{
    Case,
    cases::{ENTERPRISE, USER, patch::shows},
};
use serde_json::json;

pub(super) fn cases() -> Vec<Case> {
    let booleans = ["True", "False", "true", "false"].map(|text| {
        let rule = "active may be sent as a text, too, and is a Boolean from then on.";
        Case::new(
            format!(
                "entra-2.2-creation-with-active-{}-{}",
                text.to_lowercase(),
                text.len() + usize::from(text.starts_with(['T', 'F']))
            ),
            rule,
            move |t| async move {
                let user = t.user_with(json!({"active": text})).await?;
                let value = text.eq_ignore_ascii_case("true");
                user.answer.is("/active", value)?;
                t.get(&user.path).expect(200).await?.is("/active", value).map(drop)
            },
        )
    });
    let others = vec![
        Case::new(
            "entra-2.2-default-user-is-echoed",
            "A user of the default mapping is created, and read back as it was sent.",
            |t| async move {
                let body = person(&t);
                let user = t.user_with(body.clone()).await?;
                let read = t.get(&user.path).expect(200).await?;
                for name in ["userName", "externalId", "active", "displayName", "emails", "name"] {
                    read.is(&format!("/{name}"), body[name].clone())?;
                }
                read.absent("/roles")?.is("", user.answer.json().clone()).map(drop)
            },
        ),
        Case::new(
            "entra-2.2-listed-extension-without-attributes",
            "schemas may list the enterprise URN even if there is no such object.",
            |t| async move {
                let user = ada(&t).await?;
                t.get(&user.path).expect(200).await?.has("/schemas", USER)?.absent(&format!("/{ENTERPRISE}")).map(drop)
            },
        ),
        Case::new(
            "entra-2.2-extension-that-is-not-listed",
            "The object of an extension may be sent without its URN in schemas.",
            |t| async move {
                let custom = "urn:ietf:params:scim:schemas:extension:CustomExtensionName:2.0:User";
                let user = t.user_with(json!({"schemas": [USER], custom: {"badge": "7", "flags": ["a", "b"]}, ENTERPRISE: {"department": "Engines"}})).await?;
                let read = t.get(&user.path).expect(200).await?;
                read.is(&format!("/{custom}"), json!({"badge": "7", "flags": ["a", "b"]}))?
                    .is(&format!("/{ENTERPRISE}/department"), "Engines")
                    .map(drop)
            },
        ),
        Case::new("entra-2.2-nulls-and-empty-lists", "null and empty lists mean no value.", |t| async move {
            let user = t.user_with(json!({"addresses": null, "phoneNumbers": null, "title": null, "roles": [], "name": {"givenName": "Ada", "familyName": null}})).await?;
            let read = t.get(&user.path).expect(200).await?;
            read.is("/name", json!({"givenName": "Ada"}))?
                .absent("/addresses")?
                .absent("/title")?
                .ensure(!read.text.contains(":null"), "no null")
                .map(drop)
        }),
        Case::new(
            "entra-2.2-unknown-attributes-are-kept",
            "Unknown attributes are not an error, and are returned as they were sent.",
            |t| async move {
                let user = t
                    .user_with(json!({"favouriteColour": "green", "shoes": {"size": 42, "laces": [true, null, 1.5]}}))
                    .await?;
                let read = t.get(&user.path).expect(200).await?;
                read.is("/favouriteColour", "green")?
                    .is("/shoes", json!({"size": 42, "laces": [true, null, 1.5]}))
                    .map(drop)
            },
        ),
        Case::new(
            "entra-2.2-primary-as-text",
            "primary may be sent as a text, too, and is a Boolean from then on.",
            |t| async move {
                let user = t
                    .user_with(
                        json!({"roles": [{"primary": "True", "value": "Admin", "type": "x", "display": "Admin"}]}),
                    )
                    .await?;
                t.get(&user.path)
                    .expect(200)
                    .await?
                    .is("/roles", json!([{"primary": true, "value": "Admin", "type": "x", "display": "Admin"}]))
                    .map(drop)
            },
        ),
        Case::new("entra-2.2-without-schemas", "A body without schemas is accepted.", |t| async move {
            let name = t.name("x");
            t.post("/Users", json!({"userName": name}))
                .expect(201)
                .await?
                .is("/schemas", vec![USER])?
                .is("/userName", name)
                .map(drop)
        }),
        Case::new(
            "entra-3-active-is-always-returned",
            "active is returned even if it was never set.",
            |t| async move {
                let user = t.user().await?;
                t.get(&user.path).expect(200).await?.is("/active", true).map(drop)
            },
        ),
        Case::new(
            "entra-4.4-values-are-not-normalised",
            "Values are returned as they were sent, letter by letter.",
            |t| async move {
                let body = json!({"phoneNumbers": [{"type": "mobile", "value": "+44 (0)7700 / 900001"}], "preferredLanguage": "EN-gb",
                "emails": [{"type": "work", "value": "Ada.KING@Corp.Example"}], "addresses": [{"type": "work", "formatted": " 1 Example St "}]});
                let user = t.user_with(body.clone()).await?;
                shows(&t.get(&user.path).expect(200).await?, &body)
            },
        ),
    ];
    booleans.into_iter().chain(others).collect()
}
