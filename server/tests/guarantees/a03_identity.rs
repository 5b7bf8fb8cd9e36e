//! A3, A5, B2: nothing that a directory writes gives it another identity or more rights.

use crate::{
    guarantees::common::{assert_same, of_changes, tables},
    support::{TestApp, Value, entra_user, json},
};
use axum::http::{Method, StatusCode};
use domain::{UserId, role::Role};

on_both!(
    a03_no_directory_takes_a_break_glass_name,
    a03_an_external_id_is_nobodys_id,
    a05_no_attribute_gives_a_role,
    a05_a_group_named_like_a_mapped_one_gives_nothing,
    b02_break_glass_accounts_are_no_resources,
);

const NAME: &str = "gate-7f3k";
/// The same name, in every spelling that could be taken for it.
const SPELLINGS: [&str; 8] = [
    NAME,
    "GATE-7F3K",
    "Gate-7f3K",
    "  gate-7f3k\t",
    "\u{a0}gate-7f3k\u{3000}",
    "ｇａｔｅ-7f3k",
    "gate－7f3k",
    "ＧＡＴＥ－７Ｆ３Ｋ",
];

async fn a03_no_directory_takes_a_break_glass_name(app: TestApp) {
    app.break_glass(NAME).await;
    let path = format!("/Users/{}", app.user("ada@corp.example").await);
    let before = of_changes(tables(&app).await);
    let mut refused = 0;
    for spelling in SPELLINGS {
        let with = |field: &str, value: Value| {
            let mut user = entra_user("ada@corp.example");
            user[field] = value;
            user
        };
        for body in [with("userName", json!(spelling)), with("externalId", json!(spelling))] {
            let mut new = body.clone();
            if new["userName"] == "ada@corp.example" {
                new["userName"] = json!("new@corp.example");
            }
            for (method, path, body) in [(Method::POST, "/Users", new), (Method::PUT, path.as_str(), body)] {
                let answer = app.scim(method, path, Some(body)).await.expect(StatusCode::CONFLICT);
                assert_eq!(answer.json()["scimType"], "uniqueness");
                refused += 1;
            }
        }
        for operation in [
            json!({"op": "Replace", "path": "userName", "value": spelling}),
            json!({"op": "replace", "value": {"userName": spelling}}),
            json!({"op": "Add", "path": "externalId", "value": spelling}),
        ] {
            // The operations before it in the same request have no effect either.
            let operations = json!([{"op": "replace", "path": "active", "value": false}, operation]);
            let answer = app.patch(&path, operations).await.expect(StatusCode::CONFLICT);
            assert_eq!(answer.json()["scimType"], "uniqueness");
            refused += 1;
        }
        assert_same(&before, &of_changes(tables(&app).await), spelling);
    }
    assert_eq!(refused, SPELLINGS.len() * 7);
    // No sign-in looks up an address, so any address is allowed; and so is a name of another form.
    let emails = json!([{"op": "add", "path": "emails", "value": [{"type": "home", "value": NAME}]}]);
    app.patch(&path, emails).await.expect(StatusCode::OK);
    app.user("gate-00000").await;
}

async fn a03_an_external_id_is_nobodys_id(app: TestApp) {
    app.break_glass(NAME).await;
    let admin = app.host.break_glass().await.unwrap()[0].account.id.to_string();
    let ada = app.user("ada@corp.example").await;
    for (at, external) in ["0", "1", "-1", "admin", "null", "[]", "true", &admin, &ada].into_iter().enumerate() {
        let mut user = entra_user(&format!("person-{at}@corp.example"));
        user["externalId"] = json!(external);
        let id = app.post("/Users", user).await.expect(StatusCode::CREATED).id();
        assert_ne!(id, external);
        if external != ada {
            app.get(&format!("/Users/{}", external.replace(['[', ']'], "%5B"))).await.expect(StatusCode::NOT_FOUND);
        }
        let found =
            app.get(&format!("/Users?filter=externalId%20eq%20%22{}%22", external.replace(['[', ']'], "%5B"))).await;
        assert!(found.total() <= 1);
    }
    assert_eq!(app.get(&format!("/Users/{ada}")).await.json()["userName"], "ada@corp.example");
    let before = of_changes(tables(&app).await);
    for external in [json!(7), json!(true), json!([0]), json!(["0", "1"])] {
        let mut user = entra_user("numeric@corp.example");
        user["externalId"] = external;
        app.post("/Users", user).await.expect(StatusCode::BAD_REQUEST);
    }
    assert_same(&before, &of_changes(tables(&app).await), "an externalId that is no text");
}

async fn a05_no_attribute_gives_a_role(app: TestApp) {
    const SECRET: &str = "Kept-Nowhere-7f3k";
    let console = app.console("gate-0001").await;
    let admin = app.user("boss@corp.example").await;
    console.set_user_role(admin.parse().unwrap(), Some(Role::Administrator)).await.unwrap();
    let group = app.group("Admins").await;
    console.set_group_role(group.parse().unwrap(), Some(Role::Administrator)).await.unwrap();
    let attributes = [
        json!({"roles": [{"value": "administrator", "primary": true}]}),
        json!({"roles": ["administrator"]}),
        json!({"entitlements": [{"value": "administrator"}]}),
        json!({"userType": "administrator"}),
        json!({"role": "administrator"}),
        json!({"isAdmin": true, "is_admin": 1, "admin": "true"}),
        json!({"password": SECRET}),
        json!({"id": admin}),
        json!({"groups": [{"value": group, "display": "Admins"}]}),
        json!({"meta": {"resourceType": "BreakGlass", "version": "W/\"9\""}}),
        json!({"urn:postern:admin": {"role": "administrator"}}),
        json!({"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"role": "administrator", "department": "Admins"}}),
        json!({"externalId": admin}),
    ];
    let mut ids = Vec::new();
    for (at, extra) in attributes.iter().enumerate() {
        let merged = |name: &str| {
            let mut user = entra_user(name);
            user.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
            user
        };
        let name = format!("person-{at}@corp.example");
        let posted = app.post("/Users", merged(&name)).await;
        assert!(
            posted.status == StatusCode::CREATED || posted.status == StatusCode::BAD_REQUEST,
            "{extra}: {posted:?}"
        );
        let id = match posted.status {
            StatusCode::CREATED => posted.id(),
            _ => app.user(&name).await,
        };
        let path = format!("/Users/{id}");
        let put = app.put(&path, merged(&name)).await.status;
        let whole = app.patch(&path, json!([{"op": "add", "value": extra}])).await.status;
        assert!(put.as_u16() < 500 && whole.as_u16() < 500, "{extra}");
        for (field, value) in extra.as_object().unwrap() {
            let status = app.patch(&path, json!([{"op": "Add", "path": field, "value": value}])).await.status;
            assert!(status.as_u16() < 500, "{field}: {status}");
        }
        ids.push(id);
    }
    for id in ids {
        let id: UserId = id.parse().unwrap();
        assert_eq!(console.role_of(id).await.unwrap().effective(), Role::Member);
        assert!(console.role_of(id).await.unwrap().through.is_empty());
    }
    assert_eq!(console.simulate().await.unwrap().administrators, 1);
    assert!(!format!("{:?}", tables(&app).await).contains(SECRET), "a password is kept nowhere");
}

async fn a05_a_group_named_like_a_mapped_one_gives_nothing(app: TestApp) {
    let console = app.console("gate-0001").await;
    let mapped = app.group("Admins").await;
    console.set_group_role(mapped.parse().unwrap(), Some(Role::Administrator)).await.unwrap();
    let eve = app.user("eve@corp.example").await;
    let role = async || console.role_of(eve.parse().unwrap()).await.unwrap().effective();
    let members = json!([{"value": eve}]);
    for name in ["Admins", "ADMINS ", "Ａｄｍｉｎｓ"] {
        app.post("/Groups", json!({"displayName": name, "members": members})).await.expect(StatusCode::CONFLICT);
    }
    for name in ["Admins.", "Adm\u{200b}ins", "Аdmins", "Administrators", "administrator"] {
        app.post("/Groups", json!({"displayName": name, "members": members})).await.expect(StatusCode::CREATED);
        assert_eq!(role().await, Role::Member, "{name}");
    }
    // The mapping is to the group, not to its name.
    app.delete(&format!("/Groups/{mapped}")).await.expect(StatusCode::NO_CONTENT);
    let again =
        app.post("/Groups", json!({"displayName": "Admins", "members": members})).await.expect(StatusCode::CREATED);
    assert_ne!(again.id(), mapped);
    assert_eq!(role().await, Role::Member);
    assert_eq!(console.group_role(again.id().parse().unwrap()).await.unwrap(), None);
    assert!(console.mapped_groups().await.unwrap().is_empty());
}

async fn b02_break_glass_accounts_are_no_resources(app: TestApp) {
    app.break_glass(NAME).await;
    let id = app.host.break_glass().await.unwrap()[0].account.id.to_string();
    for (method, body) in [
        (Method::GET, None),
        (Method::DELETE, None),
        (Method::PUT, Some(entra_user("ada@corp.example"))),
        (Method::PATCH, Some(json!({"Operations": [{"op": "replace", "path": "active", "value": false}]}))),
    ] {
        for endpoint in ["Users", "Groups"] {
            let path = format!("/{endpoint}/{id}");
            let body = body.clone().map(|mut body| {
                body["displayName"] = json!("Ada");
                body
            });
            app.scim(method.clone(), &path, body).await.expect(StatusCode::NOT_FOUND);
        }
    }
    for filter in
        [format!("userName eq \"{NAME}\""), format!("id eq \"{id}\""), "userName pr".into(), "active pr".into()]
    {
        let filter = filter.replace(' ', "%20").replace('"', "%22");
        assert_eq!(app.get(&format!("/Users?filter={filter}")).await.expect(StatusCode::OK).total(), 0, "{filter}");
    }
    let group = app.group("Everybody").await;
    let member = json!([{"op": "add", "path": "members", "value": [{"value": id}]}]);
    app.patch(&format!("/Groups/{group}"), member).await.expect(StatusCode::OK);
    assert!(!app.get(&format!("/Groups/{group}")).await.text.contains(&id));
    let console = app.console("gate-0001").await;
    assert_eq!(console.counts().await.unwrap().users, 0);
}
