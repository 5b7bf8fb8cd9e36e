use super::{
    audit,
    components::{Here, framed, pager, people_table, place, when},
    roles,
    user::ids,
    words::{count, visible},
};
use crate::ApiError;
use domain::{Timestamp, console::GroupDetail};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::{use_params_map, use_query_map};

/// One group with its members.
pub(super) fn show() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id")).unwrap_or_default();
    let place = use_query_map().with_untracked(place);
    framed(Here::Groups, async move |console, _| {
        let id = id.parse().map_err(|_| ApiError::NotFound)?;
        let detail = console.group(id, place).await?;
        let role = roles::of_group(id, console.group_role(id).await?, console.may_change()).into_any();
        Ok(page(detail, role, console.now()).into_any())
    })
}

fn page(detail: GroupDetail, role: AnyView, now: Timestamp) -> impl IntoView {
    let GroupDetail { group, members } = detail;
    let name = visible(&group.profile.display_name);
    let list = if members.rows.is_empty() {
        view! { <p class="panel-text soft">"Nobody is in this group."</p> }.into_any()
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
                {count(members.total, "member", "members")}
                ". Your directory manages the name and who is in it. Created " {when(now, group.created)} ", changed "
                {when(now, group.changed)} ". " <a href=audit::history(group.id.0)>"What happened"</a>
            </p>
        </div>
        <section class="panel" aria-labelledby="members">
            <div class="panel-head"><h2 id="members">Members</h2></div>
            {list}
        </section>
        {role}
        {ids(group.id.to_string(), group.profile.external_id.clone())}
    }
}
