//! What differs between clients: which one calls, how much of an answer it wants, groups in groups, and /Me.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should fail")]

mod support;

use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use domain::{
    audit::{Action, Entry},
    console::Expiry,
    role::Role,
    token::{ClientProfile, Token},
};
use support::{Answer, TestApp, Value, entra_user, json};

on_both!(
    entra_is_known_by_its_signs,
    other_clients_are_not_taken_for_entra,
    a_replacement_of_members_means_what_the_client_means,
    the_first_call_with_a_sign_counts_already,
    an_administrator_knows_better,
    what_is_known_stays_and_costs_nothing,
    minimal_answers_have_no_body,
    a_whole_answer_is_given_where_it_is_preferred,
    a_change_of_members_costs_the_same_in_a_large_group,
    groups_are_members_of_groups,
    members_of_both_kinds_change_by_patch,
    nesting_is_filtered_and_left_out,
    a_deleted_group_comes_back_with_its_nesting,
    roles_and_groups_of_a_user_stay_direct,
    me_is_the_user_that_the_token_is_bound_to,
    me_is_nobody_without_a_user,
);

const GUID: &str = "b7e4c0d2-5d0f-4f0b-9f60-3a1f0c7d9e11";

/// A call with these headers; no client sends none but Entra.
async fn call(
    app: &TestApp,
    token: &str,
    call: (Method, &str),
    headers: &[(&str, &str)],
    body: Option<Value>,
) -> Answer {
    let mut request = Request::builder().method(call.0).uri(format!("/scim/v2{}", call.1));
    request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    app.send(request.body(body.map_or_else(Body::empty, |body| Body::from(body.to_string()))).unwrap()).await
}

async fn tokens(app: &TestApp) -> Vec<Token> {
    app.recorder.flush().await;
    app.host.tokens().await.unwrap()
}

async fn profile(app: &TestApp, name: &str) -> Option<ClientProfile> {
    tokens(app).await.into_iter().find(|token| token.name == name).unwrap().profile
}

async fn changes(app: &TestApp) -> Vec<Entry> {
    app.recorder.flush().await;
    let events = app.host.events_after(0).await.unwrap();
    events.into_iter().filter(|entry| entry.event.action == Action::TokenChanged).collect()
}

fn operations(op: &str, value: Value) -> Value {
    json!({"Operations": [{"op": op, "path": "members", "value": value}]})
}

async fn members(app: &TestApp, group: &str) -> Vec<(String, String)> {
    let group = app.get(&format!("/Groups/{group}")).await.expect(StatusCode::OK).json();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let members = group["members"].as_array().cloned().unwrap_or_default();
    members.iter().map(|member| (text(&member["type"]), text(&member["value"]))).collect()
}

/// A method, a path, a user agent and a body.
type Sent<'s> = (Method, &'s str, Option<&'s str>, Option<Value>);

/// What a token's client is taken for after a call with a token of that name.
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
    // Only what changes the meaning of its calls is told.
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
        // A PUT is a whole resource, whoever sends it.
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
    assert!(page().await.contains("What it sends says that Microsoft Entra ID calls with it."));
    let list = app.page("/admin/sso/scim", Some(&cookie)).await.text;
    assert!(list.contains("detected"), "{list}");
    let set = async |client: &str| {
        let answer = app.form("/admin/api/set_token_client", Some(&cookie), &format!("id={id}&client={client}")).await;
        answer.expect(StatusCode::OK);
    };
    set("generic").await;
    assert!(page().await.contains("An administrator has set it: Another."));
    // No sign counts against that.
    app.get("/Users?count=0&aadOptscim062020").await.expect(StatusCode::OK);
    assert_eq!(profile(&app, "Entra production").await, Some(ClientProfile::Generic));
    // Left to the client again, it is what the next sign says.
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
    // The token that takes its place has the same client.
    let console = app.console("gate-0001").await;
    let id = tokens(&app).await[0].id;
    assert_eq!(console.rotate_token(id).await.unwrap().token.profile, Some(ClientProfile::Entra));
}

async fn minimal_answers_have_no_body(app: TestApp) {
    let minimal = [("prefer", "return=minimal")];
    let made = call(&app, &app.token, (Method::POST, "/Users"), &minimal, Some(entra_user("ada@corp.example"))).await;
    let made = made.expect(StatusCode::CREATED);
    assert_eq!((made.text.as_str(), made.header("preference-applied")), ("", "return=minimal"));
    let location = made.header(header::LOCATION).to_owned();
    assert_eq!(made.header(header::ETAG), "W/\"1\"");
    let path = location.strip_prefix("https://id.corp.example/scim/v2").unwrap();
    let rename = json!({"Operations": [{"op": "replace", "path": "title", "value": "Countess"}]});
    for (method, body) in [(Method::PATCH, rename), (Method::PUT, entra_user("ada@corp.example"))] {
        let answer = call(&app, &app.token, (method, path), &minimal, Some(body)).await.expect(StatusCode::NO_CONTENT);
        assert_eq!((answer.text.as_str(), answer.header("preference-applied")), ("", "return=minimal"));
    }
    assert_eq!(app.get(path).await.expect(StatusCode::OK).header(header::ETAG), "W/\"3\"");
    let group = json!({"displayName": "Team", "members": [{"value": path.rsplit('/').next().unwrap()}]});
    let made = call(&app, &app.token, (Method::POST, "/Groups"), &minimal, Some(group.clone())).await;
    let made = made.expect(StatusCode::CREATED);
    let path = made.header(header::LOCATION).strip_prefix("https://id.corp.example/scim/v2").unwrap().to_owned();
    for (method, body) in [(Method::PUT, group), (Method::PATCH, json!({"Operations": []}))] {
        let answer = call(&app, &app.token, (method, &path), &minimal, Some(body)).await.expect(StatusCode::NO_CONTENT);
        assert_eq!((answer.text.as_str(), answer.header("preference-applied")), ("", "return=minimal"));
    }
    // A refusal says why, whatever the client prefers.
    let refused = call(&app, &app.token, (Method::POST, "/Users"), &minimal, Some(json!({}))).await;
    assert!(refused.expect(StatusCode::BAD_REQUEST).json()["detail"].is_string());
    // What only reads is not affected.
    let read = call(&app, &app.token, (Method::GET, &path), &minimal, None).await.expect(StatusCode::OK);
    assert_eq!((read.json()["displayName"].as_str(), read.header("preference-applied")), (Some("Team"), ""));
}

async fn a_whole_answer_is_given_where_it_is_preferred(app: TestApp) {
    let (ada, group) = (app.user("ada@corp.example").await, app.group("Team").await);
    let path = format!("/Groups/{group}");
    let whole = [("prefer", "return=representation")];
    let add = operations("add", json!([{"value": ada}]));
    let answer = call(&app, &app.token, (Method::PATCH, &path), &whole, Some(add)).await.expect(StatusCode::OK);
    assert_eq!(answer.json()["members"][0]["value"], json!(ada));
    assert_eq!(answer.header("preference-applied"), "return=representation");
    let remove = operations("remove", json!([{"value": ada}]));
    let answer = call(&app, &app.token, (Method::PATCH, &path), &[], Some(remove)).await;
    assert_eq!(answer.expect(StatusCode::OK).header("preference-applied"), "");
}

async fn a_change_of_members_costs_the_same_in_a_large_group(app: TestApp) {
    let inner = app.group("Inner").await;
    let mut users = Vec::new();
    for number in 0..100 {
        users.push(json!({"value": app.user(&format!("u{number:03}@corp.example")).await}));
    }
    let group = json!({"displayName": "Team", "members": users[..98]});
    let path = format!("/Groups/{}", app.post("/Groups", group).await.expect(StatusCode::CREATED).id());
    let change = async |query: &str, op: &str, value: &Value| {
        let body = Some(operations(op, json!([value])));
        call(&app, &app.token, (Method::PATCH, &format!("{path}{query}")), &[], body).await
    };
    // A nested group counts like a user, and a hundred are few.
    for value in [&json!({"value": inner}), &users[98]] {
        let answer = change("", "add", value).await.expect(StatusCode::OK);
        assert_eq!(answer.json(), app.get(&path).await.json());
    }
    let members = async || app.get(&path).await.json()["members"].as_array().unwrap().len();
    assert_eq!(members().await, 100);
    let answer = change("", "add", &users[99]).await.expect(StatusCode::NO_CONTENT);
    assert_eq!((answer.text.as_str(), answer.header(header::ETAG)), ("", "W/\"4\""));
    assert_eq!(members().await, 101);
    change("", "add", &users[99]).await.expect(StatusCode::NO_CONTENT);
    let answer = change("?excludedAttributes=members", "add", &users[99]).await.expect(StatusCode::OK);
    assert_eq!((answer.json()["displayName"].as_str(), answer.json().get("members")), (Some("Team"), None));
    let answer = change("?attributes=members", "add", &users[99]).await.expect(StatusCode::OK);
    assert_eq!(answer.json()["members"].as_array().unwrap().len(), 101);
    // Entra is not sent a large group for any change of it, others for one of its members only.
    let rename = |name: &str| {
        json!({"Operations": [{"op": "replace", "path": "displayName", "value": name},
            {"op": "add", "path": "members", "value": [users[99]]}]})
    };
    let console = app.console("gate-0001").await;
    for (client, largest) in [(ClientProfile::Entra, StatusCode::NO_CONTENT), (ClientProfile::Okta, StatusCode::OK)] {
        let name = client.as_str();
        let token = console.create_token(name, Expiry::Never).await.unwrap();
        console.set_token_client(token.token.id, Some(client)).await.unwrap();
        let send = async |query: &str| {
            let (to, body) = (format!("{path}{query}"), rename(&format!("{name}{query}")));
            call(&app, &token.secret, (Method::PATCH, &to), &[], Some(body)).await
        };
        send("").await.expect(largest);
        assert_eq!(app.get(&path).await.json()["displayName"], name);
        let whole = send("?attributes=displayName,members").await.expect(StatusCode::OK);
        assert_eq!(whole.json()["members"].as_array().unwrap().len(), 101);
        let without = send("?excludedAttributes=members").await.expect(StatusCode::OK).json();
        assert_eq!(without["displayName"], format!("{name}?excludedAttributes=members"));
    }
    change("", "remove", &users[0]).await.expect(StatusCode::OK);
    let token = console.create_token("few", Expiry::Never).await.unwrap();
    console.set_token_client(token.token.id, Some(ClientProfile::Entra)).await.unwrap();
    let renamed = json!({"Operations": [{"op": "replace", "path": "displayName", "value": "Few"}]});
    let few = call(&app, &token.secret, (Method::PATCH, &path), &[], Some(renamed)).await.expect(StatusCode::OK);
    assert_eq!(few.json()["members"].as_array().unwrap().len(), 100);
}

async fn groups_are_members_of_groups(app: TestApp) {
    let (ada, inner) = (app.user("ada@corp.example").await, app.group("Inner").await);
    let made = json!({"displayName": "Outer", "members": [
        {"value": inner, "type": "Group"}, {"value": ada}, {"value": GUID, "type": "Group"}]});
    let made = app.post("/Groups", made).await.expect(StatusCode::CREATED);
    let outer = made.id();
    let member = |kind: &str, id: &str| json!({"value": id, "type": kind, "$ref": format!("https://id.corp.example/scim/v2/{kind}s/{id}")});
    assert_eq!(made.json()["members"], json!([member("User", &ada), member("Group", &inner)]));
    let listed = app.get("/Groups?filter=displayName+eq+%22Outer%22").await.json();
    assert_eq!(listed["Resources"][0]["members"], made.json()["members"]);
    let put = json!({"displayName": "Outer", "members": [{"value": inner}, {"value": outer}]});
    let put = app.put(&format!("/Groups/{outer}"), put).await.expect(StatusCode::OK);
    assert_eq!(put.json()["members"], json!([member("Group", &inner)]));
    // Circles do no harm.
    let add = json!([{"op": "add", "path": "members", "value": [{"value": outer, "type": "Group"}]}]);
    app.patch(&format!("/Groups/{inner}"), add).await.expect(StatusCode::OK);
    assert_eq!(members(&app, &inner).await, [("Group".to_owned(), outer.clone())]);
    let cookie = app.administrator("gate-0001").await;
    let page = app.page(&format!("/admin/groups/{outer}"), Some(&cookie)).await.expect(StatusCode::OK).text;
    assert!(page.contains("0 members and 1 group") && page.contains(&format!("/admin/groups/{inner}")), "{page}");
}

async fn members_of_both_kinds_change_by_patch(app: TestApp) {
    let (ada, bob) = (app.user("ada@corp.example").await, app.user("bob@corp.example").await);
    let (one, two, team) = (app.group("One").await, app.group("Two").await, app.group("Team").await);
    let path = format!("/Groups/{team}");
    let patch = async |op: &str, by: &str, value: Value| {
        let body = json!([{"op": op, "path": by, "value": value}]);
        let answer = app.patch(&path, body).await.expect(StatusCode::OK);
        (answer.header(header::ETAG).to_owned(), members(&app, &team).await)
    };
    let all: Vec<Value> = [&ada, &bob, &one, &two].iter().map(|id| json!({"value": id})).collect();
    let (user, group) = (|id: &str| ("User".to_owned(), id.to_owned()), |id: &str| ("Group".to_owned(), id.to_owned()));
    let (version, now) = patch("add", "members", json!(all)).await;
    assert_eq!((version.as_str(), now), ("W/\"2\"", vec![user(&ada), user(&bob), group(&one), group(&two)]));
    assert_eq!(patch("add", "members", json!(all)).await.0, "W/\"2\"", "nothing came");
    let (version, now) = patch("remove", &format!("members[value eq \"{one}\"]"), Value::Null).await;
    assert_eq!((version.as_str(), now), ("W/\"3\"", vec![user(&ada), user(&bob), group(&two)]));
    let (_, now) = patch("remove", "members", json!([{"value": two}, {"value": ada}, {"value": one}])).await;
    assert_eq!(now, [user(&bob)]);
    let (_, now) = patch("replace", "members", json!([{"value": one}, {"value": ada}, {"value": team}])).await;
    assert_eq!(now, [user(&ada), group(&one)]);
    let event = app.host.events_after(0).await.unwrap().pop().unwrap().event;
    assert!(event.after.unwrap().contains(&one));
    let emptied = app.patch(&path, json!([{"op": "remove", "path": "members"}])).await;
    emptied.expect(StatusCode::OK);
    assert_eq!(members(&app, &team).await, []);
}

async fn nesting_is_filtered_and_left_out(app: TestApp) {
    let inner = app.group("Inner").await;
    let outer = json!({"displayName": "Outer", "members": [{"value": inner, "type": "Group"}]});
    let outer = app.post("/Groups", outer).await.id();
    for filter in [
        format!("members eq \"{inner}\""),
        format!("members.value eq \"{inner}\""),
        format!("members[value eq \"{inner}\"]"),
        format!("id eq \"{outer}\" and members eq \"{inner}\""),
        "members pr".to_owned(),
    ] {
        let found = app.get(&format!("/Groups?filter={}", filter.replace(' ', "+").replace('"', "%22"))).await;
        let found = found.expect(StatusCode::OK).json();
        assert_eq!(
            (found["totalResults"].as_u64(), found["Resources"][0]["id"].as_str()),
            (Some(1), Some(&*outer)),
            "{filter}"
        );
    }
    assert_eq!(app.get(&format!("/Groups?filter=members+eq+%22{outer}%22")).await.total(), 0);
    let without = app.get(&format!("/Groups/{outer}?excludedAttributes=members")).await.json();
    assert!(without.get("members").is_none());
}

async fn a_deleted_group_comes_back_with_its_nesting(app: TestApp) {
    let (inner, middle, outer) = (app.group("Inner").await, app.group("Middle").await, app.group("Outer").await);
    for (parent, member) in [(&outer, &middle), (&middle, &inner)] {
        let add = json!([{"op": "add", "path": "members", "value": [{"value": member}]}]);
        app.patch(&format!("/Groups/{parent}"), add).await.expect(StatusCode::OK);
    }
    app.delete(&format!("/Groups/{middle}")).await.expect(StatusCode::NO_CONTENT);
    assert_eq!(members(&app, &outer).await, []);
    let changed = app.get(&format!("/Groups/{outer}")).await;
    assert_eq!(changed.header(header::ETAG), "W/\"3\"", "the group that it was in has changed");
    app.console("gate-0001").await.restore_group(middle.parse().unwrap()).await.unwrap();
    assert_eq!(members(&app, &outer).await, [("Group".to_owned(), middle.clone())]);
    assert_eq!(members(&app, &middle).await, [("Group".to_owned(), inner)]);
}

async fn roles_and_groups_of_a_user_stay_direct(app: TestApp) {
    let (ada, inner, outer) = (app.user("ada@corp.example").await, app.group("Inner").await, app.group("Outer").await);
    for (parent, member) in [(&outer, &inner), (&inner, &ada)] {
        let add = json!([{"op": "add", "path": "members", "value": [{"value": member}]}]);
        app.patch(&format!("/Groups/{parent}"), add).await.expect(StatusCode::OK);
    }
    let console = app.console("gate-0001").await;
    console.set_group_role(outer.parse().unwrap(), Some(Role::Administrator)).await.unwrap();
    assert_eq!(console.role_of(ada.parse().unwrap()).await.unwrap().effective(), Role::Member);
    let groups = app.get(&format!("/Users/{ada}")).await.json()["groups"].clone();
    assert_eq!(groups.as_array().unwrap().len(), 1);
    assert_eq!((&groups[0]["value"], &groups[0]["type"]), (&json!(inner), &json!("direct")));
}

async fn me_is_the_user_that_the_token_is_bound_to(app: TestApp) {
    let ada = app.user("ada@corp.example").await;
    let made = app.host.create_token("Ada's", Some("ADA@corp.example")).await.unwrap();
    assert_eq!(made.token.user.map(|id| id.to_string()), Some(ada.clone()));
    let place = format!("https://id.corp.example/scim/v2/Users/{ada}");
    let me = async |method: Method, body: Option<Value>| {
        let answer = call(&app, &made.secret, (method, "/Me"), &[], body).await;
        assert_eq!(answer.header(header::LOCATION), place);
        answer
    };
    let read = me(Method::GET, None).await.expect(StatusCode::OK);
    assert_eq!((read.id(), read.json()["meta"]["location"].as_str()), (ada.clone(), Some(place.as_str())));
    let title = json!({"Operations": [{"op": "replace", "path": "title", "value": "Countess"}]});
    assert_eq!(me(Method::PATCH, Some(title)).await.expect(StatusCode::OK).json()["title"], "Countess");
    let put = me(Method::PUT, Some(entra_user("ada@corp.example"))).await.expect(StatusCode::OK);
    assert!(put.json().get("title").is_none());
    let cookie = app.administrator("gate-0001").await;
    let list = app.page("/admin/sso/scim", Some(&cookie)).await.text;
    assert!(list.contains("/Me is Ada Byron"), "{list}");
    let page = app.page(&format!("/admin/sso/tokens/{}", made.token.id), Some(&cookie)).await.text;
    assert!(page.contains(&format!("/admin/users/{ada}")), "{page}");
    let wrong = call(&app, &made.secret, (Method::POST, "/Me"), &[], Some(json!({}))).await;
    assert_eq!(wrong.expect(StatusCode::METHOD_NOT_ALLOWED).header(header::ALLOW), "GET, PUT, PATCH, DELETE");
    me(Method::DELETE, None).await.expect(StatusCode::NO_CONTENT);
    app.get(&format!("/Users/{ada}")).await.expect(StatusCode::NOT_FOUND);
    call(&app, &made.secret, (Method::GET, "/Me"), &[], None).await.expect(StatusCode::NOT_FOUND);
    // Whoever comes back is the same user.
    app.console("gate-0002").await.restore_user(ada.parse().unwrap()).await.unwrap();
    assert_eq!(me(Method::GET, None).await.expect(StatusCode::OK).id(), ada);
}

async fn me_is_nobody_without_a_user(app: TestApp) {
    for method in [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
        let answer = app.scim(method, "/Me", Some(json!({}))).await.expect(StatusCode::NOT_IMPLEMENTED);
        assert_eq!(answer.json()["status"], "501");
    }
    let nobody = app.host.create_token("x", Some("nobody@corp.example")).await;
    assert!(matches!(nobody, Err(domain::Error::NotFound)));
    assert_eq!(tokens(&app).await.len(), 1);
}
