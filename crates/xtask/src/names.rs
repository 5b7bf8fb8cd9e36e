//! Whether each name of a public type means one thing: no two files of the crates declare the same one.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::files;

/// The folders of crates. Items that only tests and benchmarks use are skipped.
const FOLDERS: [&str; 4] = ["app/src", "crates", "fuzz/src", "server/src"];

const KINDS: [&str; 5] = ["struct", "enum", "trait", "type", "union"];

/// Names that each crate may use once, and why.
const EXCEPTIONS: [(&str, &str); 2] = [
    ("Error", "Each library has one error, as in the standard library; elsewhere it is written with its crate."),
    ("Result", "The alias that goes with the crate’s error."),
];

/// Contents of files, by path from the root.
type Sources = BTreeMap<String, String>;

/// Fails with every name that more than one public type has.
pub(crate) fn check(root: &Path) -> Result<()> {
    let problems = problems(&sources(root)?, &EXCEPTIONS);
    ensure!(problems.is_empty(), "names of public types are not what they should be:\n{}", problems.join("\n"));
    Ok(())
}

fn sources(root: &Path) -> Result<Sources> {
    let mut sources = Sources::new();
    for folder in FOLDERS {
        for file in files::below(&root.join(folder))? {
            let path = file.strip_prefix(root)?.to_string_lossy().into_owned();
            if path.ends_with(".rs") && !path.split('/').any(|part| matches!(part, "tests" | "benches" | "tests.rs")) {
                sources.insert(path, fs::read_to_string(&file).with_context(|| file.display().to_string())?);
            }
        }
    }
    Ok(sources)
}

/// All problems, in sentences that say what to do.
fn problems(sources: &Sources, exceptions: &[(&str, &str)]) -> Vec<String> {
    let mut places: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (path, text) in sources {
        for name in text.lines().filter_map(declared) {
            places.entry(name).or_default().push(path);
        }
    }
    let mut problems = Vec::new();
    for (name, paths) in places.iter().filter(|(_, paths)| paths.len() > 1) {
        let files = paths.iter().map(|path| format!("`{path}`")).collect::<Vec<_>>().join(", ");
        if !exceptions.iter().any(|(exception, _)| exception == name) {
            problems.push(format!("{name} is declared in {files}: rename all but one, or make it an exception"));
        } else if paths.iter().map(|path| crate_of(path)).collect::<BTreeSet<_>>().len() < paths.len() {
            problems.push(format!("{name} is declared in {files}: one crate may have it only once"));
        }
    }
    let is_needed = |name: &str| places.get(name).is_some_and(|paths| paths.len() > 1);
    let unneeded = exceptions.iter().filter(|(name, _)| !is_needed(name));
    problems.extend(unneeded.map(|(name, _)| format!("{name} needs no exception any more: remove it")));
    problems
}

/// The name of the public type that a line declares.
fn declared(line: &str) -> Option<&str> {
    let declaration = line.trim_start().strip_prefix("pub ")?;
    let declaration = declaration.strip_prefix("unsafe ").unwrap_or(declaration);
    let name = KINDS.iter().find_map(|kind| declaration.strip_prefix(kind)?.strip_prefix(' '))?;
    let end = name.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(name.len());
    // A macro has `$name` there.
    Some(&name[..end]).filter(|name| !name.is_empty())
}

/// The folder of the crate that a file belongs to.
fn crate_of(path: &str) -> &str {
    path.split_once("/src/").map_or(path, |(folder, _)| folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    const REASON: (&str, &str) = ("Error", "a reason");

    fn wrong(files: &[(&str, &str)]) -> Vec<String> {
        let sources = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        problems(&sources, &[REASON])
    }

    /// Two crates with an error each, for which there is an exception.
    const ERRORS: [(&str, &str); 2] =
        [("crates/a/src/error.rs", "pub enum Error {"), ("crates/b/src/lib.rs", "pub struct Error;")];

    #[test]
    fn names_that_are_used_once_have_no_problem() {
        assert_eq!(wrong(&ERRORS), [""; 0]);
        let more =
            ("app/src/lib.rs", "pub struct Page<T> {\n    pub enum Kind {\npub(crate) struct Page;\nstruct Kind;");
        assert_eq!(wrong(&[ERRORS[0], ERRORS[1], more]), [""; 0]);
    }

    #[test]
    fn a_name_that_is_used_twice_is_found_with_its_files() {
        for (one, other) in [
            ("pub struct Page;", "pub enum Page {"),
            ("pub trait Page: Send {", "    pub type Page<T> = Vec<T>;"),
            ("pub unsafe trait Page {", "pub union Page {"),
        ] {
            let files = [ERRORS[0], ERRORS[1], ("app/src/page.rs", one), ("server/src/page.rs", other)];
            let problem = "Page is declared in `app/src/page.rs`, `server/src/page.rs`: rename all but one, or make it \
                           an exception";
            assert_eq!(wrong(&files), [problem], "{one} {other}");
        }
        let same = [ERRORS[0], ERRORS[1], ("app/src/page.rs", "pub struct Page;\npub mod x {\n    pub struct Page;")];
        assert_eq!(wrong(&same).len(), 1);
    }

    #[test]
    fn an_exception_is_for_one_use_in_each_crate() {
        let again = [ERRORS[0], ERRORS[1], ("crates/b/src/again.rs", "pub enum Error {")];
        assert_eq!(
            wrong(&again),
            [
                "Error is declared in `crates/a/src/error.rs`, `crates/b/src/again.rs`, `crates/b/src/lib.rs`: one crate \
              may have it only once"
            ]
        );
        assert_eq!(wrong(&[ERRORS[0]]), ["Error needs no exception any more: remove it"]);
    }

    #[test]
    fn only_declarations_of_public_types_count() {
        for line in [
            "pub struct Page {",
            "pub struct Page(u64);",
            "pub struct Page<T>",
            "pub type Page = u8;",
            "pub enum Page{}",
        ] {
            assert_eq!(declared(line), Some("Page"), "{line}");
        }
        for line in ["/// pub struct Page;", "pub(crate) enum Page {", "pub fn page() {", "pub struct $name(pub Uuid);"]
        {
            assert_eq!(declared(line), None, "{line}");
        }
    }
}
