//! A40: tampering with the audit log is detected, in the file and in the database.

use crate::{
    binary::{Backdoor, fails, out},
    database::Database,
};
use std::path::Path;

on_both!(a40_audit_verify_finds_a_changed_file, a40_audit_verify_finds_a_changed_database, r01_the_host_prunes_the_log,);

/// A change of an export's lines, the first of which is its header.
type Change = fn(&mut Vec<String>);

const CHANGES: [(&str, Change, &str); 6] = [
    (
        "a field",
        |lines| lines[3] = lines[3].replacen("\"at\":\"2", "\"at\":\"3", 1),
        "event 3 is not what was written: its hash does not fit its text",
    ),
    ("a removed line", |lines| drop(lines.remove(4)), "event 5 is where event 4 should be"),
    ("two swapped lines", |lines| lines.swap(5, 6), "event 6 is where event 5 should be"),
    ("a doubled line", |lines| lines.insert(3, lines[2].clone()), "event 2 is where event 3 should be"),
    ("the start cut off", |lines| drop(lines.drain(1..3)), "the events before 3 are missing"),
    ("the end cut off", |lines| drop(lines.pop()), "the log does not end with the hash it should"),
];

async fn a40_audit_verify_finds_a_changed_file(database: Database) {
    let url = database.url();
    let lines = busy_log(url).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("audit.jsonl");
    let head = hash(lines.last().unwrap());
    let said = verifies(url, &file, &lines, Some(&head)).await;
    assert!(said.contains(&format!("The chain holds: {} events", lines.len() - 1)) && said.contains(&head), "{said}");
    // A hash that was written down earlier is as good.
    let earlier = hash(&lines[lines.len() - 3]);
    let said = verifies(url, &file, &lines, Some(&earlier)).await;
    assert!(said.contains("2 events follow it"), "{said}");
    for (what, change, sentence) in CHANGES {
        let mut changed = lines.clone();
        change(&mut changed);
        for head in [None, Some(head.as_str())] {
            let said = fails_to_verify(url, &file, &changed, head).await;
            assert!(said.contains(sentence), "{what}: {said}");
        }
    }
    // An attacker who can write the file can write its first line, too. Only the hash kept elsewhere shows that the end
    // is missing.
    let mut cut = lines.clone();
    let last = hash(&cut[cut.len() - 2]);
    cut.pop();
    cut[0] = cut[0].replace(&head, &last);
    assert!(verifies(url, &file, &cut, None).await.contains("written down elsewhere"));
    assert!(fails_to_verify(url, &file, &cut, Some(&head)).await.contains("no event has the hash of --head"));
}

/// (a statement on the database, the error of the export after it)
const TAMPERING: [(&str, &str); 5] = [
    ("UPDATE audit_events SET target_name = 'another' WHERE seq = 3", "event 3 is not what was written"),
    ("UPDATE audit_events SET address = '' WHERE seq = 4", "event 4 is not what was written"),
    ("DELETE FROM audit_events WHERE seq = 4", "event 5 is where event 4 should be"),
    (
        "UPDATE audit_events SET seq = 99 WHERE seq = 3; UPDATE audit_events SET seq = 3 WHERE seq = 4;
         UPDATE audit_events SET seq = 4 WHERE seq = 99",
        "event 3 does not follow from the event before it",
    ),
    ("UPDATE audit_events SET previous = NULL, hash = NULL WHERE seq = 3", "event 3 has no hash"),
];

async fn a40_audit_verify_finds_a_changed_database(database: Database) {
    let url = database.url();
    let lines = busy_log(url).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("audit.jsonl");
    let head = hash(lines.last().unwrap());
    let mut backdoor = Backdoor::open(&database).await;
    backdoor.run("CREATE TABLE kept AS SELECT * FROM audit_events").await;
    for (tampering, sentence) in TAMPERING {
        backdoor.run(tampering).await;
        let said = fails_to_verify(url, &file, &export(url).await, None).await;
        assert!(said.contains(sentence), "{tampering}: {said}");
        backdoor.run("DELETE FROM audit_events; INSERT INTO audit_events SELECT * FROM kept").await;
        verifies(url, &file, &export(url).await, Some(&head)).await;
    }
    backdoor.run("DELETE FROM audit_events WHERE seq = (SELECT MAX(seq) FROM audit_events)").await;
    let said = fails_to_verify(url, &file, &export(url).await, Some(&head)).await;
    assert!(said.contains("no event has the hash of --head"), "{said}");
}

async fn r01_the_host_prunes_the_log(database: Database) {
    let url = database.url();
    let lines = busy_log(url).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("audit.jsonl");
    // Only remaining events are verified, so the others can be given another time.
    Backdoor::open(&database).await.run("UPDATE audit_events SET at = 0 WHERE seq <= 4").await;
    for day in ["2999-01-01", "yesterday", "2020-02-30"] {
        let said = fails(url, &["audit", "prune", "--before", day]).await;
        assert!(said.contains("day"), "{day}: {said}");
    }
    let prune = ["audit", "prune", "--before", "2020-01-01", "--shrink"];
    assert_eq!(out(url, &prune).await.trim(), "4 events were removed.");
    assert_eq!(out(url, &prune).await.trim(), "0 events were removed.");
    let left = export(url).await;
    assert_eq!(left[1..4], lines[5..8]);
    assert!(left[4].contains("\"audit.pruned\"") && left[4].contains("\"host\""), "{}", left[4]);
    let said = verifies(url, &file, &left, Some(&hash(&left[4]))).await;
    assert!(said.contains("The chain holds: 4 events, the last is number 8"), "{said}");
}

/// An export of a log with several events, checked.
async fn busy_log(url: &str) -> Vec<String> {
    for name in ["gate", "night"] {
        out(url, &["break-glass", "create", name]).await;
    }
    for name in ["Entra", "Okta"] {
        out(url, &["token", "create", "--name", name]).await;
    }
    for arguments in [["scim", "enable"], ["break-glass", "recover"], ["scim", "disable"]] {
        out(url, &arguments).await;
    }
    let lines = export(url).await;
    assert_eq!(lines.len(), 8, "a header and an event for each: {lines:?}");
    lines
}

async fn export(url: &str) -> Vec<String> {
    out(url, &["audit", "export"]).await.lines().map(str::to_owned).collect()
}

/// The hash in a line.
fn hash(line: &str) -> String {
    let event: serde_json::Value = serde_json::from_str(line).unwrap();
    event["link"]["hash"].as_str().unwrap().to_owned()
}

async fn verifies(url: &str, file: &Path, lines: &[String], head: Option<&str>) -> String {
    write(file, lines);
    out(url, &arguments(file, head)).await
}

async fn fails_to_verify(url: &str, file: &Path, lines: &[String], head: Option<&str>) -> String {
    write(file, lines);
    fails(url, &arguments(file, head)).await
}

fn write(file: &Path, lines: &[String]) {
    std::fs::write(file, lines.join("\n") + "\n").unwrap();
}

fn arguments<'a>(file: &'a Path, head: Option<&'a str>) -> Vec<&'a str> {
    let mut arguments = vec!["audit", "verify", file.to_str().unwrap()];
    arguments.extend(head.into_iter().flat_map(|head| ["--head", head]));
    arguments
}
