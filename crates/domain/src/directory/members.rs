//! How a call changes the members of a group, and what the audit log says about it.

use crate::{
    Error, GroupId, MemberId, Result, Timestamp, UserId,
    audit::{Change, JOINED, LEFT},
    group::MemberChange,
    store::Tx,
};
use serde_json::Value;
use std::collections::{BTreeSet, HashSet};
use uuid::Uuid;

/// How many of those who joined, and of those who left, one event names at most; the rest is counted.
const NAMED: usize = 50;

/// The members that joined and left in the steps of a call, including those that did both.
#[derive(Default)]
pub(super) struct Moved {
    came: Vec<UserId>,
    left: Vec<UserId>,
    nested_came: Vec<GroupId>,
    /// The groups that left.
    pub(super) nested_left: Vec<GroupId>,
    /// The users who joined and did not leave again.
    stayed: HashSet<UserId>,
}

impl Moved {
    /// Applies steps, one after the other.
    pub(super) async fn by(tx: &mut dyn Tx, group: GroupId, steps: &[MemberChange], at: Timestamp) -> Result<Self> {
        let mut moved = Self::default();
        for step in steps {
            moved.apply(tx, group, step, at).await?;
        }
        Ok(moved)
    }

    async fn apply(&mut self, tx: &mut dyn Tx, group: GroupId, step: &MemberChange, at: Timestamp) -> Result<()> {
        match step {
            MemberChange::Add(ids) => self.join(tx, group, ids, at).await,
            MemberChange::Remove(ids) => self.depart(tx, group, ids, at).await,
            MemberChange::Replace(ids) => self.replace(tx, group, ids, at).await,
            MemberChange::Exchange { out, into } => {
                let before = self.departed();
                self.depart(tx, group, out, at).await?;
                if self.departed() == before {
                    return Err(Error::NoTarget("None of the members to be replaced is in the group; add the others."));
                }
                self.join(tx, group, into, at).await
            }
        }
    }

    async fn replace(&mut self, tx: &mut dyn Tx, group: GroupId, ids: &[MemberId], at: Timestamp) -> Result<()> {
        let (users, groups) = kinds(ids);
        let before = self.departed();
        self.leave(tx.retain_members(group, &users, at).await?);
        self.nested_left.extend(tx.retain_nested_groups(group, &groups, at).await?);
        let (somebody_left, came) = (self.departed() > before, self.arrived());
        self.join(tx, group, ids, at).await?;
        let may_be_empty = somebody_left && !ids.is_empty() && self.arrived() == came;
        if may_be_empty && is_empty(tx, group).await? {
            return Err(Error::Invalid(
                "None of these members is a user or a group here, so the group would be empty. Send an empty list to \
                 empty it.",
            ));
        }
        Ok(())
    }

    /// Ids are looked up among the users first, since most members are users; among the groups only if some were not
    /// found there, so an ordinary step needs only one look-up.
    async fn join(&mut self, tx: &mut dyn Tx, group: GroupId, ids: &[MemberId], at: Timestamp) -> Result<()> {
        let (users, groups) = kinds(ids);
        if self.come(tx.add_members(group, &users, at).await?) != ids.len() {
            self.nested_came.extend(tx.add_nested_groups(group, &groups, at).await?);
        }
        Ok(())
    }

    async fn depart(&mut self, tx: &mut dyn Tx, group: GroupId, ids: &[MemberId], at: Timestamp) -> Result<()> {
        let (users, groups) = kinds(ids);
        if self.leave(tx.remove_members(group, &users, at).await?) != ids.len() {
            self.nested_left.extend(tx.remove_nested_groups(group, &groups, at).await?);
        }
        Ok(())
    }

    fn arrived(&self) -> usize {
        self.came.len() + self.nested_came.len()
    }

    fn departed(&self) -> usize {
        self.left.len() + self.nested_left.len()
    }

    /// Records users who joined, and returns how many these are.
    fn come(&mut self, users: Vec<UserId>) -> usize {
        self.stayed.extend(&users);
        self.came.extend(&users);
        users.len()
    }

    /// Records users who left, likewise.
    fn leave(&mut self, users: Vec<UserId>) -> usize {
        for user in &users {
            self.stayed.remove(user);
        }
        self.left.extend(&users);
        users.len()
    }

    /// How many users and groups joined or left.
    pub(super) fn count(&self) -> u64 {
        (self.came.len() + self.left.len() + self.nested_came.len() + self.nested_left.len()) as u64
    }

    /// The users who are in the group and were not before, and those who left it and did not come back.
    pub(super) fn settled(&self) -> (Vec<UserId>, Vec<UserId>) {
        let left: HashSet<UserId> = self.left.iter().copied().collect();
        (self.stayed.difference(&left).copied().collect(), left.difference(&self.stayed).copied().collect())
    }

    /// A change with facts about who joined and who left.
    pub(super) fn told(&self, change: Change) -> Change {
        let change = told(change, JOINED, &self.came, &self.nested_came);
        told(change, LEFT, &self.left, &self.nested_left)
    }
}

/// The ids as ids of users and as ids of groups, since they may be either.
fn kinds(ids: &[MemberId]) -> (Vec<UserId>, Vec<GroupId>) {
    (ids.iter().map(|id| UserId(id.0)).collect(), ids.iter().map(|id| GroupId(id.0)).collect())
}

async fn is_empty(tx: &mut dyn Tx, group: GroupId) -> Result<bool> {
    Ok(tx.first_members(group, 1).await?.is_empty() && tx.first_nested_groups(group, 1).await?.is_empty())
}

fn told(change: Change, word: &str, users: &[UserId], groups: &[GroupId]) -> Change {
    let ids: BTreeSet<Uuid> = users.iter().map(|id| id.0).chain(groups.iter().map(|id| id.0)).collect();
    if ids.is_empty() {
        return change;
    }
    let mut named: Vec<Value> = ids.iter().take(NAMED).map(|id| Value::String(id.to_string())).collect();
    if ids.len() > NAMED {
        named.push(Value::String(format!("and {} more", ids.len() - NAMED)));
    }
    change.stating(word, Value::Array(named))
}
