//! Before and after a database is filled: the product creates user 0 and a group through SCIM, and after `fill.rs` has
//! copied them, both servers must find all users.

use crate::{
    databases::Databases,
    people::{self, CROWD, People},
    subject::Subject,
};
use serde_json::Value;
use uuid::Uuid;

/// Creates user 0 and a group through SCIM, and returns user 0's id.
pub(crate) async fn begin(product: &mut Subject) -> Uuid {
    let user = product.json("POST", "/Users", Some(people::user(0))).await;
    product.json("POST", "/Groups", Some(people::group(0))).await;
    user["id"].as_str().unwrap().parse().unwrap()
}

/// Reads some of the people from both servers, counts all of them in the database, and compares.
pub(crate) async fn check(subjects: &mut [Subject; 2], people: &People, databases: &impl Databases) {
    databases.check(people.users).await;
    for n in [0, 1, people.users / 2, people.users - 1] {
        let path = format!("/Users?filter=userName+eq+%22{}%22", people::user_name(n));
        let [ours, bare] = both(subjects, &path).await;
        assert_eq!(ours["totalResults"], 1, "{path}");
        let (found, expected) = (&ours["Resources"][0], people::user(n));
        assert_eq!(found["id"], people.id(n).to_string());
        assert!(expected.as_object().unwrap().iter().all(|(name, value)| &found[name] == value), "{found}");
        assert_eq!(core(found), core(&bare["Resources"][0]), "the bare server does the same work");
    }
    let [ours, bare] = both(subjects, "/Users?count=0").await;
    assert_eq!((&ours["totalResults"], &bare["totalResults"]), (&people.users.into(), &people.users.into()));
    if let Some(crowd) = people.crowd() {
        let group = subjects[0].json("GET", &format!("/Groups/{crowd}"), None).await;
        assert_eq!(group["members"].as_array().unwrap().len(), CROWD);
    }
}

async fn both(subjects: &mut [Subject; 2], path: &str) -> [Value; 2] {
    let [ours, bare] = subjects;
    [ours.json("GET", path, None).await, bare.json("GET", path, None).await]
}

/// The part of a user on which two servers agree: all but their addresses, and the tag that depends on them.
fn core(user: &Value) -> Value {
    let mut user = user.clone();
    let meta = user["meta"].as_object_mut().unwrap();
    meta.retain(|name, _| name != "location" && name != "version");
    for group in user["groups"].as_array_mut().unwrap() {
        group.as_object_mut().unwrap().remove("$ref");
    }
    user
}
