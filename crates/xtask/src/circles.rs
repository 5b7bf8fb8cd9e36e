//! Whether files import each other in a circle: such files cannot be read, moved or tested one by one.
//!
//! A file imports another of its crate if it names something that the other defines, by `use` or by a path, even
//! through re-exports. Parents are files like any other: a file may use its children, or they may use it, but not both.
//! Declaring a child with `mod`, or re-exporting what it defines, is not an import. Tests do not count.

mod graph;
mod modules;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use graph::{Graph, circles, shortest};
use modules::{Modules, Read};
use serde_json::Value;

use crate::project::{Project, output};

/// An import that may close a circle.
struct Allowed {
    /// The file that imports, or a folder of such files with a slash at its end.
    from: &'static str,
    /// What it imports, likewise.
    to: &'static str,
    /// The reason.
    because: &'static str,
}

/// All of them. This is a list of known weaknesses: none may be added for convenience.
const ALLOWED: [Allowed; 9] = [
    Allowed {
        from: "crates/domain/src/store/",
        to: "crates/domain/src/",
        because: "ports name records, which are defined beside the rules that run on the ports",
    },
    Allowed {
        from: "crates/domain/src/store.rs",
        to: "crates/domain/src/directory/",
        because: "a unit of work charges a token's budget, and ends what is remembered of its admission",
    },
    Allowed {
        from: "crates/domain/src/audit/",
        to: "crates/domain/src/audit.rs",
        because: "an event is defined there with its methods, which these files tell what is special about it",
    },
    Allowed {
        from: "crates/domain/src/directory/",
        to: "crates/domain/src/directory.rs",
        because: "the capability is defined there with the calls that these files take apart",
    },
    Allowed {
        from: "crates/domain/src/session.rs",
        to: "crates/domain/src/console.rs",
        because: "a session has a `Principal`, which is defined beside the console that ends sessions when they are idle",
    },
    Allowed {
        from: "crates/domain/src/sign_in.rs",
        to: "crates/domain/src/console.rs",
        because: "a sign-in makes a `Principal`, which is defined beside the console that asks how fresh a sign-in is",
    },
    Allowed {
        from: "crates/domain/src/token.rs",
        to: "crates/domain/src/token/networks.rs",
        because: "a token has networks, and another file records from which networks it was used",
    },
    Allowed {
        from: "server/src/scim/profile.rs",
        to: "server/src/scim/request.rs",
        because: "the kind of client is detected while a call is read, from its content",
    },
    Allowed {
        from: "server/src/session/resume.rs",
        to: "server/src/session/",
        because: "a form that waited for the secret is handed back to the file that asked for the secret",
    },
];

/// Fails with each circle that is closed by an import that is not allowed, and with each exception that is not needed.
pub(crate) fn check(project: &Project) -> Result<()> {
    let read = |file: &Path| fs::read_to_string(project.root.join(file)).ok();
    let problems = problems(&roots(project)?, &read, &ALLOWED)?;
    ensure!(problems.is_empty(), "{}", problems.join("\n"));
    Ok(())
}

/// The root files of all libraries and programs of the workspace, from its folder.
fn roots(project: &Project) -> Result<BTreeSet<PathBuf>> {
    let metadata: Value = serde_json::from_str(&output(&mut project.cargo("metadata --no-deps --format-version 1"))?)?;
    let packages = metadata["packages"].as_array().context("cargo metadata names no packages")?;
    let targets = packages.iter().filter_map(|package| package["targets"].as_array()).flatten();
    let is_product = |target: &&Value| target["kind"][0] == "lib" || target["kind"][0] == "bin";
    let paths = targets.filter(is_product).filter_map(|target| target["src_path"].as_str());
    paths.map(|path| Ok(Path::new(path).strip_prefix(&project.root)?.to_owned())).collect()
}

/// All problems, in sentences that say what to do.
fn problems(roots: &BTreeSet<PathBuf>, read: Read<'_>, allowed: &[Allowed]) -> Result<Vec<String>> {
    let mut problems = Vec::new();
    let mut unused: Vec<&Allowed> = allowed.iter().collect();
    for root in roots {
        let graph = Modules::read(root, read)?.graph();
        unused.retain(|one| !closes_a_circle(&graph, one, allowed));
        let graph = without(&graph, |from, to| allowed.iter().any(|one| one.covers(from, to)));
        problems.extend(circles(&graph).iter().map(|circle| describe(&graph, circle)));
    }
    let unused = unused.into_iter().map(|Allowed { from, to, because }| {
        format!("{from} may import {to}, because {because}; it no longer closes a circle: take it out of ALLOWED")
    });
    Ok(problems.into_iter().chain(unused).collect())
}

impl Allowed {
    fn covers(&self, from: &Path, to: &Path) -> bool {
        let is_in = |path: &Path, place: &str| match place.ends_with('/') {
            true => path.starts_with(place),
            false => path == Path::new(place),
        };
        is_in(from, self.from) && is_in(to, self.to)
    }
}

/// Whether one of the exceptions makes a difference, given the others.
fn closes_a_circle(graph: &Graph, one: &Allowed, allowed: &[Allowed]) -> bool {
    let is_allowed = |from: &Path, to: &Path| allowed.iter().any(|other| other.covers(from, to));
    let by_others =
        |from: &Path, to: &Path| allowed.iter().any(|other| !std::ptr::eq(other, one) && other.covers(from, to));
    circles(&without(graph, by_others)) != circles(&without(graph, is_allowed))
}

/// The graph without some imports.
fn without(graph: &Graph, is_left_out: impl Fn(&Path, &Path) -> bool) -> Graph {
    let rest = graph
        .iter()
        .map(|(from, imported)| (from.clone(), imported.iter().filter(|to| !is_left_out(from, to)).cloned().collect()));
    rest.collect()
}

/// The shortest way round a circle, with a line for each import.
fn describe(graph: &Graph, circle: &[PathBuf]) -> String {
    let way = shortest(graph, circle);
    let next = way.iter().cycle().skip(1);
    let lines = way.iter().zip(next).map(|(from, to)| format!("\n  {} imports {}", from.display(), to.display()));
    let more = match circle.len() - way.len() {
        0 => String::new(),
        1 => "\n  and another file is in a circle with these".to_owned(),
        more => format!("\n  and {more} more files are in circles with these"),
    };
    let advice = "These files import each other in a circle. Move what one of them needs of the next into a file that imports \
                  none of them:";
    format!("{advice}{}{more}", lines.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The problems of a crate of these files, the first of which is its root.
    fn wrong(files: &[(&str, &str)], allowed: &[Allowed]) -> Vec<String> {
        let read = |path: &Path| {
            let file = files.iter().find(|(name, _)| Path::new(name) == path);
            file.map(|(_, text)| (*text).to_owned())
        };
        problems(&BTreeSet::from([files[0].0.into()]), &read, allowed).unwrap()
    }

    /// The shortest circles of a crate, as the names of their files.
    fn found(files: &[(&str, &str)]) -> Vec<String> {
        let lines = |problem: String| {
            let files = problem.lines().skip(1).filter_map(|line| line.split_whitespace().next().map(str::to_owned));
            files.collect::<Vec<_>>().join(" ")
        };
        wrong(files, &[]).into_iter().map(lines).collect()
    }

    #[test]
    fn a_chain_is_fine() {
        let files = [
            ("lib.rs", "mod a; mod b; mod c; pub use a::A;"),
            ("a.rs", "use crate::b::B; pub struct A(B);"),
            ("b.rs", "pub struct B(crate::c::C);"),
            ("c.rs", "pub struct C;"),
        ];
        assert_eq!(found(&files), [""; 0]);
    }

    #[test]
    fn a_circle_is_found_and_described() {
        let files = [
            ("src/lib.rs", "mod a; mod b; mod c;"),
            ("src/a.rs", "use crate::b::B; pub struct A(B);"),
            ("src/b.rs", "pub struct B; fn b() { view! { <p>{super::c::c()}</p> } }"),
            ("src/c.rs", "pub fn c() -> Option<crate::a::A> { None }"),
        ];
        let said = "These files import each other in a circle. Move what one of them needs of the next into a file that \
                    imports none of them:\n  src/a.rs imports src/b.rs\n  src/b.rs imports src/c.rs\n  src/c.rs imports src/a.rs";
        assert_eq!(wrong(&files, &[]), [said]);
        let [lib, a, _, c] = files;
        let shorter = ("src/b.rs", "pub struct B(crate::c::C, crate::a::A);");
        let said = wrong(&[lib, a, shorter, c], &[]).concat();
        assert!(
            said.ends_with(
                "a.rs imports src/b.rs\n  src/b.rs imports src/a.rs\n  and another file is in a circle with these"
            ),
            "{said}"
        );
    }

    #[test]
    fn a_parent_and_its_child_may_not_use_each_other() {
        let child = ("src/a/b.rs", "use super::A; pub fn b(_: A) {}");
        let uses = |code| [("src/lib.rs", "mod a;"), ("src/a.rs", code), child];
        assert_eq!(found(&uses("mod b; pub struct A; pub fn a() { b::b(A) }")), ["src/a/b.rs src/a.rs"]);
        assert_eq!(found(&uses("mod b; pub use b::b; pub struct A; pub fn a() { b(A) }")), ["src/a/b.rs src/a.rs"]);
        assert_eq!(found(&uses("mod b; pub struct A;")), [""; 0]);
        assert_eq!(found(&uses("mod b; pub use b::b; pub struct A; pub fn a(one: A) { one.b() }")), [""; 0]);
        let tested = "mod b; pub struct A; #[cfg(test)] mod tests { use super::*; #[test] fn it() { b::b(A) } }";
        assert_eq!(found(&uses(tested)), [""; 0]);
    }

    #[test]
    fn a_re_export_leads_to_where_it_is_defined() {
        let files = [
            ("lib.rs", "mod parts;"),
            ("parts.rs", "mod chip; mod row; mod tone; pub use chip::chip; pub use row::*; pub use tone::Tone;"),
            ("parts/chip.rs", "use super::Tone; pub fn chip(_: Tone) {}"),
            ("parts/row.rs", "use super::chip; pub fn row() { chip(super::Tone::Ok) }"),
            ("parts/tone.rs", "pub enum Tone { Ok }"),
        ];
        assert_eq!(found(&files), [""; 0]);
        let mut files = files;
        files[4].1 = "pub enum Tone { Ok } fn tone() { crate::parts::row() }";
        assert_eq!(found(&files), ["parts/row.rs parts/tone.rs and"]);
    }

    /// If each were looked up in the others, this would practically never end.
    #[test]
    fn many_globs_side_by_side_are_followed() {
        let globs: String = (0..30).map(|n| format!("use outside{n}::*; ")).collect();
        let files = [
            ("lib.rs", "mod a; mod b; pub enum One { Two }"),
            ("a.rs", &format!("{globs} use crate::One::*; use crate::b::*; pub fn a() {{ Two; x; b() }}")),
            ("b.rs", "pub use crate::a::*; pub fn b() {} fn c() { a() }"),
        ];
        assert_eq!(found(&files), ["a.rs b.rs"]);
    }

    #[test]
    fn modules_are_found_wherever_they_are() {
        let files = [
            (
                "one/src/lib.rs",
                "cfg_if::cfg_if! { if #[cfg(unix)] { mod a; } else { } } #[path = \"../../sql/mod.rs\"] mod sql;",
            ),
            ("one/src/a.rs", "mod inline { use crate::sql::rows::row; pub fn a() { row() } }"),
            ("sql/mod.rs", "pub mod rows;"),
            ("sql/rows.rs", "pub fn row() { crate::a::inline::a() }"),
        ];
        assert_eq!(found(&files), ["one/src/a.rs sql/rows.rs"]);
    }

    #[test]
    fn what_is_allowed_is_needed() {
        let files = [
            ("src/lib.rs", "mod a; mod b;"),
            ("src/a.rs", "pub struct A(crate::b::B);"),
            ("src/b.rs", "pub struct B(Box<crate::a::A>);"),
        ];
        let allow = |from, to| Allowed { from, to, because: "x" };
        assert_eq!(wrong(&files, &[allow("src/b.rs", "src/a.rs")]), [""; 0]);
        assert_eq!(wrong(&files, &[allow("src/", "src/a.rs")]), [""; 0]);
        let two = wrong(&files, &[allow("src/b.rs", "src/a.rs"), allow("src/c.rs", "src/a.rs")]);
        assert_eq!(
            two,
            ["src/c.rs may import src/a.rs, because x; it no longer closes a circle: take it out of ALLOWED"]
        );
    }
}
