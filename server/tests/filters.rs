//! A filter returns the same resources wherever it is evaluated: by SQLite, by Postgres, and by the protocol crate over
//! the resources as clients see them.
//!
//! `PROPTEST_CASES` sets how many filters of each kind are tried; they are the same in each run unless
//! `PROPTEST_RNG_SEED` is set.

mod limits;
mod people;
mod strategies;

use crate::support::{Answer, TestApp, Value, json};
use axum::http::StatusCode;
use proptest::{
    prelude::*,
    test_runner::{RngSeed, TestCaseError, TestRunner},
};
use scim::{
    Limits,
    filter::{Filter, parse},
    schema::{GROUP, ResourceType, USER},
};
use serde_json::Map;
use std::{cell::Cell, collections::BTreeSet};

/// Resources of one kind on one server, in the order in which they were created, as a client reads them.
struct Side {
    app: TestApp,
    users: Vec<Map<String, Value>>,
    groups: Vec<Map<String, Value>>,
}

impl Side {
    /// Creates all of them, in the order given; those that the server refuses are left out.
    async fn new(app: TestApp, people: &[Value], groups: &[Value]) -> Self {
        for user in people {
            app.post("/Users", user.clone()).await;
        }
        let users = listed(&app.get("/Users?count=200").await);
        for group in groups {
            app.post("/Groups", with_members(group, &users)).await;
        }
        // Again, because their groups have been added.
        let users = listed(&app.get("/Users?count=200").await);
        let groups = listed(&app.get("/Groups?count=200").await);
        Self { app, users, groups }
    }

    fn resources(&self, resource_type: &ResourceType) -> &[Map<String, Value>] {
        if resource_type.name == USER.name { &self.users } else { &self.groups }
    }

    /// The text of a filter with this server's ids and times in place of their names: `user:3` is the id of the fourth
    /// user, `time:3` the time at which that user was created.
    fn localised(&self, filter: &Filter) -> String {
        strategies::REFERENCE.iter().fold(filter.to_string(), |text, name| {
            let mut parts = text.split(name);
            let first = parts.next().unwrap_or_default().to_owned();
            parts.fold(first, |out, part| {
                let digits = part.bytes().take_while(u8::is_ascii_digit).count();
                out + &self.looked_up(name, part[..digits].parse().unwrap()) + &part[digits..]
            })
        })
    }

    fn looked_up(&self, name: &str, index: usize) -> String {
        let (list, sub) = match name {
            "group:" => (&self.groups, "id"),
            "user:" => (&self.users, "id"),
            _ => (&self.users, "created"),
        };
        let resource = &list[index % list.len()];
        let value = if sub == "id" { &resource["id"] } else { &resource["meta"]["created"] };
        value.as_str().unwrap().trim_end_matches('Z').to_owned()
    }

    /// Which resources the server finds, by their place in the list; `None` if it refuses the filter.
    async fn asked(&self, resource_type: &ResourceType, filter: &str) -> Option<BTreeSet<usize>> {
        let search = json!({"filter": filter, "count": 200, "attributes": "id"});
        let answer = self.app.post(&format!("{}/.search", resource_type.endpoint), search).await;
        if answer.status == StatusCode::BAD_REQUEST {
            assert_eq!(answer.json()["scimType"], "invalidFilter", "{filter}: {}", answer.text);
            return None;
        }
        let answer = answer.expect(StatusCode::OK);
        let found = listed(&answer);
        assert_eq!(found.len() as u64, answer.total(), "{filter}");
        let resources = self.resources(resource_type);
        let place = |one: Map<String, Value>| resources.iter().position(|other| other["id"] == one["id"]).unwrap();
        Some(found.into_iter().map(place).collect())
    }

    /// Which resources fulfil the filter in memory.
    fn evaluated(&self, resource_type: &ResourceType, filter: &str) -> BTreeSet<usize> {
        let filter = parse(filter, &Limits::default()).unwrap();
        let numbered = self.resources(resource_type).iter().enumerate();
        numbered.filter(|(_, one)| filter.matches(one, resource_type)).map(|(place, _)| place).collect()
    }
}

fn listed(answer: &Answer) -> Vec<Map<String, Value>> {
    let list = answer.json()["Resources"].as_array().cloned().unwrap_or_default();
    list.into_iter().map(|one| one.as_object().unwrap().clone()).collect()
}

/// A group with the users at these places.
fn with_members(group: &Value, users: &[Map<String, Value>]) -> Value {
    let mut group = group.clone();
    let places: Vec<usize> = serde_json::from_value(group["members"].take()).unwrap();
    group["members"] = places.iter().map(|place| json!({"value": users[place % users.len()]["id"]})).collect();
    group
}

/// Sends each of many filters to both databases and compares the results with an evaluation in memory.
fn agree(resource_type: &'static ResourceType, strategy: impl Strategy<Value = Filter>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    let seeded = matches!(config.rng_seed, RngSeed::Fixed(_));
    let rng_seed = if seeded { config.rng_seed } else { RngSeed::Fixed(7644) };
    let mut runner = TestRunner::new(ProptestConfig { rng_seed, ..config });
    let (people, groups) = people::everybody(&mut runner);
    let sides = runtime.block_on(async {
        [
            Side::new(TestApp::sqlite().await, &people, &groups).await,
            Side::new(TestApp::postgres().await, &people, &groups).await,
        ]
    });
    let all = sides[0].resources(resource_type).len();
    assert!(all >= 10 && all == sides[1].resources(resource_type).len());
    let (served, telling) = (Cell::new(0), Cell::new(0));
    let checked = runner.run(&strategy, |filter| {
        let asked: Vec<_> = sides
            .iter()
            .map(|side| {
                let text = side.localised(&filter);
                let found = runtime.block_on(side.asked(resource_type, &text));
                (text, found)
            })
            .collect();
        prop_assert_eq!(&asked[0].1, &asked[1].1, "SQLite and Postgres: {}", filter);
        for (side, (text, found)) in sides.iter().zip(&asked) {
            let Some(found) = found else { continue };
            let expected = side.evaluated(resource_type, text);
            if *found != expected {
                let differing: Vec<_> = found.symmetric_difference(&expected).collect();
                let one = json!(side.resources(resource_type)[*differing[0]]);
                let says = if found.contains(differing[0]) { "SQL alone finds" } else { "memory alone finds" };
                return Err(TestCaseError::fail(format!("{text}: {says} {one}")));
            }
            served.set(served.get() + 1);
            telling.set(telling.get() + usize::from(!found.is_empty() && found.len() < all));
        }
        Ok(())
    });
    checked.unwrap();
    let cases = runner.config().cases as usize;
    assert!(served.get() > cases, "most filters should be served, not {} of {}", served.get(), 2 * cases);
    assert!(
        telling.get() > cases / 2,
        "many filters should tell resources apart, not {} of {}",
        telling.get(),
        2 * cases
    );
}

#[test]
fn users_are_found_alike_everywhere() {
    agree(&USER, strategies::of_users());
}

#[test]
fn groups_are_found_alike_everywhere() {
    agree(&GROUP, strategies::of_groups());
}
