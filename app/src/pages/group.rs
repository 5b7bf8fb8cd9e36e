use crate::{
    ApiError,
    components::{Here, ended, framed, ids, pager, people_table, place, when},
    pages::{activity, audit, deleted, roles, users},
    words::{count, visible},
};
use domain::{Error, Timestamp, console::GroupDetail, group::GroupRef};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::{use_params_map, use_query_map};

/// One group with its members.
pub(crate) fn show() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id")).unwrap_or_default();
    let place = use_query_map().with_untracked(place);
    framed(Here::Groups, async move |console, _| {
        let id = id.parse().map_err(|_| ApiError::NotFound)?;
        let detail = match console.group(id, place).await {
            Err(Error::NotFound) => return deleted::of_group(&console, id).await,
            found => found?,
        };
        let role = roles::of_group(&detail, console.group_role(id).await?, console.may_change()).into_any();
        Ok(page(detail, role, console.now()).into_any())
    })
}

fn page(detail: GroupDetail, role: AnyView, now: Timestamp) -> impl IntoView {
    let GroupDetail { group, members, nested, nested_total, outer, outer_total } = detail;
    let members_total = members.total;
    let name = visible(&group.profile.display_name);
    let list = if members.rows.is_empty() && members.total > 0 {
        ended(count(members.total, "member", "members"), format!("/admin/groups/{}", group.id)).into_any()
    } else if members.rows.is_empty() {
        view! { <p class="panel-text soft">"There are no users in this group."</p> }.into_any()
    } else {
        let pager = pager(&members, &[]);
        view! { {people_table("Members", members.rows, now)} {pager} }.into_any()
    };
    view! {
        <Title text=name.clone()/>
        <div class="page-head">
            <p class="eyebrow"><a href="/admin/groups">Groups</a></p>
            <h1>{name}</h1>
            <p class="soft">
                {size(members_total, nested_total)}
                ". Your directory manages the name and who is in it. Created " {when(now, group.created)} ", changed "
                {when(now, group.changed)} ". " <a href=audit::history(group.id.0)>"What happened"</a> ", "
                <a href=activity::calls_about(group.id.0)>"calls about this group"</a>
            </p>
        </div>
        <section class="panel" aria-labelledby="members">
            <div class="panel-head">
                <h2 id="members">Members</h2>
                {(members_total > 0).then(|| view! { <p><a href=users::members_of(group.id)>"Search, sort, export"</a></p> })}
            </div>
            {list}
        </section>
        {(nested_total > 0).then(|| {
            let note = "The people in these groups are not members of this one, and it gives them no role.";
            groups_panel("nested", "Groups in it", nested, nested_total, note)
        })}
        {(outer_total > 0).then(|| {
            let note = "The members of this group are not members of these, and these give them no role.";
            groups_panel("outer", "Groups that it is in", outer, outer_total, note)
        })}
        {role}
        {ids(group.id.to_string(), group.profile.external_id.clone())}
    }
}

fn size(members: u64, nested: u64) -> String {
    let members = count(members, "member", "members");
    if nested == 0 { members } else { format!("{members} and {}", count(nested, "group", "groups")) }
}

/// Some of the groups in this one, or of those that this one is in, and how many there are. Members of the inner group
/// do not become members of the outer one: nothing here goes further than one step.
fn groups_panel(
    id: &'static str,
    title: &'static str,
    groups: Vec<GroupRef>,
    total: u64,
    note: &'static str,
) -> impl IntoView {
    let more = total.saturating_sub(groups.len() as u64);
    let link = |group: GroupRef| {
        view! { <li><a href=format!("/admin/groups/{}", group.id)>{visible(&group.display_name)}</a></li> }
    };
    view! {
        <section class="panel" aria-labelledby=id>
            <div class="panel-head"><h2 id=id>{title}</h2></div>
            <div class="panel-text">
                <ul class="links">{groups.into_iter().map(link).collect_view()}</ul>
                {(more > 0).then(|| view! { <p class="soft">{format!("And {more} more.")}</p> })}
                <p class="soft">{note}</p>
            </div>
        </section>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_as_large_as_what_is_in_it() {
        assert_eq!(size(1, 0), "1 member");
        assert_eq!(size(3, 2), "3 members and 2 groups");
    }
}
