//! The corpora of the fuzz targets, and every input that has ever failed, through the same checks.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[path = "../../../fuzz/src/lib.rs"]
#[allow(unreachable_pub, reason = "a crate of its own when it is fuzzed")]
mod targets;

use std::path::Path;

/// Checks every file of a corpus; the name of a file that fails is printed before the panic.
fn replay(name: &str, check: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(name);
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(files.len() >= 20, "the corpus of {name} is not there");
    for file in files {
        println!("{}", file.display());
        check(&std::fs::read(&file).unwrap());
    }
}

#[test]
fn filter() {
    replay("filter", targets::filter::check);
}

#[test]
fn patch_path() {
    replay("patch_path", targets::patch_path::check);
}

#[test]
fn resource() {
    replay("resource", targets::resource::check);
}
