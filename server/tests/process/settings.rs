//! Where passwords and keys may come from.

use crate::{
    binary::{Server, out, postern},
    database::Database,
    receivers::{Receivers, webhook_secret},
};
use std::{fs, path::PathBuf, process::Stdio, time::Duration};
use tempfile::TempDir;

/// A file in a new folder, as a secret store mounts it.
fn file(content: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret");
    fs::write(&path, content).unwrap();
    (folder, path)
}

/// Runs a command that must fail, without the variable that names the database in other tests.
async fn refused(arguments: &[&str], variables: &[(&str, &str)]) -> String {
    let mut command = postern("", arguments);
    command.env_remove("POSTERN_DATABASE_URL").envs(variables.iter().copied());
    let output = command.output().await.unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success() && said.lines().count() == 1, "{said}");
    assert!(!said.contains("hunter2"), "{said}");
    said
}

#[tokio::test]
async fn r24_every_secret_may_be_a_file() {
    let database = Database::sqlite().await;
    let mut receivers = Receivers::new().await;
    receivers.up().await;
    let [(_a, url), (_b, key)] = [file(&format!("{}\n", database.url())), file(&webhook_secret())];
    let mut mail = None;
    let server = Server::start_with("", |command| {
        let command = receivers.told_by(command).stderr(Stdio::null());
        let variables = command.as_std().get_envs();
        let by_variable = variables.filter(|(name, _)| *name == "POSTERN_ALERT_MAIL").find_map(|(_, value)| value);
        let (folder, path) = file(by_variable.unwrap().to_str().unwrap());
        mail = Some(folder);
        command
            .env_remove("POSTERN_DATABASE_URL")
            .env_remove("POSTERN_ALERT_WEBHOOK_SECRET")
            .env_remove("POSTERN_ALERT_MAIL")
            .env("POSTERN_DATABASE_URL_FILE", &url)
            .env("POSTERN_ALERT_WEBHOOK_SECRET_FILE", &key)
            .env("POSTERN_ALERT_MAIL_FILE", path)
    })
    .await;
    // An alert that the server sends with all of them.
    out(database.url(), &["token", "create", "--name", "Entra"]).await;
    receivers.wait_for_one(Duration::from_secs(30)).await;
    server.stop().await;
}

#[tokio::test]
async fn r24_secrets_are_refused_where_others_can_read_them() {
    let postgres = "postgres://postern:hunter2@127.0.0.1:9/postern";
    assert!(refused(&["serve", "--database-url", postgres], &[]).await.contains("POSTERN_DATABASE_URL_FILE"));
    let mail = ["serve", "--alert-mail", "smtps://postern:hunter2@mail.corp.example"];
    assert!(refused(&mail, &[]).await.contains("POSTERN_ALERT_MAIL_FILE"));
    let secret = ["serve", "--alert-webhook", "https://x.example", "--alert-webhook-secret=hunter2"];
    let output = postern("", &secret).output().await.unwrap();
    assert!(!output.status.success() && String::from_utf8_lossy(&output.stderr).contains("unexpected argument"));
    let list = ["break-glass", "list", "--database-url", postgres];
    let output = postern("", &list).output().await.unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.starts_with("warning: ") && said.contains("cannot connect"), "a command goes on: {said}");
}

#[tokio::test]
async fn r24_two_sources_and_a_missing_file_are_refused_by_name() {
    let both = [("POSTERN_DATABASE_URL", "sqlite://hunter2.db"), ("POSTERN_DATABASE_URL_FILE", "/nowhere")];
    assert!(refused(&["token", "list"], &both).await.contains("POSTERN_DATABASE_URL and POSTERN_DATABASE_URL_FILE"));
    assert!(refused(&["token", "list"], &both[1..]).await.contains("POSTERN_DATABASE_URL_FILE: /nowhere"));
}
