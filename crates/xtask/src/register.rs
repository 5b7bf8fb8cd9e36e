//! Whether the security register and the tests agree: what the register names exists, and each test that states an id
//! is in the line of that id.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::files;

const REGISTER: &str = "docs/security-register.md";

/// The folders of tests.
const FOLDERS: [&str; 4] = ["app/src", "crates", "end2end/tests", "server"];

/// Conformance cases are named by a string; all other tests that state an id are functions.
const CASES: &str = "crates/conformance/src/cases/";

/// Contents of files, by path from the root.
type Sources = BTreeMap<String, String>;

/// Fails with all problems if the register and the tests disagree.
pub(crate) fn check(root: &Path) -> Result<()> {
    let register = fs::read_to_string(root.join(REGISTER)).context(REGISTER)?;
    let problems = problems(&register, &sources(root)?);
    ensure!(problems.is_empty(), "{REGISTER} and the tests disagree:\n{}", problems.join("\n"));
    Ok(())
}

/// All problems, in sentences that say what to do.
fn problems(register: &str, sources: &Sources) -> Vec<String> {
    let lines: Vec<Line<'_>> = register.lines().filter_map(Line::read).collect();
    let mut problems: Vec<String> = lines.iter().flat_map(|line| line.problems(sources)).collect();
    let mut seen = BTreeSet::new();
    let again = lines.iter().filter(|line| !seen.insert(line.id));
    problems.extend(again.map(|line| format!("{} has two lines: make them one", line.id)));
    for (path, text) in sources {
        for id in stated(path, text) {
            let line = lines.iter().find(|line| line.id == id);
            match line.map(|line| line.tests.iter().any(|(named, _)| named == path)) {
                Some(true) => {}
                Some(false) => {
                    problems.push(format!("{id} has tests in `{path}`, which its line does not name: add it"))
                }
                None => problems.push(format!("{id} has tests in `{path}` and no line: add one")),
            }
        }
    }
    problems
}

fn sources(root: &Path) -> Result<Sources> {
    let mut sources = Sources::new();
    for folder in FOLDERS {
        for file in files::below(&root.join(folder))? {
            if file.extension().is_some_and(|extension| extension == "rs" || extension == "ts") {
                let path = file.strip_prefix(root)?.to_string_lossy().into_owned();
                sources.insert(path, fs::read_to_string(&file).with_context(|| file.display().to_string())?);
            }
        }
    }
    Ok(sources)
}

/// A line of the register.
struct Line<'r> {
    id: &'r str,
    /// Path, and name; no name means all tests of the file that state the id.
    tests: Vec<(&'r str, Option<&'r str>)>,
    says_why_not: bool,
}

impl<'r> Line<'r> {
    /// Reads a row of a table whose first cell is an id.
    fn read(text: &'r str) -> Option<Self> {
        let mut cells = text.strip_prefix('|')?.trim_end().strip_suffix('|')?.split('|').map(str::trim);
        let id = cells.next().filter(|id| id.starts_with(char::is_uppercase) && id.contains(char::is_numeric))?;
        let tests = cells.next_back()?;
        Some(Self {
            id,
            tests: tests.split('`').skip(1).step_by(2).filter(|test| test.contains('/')).map(path_and_name).collect(),
            says_why_not: tests.contains("No test yet") || tests.contains("Not built"),
        })
    }

    /// The problems with this line alone.
    fn problems(&self, sources: &Sources) -> Vec<String> {
        let untested = self.tests.is_empty() && !self.says_why_not;
        let untested = untested.then(|| "has no test: name one, or say “No test yet” or “Not built”".to_owned());
        let wrong = self.tests.iter().filter_map(|(path, name)| self.problem(sources, path, *name));
        untested.into_iter().chain(wrong).map(|problem| format!("{} {problem}", self.id)).collect()
    }

    /// The problem with one test that it names.
    fn problem(&self, sources: &Sources, path: &str, name: Option<&str>) -> Option<String> {
        let Some(text) = sources.get(path) else {
            return Some(format!("names `{path}`, and there is no such test file: correct the path"));
        };
        match name {
            Some(name) if !has(text, name) => {
                Some(format!("names `{path}::{name}`, which that file does not have: correct the name"))
            }
            None if !stated(path, text).contains(self.id) => {
                Some(format!("names `{path}`, where no test’s name begins with the id: rename one, or add `::name`"))
            }
            _ => None,
        }
    }
}

fn path_and_name(test: &str) -> (&str, Option<&str>) {
    test.split_once("::").map_or((test, None), |(path, name)| (path, Some(name)))
}

/// Whether a file has a function, or a test or experiment with a title, of this name.
fn has(text: &str, name: &str) -> bool {
    text.contains(&format!("fn {name}(")) || text.contains(&format!("\"{name}\""))
}

/// The ids that tests of a file state.
fn stated(path: &str, text: &str) -> BTreeSet<String> {
    let function = |line: &str| {
        let line = line.trim_start();
        id(line.strip_prefix("async ").unwrap_or(line).strip_prefix("fn ")?, '_')
    };
    let mut ids: BTreeSet<String> = text.lines().filter_map(function).collect();
    if path.starts_with(CASES) {
        ids.extend(text.split('"').filter_map(|text| id(text, '-')));
    }
    ids
}

/// The id that a name begins with, up to `end`: A9 of `a09_…` and of `a9-…`, R1c of `r01c_…`.
fn id(name: &str, end: char) -> Option<String> {
    let (head, _) = name.split_once(end)?;
    let letter = head.chars().next().filter(char::is_ascii_lowercase)?;
    let number = head[1..].trim_end_matches(|c: char| c.is_ascii_lowercase());
    let part = &head[1 + number.len()..];
    // Functions have two digits: `v6_…` is not an id.
    let is_number = number.bytes().all(|byte| byte.is_ascii_digit()) && (number.len() == 2 || end == '-');
    let number: u8 = number.parse().ok().filter(|_| is_number && part.len() <= 1)?;
    Some(format!("{}{number}{part}", letter.to_ascii_uppercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GUARD: &str = "server/tests/guard.rs";

    fn sources(files: &[(&str, &str)]) -> Sources {
        files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
    }

    /// The problems of a register of one line, given a file with a test of A9 and one without an id.
    fn wrong(line: &str) -> Vec<String> {
        let text = "\n    async fn a09_it_holds(app: TestApp) {\nfn another() {\n";
        problems(line, &sources(&[(GUARD, text), ("end2end/tests/x.ts", "test(\"a title, too\", async")]))
    }

    #[test]
    fn a_register_that_is_right_has_no_problem() {
        for more in
            ["", ", `server/tests/guard.rs::another`", ", `end2end/tests/x.ts::a title, too`. No test yet of it."]
        {
            let right = format!("# Register\n\n| id | tests |\n|---|---|\n| A9 | It `holds`. | `{GUARD}`{more} |\n");
            assert_eq!(wrong(&right), [""; 0], "{more}");
        }
        let untested = format!("| A9 | x | `{GUARD}` |\n| A10 | x | Not built: y. |\n| A11 | x | No test yet. |");
        assert_eq!(wrong(&untested), [""; 0]);
    }

    #[test]
    fn what_the_register_names_is_there() {
        let line = |more: &str| wrong(&format!("| A9 | x | `{GUARD}`{more} |"));
        assert_eq!(
            line(", `server/gone.rs`"),
            ["A9 names `server/gone.rs`, and there is no such test file: correct the path"]
        );
        let name = "server/tests/guard.rs::anoth";
        assert_eq!(
            line(&format!(", `{name}`")),
            [format!("A9 names `{name}`, which that file does not have: correct the name")]
        );
        let other = line(&format!(" |\n| A10 | x | `{GUARD}`"));
        assert_eq!(
            other,
            [format!("A10 names `{GUARD}`, where no test’s name begins with the id: rename one, or add `::name`")]
        );
        assert_eq!(line(" |\n| A10 | x | soon")[0], "A10 has no test: name one, or say “No test yet” or “Not built”");
        assert_eq!(line(&format!(" |\n| A9 | x | `{GUARD}`")), ["A9 has two lines: make them one"]);
    }

    #[test]
    fn what_states_an_id_is_in_its_line() {
        assert_eq!(wrong(""), [format!("A9 has tests in `{GUARD}` and no line: add one")]);
        let elsewhere = wrong("| A9 | x | `end2end/tests/x.ts::a title, too` |");
        assert_eq!(elsewhere, [format!("A9 has tests in `{GUARD}`, which its line does not name: add it")]);
    }

    #[test]
    fn an_id_begins_the_name_of_a_function_or_a_case() {
        let ids = |path, text| stated(path, text).into_iter().collect::<Vec<_>>();
        let text = "fn a09_x() {}\n  async fn r01c_x(a: b) {\n// fn b01_x\nfn v6_x()\nfn ra19_x()\nfn a09()\n\"a20-x\"";
        assert_eq!(ids(GUARD, text), ["A9", "R1c"]);
        let cases = "Case::new(\"a9-x\"), format!(\"a20-{label}-y\"), \"rfc7644-3.1-x\", \"ä1-x\", \"-\"";
        assert_eq!(ids("crates/conformance/src/cases/x.rs", cases), ["A20", "A9"]);
    }
}
