//! What Microsoft Entra ID sends, in both of its dialects, and what it must get. The numbers are sections of a
//! collection of public facts about it.

use super::{
    ENTERPRISE, GROUP, NOBODY, USER,
    patch::{gives, shows},
};
use crate::{Case, Resource, Result, T};
use serde_json::{Value, json};

const CLASSIC: &str = "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group";

pub(super) fn cases() -> Vec<Case> {
    [probes(), creation(), look_ups(), deactivation(), dialects(), managers(), groups(), flag(), renames()]
        .into_iter()
        .flatten()
        .collect()
}

/// A user in the shape of the default mapping.
fn person(t: &T) -> Value {
    let name = t.name("ada@corp.example");
    json!({
        "schemas": [USER, ENTERPRISE], "externalId": t.name("object"), "userName": name, "active": true,
        "displayName": "Ada Byron", "emails": [{"primary": true, "type": "work", "value": name}],
        "meta": {"resourceType": "User"}, "roles": [],
        "name": {"formatted": "Ada Byron", "familyName": "Byron", "givenName": "Ada"}
    })
}

async fn ada(t: &T) -> Result<Resource> {
    t.user_with(person(t)).await
}

/// §1: the connection test.
fn probes() -> Vec<Case> {
    let rows = [
        ("user-name", format!("/Users?filter=userName+eq+%22{NOBODY}%22")),
        ("user-external-id", format!("/Users?filter=externalId+eq+%22{NOBODY}%22")),
        ("user-address", format!("/Users?filter=emails%5Btype+eq+%22work%22%5D.value+eq+%22{NOBODY}%22")),
        ("group-name", format!("/Groups?excludedAttributes=members&filter=displayName+eq+%22{NOBODY}%22")),
        ("group-external-id", format!("/Groups?excludedAttributes=members&filter=externalId+eq+%22{NOBODY}%22")),
        ("groups", "/Groups?startIndex=1&count=1&filter=displayName%20eq%20%22none%20of%20this%20name%22".to_owned()),
    ];
    rows.map(|(label, path)| {
        let rule = "A look-up of nobody, without User-Agent and with + for blanks, is 200 with an empty list.";
        Case::new(format!("entra-1-probe-{label}-is-an-empty-list"), rule, move |t| async move {
            t.user().await?;
            let found = t.get(&path).without("user-agent").without("accept").expect(200).await?;
            found.is_scim()?.finds(&[])?.is("/Resources", Value::Array(vec![]))?;
            found.is("/startIndex", 1)?.is("/itemsPerPage", 0).map(drop)
        })
    })
    .into()
}

/// §2.2.
fn creation() -> Vec<Case> {
    let booleans = ["True", "False", "true", "false"].map(|text| {
        let rule = "active comes as a text too, and is a Boolean ever after.";
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
            "schemas may list the enterprise URN although no such object follows.",
            |t| async move {
                let user = ada(&t).await?;
                t.get(&user.path).expect(200).await?.has("/schemas", USER)?.absent(&format!("/{ENTERPRISE}")).map(drop)
            },
        ),
        Case::new(
            "entra-2.2-extension-that-is-not-listed",
            "The object of an extension may come without its URN in schemas.",
            |t| async move {
                let custom = "urn:ietf:params:scim:schemas:extension:CustomExtensionName:2.0:User";
                let user = t.user_with(json!({"schemas": [USER], custom: {"badge": "7", "flags": ["a", "b"]}, ENTERPRISE: {"department": "Engines"}})).await?;
                let read = t.get(&user.path).expect(200).await?;
                read.is(&format!("/{custom}"), json!({"badge": "7", "flags": ["a", "b"]}))?
                    .is(&format!("/{ENTERPRISE}/department"), "Engines")
                    .map(drop)
            },
        ),
        Case::new("entra-2.2-nulls-and-empty-lists", "null and empty lists are taken for no value.", |t| async move {
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
            "Attributes that nobody knows are no error, and are returned as they were sent.",
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
            "primary comes as a text too, and is a Boolean ever after.",
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
        Case::new("entra-2.2-without-schemas", "A body without schemas is taken.", |t| async move {
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
            "active is returned also where nobody has set it.",
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

/// §2.1.
fn look_ups() -> Vec<Case> {
    let rows: [(&str, &str); 9] = [
        ("by-name-with-plus", "/Users?filter=userName+eq+%22@%22"),
        ("by-name-with-percent", "/Users?filter=userName%20eq%20%22@%22"),
        ("by-name-with-many-blanks", "/Users?filter=userName++eq++%22@%22"),
        ("by-name-behind-a-slash", "/Users/?filter=userName+eq+%22@%22"),
        ("by-bare-name", "/Users?filter=userName+eq+@"),
        (
            "by-qualified-name",
            "/Users?filter=urn%3Aietf%3Aparams%3Ascim%3Aschemas%3Acore%3A2.0%3AUser%3AuserName+eq+%22@%22",
        ),
        ("by-work-address", "/Users?filter=emails%5Btype+eq+%22work%22%5D.value+eq+%22@%22"),
        ("by-address", "/Users?filter=emails.value+eq+%22@%22"),
        ("by-name-in-capitals", "/Users?FILTER=USERNAME+EQ+%22@%22"),
    ];
    let rows = rows.map(|(label, path)| {
        Case::new(
            format!("entra-2.1-look-up-{label}"),
            "Each form in which Entra looks somebody up finds that one.",
            move |t| async move {
                let (user, _other) = (ada(&t).await?, ada(&t).await?);
                let name = crate::call::encode(&user.name);
                t.get(&path.replace('@', &name)).expect(200).await?.finds(&[&user.id]).map(drop)
            },
        )
    });
    let others = vec![
        Case::new(
            "entra-2.1-address-of-another-type-is-not-found",
            "Type and value belong to the same address.",
            |t| async move {
                let user = ada(&t).await?;
                t.filter("/Users", &format!("emails[type eq \"home\"].value eq \"{}\"", user.name))
                    .expect(200)
                    .await?
                    .finds(&[])
                    .map(drop)
            },
        ),
        Case::new(
            "entra-2.1-address-ignores-case",
            "Addresses compare without regard to letter case.",
            |t| async move {
                let user = ada(&t).await?;
                let filter = format!("emails[type eq \"WORK\"].value eq \"{}\"", user.name.to_uppercase());
                t.filter("/Users", &filter).expect(200).await?.finds(&[&user.id]).map(drop)
            },
        ),
        Case::new(
            "entra-2.1-reference-check-of-a-member",
            "Whether a group has a member is asked by id and members.",
            |t| async move {
                let (user, other) = (t.user().await?, t.user().await?);
                let group = t.group_of(&[&user]).await?;
                let ask = |id: &str| {
                    t.filter("/Groups", &format!("id eq \"{}\" and members eq \"{id}\"", group.id))
                        .query("attributes", "id")
                };
                ask(&other.id).expect(200).await?.finds(&[])?;
                ask(&user.id).expect(200).await?.finds(&[&group.id])?.without("/Resources/0/members").map(drop)
            },
        ),
        Case::new(
            "entra-2.1-reference-check-of-a-manager",
            "Whether a user has a manager is asked by id and manager.",
            |t| async move {
                let boss = t.user().await?;
                let user = t.user_with(json!({ENTERPRISE: {"manager": {"value": boss.id}}})).await?;
                let ask = |id: &str| {
                    t.filter("/Users", &format!("id eq \"{}\" and manager eq \"{id}\"", user.id))
                        .query("attributes", "id")
                };
                ask(NOBODY).expect(200).await?.finds(&[])?;
                ask(&boss.id).expect(200).await?.finds(&[&user.id]).map(drop)
            },
        ),
        Case::new(
            "entra-2.1-inactive-users-are-found",
            "A user who is not active is found and read.",
            |t| async move {
                let user = t.user_with(json!({"active": false})).await?;
                t.filter("/Users", &format!("userName eq \"{}\"", user.name))
                    .expect(200)
                    .await?
                    .finds(&[&user.id])?
                    .is("/Resources/0/active", false)?;
                t.get(&user.path).expect(200).await?.is("/active", false).map(drop)
            },
        ),
        Case::new("entra-2.1-name-with-a-plus-sign", "%2B is a plus sign and + is a blank.", |t| async move {
            let user = t.user_with(json!({"userName": format!("{}+tag@x.example", t.tag())})).await?;
            t.get(&format!("/Users?filter=userName+eq+%22{}%2Btag%40x.example%22", t.tag()))
                .expect(200)
                .await?
                .finds(&[&user.id])?;
            t.get(&format!("/Users?filter=userName+eq+%22{}+tag%40x.example%22", t.tag()))
                .expect(200)
                .await?
                .finds(&[])
                .map(drop)
        }),
    ];
    rows.into_iter().chain(others).collect()
}

/// §2.6.
fn deactivation() -> Vec<Case> {
    let rows = [
        ("legacy", json!([{"op": "Replace", "path": "active", "value": "False"}])),
        ("compliant", json!([{"op": "replace", "path": "active", "value": false}])),
        ("lower-case-text", json!([{"op": "replace", "path": "active", "value": "false"}])),
        ("added", json!([{"op": "Add", "path": "active", "value": "False"}])),
        ("pathless", json!([{"op": "replace", "value": {"active": false}}])),
        ("pathless-text", json!([{"op": "Replace", "value": {"active": "False"}}])),
        ("pathless-capital", json!([{"op": "replace", "value": {"Active": "False"}}])),
        ("in-a-list", json!([{"op": "replace", "path": "active", "value": [false]}])),
        (
            "qualified",
            json!([{"op": "replace", "path": "urn:ietf:params:scim:schemas:core:2.0:User:active", "value": "False"}]),
        ),
        ("without-op", json!([{"value": {"active": false}}])),
        (
            "beside-an-unknown-path",
            json!([{"op": "Replace", "path": "favouriteColour", "value": "green"}, {"op": "Replace", "path": "active", "value": "False"}]),
        ),
        (
            "beside-a-missing-address",
            json!([{"op": "Replace", "path": "addresses[type eq \"work\"].country", "value": "GB"}, {"op": "Replace", "path": "active", "value": "False"}]),
        ),
        ("beside-an-unknown-key", json!([{"op": "Replace", "path": "active", "value": "False", "name": "disable"}])),
    ];
    let rows = rows.map(|(label, operations)| {
        let rule = "Each form in which a directory deactivates somebody does so, and activates again.";
        Case::new(format!("entra-2.6-deactivation-{label}"), rule, move |t| async move {
            let user = ada(&t).await?;
            gives(&t, &user, operations, &json!({"active": false})).await?;
            t.filter("/Users", &format!("userName eq \"{}\"", user.name)).expect(200).await?.finds(&[&user.id])?;
            gives(&t, &user, json!([{"op": "Replace", "path": "active", "value": "True"}]), &json!({"active": true}))
                .await
        })
    });
    let kept = Case::new(
        "entra-2.6-memberships-of-the-inactive-are-kept",
        "Who is deactivated and activated again is in the same groups.",
        |t| async move {
            let user = ada(&t).await?;
            let group = t.group_of(&[&user]).await?;
            for active in ["False", "True"] {
                t.patch(&user.path, json!([{"op": "Replace", "path": "active", "value": active}]))
                    .expect_any(&[200, 204])
                    .await?;
                t.get(&group.path).expect(200).await?.has("/members", json!({"value": user.id}))?;
            }
            Ok(())
        },
    );
    let tombstone = Case::new(
        "entra-2.6-tombstone-keeps-the-address",
        "The name that Entra gives to the deleted is taken, and the address stays.",
        |t| async move {
            let user = ada(&t).await?;
            let name = format!("5d1c3f0e00004a55b1de7f1d0c7ae901{}", user.name);
            let operations = json!([{"op": "Replace", "path": "userName", "value": name}, {"op": "Replace", "path": "active", "value": "False"}]);
            gives(
                &t,
                &user,
                operations,
                &json!({"userName": name, "active": false, "emails": [{"value": user.name, "type": "work"}]}),
            )
            .await?;
            let back = json!([{"op": "Replace", "path": "userName", "value": user.name}, {"op": "Replace", "path": "active", "value": "True"}]);
            gives(&t, &user, back, &json!({"userName": user.name, "active": true})).await
        },
    );
    rows.into_iter().chain([kept, tombstone]).collect()
}

/// §2.3, §2.4, §5a: both dialects, and the shapes of the validators.
fn dialects() -> Vec<Case> {
    let department = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department";
    let name = json!({"formatted": "Ada Byron", "familyName": "King", "givenName": "Ada"});
    let rows = [
        (
            "2.3-add-overwrites-single-value",
            "Add of a single-valued attribute overwrites it.",
            json!([{"op": "Add", "path": "displayName", "value": "Ada King"}]),
            json!({"displayName": "Ada King"}),
        ),
        (
            "2.3-replace-of-what-is-missing-creates",
            "Replace of an attribute without value sets it.",
            json!([{"op": "Replace", "path": "title", "value": "Countess"}]),
            json!({"title": "Countess"}),
        ),
        (
            "2.3-add-to-a-missing-value-creates",
            "A filtered path on no value creates it from the filter.",
            json!([{"op": "Add", "path": "phoneNumbers[type eq \"mobile\"].value", "value": "+44 7700"}]),
            json!({"phoneNumbers": [{"type": "mobile", "value": "+44 7700"}]}),
        ),
        (
            "2.3-replace-of-a-missing-value-creates",
            "A filtered path on no value creates it, also with Replace.",
            json!([{"op": "Replace", "path": "phoneNumbers[type eq \"work\"].value", "value": "1"}]),
            json!({"phoneNumbers": [{"type": "work", "value": "1"}]}),
        ),
        (
            "2.3-value-is-created-beside-others",
            "A value that is created leaves the others, and takes primary from nobody.",
            json!([{"op": "Add", "path": "emails[type eq \"home\"].value", "value": "h@x.example"}]),
            json!({"emails": [{"type": "work", "primary": true}, {"type": "home", "value": "h@x.example", "primary": null}]}),
        ),
        (
            "2.3-value-is-built-by-several-operations",
            "Several operations build one value.",
            json!([{"op": "Add", "path": "addresses[type eq \"work\"].country", "value": "GB"}, {"op": "Add", "path": "addresses[type eq \"work\"].locality", "value": "London"}]),
            json!({"addresses": [{"type": "work", "country": "GB", "locality": "London"}]}),
        ),
        (
            "2.3-value-is-created-by-primary",
            "A path by primary creates a primary value.",
            json!([{"op": "Add", "path": "roles[primary eq \"True\"].value", "value": "Admin"}, {"op": "Add", "path": "roles[primary eq \"True\"].display", "value": "Administrator"}]),
            json!({"roles": [{"primary": true, "value": "Admin", "display": "Administrator"}]}),
        ),
        (
            "2.3-remove-of-a-missing-value-is-nothing",
            "Remove of no value changes nothing.",
            json!([{"op": "Remove", "path": "phoneNumbers[type eq \"fax\"].value"}]),
            json!({"phoneNumbers": null, "displayName": "Ada Byron"}),
        ),
        (
            "2.3-value-in-a-list-of-one",
            "A single value may come in a list of one.",
            json!([{"op": "Replace", "path": "displayName", "value": ["Ada King"]}]),
            json!({"displayName": "Ada King"}),
        ),
        (
            "2.3-core-path-with-urn",
            "Core attributes may be named with their URN, whose dots are no separators.",
            json!([{"op": "Add", "path": "urn:ietf:params:scim:schemas:core:2.0:User:title", "value": "Countess"}]),
            json!({"title": "Countess"}),
        ),
        (
            "2.3-extension-path",
            "Attributes of the extension are named with its URN.",
            json!([{"op": "Replace", "path": department, "value": "Engines"}]),
            json!({ENTERPRISE: {"department": "Engines"}}),
        ),
        (
            "2.3-empty-text-unassigns",
            "An empty text leaves an optional attribute without value.",
            json!([{"op": "replace", "path": "displayName", "value": ""}]),
            json!({"displayName": null}),
        ),
        (
            "2.3-null-unassigns",
            "null leaves an optional attribute without value.",
            json!([{"op": "replace", "path": "displayName", "value": null}]),
            json!({"displayName": null}),
        ),
        (
            "2.3-unknown-path-is-kept",
            "A path that nobody knows is no error.",
            json!([{"op": "Add", "path": "favouriteColour", "value": "green"}, {"op": "Add", "path": "title", "value": "x"}]),
            json!({"favouriteColour": "green", "title": "x"}),
        ),
        (
            "2.3-no-operations-change-nothing",
            "An empty list of operations changes nothing.",
            json!([]),
            json!({"displayName": "Ada Byron"}),
        ),
        (
            "2.2-roles-as-json-in-a-text",
            "A role that is JSON in a text is kept.",
            json!([{"op": "Add", "path": "roles", "value": [{"value": "{\"id\":\"06b0\",\"value\":\"Admin\",\"displayName\":\"Admin\"}"}]}]),
            json!({"roles": [{"value": "{\"id\":\"06b0\",\"value\":\"Admin\",\"displayName\":\"Admin\"}"}]}),
        ),
        (
            "2.4-dotted-keys-merge",
            "Dotted keys without a path keep the other parts.",
            json!([{"op": "replace", "value": {"name.familyName": "King", "displayName": "Ada King"}}]),
            json!({"name": name, "displayName": "Ada King"}),
        ),
        (
            "2.4-nested-objects-merge",
            "A nested object without a path keeps the other parts.",
            json!([{"op": "replace", "value": {"name": {"familyName": "King"}}}]),
            json!({"name": name}),
        ),
        (
            "2.4-urn-keys",
            "A key may be a URN with an attribute.",
            json!([{"op": "add", "value": {department: "Engines", "title": "Countess"}}]),
            json!({ENTERPRISE: {"department": "Engines"}, "title": "Countess"}),
        ),
        (
            "2.4-urn-objects",
            "A key may be a URN with an object.",
            json!([{"op": "add", "value": {ENTERPRISE: {"department": "Engines"}}}]),
            json!({ENTERPRISE: {"department": "Engines"}}),
        ),
        (
            "2.4-keys-in-any-case",
            "Keys ignore letter case.",
            json!([{"op": "replace", "value": {"DISPLAYNAME": "Ada King", "Name.FamilyName": "King"}}]),
            json!({"displayName": "Ada King", "name": name}),
        ),
        (
            "2.4-filtered-keys",
            "A key may be a path with a filter.",
            json!([{"op": "replace", "value": {"emails[type eq \"work\"].value": "w@x.example"}}]),
            json!({"emails": [{"type": "work", "value": "w@x.example", "primary": true}]}),
        ),
        (
            "2.4-mixed-request",
            "Filtered paths and one operation without path come together.",
            json!([{"op": "replace", "path": "emails[type eq \"work\"].value", "value": "w@x.example"}, {"op": "replace", "value": {"displayName": "Ada King", "name.familyName": "King", "active": false}}, {"op": "add", "path": "nickName", "value": "Ada"}]),
            json!({"emails": [{"value": "w@x.example"}], "displayName": "Ada King", "name": name, "active": false, "nickName": "Ada"}),
        ),
        (
            "2.4-pathless-touches-only-its-keys",
            "What an operation without path does not name stays.",
            json!([{"op": "replace", "value": {"title": "Countess"}}]),
            json!({"title": "Countess", "displayName": "Ada Byron", "emails": [{"type": "work", "primary": true}], "active": true}),
        ),
        (
            "5a-several-operations-on-one-attribute",
            "Of several operations on one attribute the last wins.",
            json!([{"op": "remove", "path": "displayName"}, {"op": "add", "path": "displayName", "value": "One"}, {"op": "replace", "path": "displayName", "value": "Two"}]),
            json!({"displayName": "Two"}),
        ),
        (
            "8-read-only-is-passed-over",
            "id, meta, schemas and groups are passed over.",
            json!([{"op": "replace", "value": {"id": "x", "meta": {"created": "x"}, "schemas": ["x"], "groups": [{"value": "x"}], "title": "Countess"}}]),
            json!({"schemas": [USER], "groups": null, "title": "Countess"}),
        ),
    ];
    rows.map(|(label, rule, operations, after)| {
        Case::new(format!("entra-{label}"), rule, move |t| async move {
            let user = ada(&t).await?;
            gives(&t, &user, operations, &after).await
        })
    })
    .into()
}

/// §2.5. `@` is the id of the manager.
fn managers() -> Vec<Case> {
    let path = format!("{ENTERPRISE}:manager");
    let set = [
        ("text", json!({"op": "Add", "path": path, "value": "@"})),
        ("object", json!({"op": "add", "path": path, "value": {"value": "@"}})),
        (
            "list-at-the-top",
            json!({"op": "Add", "path": "manager", "value": [{"$ref": "https://x.example/Users/@", "value": "@"}]}),
        ),
        ("value-path", json!({"op": "Replace", "path": format!("{path}.value"), "value": "@"})),
        ("without-path", json!({"op": "add", "value": {path.clone(): "@"}})),
        ("nested-without-path", json!({"op": "replace", "value": {ENTERPRISE: {"manager": "@"}}})),
    ];
    let unset = [
        ("empty-text", json!({"op": "replace", "path": path, "value": ""})),
        ("empty-value", json!({"op": "replace", "path": path, "value": {"value": ""}})),
        ("null", json!({"op": "replace", "path": path, "value": null})),
        ("removal", json!({"op": "Remove", "path": path})),
        ("removal-at-the-top", json!({"op": "Remove", "path": "manager"})),
    ];
    let set = set.into_iter().map(|(label, operation)| {
        let rule = "A manager is taken in each form and returned as an object below the extension.";
        Case::new(format!("entra-2.5-manager-{label}"), rule, move |t| async move {
            let (boss, user) = (t.user().await?, ada(&t).await?);
            let operation = operation.to_string().replace('@', &boss.id);
            let operation: Value = serde_json::from_str(&operation).unwrap_or_default();
            gives(&t, &user, json!([operation]), &json!({ENTERPRISE: {"manager": {"value": boss.id}}})).await
        })
    });
    let unset = unset.into_iter().map(|(label, operation)| {
        let rule = "A manager is unset in each form: the key is gone.";
        Case::new(format!("entra-2.5-no-manager-{label}"), rule, move |t| async move {
            let boss = t.user().await?;
            let user =
                t.user_with(json!({ENTERPRISE: {"manager": {"value": boss.id}, "department": "Engines"}})).await?;
            gives(&t, &user, json!([operation]), &json!({ENTERPRISE: {"department": "Engines", "manager": null}}))
                .await?;
            t.get(&user.path).expect(200).await?.without(&format!("/{ENTERPRISE}/manager")).map(drop)
        })
    });
    let text = Case::new(
        "entra-2.5-manager-as-text-at-creation",
        "A creation may give the manager as a text.",
        |t| async move {
            let boss = t.user().await?;
            let user = t.user_with(json!({ENTERPRISE: {"manager": boss.id}})).await?;
            t.get(&user.path).expect(200).await?.is(&format!("/{ENTERPRISE}/manager/value"), boss.id).map(drop)
        },
    );
    let unknown = Case::new(
        "entra-2.5-unknown-manager-is-no-error",
        "A manager whom the server does not know is no error.",
        |t| async move {
            let user = ada(&t).await?;
            let operations = json!([{"op": "Add", "path": format!("{ENTERPRISE}:manager"), "value": NOBODY}, {"op": "Add", "path": "title", "value": "x"}]);
            gives(&t, &user, operations, &json!({"title": "x"})).await
        },
    );
    set.chain(unset).chain([text, unknown]).collect()
}

/// §2.8. `@` is a user outside the group, `+` and `-` are two in it.
fn groups() -> Vec<Case> {
    let rows = [
        ("legacy-addition", json!([{"op": "Add", "path": "members", "value": [{"$ref": null, "value": "@"}]}]), "@+-"),
        ("compliant-addition", json!([{"op": "add", "path": "members", "value": [{"value": "@"}]}]), "@+-"),
        ("addition-of-an-object", json!([{"op": "Add", "path": "members", "value": {"value": "@"}}]), "@+-"),
        ("addition-of-a-text", json!([{"op": "Add", "path": "members", "value": "@"}]), "@+-"),
        ("addition-of-texts", json!([{"op": "Add", "path": "members", "value": ["@"]}]), "@+-"),
        ("addition-without-path", json!([{"op": "add", "value": {"members": [{"value": "@"}]}}]), "@+-"),
        (
            "addition-with-a-name",
            json!([{"name": "addMember", "op": "Add", "path": "members", "value": [{"displayName": "x", "value": "@"}]}]),
            "@+-",
        ),
        ("addition-again", json!([{"op": "Add", "path": "members", "value": [{"value": "+"}]}]), "+-"),
        (
            "addition-of-the-unknown",
            json!([{"op": "Add", "path": "members", "value": [{"value": "b7e4c0d2-5d0f-4f0b-9f60-3a1f0c7d9e11"}, {"value": "@"}]}]),
            "@+-",
        ),
        (
            "legacy-removal-takes-only-the-listed",
            json!([{"op": "Remove", "path": "members", "value": [{"$ref": null, "value": "+"}]}]),
            "-",
        ),
        ("compliant-removal", json!([{"op": "remove", "path": "members[value eq \"+\"]"}]), "-"),
        ("removal-of-a-text", json!([{"op": "Remove", "path": "members", "value": "+"}]), "-"),
        ("removal-again", json!([{"op": "Remove", "path": "members", "value": [{"value": "@"}]}]), "+-"),
        ("removal-of-an-empty-list", json!([{"op": "Remove", "path": "members", "value": []}]), "+-"),
        ("removal-of-all", json!([{"op": "Remove", "path": "members"}]), ""),
        (
            "addition-and-removal",
            json!([{"op": "add", "path": "members", "value": [{"value": "@"}]}, {"op": "remove", "path": "members[value eq \"@\"]"}]),
            "+-",
        ),
    ];
    let rows = rows.map(|(label, operations, after)| {
        let rule = "Each form in which members come and go is understood, and takes nobody who is not named.";
        Case::new(format!("entra-2.8-{label}"), rule, move |t| async move {
            let (outside, one, two) = (t.user().await?, t.user().await?, t.user().await?);
            let group = t.group_of(&[&one, &two]).await?;
            let keys = [("\"@", &outside), ("\"+", &one), ("\"-", &two)];
            let text = keys.iter().fold(operations.to_string(), |text, (key, user)| {
                text.replace(key, &format!("\"{}", user.id))
                    .replace(&format!("\\\"{}", &key[1..]), &format!("\\\"{}", user.id))
            });
            let operations: Value = serde_json::from_str(&text).unwrap_or_default();
            let members: Vec<Value> = keys
                .iter()
                .filter(|(key, _)| after.contains(&key[1..]))
                .map(|(_, user)| json!({"value": user.id}))
                .collect();
            let after = if members.is_empty() { Value::Null } else { members.into() };
            gives(&t, &group, operations, &json!({"members": after, "displayName": group.name})).await
        })
    });
    let others = vec![
        Case::new(
            "entra-2.8-classic-schema-is-taken-and-not-echoed",
            "The classic URN of a group is taken, and is not in the answer.",
            |t| async move {
                let group = t.group_with(json!({"schemas": [GROUP, CLASSIC], "externalId": t.name("e"), "meta": {"resourceType": "Group"}, "members": []})).await?;
                group.answer.is("/schemas", vec![GROUP])?.says_not("schemas.microsoft.com")?;
                t.get(&group.path).expect(200).await?.says_not("schemas.microsoft.com").map(drop)
            },
        ),
        Case::new(
            "entra-2.8-external-id-is-added-to-a-group",
            "A group that was there before is given its externalId.",
            |t| async move {
                let group = t.group().await?;
                let external = t.name("object");
                gives(
                    &t,
                    &group,
                    json!([{"op": "Add", "path": "externalId", "value": external}]),
                    &json!({"externalId": external}),
                )
                .await?;
                t.filter("/Groups?excludedAttributes=members", &format!("externalId eq \"{external}\""))
                    .expect(200)
                    .await?
                    .finds(&[&group.id])
                    .map(drop)
            },
        ),
        Case::new(
            "entra-2.8-excluded-members-are-not-there",
            "excludedAttributes=members takes the key away, by id and in a list.",
            |t| async move {
                let user = t.user().await?;
                let group = t.group_of(&[&user]).await?;
                t.get(&group.path)
                    .query("excludedAttributes", "members")
                    .expect(200)
                    .await?
                    .is("/id", group.id.as_str())?
                    .without("/members")?;
                let found = t
                    .filter("/Groups?excludedAttributes=members", &format!("displayName eq \"{}\"", group.name))
                    .expect(200)
                    .await?;
                found.finds(&[&group.id])?.without("/Resources/0/members").map(drop)
            },
        ),
        Case::new(
            "entra-3-group-name-is-unique",
            "Two groups of one name are a conflict, in any letter case.",
            |t| async move {
                let group = t.group().await?;
                t.post("/Groups", json!({"displayName": group.name})).refused(409, "uniqueness").await?;
                t.post("/Groups", json!({"displayName": group.name.to_uppercase()})).refused(409, "uniqueness").await?;
                let other = t.group().await?;
                t.patch(&other.path, json!([{"op": "Replace", "path": "displayName", "value": group.name}]))
                    .refused(409, "uniqueness")
                    .await?;
                t.get(&other.path).expect(200).await?.is("/displayName", other.name).map(drop)
            },
        ),
    ];
    rows.into_iter().chain(others).collect()
}

/// §2.9: the flag in the tenant URL means nothing to a server.
fn flag() -> Vec<Case> {
    let forms = [
        "aadOptscim062020",
        "aadOptscim062020=true",
        "AADOPTSCIM062020=",
        "AzureAdScimPatch062020",
        "AzureAdScimPatch2017",
    ];
    forms
        .into_iter()
        .enumerate()
        .map(|(at, flag)| {
            let rule = format!("{flag} in the query changes no answer, wherever it stands.");
            Case::new(format!("entra-2.9-flag-{at}-changes-nothing"), rule, move |t| async move {
                let user = t.user().await?;
                let read = t.get(&format!("{}?{flag}", user.path)).expect(200).await?;
                read.is("", user.answer.json().clone())?;
                let filter = format!("filter=userName+eq+%22{}%22", user.name);
                t.get(&format!("/Users?{flag}&{filter}")).expect(200).await?.finds(&[&user.id])?;
                t.get(&format!("/Users?{filter}&{flag}")).expect(200).await?.finds(&[&user.id])?;
                let operations = json!([{"op": "Replace", "path": "active", "value": "False"}]);
                t.patch(&format!("{}?{flag}", user.path), operations).expect_any(&[200, 204]).await?;
                t.get(&user.path).expect(200).await?.is("/active", false)?;
                let made = t.post(&format!("/Users?{flag}"), json!({"userName": t.name("x")})).expect(201).await?;
                made.present("/id").map(drop)
            })
        })
        .collect()
}

/// §2.7.
fn renames() -> Vec<Case> {
    vec![
        Case::new(
            "entra-2.7-rename-keeps-the-id",
            "A new userName, by path or without, keeps the id.",
            |t| async move {
                let user = ada(&t).await?;
                let (one, two) = (t.name("one"), t.name("two"));
                gives(
                    &t,
                    &user,
                    json!([{"op": "Replace", "path": "userName", "value": one}]),
                    &json!({"userName": one}),
                )
                .await?;
                gives(
                    &t,
                    &user,
                    json!([{"op": "replace", "value": {"userName": two}}]),
                    &json!({"userName": two, "id": user.id}),
                )
                .await
            },
        ),
        Case::new(
            "entra-2.7-rename-to-a-taken-name-is-409",
            "A userName that another has is 409 uniqueness, without a path too.",
            |t| async move {
                let (one, two) = (ada(&t).await?, ada(&t).await?);
                t.patch(&two.path, json!([{"op": "replace", "value": {"userName": one.name}}]))
                    .refused(409, "uniqueness")
                    .await?;
                t.get(&two.path).expect(200).await?.is("", two.answer.json().clone()).map(drop)
            },
        ),
        Case::new(
            "entra-2.7-same-name-again-is-no-conflict",
            "The name that a user has already is no conflict.",
            |t| async move {
                let user = ada(&t).await?;
                gives(
                    &t,
                    &user,
                    json!([{"op": "Replace", "path": "userName", "value": user.name}]),
                    &json!({"userName": user.name}),
                )
                .await
            },
        ),
        Case::new(
            "entra-5b-pages-of-users-are-walked",
            "A walk by startIndex and count=5 over eleven users: the index is echoed, each comes once.",
            |t| async move {
                futures_util::future::try_join_all((0..11).map(|_| t.user())).await?;
                let mut seen = Vec::new();
                for (start, items) in [(1, 5), (6, 5), (11, 1)] {
                    let page = t
                        .filter(&format!("/Users?startIndex={start}&count=5"), &format!("userName sw \"{}\"", t.tag()))
                        .expect(200)
                        .await?;
                    page.total(11)?.is("/startIndex", start)?.is("/itemsPerPage", items)?;
                    seen.extend(page.ids());
                }
                seen.sort();
                seen.dedup();
                t.get("/Users?count=0").expect(200).await?.ensure(seen.len() == 11, "eleven users").map(drop)
            },
        ),
        Case::new(
            "entra-2.6-deletion-is-404-afterwards",
            "DELETE is 204, GET then 404, DELETE again 404.",
            |t| async move {
                let user = ada(&t).await?;
                t.delete(&user.path).without("user-agent").expect(204).await?;
                t.get(&user.path).refused(404, "").await?;
                t.delete(&user.path).refused(404, "").await.map(drop)
            },
        ),
    ]
}
