//! The search of people on the page of users.

use crate::support::{TestApp, entra_user, json};
use axum::http::StatusCode;
use domain::{
    console::{Console, UserStatus},
    page::Place,
    search::PeopleQuery,
};
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};

on_both!(
    q04_the_page_takes_whatever_is_entered,
    q06_people_are_found_by_what_the_directory_says_now,
    q08_other_changes_write_no_text,
    q10_the_page_says_how_many_were_found,
);

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// The user names of those who are found.
async fn search(console: &Console, entered: &str, status: UserStatus) -> Vec<String> {
    let query = PeopleQuery::new(entered, status.active()).unwrap();
    let listing = console.find_people(query, Place::Start).await.unwrap();
    assert_eq!(listing.page.total, listing.page.rows.len() as u64, "{entered}");
    listing.page.rows.into_iter().map(|row| row.user.user_name).collect()
}

async fn q04_the_page_takes_whatever_is_entered(app: TestApp) {
    let cookie = app.administrator("gate-0001").await;
    app.user("ada@corp.example").await;
    let long = "x".repeat(5_000);
    for entered in ["%22", "%25", "_", "%5C", "'", "*", "-", "OR", "NOT", "a%00b", "%CC%81", "%C2%A0", &long] {
        for status in ["", "active", "suspended"] {
            let path = format!("/admin/users?q={entered}&status={status}");
            app.page(&path, Some(&cookie)).await.expect(StatusCode::OK);
        }
    }
}

async fn q06_people_are_found_by_what_the_directory_says_now(app: TestApp) {
    let console = app.console("gate-0001").await;
    let found = async |entered: &str| search(&console, entered, UserStatus::Any).await;
    let (ada, nobody) = (["ada@corp.example"], [""; 0]);
    let mut user = entra_user("ada@corp.example");
    user["title"] = json!("Mathématicienne");
    user["phoneNumbers"] = json!([{"value": "+44 (20) 7946-0958", "type": "work"}]);
    user[ENTERPRISE] = json!({"department": "Analytical Engines", "employeeNumber": "E-1815"});
    let path = format!("/Users/{}", app.post("/Users", user.clone()).await.expect(StatusCode::CREATED).id());
    app.user("bob@corp.example").await;
    for entered in ["mathematic", "engines ANALY", "e-1815", "20794609", "7946-", "ext-ada@corp.example", "da@cor"] {
        assert_eq!(found(entered).await, ada, "{entered}");
    }
    assert_eq!(found("ext-ada").await, nobody, "an id is found as a whole");
    assert_eq!(found("byron").await, ["bob@corp.example", "ada@corp.example"]);

    let replace = |path: &str, value: &str| json!([{"op": "replace", "path": path, "value": value}]);
    app.patch(&path, replace("title", "Programmer")).await.expect(StatusCode::OK);
    assert_eq!((found("mathematic").await.len(), found("programm").await.len()), (0, 1));
    app.patch(&path, replace("emails[type eq \"work\"].value", "countess@x.example")).await.expect(StatusCode::OK);
    assert_eq!(found("countess").await, ada);
    user["displayName"] = json!("Ada Lovelace");
    user["name"] = json!({"familyName": "King"});
    user.as_object_mut().unwrap().remove("title");
    app.put(&path, user).await.expect(StatusCode::OK);
    for (entered, count) in [("lovelace", 1), ("king", 1), ("byron", 1), ("programm", 0), ("countess", 0)] {
        assert_eq!(found(entered).await.len(), count, "{entered}");
    }

    app.patch(&path, json!([{"op": "replace", "path": "active", "value": false}])).await.expect(StatusCode::OK);
    for (status, wanted) in [(UserStatus::Any, 1), (UserStatus::Active, 0), (UserStatus::Suspended, 1)] {
        assert_eq!(search(&console, "lovelace", status).await.len(), wanted, "{status:?}");
    }
    app.delete(&path).await.expect(StatusCode::NO_CONTENT);
    assert_eq!(found("lovelace").await, nobody);
    console.restore_user(path["/Users/".len()..].parse().unwrap()).await.unwrap();
    for entered in ["lovelace", "engines", "e-1815", "20794609"] {
        assert_eq!(found(entered).await, ada, "{entered}");
    }
    assert_eq!(found("corp.example").await, ["ada@corp.example", "bob@corp.example"], "the newest first");
}

/// Makes every statement fail that writes a text.
async fn seal(app: &TestApp) {
    let url = app.database.url();
    if url.starts_with("sqlite") {
        let mut connection = SqliteConnection::connect(url).await.unwrap();
        for action in ["INSERT", "UPDATE"] {
            let seal = format!(
                "CREATE TRIGGER sealed_{action} BEFORE {action} ON user_search BEGIN SELECT RAISE(ABORT, 'sealed'); END"
            );
            sqlx::raw_sql(AssertSqlSafe(seal)).execute(&mut connection).await.unwrap();
        }
    } else {
        let mut connection = PgConnection::connect(url).await.unwrap();
        let seal = "CREATE FUNCTION seal() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'sealed'; END $$;
            CREATE TRIGGER sealed BEFORE INSERT OR UPDATE ON user_search FOR EACH STATEMENT EXECUTE FUNCTION seal()";
        sqlx::raw_sql(seal).execute(&mut connection).await.unwrap();
    }
}

async fn q08_other_changes_write_no_text(app: TestApp) {
    let path = format!("/Users/{}", app.user("ada@corp.example").await);
    seal(&app).await;
    let patch = async |path_of: &str, value: &str| {
        app.patch(&path, json!([{"op": "replace", "path": path_of, "value": value}])).await.status
    };
    for attribute in ["locale", "externalId", "nickName", "userType"] {
        assert_eq!(patch(attribute, "x").await, StatusCode::OK, "{attribute}");
    }
    for attribute in ["title", "displayName", "name.givenName"] {
        assert_ne!(patch(attribute, "x").await, StatusCode::OK, "{attribute}");
    }
    app.delete(&path).await.expect(StatusCode::NO_CONTENT);
}

async fn q10_the_page_says_how_many_were_found(app: TestApp) {
    let cookie = app.administrator("gate-0001").await;
    for number in 0..60 {
        app.user(&format!("u{number:02}@corp.example")).await;
    }
    let page =
        async |query: &str| app.page(&format!("/admin/users?{query}"), Some(&cookie)).await.expect(StatusCode::OK).text;
    let all = page("q=corp").await;
    assert!(all.contains("60 people of 60 found"), "{all}");
    assert!(all.contains("1–50 of 60") && all.contains("u59@corp") && !all.contains("u09@corp"), "{all}");
    let next = all.split("after=").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    let rest = page(&format!("q=corp&after={next}")).await;
    assert!(rest.contains("51–60 of 60") && rest.contains("u09@corp") && !rest.contains("u10@corp"), "{rest}");
    assert!(page("q=u07").await.contains("1 person of 60 found"));
    assert!(page("q=nobody").await.contains("No person matches “nobody”"));
    assert!(page("status=active").await.contains("60 of 60 people active"));
}
