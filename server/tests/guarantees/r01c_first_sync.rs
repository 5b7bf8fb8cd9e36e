//! The first sync of 100,000 people stays within the default budget, for every directory.
//!
//! Each kind of call is sent as Entra and Okta send it, at its largest, and its cost is measured. The rest is
//! arithmetic: Microsoft requires a server to handle 25 calls a second from one tenant, its own engine is documented at
//! 100 objects a minute at best, and even at twice the 25 the budget should not hold it back.

use crate::{
    guarantees::{common::token_id, r01c_budgets::stored},
    support::{TestApp, Value, json},
};
use axum::http::StatusCode;
use domain::token::Budget;

on_both!(
    r01c_entras_first_sync_stays_below_half,
    r01c_entras_restart_with_clear_state_costs_next_to_nothing,
    r01c_oktas_first_sync_stays_below_half,
);

const PEOPLE: u64 = 100_000;
const GROUPS: u64 = 2_000;
/// Each of them is in this many groups.
const MEMBERSHIPS: u64 = 10;
/// Calls per second from one tenant that a server must handle.
const RATE: u64 = 25;
const HOUR: u64 = 3_600;

/// A person with everything that Entra maps, in long words.
fn person(number: u64) -> Value {
    let name = format!("maximiliane-friederike.von-hohenstein-{number}@subsidiary.corporation.example");
    json!({
        "schemas": [
            "urn:ietf:params:scim:schemas:core:2.0:User",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
        ],
        "externalId": format!("5d1c3f0e-0000-4a55-b1de-{number:012}"),
        "userName": name, "active": true, "displayName": "Maximiliane Friederike von Hohenstein",
        "title": "Senior Director of International Regulatory Affairs", "preferredLanguage": "en-GB",
        "emails": [{"primary": true, "type": "work", "value": name}],
        "name": {"formatted": "Maximiliane Friederike von Hohenstein", "familyName": "von Hohenstein",
            "givenName": "Maximiliane Friederike"},
        "phoneNumbers": [{"primary": true, "type": "work", "value": "+44 20 7946 0000"},
            {"type": "mobile", "value": "+44 7700 900000"}, {"type": "fax", "value": "+44 20 7946 0001"}],
        "addresses": [{"type": "work", "streetAddress": "1 Example Street, Building North, 12th floor",
            "locality": "London", "region": "Greater London", "postalCode": "N1 1AA", "country": "GB",
            "formatted": "London office, 1 Example Street, Building North, 12th floor, London N1 1AA"}],
        "roles": [{"primary": false, "type": "WindowsAzureActiveDirectoryRole", "display": "User", "value": "User"}],
        "meta": {"resourceType": "User"},
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {
            "employeeNumber": "701984", "department": "International Regulatory Affairs and Compliance",
            "costCenter": "4711-0815", "organization": "Example Corporation plc", "division": "Corporate Functions"}
    })
}

/// What these calls store together.
async fn cost(app: &TestApp, calls: impl AsyncFnOnce()) -> u64 {
    let id = token_id(app).await;
    let before = stored(app, id).await;
    calls().await;
    stored(app, id).await - before
}

/// The costliest hour of calls, kind after kind, each with its number and its cost.
fn costliest_hour(kinds: &[(u64, u64)], rate: u64) -> u64 {
    let (mut worst, mut hour, mut left) = (0, 0, rate * HOUR);
    for (mut calls, cost) in kinds.iter().copied() {
        while calls > 0 {
            let now = calls.min(left);
            (hour, calls, left) = (hour + now * cost, calls - now, left - now);
            worst = worst.max(hour);
            if left == 0 {
                (hour, left) = (0, rate * HOUR);
            }
        }
    }
    worst
}

#[track_caller]
fn assert_within(kinds: &[(u64, u64)], who: &str) {
    let budget = Budget::default().bytes();
    let [ordinary, double] = [RATE, 2 * RATE].map(|rate| costliest_hour(kinds, rate));
    let mib = |bytes: u64| bytes / 1024 / 1024;
    println!("{who}: {kinds:?}, at 25 calls a second {} MiB an hour, at 50 {} MiB", mib(ordinary), mib(double));
    assert!(ordinary < budget / 2, "{who} at {RATE} calls a second: {} MiB an hour", mib(ordinary));
    assert!(double < budget, "{who} at {} calls a second: {} MiB an hour", 2 * RATE, mib(double));
}

async fn r01c_entras_first_sync_stays_below_half(app: TestApp) {
    // The costs of the tenth person: groups grow, but what a change stores does not grow with them.
    let mut ids = Vec::new();
    for number in 0..9 {
        ids.push(app.post("/Users", person(number)).await.expect(StatusCode::CREATED).id());
    }
    let create = cost(&app, async || {
        ids.push(app.post("/Users", person(9)).await.expect(StatusCode::CREATED).id());
    })
    .await;
    let path = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager";
    let manager = json!([{"op": "Add", "path": path, "value": ids[0]}]);
    let manager = cost(&app, async || {
        app.patch(&format!("/Users/{}", ids[9]), manager).await.expect(StatusCode::OK);
    })
    .await;
    let urn = "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group";
    let group = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group", urn],
        "externalId": "8aa1a0c0-f4c3-4bc0-b4a5-2ef676900159",
        "displayName": "All employees of International Regulatory Affairs and Compliance, worldwide",
        "meta": {"resourceType": "Group"}, "members": []
    });
    let mut team = String::new();
    let create_group = cost(&app, async || {
        team = app.post("/Groups", group).await.expect(StatusCode::CREATED).id();
    })
    .await;
    let mut join = 0;
    for id in &ids {
        let member = json!([{"op": "Add", "path": "members", "value": [{"$ref": null, "value": id}]}]);
        join = cost(&app, async || {
            app.patch(&format!("/Groups/{team}"), member).await;
        })
        .await;
    }
    // As if only changes were sent: the look-up before each is left out. One PATCH for each member.
    let kinds = [(PEOPLE, create), (GROUPS, create_group), (PEOPLE, manager), (PEOPLE * MEMBERSHIPS, join)];
    assert!(kinds.iter().all(|(_, cost)| *cost > 1_024), "{kinds:?}");
    assert_within(&kinds, "Entra, first sync");
}

async fn r01c_entras_restart_with_clear_state_costs_next_to_nothing(app: TestApp) {
    let id = app.post("/Users", person(1)).await.expect(StatusCode::CREATED).id();
    let name = person(1)["userName"].as_str().unwrap().replace('@', "%40");
    let reads = cost(&app, async || {
        app.get(&format!("/Users?filter=userName+eq+%22{name}%22")).await.expect(StatusCode::OK);
        app.get(&format!("/Users/{id}")).await.expect(StatusCode::OK);
    });
    assert_eq!(reads.await, 0, "reads are free");
    // In case it sends what is there already.
    let same = json!([{"op": "Replace", "path": "title", "value": person(1)["title"]}]);
    let unchanged = cost(&app, async || {
        app.patch(&format!("/Users/{id}"), same).await.expect(StatusCode::OK);
    });
    assert_within(&[(PEOPLE, unchanged.await)], "Entra, restart with clear state");
}

async fn r01c_oktas_first_sync_stays_below_half(app: TestApp) {
    let create = cost(&app, async || {
        app.post("/Users", person(0)).await.expect(StatusCode::CREATED);
    })
    .await;
    let mut ids = Vec::new();
    for number in 1..=100 {
        ids.push(app.post("/Users", person(number)).await.expect(StatusCode::CREATED).id());
    }
    // Okta sends the whole person with every change, and members in lists.
    let mut changed = person(100);
    changed["title"] = json!("Vice President");
    let replace = cost(&app, async || {
        app.put(&format!("/Users/{}", ids[99]), changed).await.expect(StatusCode::OK);
    })
    .await;
    let team = app.group("Everyone").await;
    let members: Vec<Value> = ids.iter().map(|id| json!({"value": id, "display": "Somebody"})).collect();
    let join = cost(&app, async || {
        let add = json!([{"op": "add", "path": "members", "value": members}]);
        app.patch(&format!("/Groups/{team}"), add).await;
    })
    .await;
    let kinds = [(PEOPLE, create), (PEOPLE, replace), (PEOPLE * MEMBERSHIPS / 100, join)];
    assert_within(&kinds, "Okta, first sync");
}
