use super::{members::Moved, *};
use crate::{
    Conflict, GroupId, MemberId, UserId,
    group::{Group, GroupProfile, MemberChange},
    query::{GroupCondition, GroupKey, Meter, Predicate, REFERENCE, RESOURCE, Weigh, end_early},
};
use std::sync::Arc;

/// A group and its members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupView {
    /// The group.
    pub group: Group,
    /// The users in it; empty if members were not requested.
    pub members: Vec<UserId>,
    /// The groups in it; likewise.
    pub nested: Vec<GroupId>,
    /// Whether its members are included: they were requested, and are not too many.
    pub with_members: bool,
}

/// Which members a change of a group returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Members {
    /// None.
    None,
    /// All of them.
    All,
    /// All of them if there are at most this many, users and groups together; otherwise none. The cost does not grow
    /// with the group.
    UpTo(u64),
}

impl Weigh for Group {
    fn weight(&self) -> u64 {
        RESOURCE + self.profile.document.len() as u64
    }
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
        let call = self.call(CallKind::Create, Subject::Group);
        let group =
            Group { id: GroupId::new(&self.env, call.at), version: 1, created: call.at, changed: call.at, profile };
        let steps = [MemberChange::Add(members)];
        let change = Change::between("{}", &group.profile.document);
        let (this, meter) = self.metered(&call)?;
        let context = (this, call, group, steps, change, with_members);
        let work =
            self.env.store.provision_metered(meter, context, |(this, call, group, steps, change, with_members), tx| {
                Box::pin(async move {
                    this.recheck(tx, call.at).await?;
                    this.stores_change(&group.profile);
                    tx.insert_group(group).await?;
                    let moved = Moved::by(tx, group.id, steps, call.at).await?;
                    this.stores(MEMBER * moved.count());
                    tx.append_records(&[this.done(call, group.id.0)]).await?;
                    let view = view(tx, group.clone(), all_if(*with_members)).await?;
                    let event = this.event(call.at, Action::GroupCreated).on(group.id.0, &group.profile.display_name);
                    this.log(tx, &event.change(moved.told(change.clone()))).await?;
                    Ok(view)
                })
            });
        work.await
    }

    /// One group.
    ///
    /// # Errors
    /// `NotFound` when no group has this id.
    pub async fn group(&self, id: GroupId, with_members: bool) -> Result<GroupView> {
        let work = self.env.store.look_up((id, with_members), |(id, with_members), tx| {
            Box::pin(async move {
                let group = tx.group(*id).await?.ok_or(Error::NotFound)?;
                view(tx, group, all_if(*with_members)).await
            })
        });
        work.await
    }

    /// A part of the groups that match, in its order, with their members if requested. It ends before a group with
    /// which it would exceed its bytes. The first group is always included, whole.
    ///
    /// # Errors
    /// `Invalid` when a mark does not fit the order.
    pub async fn groups(
        &self,
        filter: Predicate<GroupCondition>,
        window: Window<GroupKey>,
        with_members: bool,
    ) -> Result<Listing<GroupView>> {
        let context = (filter.simplified(), window, with_members);
        let work = self.env.store.look_up(context, |(filter, window, with_members), tx| {
            Box::pin(async move {
                let mut rows = find(tx, filter, window).await?;
                let (read, backward) = (rows.len(), window.start.is_backward());
                if backward {
                    rows.reverse();
                }
                let (mut rows, ended) = views(tx, rows, *with_members, &mut Meter::new(window.bytes)).await?;
                if backward {
                    rows.reverse();
                }
                let total = match total_by_rows(&window.start, window.limit, read) {
                    Some(total) if ended.is_none() => total,
                    _ => tx.count_groups(filter).await?,
                };
                Ok(Listing::cut(rows, &window.start, shown(window.limit, ended), total))
            })
        });
        work.await
    }

    /// Tries to change a group and its membership by a PATCH or a PUT. A change that changes nothing keeps the version
    /// and the time of change. Members are rows: only those of the changed members are read or written.
    ///
    /// # Errors
    /// `NotFound`, `VersionMismatch`, `Conflict` on the name, `NoTarget` or `Invalid` for what a [`MemberChange`]
    /// refuses, or whatever `edit` refuses with.
    pub async fn change_group(
        &self,
        id: GroupId,
        expected: Expected,
        shown: Members,
        edit: Arc<Edit<Group>>,
        members: Arc<[MemberChange]>,
        source: Source<GroupProfile>,
    ) -> Result<Tried<Group, GroupView>> {
        let call = self.call(CallKind::Change, Subject::Group);
        let (this, meter) = self.metered(&call)?;
        // An unlimited number of members is read afterwards, since others wait while this unit of work lasts.
        let in_unit = if shown == Members::All { Members::None } else { shown };
        let context = (this, call, id, expected, in_unit, edit, members, source);
        let work = self.env.store.provision_metered(
            meter,
            context,
            |(this, call, id, expected, shown, edit, members, source), tx| {
                Box::pin(async move {
                    let settings = this.recheck(tx, call.at).await?;
                    let before = tx.lock_group(*id).await?.ok_or(Error::NotFound)?;
                    check_version(expected, before.version)?;
                    let Some(Prepared { profile, change, .. }) = edit.resolve(source, &before)? else {
                        return Ok(Tried::Heavy(before));
                    };
                    let steps = effective(members);
                    this.stores(ASKED * steps.iter().map(|step| step.named() as u64).sum::<u64>());
                    if profile != before.profile {
                        this.stores_change(&profile);
                    }
                    if profile.display_name != before.profile.display_name {
                        is_free(tx, &profile, *id).await?;
                    }
                    let moved = Moved::by(tx, *id, steps, call.at).await?;
                    this.stores(MEMBER * moved.count());
                    if profile == before.profile && moved.count() == 0 {
                        this.stores(RECORD);
                        tx.append_records(&[this.unchanged(call, id.0)]).await?;
                        return view(tx, before, *shown).await.map(Tried::Done);
                    }
                    if profile == before.profile {
                        this.stores_change(&profile);
                    }
                    let role = if moved.count() > 0 { tx.group_role(*id).await? } else { None };
                    let (came, left) = moved.settled();
                    this.count_leavers(tx, &settings, call, &before, (&left, &moved.nested_left)).await?;
                    let after = Group { version: before.version + 1, changed: call.at, profile, ..before };
                    tx.update_group(&after).await?;
                    tx.append_records(&[this.done(call, id.0)]).await?;
                    let view = view(tx, after, *shown).await?;
                    let event = this.event(call.at, Action::GroupChanged).on(id.0, &view.group.profile.display_name);
                    this.log(tx, &event.change(moved.told(change))).await?;
                    this.record_roles(tx, call, &view.group, role, (&came, &left)).await?;
                    Ok(Tried::Done(view))
                })
            },
        );
        match self.note_hold(work.await).await? {
            Tried::Done(view) if shown == Members::All => match self.group(id, true).await {
                // It has been deleted since.
                Err(Error::NotFound) => Ok(Tried::Done(view)),
                read => read.map(Tried::Done),
            },
            tried => Ok(tried),
        }
    }

    /// Deletes a group; its members stay.
    ///
    /// # Errors
    /// `NotFound`, `VersionMismatch`.
    pub async fn delete_group(&self, id: GroupId, expected: Expected) -> Result<()> {
        let call = self.call(CallKind::Delete, Subject::Group);
        let (this, meter) = self.metered(&call)?;
        let context = (this, call, id, expected);
        let work = self.env.store.provision_metered(meter, context, |(this, call, id, expected), tx| {
            Box::pin(async move {
                let settings = this.recheck(tx, call.at).await?;
                let group = tx.lock_group_for_deletion(*id).await?.ok_or(Error::NotFound)?;
                check_version(expected, group.version)?;
                let name = &group.profile.display_name;
                let members: Vec<UserId> = tx.members_of(&[*id]).await?.into_iter().map(|(_, member)| member).collect();
                this.stores_change(&group.profile);
                this.stores(MEMBER * members.len() as u64);
                let role = tx.group_role(*id).await?;
                if !members.is_empty() {
                    guard::check(tx, &settings, this.token.id, call.at).await?;
                }
                let people = this.people_of(tx, &settings, call, &group, &members).await?;
                tx.delete_group(*id, call.at).await?;
                // Counting holds the settings until the unit ends, so it comes after everything that may wait for rows
                // of memberships.
                this.count_group_deletion(tx, &settings, call, &group, (members.len(), &people)).await?;
                tx.append_records(&[this.done(call, id.0)]).await?;
                let event = this.event(call.at, Action::GroupDeleted).on(id.0, name);
                let event = event.change(Change::between(&group.profile.document, "{}"));
                this.log(tx, &event).await?;
                this.record_roles(tx, call, &group, role, (&[], &members)).await
            })
        });
        self.note_hold(work.await).await
    }
}

/// The steps that matter: those before a replacement of all members make no difference. An exchange always matters,
/// because it may be refused for the members that it finds, and so do the steps that lead to these.
fn effective(steps: &[MemberChange]) -> &[MemberChange] {
    let is_exchange = |step: &MemberChange| matches!(step, MemberChange::Exchange { .. });
    let exchange = steps.iter().position(is_exchange).unwrap_or(steps.len());
    let last = steps[..exchange].iter().rposition(|step| matches!(step, MemberChange::Replace(_)));
    steps.get(last.unwrap_or_default()..).unwrap_or(steps)
}

/// Refuses a name that another group has, before members are written, which would have to be rolled back.
async fn is_free(tx: &mut dyn Tx, profile: &GroupProfile, id: GroupId) -> Result<()> {
    match tx.group_named(&profile.display_name).await? {
        Some(other) if other != id => Err(Error::Conflict(Conflict::GroupName)),
        _ => Ok(()),
    }
}

/// Reads the rows of a part, and an extra one where marks are used.
pub(super) async fn find(
    tx: &mut dyn Tx,
    filter: &Predicate<GroupCondition>,
    window: &Window<GroupKey>,
) -> Result<Vec<Listed<Group>>> {
    if window.limit == 0 || filter.is_none() {
        return Ok(Vec::new());
    }
    tx.find_groups(filter, &Window { limit: window.start.rows(window.limit), ..window.clone() }).await
}

/// Groups in the direction of reading, with their members if requested. Ends before the page gets too heavy, and
/// returns how many to show; an extra one, without its members, shows that the list continues.
pub(super) async fn views<M>(
    tx: &mut dyn Tx,
    mut rows: Vec<Listed<Group, M>>,
    with_members: bool,
    meter: &mut Meter,
) -> Result<(Vec<Listed<GroupView, M>>, Option<u64>)> {
    let (mut users, mut nested) = (HashMap::new(), HashMap::new());
    let ended = if with_members {
        let ids: Vec<GroupId> = rows.iter().map(|row| row.item.id).collect();
        let fitting = fitting(tx, &rows, &ids, meter).await?;
        users = gather(tx.members_of(&ids[..fitting]).await?);
        nested = gather(tx.nested_groups_of(&ids[..fitting]).await?);
        rows.truncate(fitting + 1);
        (fitting < ids.len()).then_some(fitting as u64)
    } else {
        end_early(&mut rows, meter)
    };
    let mut view = |group: Group| GroupView {
        members: users.remove(&group.id).unwrap_or_default(),
        nested: nested.remove(&group.id).unwrap_or_default(),
        with_members,
        group,
    };
    Ok((rows.into_iter().map(|row| Listed { mark: row.mark, item: view(row.item) }).collect(), ended))
}

/// How many of these groups fit onto a page with their members.
async fn fitting<M>(tx: &mut dyn Tx, rows: &[Listed<Group, M>], ids: &[GroupId], meter: &mut Meter) -> Result<usize> {
    // More members than this never fit on a page.
    let most = (meter.left() / REFERENCE).saturating_add(1);
    let sizes: HashMap<GroupId, u64> = tx.sizes_of(ids, most).await?.into_iter().collect();
    let weight = |group: &Group| {
        let members = sizes.get(&group.id).copied().unwrap_or_default();
        group.weight().saturating_add(members.saturating_mul(REFERENCE))
    };
    Ok(rows.iter().take_while(|row| meter.takes(weight(&row.item))).count())
}

fn all_if(wanted: bool) -> Members {
    if wanted { Members::All } else { Members::None }
}

async fn view(tx: &mut dyn Tx, group: Group, shown: Members) -> Result<GroupView> {
    let (members, nested, with_members) = match shown {
        Members::None => (Vec::new(), Vec::new(), false),
        Members::All => {
            (tx.first_members(group.id, u64::MAX).await?, tx.first_nested_groups(group.id, u64::MAX).await?, true)
        }
        Members::UpTo(most) => few(tx, group.id, most).await?.map_or_else(Default::default, |(m, n)| (m, n, true)),
    };
    Ok(GroupView { group, members, nested, with_members })
}

/// The members of a group, users and groups, if there are at most `most`.
async fn few(tx: &mut dyn Tx, group: GroupId, most: u64) -> Result<Option<(Vec<UserId>, Vec<GroupId>)>> {
    // One more than `most` shows that there are too many.
    let members = tx.first_members(group, most.saturating_add(1)).await?;
    let Some(left) = most.checked_sub(u64::try_from(members.len()).unwrap_or(u64::MAX)) else { return Ok(None) };
    let nested = tx.first_nested_groups(group, left.saturating_add(1)).await?;
    Ok(u64::try_from(nested.len()).is_ok_and(|nested| nested <= left).then_some((members, nested)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn what_is_overwritten_is_left_out_unless_it_may_be_refused() {
        let ids = |n: u128| vec![MemberId(Uuid::from_u128(n))];
        let (add, replace) = (|n| MemberChange::Add(ids(n)), |n| MemberChange::Replace(ids(n)));
        let exchange = |out, into| MemberChange::Exchange { out: ids(out), into: ids(into) };
        let steps = [add(1), replace(2), add(3), replace(4), add(5)];
        assert_eq!(effective(&steps), &steps[3..]);
        let steps = [add(1), replace(2), exchange(2, 3), replace(4)];
        assert_eq!(effective(&steps), &steps[1..]);
        let steps = [add(1), exchange(1, 3), replace(4)];
        assert_eq!(effective(&steps), &steps[..]);
        assert_eq!(effective(&[]), &[]);
    }
}
