//! What directories send, in any order: right, odd and wrong.

use super::model::{Group, Model, User};
use crate::{
    guarantees::common::Dice,
    support::{Answer, TestApp, Value, json},
};
use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use domain::UserId;
use std::collections::BTreeSet;

/// The break-glass account's name.
pub(crate) const RESERVED: &str = "gate-7f3k";
/// Other spellings of the same name.
const SPELLINGS: [&str; 5] = [RESERVED, "GATE-7F3K", " gate-7f3k ", "ｇａｔｅ-7f3k", "\u{2003}Ｇate-７Ｆ３Ｋ"];
const PEOPLE: usize = 80;
const GROUPS: usize = 15;

/// A walk through everything that a directory may do.
pub(crate) struct Walk<'a> {
    app: &'a TestApp,
    dice: Dice,
    break_glass: String,
    serial: u64,
    pub(crate) model: Model,
}

impl<'a> Walk<'a> {
    pub(crate) fn new(app: &'a TestApp, dice: Dice, break_glass: String) -> Self {
        Self { app, dice, break_glass, serial: 0, model: Model::default() }
    }

    /// Sends one request and checks that it is answered as the model says.
    pub(crate) async fn step(&mut self) {
        self.serial += 1;
        match self.dice.below(20) {
            0..3 => self.create_user().await,
            3..5 => self.replace_user().await,
            5..9 => self.patch_user().await,
            9 => self.delete_user().await,
            10 => self.create_group().await,
            11 => self.replace_group().await,
            12..16 => self.patch_members().await,
            16 if self.dice.once_in(3) => self.delete_group().await,
            16 => self.rename_group().await,
            17 => self.collide().await,
            18 => self.wrong().await,
            _ => self.look().await,
        }
    }

    fn user_name(&mut self) -> String {
        let name = format!("person-{}@corp.example", self.dice.below(PEOPLE));
        match self.dice.below(4) {
            0 => name.to_uppercase(),
            1 => format!("{name} "),
            _ => name,
        }
    }

    fn group_name(&mut self) -> String {
        let name = format!("Team {}", self.dice.below(GROUPS));
        if self.dice.once_in(4) { name.to_uppercase() } else { name }
    }

    /// A user's id, nearly always of one who exists.
    fn someone(&mut self) -> String {
        let ids: Vec<String> = self.model.users.keys().cloned().collect();
        self.id_of(&ids)
    }

    fn some_group(&mut self) -> String {
        let ids: Vec<String> = self.model.groups.keys().cloned().collect();
        self.id_of(&ids)
    }

    fn id_of(&mut self, ids: &[String]) -> String {
        if ids.is_empty() || self.dice.once_in(25) {
            let strange = [self.break_glass.clone(), RESERVED.to_owned(), "0".to_owned(), "null".to_owned()];
            return self.dice.one(&strange).clone();
        }
        self.dice.one(ids).clone()
    }

    /// Up to six ids, sometimes including the break-glass account's.
    fn people(&mut self) -> Vec<String> {
        (0..self.dice.below(6)).map(|_| self.someone()).collect()
    }

    fn document(&mut self, user_name: &str, active: bool) -> Value {
        let serial = self.serial;
        let mut user = json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
            "userName": user_name,
            "externalId": format!("ext-{serial}"),
            "active": active,
            "title": format!("Title {serial}"),
            "emails": [{"type": "work", "primary": true, "value": format!("{serial}@corp.example")}],
        });
        match self.dice.below(6) {
            0 => user["active"] = json!(if active { "True" } else { "False" }),
            1 => user["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"] = json!({"employeeNumber": "7"}),
            2 => user["password"] = json!("Kept-Nowhere-1"),
            3 => user["groups"] = json!([{"value": self.break_glass}]),
            _ => {}
        }
        user
    }

    async fn create_user(&mut self) {
        let (name, active) = (self.user_name(), !self.dice.once_in(5));
        let body = self.document(&name, active);
        let taken = self.model.user_name_taken(&name, None);
        let answer = self.app.post("/Users", body).await;
        let answer = expect(answer, if taken { StatusCode::CONFLICT } else { StatusCode::CREATED });
        if !taken {
            self.model.users.insert(answer.id(), User { name, active });
            self.model.changed("user.created");
        }
    }

    async fn replace_user(&mut self) {
        let id = self.someone();
        let own = self.model.users.get(&id).map(|user| user.name.clone());
        let name = match own {
            Some(own) if self.dice.once_in(2) => own,
            _ => self.user_name(),
        };
        let active = !self.dice.once_in(4);
        let body = self.document(&name, active);
        let answer = self.app.put(&format!("/Users/{id}"), body).await;
        if self.is_there(&id, &name, answer) {
            self.model.set_user(&id, name, active, true);
        }
    }

    /// Checks the answer to a change of a user who should be called `name`; true if the change should have happened.
    fn is_there(&self, id: &str, name: &str, answer: Answer) -> bool {
        let status = match self.model.users.get(id) {
            None => StatusCode::NOT_FOUND,
            Some(_) if self.model.user_name_taken(name, Some(id)) => StatusCode::CONFLICT,
            Some(_) => StatusCode::OK,
        };
        expect(answer, status).status == StatusCode::OK
    }

    async fn patch_user(&mut self) {
        let id = self.someone();
        let now = self.model.users.get(&id).cloned();
        let mut after = now.clone().unwrap_or(User { name: "nobody".to_owned(), active: true });
        let mut also = false;
        let operations = match self.dice.below(7) {
            0..4 => {
                after.active = self.dice.once_in(2);
                let text = if after.active { "True" } else { "False" };
                self.dice
                    .one(&[
                        json!([{"op": "Replace", "path": "active", "value": text}]),
                        json!([{"op": "replace", "path": "active", "value": after.active}]),
                        json!([{"op": "Add", "value": {"active": after.active}}]),
                        json!([{"op": "replace", "value": {"active": text}}]),
                    ])
                    .clone()
            }
            4 => {
                after.name = self.user_name();
                json!([{"op": "Replace", "path": "userName", "value": after.name}])
            }
            5 => {
                also = true;
                json!([{"op": "Add", "path": "displayName", "value": format!("Name {}", self.serial)},
                    {"op": "Replace", "path": "emails[type eq \"work\"].value", "value": format!("m{}@corp.example", self.serial)}])
            }
            _ => {
                // The second operation is wrong, so neither takes effect.
                let operations = json!([{"op": "replace", "path": "active", "value": false},
                    {"op": "replace", "path": "active[", "value": true}]);
                expect(self.app.patch(&format!("/Users/{id}"), operations).await, StatusCode::BAD_REQUEST);
                return;
            }
        };
        let answer = self.app.patch(&format!("/Users/{id}"), operations).await;
        if self.is_there(&id, &after.name, answer) {
            self.model.set_user(&id, after.name, after.active, also);
        }
    }

    async fn delete_user(&mut self) {
        let id = self.someone();
        let there = self.model.users.contains_key(&id);
        let answer = self.app.delete(&format!("/Users/{id}")).await;
        expect(answer, if there { StatusCode::NO_CONTENT } else { StatusCode::NOT_FOUND });
        self.model.delete_user(&id);
    }

    async fn create_group(&mut self) {
        let (name, people) = (self.group_name(), self.people());
        let members: Vec<Value> = people.iter().map(|id| json!({"value": id})).collect();
        let taken = self.model.group_name_taken(&name, None);
        let answer = self.app.post("/Groups", json!({"displayName": name, "members": members})).await;
        let status = match () {
            () if names_nobody(&people) => StatusCode::BAD_REQUEST,
            () if taken => StatusCode::CONFLICT,
            () => StatusCode::CREATED,
        };
        let answer = expect(answer, status);
        if status == StatusCode::CREATED {
            let members = self.model.people(&people);
            self.model.groups.insert(answer.id(), Group { name, members });
            self.model.changed("group.created");
        }
    }

    async fn replace_group(&mut self) {
        let (id, name, people) = (self.some_group(), self.group_name(), self.people());
        let members: Vec<Value> = people.iter().map(|id| json!({"value": id})).collect();
        let body = json!({"displayName": name, "externalId": format!("g-{}", self.serial), "members": members});
        let answer = self.app.put(&format!("/Groups/{id}"), body).await;
        if names_nobody(&people) {
            expect(answer, StatusCode::BAD_REQUEST);
            return;
        }
        let done = if self.would_empty(&id, &people) { StatusCode::BAD_REQUEST } else { StatusCode::OK };
        if self.has_group(&id, &name, answer, done) && done == StatusCode::OK {
            let members = self.model.people(&people);
            self.model.set_group(&id, Group { name, members }, true);
        }
    }

    /// Whether a list of unknown ids would remove all members of a group, which is refused.
    fn would_empty(&self, id: &str, people: &[String]) -> bool {
        let has_members = self.model.groups.get(id).is_some_and(|group| !group.members.is_empty());
        has_members && !people.is_empty() && self.model.people(people).is_empty()
    }

    fn has_group(&self, id: &str, name: &str, answer: Answer, done: StatusCode) -> bool {
        let status = match self.model.groups.get(id) {
            None => StatusCode::NOT_FOUND,
            Some(_) if self.model.group_name_taken(name, Some(id)) => StatusCode::CONFLICT,
            Some(_) => done,
        };
        expect(answer, status).status == done
    }

    async fn rename_group(&mut self) {
        let (id, name) = (self.some_group(), self.group_name());
        let operations = json!([{"op": "Replace", "path": "displayName", "value": name}]);
        let answer = self.app.patch(&format!("/Groups/{id}"), operations).await;
        if self.has_group(&id, &name, answer, StatusCode::OK) {
            let members = self.model.groups[&id].members.clone();
            self.model.set_group(&id, Group { name, members }, false);
        }
    }

    async fn patch_members(&mut self) {
        let (id, people) = (self.some_group(), self.people());
        let Some(group) = self.model.groups.get(&id).cloned() else { return };
        let values: Vec<Value> = people.iter().map(|id| json!({"value": id})).collect();
        let named = self.model.people(&people);
        let (operation, members): (Value, BTreeSet<String>) = match self.dice.below(9) {
            0..4 | 7 if names_nobody(&people) => return,
            0..4 => (json!({"op": "Add", "path": "members", "value": values}), &group.members | &named),
            4..6 => match people.is_empty() {
                true => return,
                false => (json!({"op": "Remove", "path": "members", "value": values}), &group.members - &named),
            },
            6 => {
                let Some(first) = people.first() else { return };
                let one = BTreeSet::from([first.clone()]);
                (json!({"op": "remove", "path": format!("members[value eq \"{first}\"]")}), &group.members - &one)
            }
            7 => {
                let replace = json!({"op": "replace", "path": "members", "value": values});
                if self.would_empty(&id, &people) {
                    let answer = self.app.patch(&format!("/Groups/{id}"), json!([replace])).await;
                    expect(answer, StatusCode::BAD_REQUEST);
                    return;
                }
                (replace, named)
            }
            _ => (json!({"op": "remove", "path": "members"}), BTreeSet::new()),
        };
        let answer = self.app.patch(&format!("/Groups/{id}"), json!([operation])).await;
        expect(answer, StatusCode::OK);
        self.model.set_group(&id, Group { members, ..group }, false);
    }

    async fn delete_group(&mut self) {
        let id = self.some_group();
        let there = self.model.groups.contains_key(&id);
        let answer = self.app.delete(&format!("/Groups/{id}")).await;
        expect(answer, if there { StatusCode::NO_CONTENT } else { StatusCode::NOT_FOUND });
        self.model.delete_group(&id);
    }

    /// Tries to take the break-glass account's name.
    async fn collide(&mut self) {
        let name = *self.dice.one(&SPELLINGS);
        let id = self.someone();
        let there = self.model.users.contains_key(&id);
        let mut body = self.document(&format!("new-{}@corp.example", self.serial), true);
        match self.dice.below(2) {
            0 => body["userName"] = json!(name),
            _ => body["externalId"] = json!(name),
        }
        let answer = match self.dice.below(3) {
            0 => self.app.put(&format!("/Users/{id}"), body).await,
            1 => {
                let operations = json!([{"op": "replace", "path": "externalId", "value": name}]);
                self.app.patch(&format!("/Users/{id}"), operations).await
            }
            _ => {
                expect(self.app.post("/Users", body).await, StatusCode::CONFLICT);
                return;
            }
        };
        expect(answer, if there { StatusCode::CONFLICT } else { StatusCode::NOT_FOUND });
    }

    /// Sends requests that are always refused.
    async fn wrong(&mut self) {
        let id = self.someone();
        let path = format!("/Users/{id}");
        let (answer, status) = match self.dice.below(8) {
            0 => (self.app.scim_as("", Method::DELETE, &path, None).await, StatusCode::UNAUTHORIZED),
            1 => {
                let token = self.app.token.to_lowercase();
                (self.app.scim_as(&token, Method::DELETE, &path, None).await, StatusCode::UNAUTHORIZED)
            }
            2 => (self.raw(Method::POST, "/Users", "{\"userName\": ", &[]).await, StatusCode::BAD_REQUEST),
            3 => (self.app.post("/Users", json!({"userName": "  "})).await, StatusCode::BAD_REQUEST),
            4 => (self.app.patch(&path, json!([{"op": "explode", "path": "active"}])).await, StatusCode::BAD_REQUEST),
            5 => (self.app.get("/Users?filter=userName%20eq").await, StatusCode::BAD_REQUEST),
            6 => (self.app.delete("/Users").await, StatusCode::METHOD_NOT_ALLOWED),
            _ => {
                let there = self.model.users.contains_key(&id);
                let status = if there { StatusCode::PRECONDITION_FAILED } else { StatusCode::NOT_FOUND };
                (self.raw(Method::DELETE, &path, "", &[("if-match", "W/\"999999\"")]).await, status)
            }
        };
        expect(answer, status);
    }

    async fn raw(&self, method: Method, path: &str, body: &str, headers: &[(&str, &str)]) -> Answer {
        let request = Request::builder().method(method).uri(format!("/scim/v2{path}"));
        let request = request.header(header::AUTHORIZATION, format!("Bearer {}", self.app.token));
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        self.app.send(request.body(Body::from(body.to_owned())).unwrap()).await
    }

    /// Looks one user up by name, as Entra does before every other call.
    async fn look(&mut self) {
        let name = self.user_name();
        let filter = format!("/Users?filter=userName%20eq%20%22{}%22", name.trim());
        let found = expect(self.app.get(&filter).await, StatusCode::OK).total();
        assert_eq!(found == 1, self.model.user_name_taken(&name, None), "{name}");
    }
}

#[track_caller]
/// Whether none of these can be an id, so that none names a member.
fn names_nobody(people: &[String]) -> bool {
    !people.is_empty() && people.iter().all(|id| id.parse::<UserId>().is_err())
}

fn expect(answer: Answer, status: StatusCode) -> Answer {
    answer.expect(status)
}
