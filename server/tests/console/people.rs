//! The list of people: filters, orders, and its export.

use crate::support::{Answer, TestApp, Value, entra_user, json};
use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use domain::{GroupId, UserId, audit::Action, role::Role};

on_both!(
    people_are_filtered,
    people_are_sorted_and_paged_both_ways,
    what_an_address_asks_in_vain_is_said,
    the_list_is_exported_as_filtered,
    a28_an_exported_name_is_no_formula,
);

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

async fn person(app: &TestApp, name: &str, department: Option<&str>, active: bool) -> String {
    let mut user = entra_user(&format!("{}@corp.example", name.to_lowercase()));
    (user["displayName"], user["active"]) = (json!(name), json!(active));
    if let Some(department) = department {
        user[ENTERPRISE] = json!({"department": department});
    }
    app.post("/Users", user).await.expect(StatusCode::CREATED).id()
}

/// The names on a page, in their order.
fn names(page: &str) -> Vec<&str> {
    let rows = page.split("class=\"row-link\"").skip(1);
    rows.filter_map(|row| row.split_once('>')?.1.split_once('<').map(|(name, _)| name)).collect()
}

struct Staff {
    cookie: String,
    group: String,
}

async fn staff(app: &TestApp) -> Staff {
    let cookie = app.administrator("gate-0001").await;
    let console = app.console("gate-0002").await;
    let ada = person(app, "Ada", Some("IT"), true).await;
    let bob = person(app, "Bob", Some("Sales"), false).await;
    let eve = person(app, "Eve", Some("it"), true).await;
    person(app, "Dan", None, true).await;
    let group = json!({"displayName": "Team <b>", "members": [{"value": bob}, {"value": eve}]});
    let group = app.post("/Groups", group).await.expect(StatusCode::CREATED).id();
    console.set_user_role(ada.parse::<UserId>().unwrap(), Some(Role::Auditor)).await.unwrap();
    console.set_group_role(group.parse::<GroupId>().unwrap(), Some(Role::Administrator)).await.unwrap();
    Staff { cookie, group }
}

async fn people_are_filtered(app: TestApp) {
    let Staff { cookie, group } = staff(&app).await;
    for (asked, wanted, sentence) in [
        ("sort=name", &["Ada", "Bob", "Dan", "Eve"][..], "4 people, 1 of them suspended."),
        ("status=active&sort=name", &["Ada", "Dan", "Eve"], "3 of 4 people active."),
        ("status=suspended", &["Bob"], "1 of 4 people suspended."),
        ("department=IT&sort=name", &["Ada", "Eve"], "2 people of 4 found."),
        ("department=IT&q=ev", &["Eve"], "1 person of 4 found."),
        ("role=auditor", &["Ada"], "1 person of 4 found."),
        ("role=administrator", &["Eve"], "Administrators"),
        (&format!("group={group}&sort=name"), &["Bob", "Eve"], "Members of Team &lt;b&gt;"),
        (&format!("group={group}&status=active"), &["Eve"], "1 person of 4 found."),
        ("since=2040-01-01", &[], "No person matches the filters"),
        ("since=2020-01-01&sort=-name", &["Eve", "Dan", "Bob", "Ada"], "4 people of 4 found."),
        ("q=bo&role=auditor", &[], "No person matches the search and the filters"),
        ("q=bo&sort=name", &["Bob"], "1 person of 4 found."),
        ("department=nowhere", &[], "Department nowhere"),
        ("group=00000000-0000-0000-0000-000000000009", &[], "Members of a group that is gone"),
    ] {
        let page = app.page(&format!("/admin/users?{asked}"), Some(&cookie)).await.expect(StatusCode::OK).text;
        assert_eq!(names(&page), wanted, "{asked}");
        assert!(page.contains(sentence), "{asked}: {sentence}");
    }
}

async fn people_are_sorted_and_paged_both_ways(app: TestApp) {
    let cookie = app.administrator("gate-0001").await;
    for number in 0..120 {
        let department = (number % 3 > 0).then(|| format!("D{}", number % 7));
        person(&app, &format!("P{number:03}"), department.as_deref(), true).await;
    }
    for sort in ["name", "-name", "department", "changed", "-changed"] {
        for filter in ["", "&since=2020-01-01", "&q=corp"] {
            let (mut path, mut found) = (format!("?sort={sort}{filter}"), Vec::new());
            let mut pages = Vec::new();
            loop {
                let page = app.page(&format!("/admin/users{path}"), Some(&cookie)).await.expect(StatusCode::OK).text;
                pages.push(names(&page).join(" "));
                found.extend(names(&page).into_iter().map(str::to_owned));
                let Some(next) = step(&page, "Next") else { break };
                path = next;
            }
            let mut sorted = found.clone();
            sorted.sort();
            sorted.dedup();
            assert_eq!((found.len(), sorted.len()), (120, 120), "{sort}{filter}");
            match sort {
                "name" => assert_eq!(found, sorted),
                "-name" => assert!(found.iter().rev().eq(&sorted)),
                _ => {}
            }
            let last = app.page(&format!("/admin/users{path}"), Some(&cookie)).await.text;
            let back = app.page(&format!("/admin/users{}", step(&last, "Previous").unwrap()), Some(&cookie)).await.text;
            assert_eq!(names(&back).join(" "), pages[1], "{sort}{filter}");
        }
    }
}

/// The address of the next or the previous page.
fn step(page: &str, word: &str) -> Option<String> {
    let (before, _) = page.split_once(&format!(">{word}</a>"))?;
    let link = &before[before.rfind("<a ")?..];
    let (_, href) = link.split_once("href=\"")?;
    Some(href.split_once('"')?.0.replace("&amp;", "&"))
}

async fn what_an_address_asks_in_vain_is_said(app: TestApp) {
    let Staff { cookie, .. } = staff(&app).await;
    let page = app.page("/admin/users?status=gone&since=x&sort=age&role=member", Some(&cookie)).await.text;
    assert!(page.contains("which was left out: status, role, since, sort."), "{page}");
    assert_eq!(names(&page).len(), 4);
    for place in ["after=x", "after=tx.7", "after=n1.00000000000000000000000000000007", "before=t%00.7"] {
        let page = app.page(&format!("/admin/users?sort=name&{place}"), Some(&cookie)).await.expect(StatusCode::OK);
        assert_eq!(names(&page.text).len(), 4, "{place}");
    }
}

async fn export(app: &TestApp, cookie: &str, path: &str) -> Answer {
    let request = Request::builder().method(Method::POST).uri(format!("/admin/users/{path}"));
    let request = request.header(header::COOKIE, cookie).header(header::ORIGIN, crate::support::URL);
    app.send(request.body(Body::empty()).unwrap()).await
}

async fn the_list_is_exported_as_filtered(app: TestApp) {
    let Staff { cookie, .. } = staff(&app).await;
    let secret = app.break_glass("gate-0009").await;
    let without_reason = app.sign_in("gate-0009", &secret).await;
    let back = export(&app, &without_reason, "export.csv?department=it").await.expect(StatusCode::SEE_OTHER);
    let next = "/admin/confirm?next=%2Fadmin%2Fusers%3Fdepartment%3Dit";
    assert_eq!(back.header(header::LOCATION), next);
    let csv = export(&app, &cookie, "export.csv?department=it&sort=name").await.expect(StatusCode::OK);
    let lines: Vec<&str> = csv.text.trim_start_matches('\u{feff}').lines().collect();
    assert_eq!(lines[0], "id,userName,name,email,active,role,groups,changed");
    assert!(lines[1].contains(",ada@corp.example,Ada,ada@corp.example,true,auditor,0,"), "{}", lines[1]);
    assert!(lines[2].contains(",eve@corp.example,Eve,eve@corp.example,true,administrator,1,"), "{}", lines[2]);
    assert_eq!(lines.len(), 3);
    let json = export(&app, &cookie, "export.json?status=suspended").await.expect(StatusCode::OK);
    let people: Vec<Value> = serde_json::from_str(&json.text).unwrap();
    assert_eq!((people.len(), &people[0]["userName"]), (1, &json!("bob@corp.example")));
    let nobody = export(&app, &cookie, "export.json?q=nobody").await.expect(StatusCode::OK);
    assert_eq!(serde_json::from_str::<Vec<Value>>(&nobody.text).unwrap().len(), 0);
    export(&app, &cookie, "export.csv?status=gone").await.expect(StatusCode::BAD_REQUEST);
    let events = app.host.events_after(0).await.unwrap();
    assert_eq!(events.iter().filter(|entry| entry.event.action == Action::UsersExported).count(), 3);
    let page = app.page("/admin/audit", Some(&cookie)).await.text;
    assert!(page.contains("A list of users was exported"), "{page}");
}

async fn a28_an_exported_name_is_no_formula(app: TestApp) {
    let cookie = app.administrator("gate-0001").await;
    person(&app, "=HYPERLINK(\"https://x\")", None, true).await;
    let csv = export(&app, &cookie, "export.csv").await.expect(StatusCode::OK).text;
    assert!(csv.contains(",\"'=HYPERLINK(\"\"https://x\"\")\","), "{csv}");
}
