//! A hostile directory.

use crate::{
    guarantees::common::Dice,
    support::{Answer, TestApp, Value, entra_user, json},
};
use axum::http::{Method, StatusCode};
use domain::{
    console::Console,
    guard::{BatchState, DepartureKind},
};
use std::collections::{BTreeMap, BTreeSet};

/// People and groups from before, and two tokens.
pub(super) struct Attack<'a> {
    app: &'a TestApp,
    round: u64,
    tokens: [String; 2],
    people: Vec<String>,
    groups: Vec<String>,
}

/// What SCIM shows of the users and groups from before.
pub(super) type Picture = BTreeMap<String, Value>;

impl<'a> Attack<'a> {
    pub(super) async fn prepare(app: &'a TestApp, round: u64) -> Self {
        let second = app.host.create_token(&format!("Okta {round}"), None).await.unwrap().secret;
        let mut people = Vec::new();
        for at in 0..40 {
            people.push(app.user(&name(round, at)).await);
        }
        let mut groups = Vec::new();
        for (at, size) in [20, 14, 4].into_iter().enumerate() {
            let members: Vec<Value> = people[at * 3..at * 3 + size].iter().map(|id| json!({"value": id})).collect();
            let group = json!({"displayName": team(round, at), "members": members});
            groups.push(app.post("/Groups", group).await.expect(StatusCode::CREATED).id());
        }
        Self { app, round, tokens: [app.token.clone(), second], people, groups }
    }

    /// The users and groups from before, with only the members from before.
    pub(super) fn picture(&self, mut all: Picture) -> Picture {
        all.retain(|id, _| self.people.contains(id) || self.groups.contains(id));
        for resource in all.values_mut() {
            if let Some(members) = resource["members"].as_array_mut() {
                members.retain(|member| self.people.iter().any(|id| member["value"] == **id));
            }
        }
        all
    }

    pub(super) async fn run(&self, dice: &mut Dice, steps: usize) {
        for step in 0..steps {
            if dice.once_in(6) {
                self.app.clock.advance_minutes(dice.below(45) as i64);
            }
            let answer = self.step(dice, step).await;
            assert!(!answer.status.is_server_error(), "{}", answer.text);
        }
    }

    async fn step(&self, dice: &mut Dice, step: usize) -> Answer {
        let token = dice.one(&self.tokens).clone();
        let (who, group) = (dice.below(self.people.len()), dice.below(self.groups.len()));
        let (user, team_path) = (format!("/Users/{}", self.people[who]), format!("/Groups/{}", self.groups[group]));
        let call = async |method, path: &str, body| self.app.scim_as(&token, method, path, body).await;
        let patch = |operations: Value| Some(json!({"Operations": operations}));
        match dice.below(10) {
            0 => call(Method::POST, "/Users", Some(entra_user(&format!("fake-{}-{step}", self.round)))).await,
            1 => {
                call(
                    Method::PATCH,
                    &user,
                    patch(json!([{"op": "replace", "path": "userName", "value": format!("x-{step}")}])),
                )
                .await
            }
            2 => {
                call(
                    Method::PATCH,
                    &user,
                    patch(json!([{"op": "replace", "path": "active", "value": dice.once_in(4)}])),
                )
                .await
            }
            3 => {
                call(Method::DELETE, &user, None).await;
                call(Method::POST, "/Users", Some(entra_user(&name(self.round, who)))).await
            }
            4 => self.move_somebody(dice, &token).await,
            5 => {
                call(
                    Method::PATCH,
                    &team_path,
                    patch(json!([{"op": "remove", "path": format!("members[value eq \"{}\"]", self.people[who])}])),
                )
                .await
            }
            6 => {
                let kept = [json!({"value": self.people[who]})];
                let members = self.members(&team_path).await;
                let kept: &[Value] = if members.contains(&self.people[who]) { &kept } else { &[] };
                call(Method::PUT, &team_path, Some(json!({"displayName": team(self.round, group), "members": kept})))
                    .await
            }
            7 if dice.once_in(3) => {
                call(Method::DELETE, &team_path, None).await;
                call(Method::POST, "/Groups", Some(json!({"displayName": team(self.round, group)}))).await
            }
            8 => call(Method::POST, "/Bulk", Some(self.bulk(dice))).await,
            _ => call(Method::DELETE, &user, None).await,
        }
    }

    /// Moves a person from one group to another.
    async fn move_somebody(&self, dice: &mut Dice, token: &str) -> Answer {
        let (from, to) = (dice.one(&self.groups), dice.one(&self.groups));
        let members = self.members(&format!("/Groups/{from}")).await;
        let who = members.first().cloned().unwrap_or_default();
        let patch = async |group: &str, operation: Value| {
            let body = json!({"Operations": [operation]});
            self.app.scim_as(token, Method::PATCH, &format!("/Groups/{group}"), Some(body)).await
        };
        if !who.is_empty() && from != to {
            patch(to, json!({"op": "add", "path": "members", "value": [{"value": who}]})).await;
        }
        patch(from, json!({"op": "remove", "path": format!("members[value eq \"{who}\"]")})).await
    }

    async fn members(&self, group: &str) -> Vec<String> {
        let group = self.app.get(group).await.json();
        let members = group["members"].as_array().cloned().unwrap_or_default();
        members.iter().filter_map(|member| member["value"].as_str().map(str::to_owned)).collect()
    }

    fn bulk(&self, dice: &mut Dice) -> Value {
        let first = dice.below(self.people.len() - 8);
        let off = |id: &String| {
            json!({"method": "PATCH", "path": format!("/Users/{id}"),
                "data": {"Operations": [{"op": "replace", "path": "active", "value": false}]}})
        };
        let operations: Vec<Value> = self.people[first..first + dice.below(8) + 1].iter().map(off).collect();
        json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": operations})
    }

    /// The people who lost something that counts: access, their name, or the membership of a large group.
    pub(super) fn gone(&self, before: &Picture, now: &Picture) -> BTreeSet<String> {
        let lost = |id: &&String| {
            let (was, is) = (&before[*id], now.get(*id));
            is.is_none_or(|is| is["active"] != was["active"] || is["userName"] != was["userName"])
                || self.groups[..2]
                    .iter()
                    .any(|group| is_in(&before[group], id) && !now.get(group).is_some_and(|now| is_in(now, id)))
        };
        self.people.iter().filter(lost).cloned().collect()
    }

    /// The people in batches, and the members of the groups in batches.
    pub(super) async fn found(&self, console: &Console) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        for summary in console.guard().await.unwrap().batches {
            if summary.batch.state != BatchState::Open {
                continue;
            }
            let departures = console.departures(summary.batch.id, "").await.unwrap();
            assert!(departures.len() < 200, "too many for the page");
            for departure in departures {
                found.insert(departure.target.to_string());
                if departure.kind == DepartureKind::GroupDeleted {
                    found.extend(self.people.iter().cloned());
                }
            }
        }
        found
    }
}

fn is_in(group: &Value, id: &str) -> bool {
    group["members"].as_array().is_some_and(|members| members.iter().any(|member| member["value"] == *id))
}

fn name(round: u64, at: usize) -> String {
    format!("person-{round}-{at}@corp.example")
}

fn team(round: u64, at: usize) -> String {
    format!("Team {round} {at}")
}
