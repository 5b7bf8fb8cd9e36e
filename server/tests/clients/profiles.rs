//! Which client calls: how it is recognised, what follows from that, and what an administrator sets.

use crate::{
    clients::{GUID, call, members, operations, tokens},
    support::{TestApp, Value, entra_user, json},
};
use axum::http::{Method, StatusCode};
use domain::{
    audit::{Action, Entry},
    console::Expiry,
    token::ClientProfile,
};

on_both!(
    entra_is_known_by_its_signs,
    other_clients_are_not_taken_for_entra,
    a_replacement_of_members_means_what_the_client_means,
    the_first_call_with_a_sign_counts_already,
    an_administrator_knows_better,
    what_is_known_stays_and_costs_nothing,
);

async fn profile(app: &TestApp, name: &str) -> Option<ClientProfile> {
    tokens(app).await.into_iter().find(|token| token.name == name).unwrap().profile
}

async fn changes(app: &TestApp) -> Vec<Entry> {
    app.recorder.flush().await;
    let events = app.host.events_after(0).await.unwrap();
    events.into_iter().filter(|entry| entry.event.action == Action::TokenChanged).collect()
}

/// A method, a path, a user agent and a body.
type Sent<'s> = (Method, &'s str, Option<&'s str>, Option<Value>);

/// The kind that a token's client is taken for after a call with a token of that name.
async fn taken_for(app: &TestApp, name: &str, sent: Sent<'_>) -> Option<ClientProfile> {
    let token = app.host.create_token(name, None).await.unwrap();
    let (method, path, agent, body) = sent;
    let agent: Vec<_> = agent.map(|agent| ("user-agent", agent)).into_iter().collect();
    call(app, &token.secret, (method, path), &agent, body).await;
    profile(app, name).await
}

async fn entra_is_known_by_its_signs(app: TestApp) {
    let group = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group",
            "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"],
        "displayName": "Engine Owners",
    });
    let rename = json!({"Operations": [{"op": "Replace", "path": "displayName", "value": "X"}]});
    let nobody = format!("/Users/{GUID}");
    let probe = format!("/Users?filter=userName+eq+%22{GUID}%22");
    let by_id = format!("/Groups?excludedAttributes=members&filter=externalId+eq+%22{GUID}%22");
    let flagged = format!("{nobody}?aadOptscim062020");
    let proxy = Some("a proxy");
    let signs: [(&str, Sent); 6] = [
        ("probe", (Method::GET, &probe, None, None)),
        ("probe by id", (Method::GET, &by_id, None, None)),
        ("capital op", (Method::PATCH, &nobody, None, Some(rename))),
        ("URN", (Method::POST, "/Groups", proxy, Some(group))),
        ("flag", (Method::GET, &flagged, proxy, None)),
        ("other flag", (Method::GET, "/Users?count=0&AzureAdScimPatch062020", None, None)),
    ];
    for (name, sent) in signs {
        assert_eq!(taken_for(&app, name, sent).await, Some(ClientProfile::Entra), "{name}");
    }
    let told = changes(&app).await;
    assert_eq!(told.len(), 6);
    let after: Value = serde_json::from_str(told[0].event.after.as_deref().unwrap()).unwrap();
    assert_eq!(after, json!({"client": "entra", "how": "detected"}));
}

async fn other_clients_are_not_taken_for_entra(app: TestApp) {
    let rename = json!({"Operations": [{"op": "Replace", "path": "displayName", "value": "X"}]});
    let nobody = format!("/Users/{GUID}");
    let probe = format!("/Users?filter=userName+eq+%22{GUID}%22");
    let otherwise = format!("/Users?filter=userName%20eq%20%22{GUID}%22");
    let paged = format!("{probe}&startIndex=1&count=1");
    let (httpx, okta) = (Some("python-httpx/0.27"), Some("Okta SCIM Client 1.0.0"));
    let generic = Some(ClientProfile::Generic);
    // People choose such values themselves.
    let urn = "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/User";
    let mut titled = entra_user("ada@corp.example");
    titled["title"] = json!(urn);
    titled["manager"] = json!({"schemas": [urn]});
    let named = json!({"Operations": [{"op": "replace", "value": {"title": urn, "schemas": [urn]}}]});
    let calls: [(&str, Sent, Option<ClientProfile>); 9] = [
        ("URN in an attribute value", (Method::POST, "/Users", httpx, Some(titled)), generic),
        ("URN in an operation", (Method::PATCH, &nobody, None, Some(named)), generic),
        ("reads", (Method::GET, &probe, httpx, None), None),
        ("capital op", (Method::PATCH, &nobody, httpx, Some(rename)), generic),
        ("nameless, written otherwise", (Method::GET, &otherwise, None, None), None),
        ("nameless, in pages", (Method::GET, &paged, None, None), None),
        ("nameless", (Method::GET, "/Users?filter=userName+eq+%22ada%22", None, None), None),
        ("searches", (Method::POST, "/Users/.search", httpx, Some(json!({}))), None),
        ("okta", (Method::GET, "/Users?startIndex=1&count=2", okta, None), Some(ClientProfile::Okta)),
    ];
    for (name, sent, expected) in calls {
        assert_eq!(taken_for(&app, name, sent).await, expected, "{name}");
    }
    // Only a kind that changes the meaning of calls is recorded.
    assert_eq!(changes(&app).await.len(), 1);
}

async fn a_replacement_of_members_means_what_the_client_means(app: TestApp) {
    let (ada, bob) = (app.user("ada@corp.example").await, app.user("bob@corp.example").await);
    let console = app.console("gate-0001").await;
    for (client, left) in [
        (ClientProfile::Entra, vec![&ada, &bob]),
        (ClientProfile::Okta, vec![&bob]),
        (ClientProfile::Generic, vec![&bob]),
    ] {
        let token = console.create_token(client.as_str(), Expiry::Never).await.unwrap();
        console.set_token_client(token.token.id, Some(client)).await.unwrap();
        let group = app.group(client.as_str()).await;
        let path = format!("/Groups/{group}");
        for body in [
            operations("replace", json!([{"value": ada}])),
            json!({"Operations": [{"op": "replace", "value": {"members": [{"value": bob}]}}]}),
        ] {
            let answer = call(&app, &token.secret, (Method::PATCH, &path), &[], Some(body)).await;
            let entra = client == ClientProfile::Entra;
            answer.expect(if entra { StatusCode::NO_CONTENT } else { StatusCode::OK });
        }
        let now: Vec<String> = members(&app, &group).await.into_iter().map(|(_, id)| id).collect();
        assert_eq!(now.iter().collect::<Vec<_>>(), left, "{client:?}");
        // A PUT is a whole resource, for every client.
        let put = json!({"displayName": client.as_str(), "members": [{"value": bob}]});
        call(&app, &token.secret, (Method::PUT, &path), &[], Some(put)).await.expect(StatusCode::OK);
        assert_eq!(members(&app, &group).await, [("User".to_owned(), bob.clone())]);
    }
}

async fn the_first_call_with_a_sign_counts_already(app: TestApp) {
    let (ada, bob) = (app.user("ada@corp.example").await, app.user("bob@corp.example").await);
    let group = app.group("Team").await;
    app.patch(&format!("/Groups/{group}"), json!([{"op": "add", "path": "members", "value": [{"value": ada}]}])).await;
    let token = app.host.create_token("Fresh", None).await.unwrap().secret;
    let (path, body) = (format!("/Groups/{group}?aadOptscim062020"), operations("replace", json!([{"value": bob}])));
    call(&app, &token, (Method::PATCH, &path), &[], Some(body)).await.expect(StatusCode::NO_CONTENT);
    assert_eq!(members(&app, &group).await.len(), 2);
}

async fn an_administrator_knows_better(app: TestApp) {
    let cookie = app.administrator("gate-0001").await;
    let id = tokens(&app).await[0].id;
    app.get("/Users?count=0&aadOptscim062020").await.expect(StatusCode::OK);
    let page = async || app.page(&format!("/admin/sso/tokens/{id}"), Some(&cookie)).await.expect(StatusCode::OK).text;
    app.recorder.flush().await;
    assert!(page().await.contains("Its calls show that Microsoft Entra ID uses it."));
    let list = app.page("/admin/sso/scim", Some(&cookie)).await.text;
    assert!(list.contains("detected"), "{list}");
    let set = async |client: &str| {
        let answer = app.form("/admin/api/set_token_client", Some(&cookie), &format!("id={id}&client={client}")).await;
        answer.expect(StatusCode::OK);
    };
    set("generic").await;
    assert!(page().await.contains("An administrator has set it: Other SCIM client."));
    // No sign overrides that.
    app.get("/Users?count=0&aadOptscim062020").await.expect(StatusCode::OK);
    assert_eq!(profile(&app, "Entra production").await, Some(ClientProfile::Generic));
    // If it is left to the client again, the next sign decides.
    set("").await;
    assert_eq!(profile(&app, "Entra production").await, None);
    app.get("/Users?count=0&aadOptscim062020").await.expect(StatusCode::OK);
    assert_eq!(profile(&app, "Entra production").await, Some(ClientProfile::Entra));
    let told: Vec<Value> = changes(&app)
        .await
        .iter()
        .map(|entry| serde_json::from_str(entry.event.after.as_deref().unwrap()).unwrap())
        .collect();
    let words: Vec<_> = told.iter().map(|facts| (facts["client"].as_str(), facts["how"].as_str())).collect();
    let detected = (Some("entra"), Some("detected"));
    assert_eq!(words, [detected, (Some("generic"), Some("set")), (None, None), detected]);
    let wrong = app.form("/admin/api/set_token_client", Some(&cookie), &format!("id={id}&client=x")).await;
    assert_eq!(wrong.expect(StatusCode::BAD_REQUEST).json()["kind"], "malformed");
}

async fn what_is_known_stays_and_costs_nothing(app: TestApp) {
    let okta = [("user-agent", "Okta SCIM Client 1.0.0")];
    for _ in 0..3 {
        call(&app, &app.token, (Method::GET, "/Users?count=1&aadOptscim062020"), &[], None).await;
        app.recorder.flush().await;
        call(&app, &app.token, (Method::GET, "/Users?count=1"), &okta, None).await;
    }
    assert_eq!(profile(&app, "Entra production").await, Some(ClientProfile::Entra));
    assert_eq!(changes(&app).await.len(), 1);
    // The token that replaces it has the same client.
    let console = app.console("gate-0001").await;
    let id = tokens(&app).await[0].id;
    assert_eq!(console.rotate_token(id, None).await.unwrap().token.profile, Some(ClientProfile::Entra));
}
