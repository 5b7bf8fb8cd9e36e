//! A24: nothing but the embedded files is served.

use crate::{
    defences::routes::{self, bare},
    support::TestApp,
};
use axum::http::StatusCode;

on_both!(a24_no_file_leaks);

const WANTED: [&str; 11] = [
    "etc/passwd",
    "proc/self/environ",
    "postern.db",
    ".env",
    ".git/config",
    "Cargo.toml",
    "pkg/",
    "pkg/postern.js.map",
    "index.html",
    "favicon.svg.br",
    "migrations/sqlite/0001_init.sql",
];

const WAYS: [&str; 19] = [
    "/",
    "/pkg/",
    "//",
    "/../",
    "/../../../../../../",
    "/pkg/../../../../../../",
    "/pkg/..%2f..%2f..%2f..%2f..%2f",
    "/pkg/%2e%2e/%2e%2e/%2e%2e/",
    "/%2e%2e%2f%2e%2e%2f%2e%2e%2f",
    "/pkg/%252e%252e%252f%252e%252e%252f",
    "/pkg/..%5c..%5c..%5c",
    "/pkg/..%255c..%255c",
    "/pkg/....//....//....//",
    "/pkg/.%00./.%00./",
    "/pkg/%c0%ae%c0%ae/%c0%ae%c0%ae/",
    "/pkg/..;/..;/",
    "/./././",
    "/file:%2f%2f/",
    "/pkg//",
];

async fn a24_no_file_leaks(app: TestApp) {
    let mut tried = 0;
    for way in WAYS {
        for wanted in WANTED {
            let path = format!("{way}{wanted}");
            let answer = bare(&app, "GET", &path).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
            for told in ["root:", "[package]", "PATH=", "SQLite format", "CREATE TABLE", "repositoryformatversion"] {
                assert!(!answer.text.contains(told), "{path} tells {told}");
            }
            tried += 1;
        }
    }
    assert!(tried >= 200, "{tried}");
    for path in routes::assets(&app).await {
        for other in [format!("{path}.map"), format!("{path}%00"), format!("{path}/"), path.to_uppercase()] {
            assert_eq!(bare(&app, "GET", &other).await.status, StatusCode::NOT_FOUND, "{other}");
        }
    }
}
