use super::*;
use crate::{
    GroupId, MemberId, UserId,
    group::{Group, GroupProfile, MemberChange},
    query::{Filter, GroupCondition, GroupKey},
};
use serde_json::{Map, Value};
use std::{collections::BTreeMap, sync::Arc};

/// Makes a group's new profile from what is recorded; runs inside the unit of work and may refuse.
pub type GroupChange = Arc<dyn Fn(&Group) -> Result<GroupProfile> + Send + Sync>;

/// A group and its members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupView {
    /// The group.
    pub group: Group,
    /// The users in it; empty when members were not asked for.
    pub members: Vec<UserId>,
    /// The groups in it; likewise.
    pub nested: Vec<GroupId>,
    /// Whether its members are here: they were asked for, and not too many.
    pub with_members: bool,
}

/// Which members a change of a group gives back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Members {
    /// None.
    None,
    /// All of them.
    All,
    /// All of them where they are no more than so many, users and groups together; otherwise none. What this costs does
    /// not grow with the group.
    UpTo(u64),
}

impl Directory {
    /// Creates a group with those of `members` that exist, users and groups.
    ///
    /// # Errors
    /// `Conflict` when the name is taken, without regard to case.
    pub async fn create_group(
        &self,
        profile: GroupProfile,
        members: Vec<MemberId>,
        with_members: bool,
    ) -> Result<GroupView> {
        let call = self.call(Operation::Create, Subject::Group);
        let group =
            Group { id: GroupId::new(&self.env, call.at), version: 1, created: call.at, changed: call.at, profile };
        let context = (self.clone(), call, group, members, with_members);
        let work = self.env.store.provision(context, |(this, call, group, members, with_members), tx| {
            Box::pin(async move {
                this.recheck(tx, call.at).await?;
                tx.insert_group(group).await?;
                let steps = [MemberChange::Add(members.clone())];
                apply(tx, group.id, &steps[0], call.at).await?;
                tx.append_records(&[done(call, group.id.0)]).await?;
                let view = view(tx, group.clone(), all_if(*with_members)).await?;
                let event = this.event(call.at, Action::GroupCreated).on(group.id.0, &group.profile.display_name);
                let change = Change::between("{}", &group.profile.document);
                tx.append_event(&event.change(with_members_named(change, &steps))).await?;
                Ok(view)
            })
        });
        work.await
    }

    /// One group.
    ///
    /// # Errors
    /// `NotFound` when there is none of that id.
    pub async fn group(&self, id: GroupId, with_members: bool) -> Result<GroupView> {
        let work = self.env.store.look_up((id, with_members), |(id, with_members), tx| {
            Box::pin(async move {
                let group = tx.group(*id).await?.ok_or(Error::NotFound)?;
                view(tx, group, all_if(*with_members)).await
            })
        });
        work.await
    }

    /// A part of the groups that match, in its order. With their members, if these are asked for, up to so many together:
    /// the part ends before a group with which they would be more. The first group comes in any case, whole.
    ///
    /// # Errors
    /// `Invalid` when a mark does not fit the order.
    pub async fn groups(
        &self,
        filter: Filter<GroupCondition>,
        window: Window<GroupKey>,
        members: Option<u64>,
    ) -> Result<Listing<GroupView>> {
        let context = (filter.simplified(), window, members);
        let work = self.env.store.look_up(context, |(filter, window, members), tx| {
            Box::pin(async move {
                let rows = find(tx, filter, window).await?;
                let total = match total_by_rows(&window.start, window.limit, rows.len()) {
                    Some(total) => total,
                    None => tx.count_groups(filter).await?,
                };
                let (rows, ended) = views(tx, rows, window.start.is_backward(), *members).await?;
                Ok(Listing::cut(rows, &window.start, ended.unwrap_or(window.limit), total))
            })
        });
        work.await
    }

    /// Changes a group and its membership by a PATCH or a PUT. A change that changes nothing keeps version and time of
    /// change. Members are rows: nobody else's membership is read or written.
    ///
    /// # Errors
    /// `NotFound`, `VersionMismatch`, `Conflict` on the name, or whatever `change` refuses with.
    pub async fn change_group(
        &self,
        id: GroupId,
        expected: Expected,
        shown: Members,
        change: GroupChange,
        members: Vec<MemberChange>,
    ) -> Result<GroupView> {
        let call = self.call(Operation::Change, Subject::Group);
        let context = (self.clone(), call, id, expected, shown, change, members);
        let work = self.env.store.provision(context, |(this, call, id, expected, shown, change, members), tx| {
            Box::pin(async move {
                let settings = this.recheck(tx, call.at).await?;
                let before = tx.lock_group(*id).await?.ok_or(Error::NotFound)?;
                check_version(expected, before.version)?;
                let profile = change(&before)?;
                let (mut moved, mut left) = (false, 0);
                for step in members {
                    let done = apply(tx, *id, step, call.at).await?;
                    moved |= done.moved;
                    left += done.left;
                }
                if profile == before.profile && !moved {
                    tx.append_records(&[unchanged(call, id.0)]).await?;
                    return view(tx, before, *shown).await;
                }
                if left > 0 && !tx.has_members(*id).await? {
                    let name = &before.profile.display_name;
                    this.count(tx, &settings, this.departure(call, DepartureKind::GroupEmptied, id.0, name, left))
                        .await?;
                }
                let change = Change::between(&before.profile.document, &profile.document);
                let after = Group { version: before.version + 1, changed: call.at, profile, ..before };
                tx.update_group(&after).await?;
                tx.append_records(&[done(call, id.0)]).await?;
                let view = view(tx, after, *shown).await?;
                let event = this.event(call.at, Action::GroupChanged).on(id.0, &view.group.profile.display_name);
                tx.append_event(&event.change(with_members_named(change, members))).await?;
                Ok(view)
            })
        });
        self.note_hold(work.await).await
    }

    /// Deletes a group; its members stay.
    ///
    /// # Errors
    /// `NotFound`, `VersionMismatch`.
    pub async fn delete_group(&self, id: GroupId, expected: Expected) -> Result<()> {
        let call = self.call(Operation::Delete, Subject::Group);
        let work = self.env.store.provision((self.clone(), call, id, expected), |(this, call, id, expected), tx| {
            Box::pin(async move {
                let settings = this.recheck(tx, call.at).await?;
                let group = tx.lock_group_for_deletion(*id).await?.ok_or(Error::NotFound)?;
                check_version(expected, group.version)?;
                let (name, weight) = (&group.profile.display_name, tx.count_members(*id).await?);
                if weight > 0 {
                    let departure = this.departure(call, DepartureKind::GroupDeleted, id.0, name, weight);
                    this.count(tx, &settings, departure).await?;
                }
                tx.delete_group(*id, call.at).await?;
                tx.append_records(&[done(call, id.0)]).await?;
                let event = this.event(call.at, Action::GroupDeleted).on(id.0, name);
                tx.append_event(&event.change(Change::between(&group.profile.document, "{}"))).await
            })
        });
        self.note_hold(work.await).await
    }
}

/// What one step did.
struct Moved {
    /// Whether anything changed.
    moved: bool,
    /// How many users left: the guard counts people.
    left: u64,
}

/// Applies one step. Ids are looked for among the users first, who most members are; among the groups only where they
/// are not all of that kind, so that an ordinary step costs no more.
async fn apply(tx: &mut dyn Tx, group: GroupId, step: &MemberChange, at: Timestamp) -> Result<Moved> {
    let (MemberChange::Add(ids) | MemberChange::Remove(ids) | MemberChange::Replace(ids)) = step;
    let users: Vec<UserId> = ids.iter().map(|id| UserId(id.0)).collect();
    let groups: Vec<GroupId> = ids.iter().map(|id| GroupId(id.0)).collect();
    let all = |moved: u64| usize::try_from(moved).is_ok_and(|moved| moved == ids.len());
    let (mut came, mut left, mut nested) = (0, 0, 0);
    if let MemberChange::Replace(_) = step {
        left = tx.retain_members(group, &users, at).await?;
        nested = tx.retain_nested_groups(group, &groups, at).await?;
    }
    if let MemberChange::Remove(_) = step {
        left = tx.remove_members(group, &users, at).await?;
        if !all(left) {
            nested = tx.remove_nested_groups(group, &groups, at).await?;
        }
    } else {
        came = tx.add_members(group, &users, at).await?;
        if !all(came) {
            nested += tx.add_nested_groups(group, &groups, at).await?;
        }
    }
    Ok(Moved { moved: came + left + nested > 0, left })
}

/// So many members at most are named in one event for each thing that was asked for; more are counted.
const NAMED: usize = 50;

/// Adds to what changed which members were asked to join, leave or stay.
fn with_members_named(change: Change, steps: &[MemberChange]) -> Change {
    let mut after: Map<String, Value> =
        change.after.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    let mut asked: BTreeMap<&str, Vec<MemberId>> = BTreeMap::new();
    for step in steps {
        let (word, members) = match step {
            MemberChange::Add(members) => ("members added", members),
            MemberChange::Remove(members) => ("members removed", members),
            MemberChange::Replace(members) => ("members set", members),
        };
        asked.entry(word).or_default().extend(members);
    }
    for (word, members) in asked {
        let mut named: Vec<Value> = members.iter().take(NAMED).map(|id| Value::String(id.to_string())).collect();
        if members.len() > NAMED {
            named.push(Value::String(format!("and {} more", members.len() - NAMED)));
        }
        if !(members.is_empty() && word == "members added") {
            after.insert(word.to_owned(), Value::Array(named));
        }
    }
    Change { after: (!after.is_empty()).then(|| Value::Object(after).to_string()), ..change }
}

/// Reads the rows of a part, and one more where marks lead on.
pub(super) async fn find(
    tx: &mut dyn Tx,
    filter: &Filter<GroupCondition>,
    window: &Window<GroupKey>,
) -> Result<Vec<Listed<Group>>> {
    if window.limit == 0 || filter.is_none() {
        return Ok(Vec::new());
    }
    tx.find_groups(filter, &Window { limit: window.start.rows(window.limit), ..window.clone() }).await
}

/// Groups with their members, if these are asked for, up to so many together. Where they would be more, the groups end
/// early, in the direction of reading, and how many are to be shown is told too; one more, without its members, says that
/// the list goes on. The first is to be shown in any case: without it nobody would come past it.
pub(super) async fn views<M>(
    tx: &mut dyn Tx,
    mut rows: Vec<Listed<Group, M>>,
    backward: bool,
    members: Option<u64>,
) -> Result<(Vec<Listed<GroupView, M>>, Option<u64>)> {
    let ids = |rows: &[Listed<Group, M>]| rows.iter().map(|row| row.item.id).collect::<Vec<_>>();
    let (mut users, mut nested, mut ended) = (HashMap::new(), HashMap::new(), None);
    if backward {
        rows.reverse();
    }
    if let Some(most) = members {
        let mut shown = ids(&rows);
        shown.truncate(fitting(tx, &shown, most).await?);
        if shown.len() < rows.len() {
            rows.truncate(shown.len() + 1);
            ended = u64::try_from(shown.len()).ok();
        }
        users = gather(tx.members_of(&shown).await?);
        nested = gather(tx.nested_groups_of(&shown).await?);
    }
    let mut view = |group: Group| GroupView {
        members: users.remove(&group.id).unwrap_or_default(),
        nested: nested.remove(&group.id).unwrap_or_default(),
        with_members: members.is_some(),
        group,
    };
    let mut rows: Vec<_> = rows.into_iter().map(|row| Listed { mark: row.mark, item: view(row.item) }).collect();
    if backward {
        rows.reverse();
    }
    Ok((rows, ended))
}

/// How many of these groups have no more than so many members together; one at least.
async fn fitting(tx: &mut dyn Tx, groups: &[GroupId], most: u64) -> Result<usize> {
    let sizes: HashMap<GroupId, u64> = tx.sizes_of(groups, most.saturating_add(1)).await?.into_iter().collect();
    let mut together = 0_u64;
    let fits = |group: &&GroupId| {
        together = together.saturating_add(sizes.get(group).copied().unwrap_or_default());
        together <= most
    };
    Ok(groups.iter().take_while(fits).count().max(1))
}

fn all_if(wanted: bool) -> Members {
    if wanted { Members::All } else { Members::None }
}

async fn view(tx: &mut dyn Tx, group: Group, shown: Members) -> Result<GroupView> {
    let (members, nested, with_members) = match shown {
        Members::None => (Vec::new(), Vec::new(), false),
        Members::All => {
            let members = tx.members_of(&[group.id]).await?.into_iter().map(|(_, member)| member).collect();
            let nested = tx.nested_groups_of(&[group.id]).await?.into_iter().map(|(_, member)| member).collect();
            (members, nested, true)
        }
        Members::UpTo(most) => few(tx, group.id, most).await?.map_or_else(Default::default, |(m, n)| (m, n, true)),
    };
    Ok(GroupView { group, members, nested, with_members })
}

/// The members of a group, users and groups, where they are no more than so many.
async fn few(tx: &mut dyn Tx, group: GroupId, most: u64) -> Result<Option<(Vec<UserId>, Vec<GroupId>)>> {
    // One more than there may be tells that there are too many.
    let members = tx.first_members(group, most.saturating_add(1)).await?;
    let Some(left) = most.checked_sub(u64::try_from(members.len()).unwrap_or(u64::MAX)) else { return Ok(None) };
    let nested = tx.first_nested_groups(group, left.saturating_add(1)).await?;
    Ok(u64::try_from(nested.len()).is_ok_and(|nested| nested <= left).then_some((members, nested)))
}
