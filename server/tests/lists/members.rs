//! A page of groups has a limited number of bytes, including members. It ends before it exceeds them, and the next page
//! continues.

use crate::support::{TestApp, json};
use axum::http::StatusCode;
use domain::{
    directory::{Directory, GroupView, Resource, RootMark, Search},
    query::{Listing, Predicate, Sort, Start, Window},
};

on_both!(a_page_of_groups_has_so_many_members_and_goes_on, a_page_of_the_root_has_so_many_members_and_goes_on,);

/// Room for two groups that have one member together, or for one with two.
const BYTES: u64 = 1_400;

/// Users, and groups with 2, 2, 5, 0 and 1 members, of which the last is a group.
async fn crowds(app: &TestApp) -> Directory {
    let mut members = Vec::new();
    for number in 0..5 {
        members.push(json!({"value": app.user(&format!("u{number}")).await}));
    }
    let mut last = String::new();
    for (name, members) in [("a", &members[..2]), ("b", &members[3..]), ("c", &members[..]), ("d", &[])] {
        let group = json!({"displayName": name, "members": members});
        last = app.post("/Groups", group).await.expect(StatusCode::CREATED).id();
    }
    let nested = json!({"displayName": "e", "members": [{"value": last}]});
    app.post("/Groups", nested).await.expect(StatusCode::CREATED);
    Directory::open(&app.env, Some(&app.token), None).await.unwrap()
}

/// The groups of a page with the number of their members.
fn sizes(page: &[GroupView]) -> String {
    let size =
        |view: &GroupView| format!("{}{}", view.group.profile.display_name, view.members.len() + view.nested.len());
    page.iter().map(size).collect::<Vec<_>>().join(" ")
}

async fn a_page_of_groups_has_so_many_members_and_goes_on(app: TestApp) {
    let directory = crowds(&app).await;
    let page = async |start, limit, bytes, with_members| -> Listing<GroupView> {
        let window = Window { sort: Sort::default(), start, limit, bytes };
        let page = directory.groups(Predicate::All, window, with_members).await.unwrap();
        assert_eq!(page.total, 5);
        page
    };
    // A page does not end early if members are not requested, or if all fit.
    assert_eq!(sizes(&page(Start::Index(0), 9, 4_000, false).await.items), "a0 b0 c0 d0 e0");
    assert_eq!(sizes(&page(Start::Index(0), 9, 10_000, true).await.items), "a2 b2 c5 d0 e1");
    for limit in [4, 5, 9] {
        let (mut offset, mut seen) = (0, Vec::new());
        while offset < 5 {
            let page = page(Start::Index(offset), limit, BYTES, true).await;
            offset += u64::try_from(page.items.len()).unwrap();
            seen.push(sizes(&page.items));
        }
        assert_eq!(seen, ["a2", "b2", "c5", "d0 e1"], "{limit}");
        let (mut start, mut seen) = (Some(Start::First), Vec::new());
        while let Some(at) = start {
            let page = page(at, limit, BYTES, true).await;
            start = page.next.map(Start::After);
            seen.push(sizes(&page.items));
        }
        assert_eq!(seen, ["a2", "b2", "c5", "d0 e1"], "{limit}");
        let (mut start, mut seen) = (Some(Start::Last), Vec::new());
        while let Some(at) = start {
            let page = page(at, limit, BYTES, true).await;
            start = page.previous.map(Start::Before);
            seen.push(sizes(&page.items));
        }
        assert_eq!(seen, ["d0 e1", "c5", "b2", "a2"], "{limit}");
    }
}

async fn a_page_of_the_root_has_so_many_members_and_goes_on(app: TestApp) {
    let directory = crowds(&app).await;
    let names = |page: &[Resource]| {
        let name = |resource: &Resource| match resource {
            Resource::User(_) => "u".to_owned(),
            Resource::Group(view) => sizes(std::slice::from_ref(view)),
        };
        page.iter().map(name).collect::<Vec<_>>().join(" ")
    };
    for (reversed, forward) in [(false, "u u u u u a2 b2 c5 d0·e1"), (true, "e1·d0 c5 b2 a2 u u u u u")] {
        let forward: Vec<String> = forward.split(' ').map(|page| page.replace('·', " ")).collect();
        let page = async |start: Start<RootMark>| {
            let users = (Predicate::All, Sort { descending: reversed, ..Sort::default() }, false);
            let groups = (Predicate::All, Sort { descending: reversed, ..Sort::default() }, true);
            let page =
                directory.search(Search { users, groups, reversed, start, limit: 9, bytes: BYTES }).await.unwrap();
            assert_eq!(page.total, 10);
            page
        };
        let (mut start, mut seen) = (Some(Start::First), Vec::new());
        while let Some(at) = start {
            let page = page(at).await;
            start = page.next.map(Start::After);
            seen.push(names(&page.items));
        }
        assert_eq!(seen, forward);
        let (mut offset, mut seen) = (0, Vec::new());
        while offset < 10 {
            let page = page(Start::Index(offset)).await;
            offset += u64::try_from(page.items.len()).unwrap();
            seen.push(names(&page.items));
        }
        assert_eq!(seen, forward);
        let (mut start, mut seen) = (Some(Start::Last), Vec::new());
        while let Some(at) = start {
            let page = page(at).await;
            start = page.previous.map(Start::Before);
            seen.push(names(&page.items));
        }
        seen.reverse();
        assert_eq!(seen, forward);
    }
}
