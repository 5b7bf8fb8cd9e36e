//! What the directory should contain after everything that was sent to it.

use crate::support::{TestApp, Value};
use domain::fold;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct User {
    pub(crate) name: String,
    pub(crate) active: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Group {
    pub(crate) name: String,
    pub(crate) members: BTreeSet<String>,
}

/// Users and groups by id.
#[derive(Debug, Default)]
pub(crate) struct Model {
    pub(crate) users: BTreeMap<String, User>,
    pub(crate) groups: BTreeMap<String, Group>,
    /// How many changes there were, by action.
    pub(crate) changes: BTreeMap<&'static str, u64>,
}

/// What SCIM lists: the name of each user and whether it is active, the name and the members of each group.
pub(crate) type Listing = (BTreeMap<String, (String, bool)>, BTreeMap<String, (String, BTreeSet<String>)>);

impl Model {
    pub(crate) fn changed(&mut self, action: &'static str) {
        *self.changes.entry(action).or_default() += 1;
    }

    /// Whether a user other than `but` has this name.
    pub(crate) fn user_name_taken(&self, name: &str, but: Option<&str>) -> bool {
        self.users.iter().any(|(id, user)| Some(id.as_str()) != but && fold(&user.name) == fold(name))
    }

    /// Whether a group other than `but` has this name.
    pub(crate) fn group_name_taken(&self, name: &str, but: Option<&str>) -> bool {
        self.groups.iter().any(|(id, group)| Some(id.as_str()) != but && fold(&group.name) == fold(name))
    }

    /// Those of these ids that are users.
    pub(crate) fn people(&self, ids: &[String]) -> BTreeSet<String> {
        ids.iter().filter(|id| self.users.contains_key(*id)).cloned().collect()
    }

    /// Sets `active`, and returns the action for the audit log; `also` says whether anything else changes.
    pub(crate) fn set_user(&mut self, id: &str, name: String, active: bool, also: bool) {
        let Some(user) = self.users.get_mut(id) else { return };
        let action = match (user.active, active) {
            (true, false) => "user.deactivated",
            (false, true) => "user.reactivated",
            _ if also || user.name != name => "user.changed",
            _ => return,
        };
        *user = User { name, active };
        self.changed(action);
    }

    /// Sets a group, and returns whether anything changed.
    pub(crate) fn set_group(&mut self, id: &str, after: Group, also: bool) {
        let Some(group) = self.groups.get_mut(id) else { return };
        if also || *group != after {
            *group = after;
            self.changed("group.changed");
        }
    }

    pub(crate) fn delete_user(&mut self, id: &str) {
        if self.users.remove(id).is_some() {
            for group in self.groups.values_mut() {
                group.members.remove(id);
            }
            self.changed("user.deleted");
        }
    }

    pub(crate) fn delete_group(&mut self, id: &str) {
        if self.groups.remove(id).is_some() {
            self.changed("group.deleted");
        }
    }

    pub(crate) fn listing(&self) -> Listing {
        let user = |(id, user): (&String, &User)| (id.clone(), (user.name.clone(), user.active));
        let group = |(id, group): (&String, &Group)| (id.clone(), (group.name.clone(), group.members.clone()));
        (self.users.iter().map(user).collect(), self.groups.iter().map(group).collect())
    }

    pub(crate) async fn listed(app: &TestApp) -> Listing {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let user = |user: Value| (text(&user["id"]), (text(&user["userName"]), user["active"].as_bool().unwrap()));
        let group = |group: Value| {
            let members = group["members"].as_array().cloned().unwrap_or_default();
            let members = members.iter().map(|member| text(&member["value"])).collect();
            (text(&group["id"]), (text(&group["displayName"]), members))
        };
        let users = crate::guarantees::common::list(app, "/Users").await.into_iter().map(user).collect();
        (users, crate::guarantees::common::list(app, "/Groups").await.into_iter().map(group).collect())
    }
}
