//! Which file imports which, and the circles among them.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::PathBuf;

use super::modules::{Id, Import, Modules, Segments};

/// For each file, the files of the same crate that it imports.
pub(super) type Graph = BTreeMap<PathBuf, BTreeSet<PathBuf>>;

/// The names that are being looked up, each in a module: re-exports and globs may lead back to them.
type Open = Vec<(Id, String)>;

/// What a name may mean.
#[derive(Clone, Copy, PartialEq)]
enum Meaning {
    Module(Id),
    /// Something that this module defines.
    Item(Id),
}

impl Modules {
    /// Which file imports which.
    pub(super) fn graph(&self) -> Graph {
        let mut graph = Graph::new();
        for (id, module) in self.0.iter().enumerate() {
            let imported = self.imported_by(id).into_iter().map(|id| self.0[id].file.clone());
            let imported = imported.filter(|file| *file != module.file).collect::<Vec<_>>();
            graph.entry(module.file.clone()).or_default().extend(imported);
        }
        graph
    }

    /// The modules that define what a module imports or names.
    fn imported_by(&self, id: Id) -> Vec<Id> {
        let module = &self.0[id];
        let is_import = |import: &&Import| {
            let meanings = self.follow(id, &import.path, &mut Open::new());
            let is_of_child = |meaning: &Meaning| matches!(meaning, Meaning::Item(of) if self.is_below(*of, id));
            // A re-export, or a name that is also a module's: an import only if the code uses it.
            let needs_use = import.is_exported && meanings.iter().all(is_of_child)
                || meanings.iter().any(|meaning| matches!(meaning, Meaning::Module(_)));
            !needs_use || module.paths.contains(std::slice::from_ref(&import.name))
        };
        let imports = module.imports.iter().filter(is_import).flat_map(|import| self.defining(id, &import.path));
        imports.chain(module.paths.iter().flat_map(|path| self.defining(id, path))).collect()
    }

    fn defining(&self, at: Id, path: &Segments) -> Vec<Id> {
        let items = self.follow(at, path, &mut Open::new()).into_iter().filter_map(|meaning| match meaning {
            Meaning::Item(id) => Some(id),
            Meaning::Module(_) => None,
        });
        items.collect()
    }

    fn is_below(&self, module: Id, above: Id) -> bool {
        std::iter::successors(Some(module), |id| self.0[*id].parent).any(|id| id == above)
    }

    /// What a path means in a module; nothing if it leads out of the crate.
    fn follow(&self, at: Id, path: &[String], open: &mut Open) -> Vec<Meaning> {
        let Some((first, rest)) = path.split_first() else { return Vec::new() };
        let mut found = match first.as_str() {
            "crate" => vec![Meaning::Module(0)],
            "self" => vec![Meaning::Module(at)],
            "super" => self.0[at].parent.map(Meaning::Module).into_iter().collect(),
            name => self.look_up(at, name, open),
        };
        for name in rest {
            // A function has no members, even if a module has the same name.
            if found.iter().any(|meaning| matches!(meaning, Meaning::Module(_))) {
                found.retain(|meaning| matches!(meaning, Meaning::Module(_)));
            }
            let mut after = Vec::new();
            for meaning in found {
                after.extend(self.step(meaning, name, open));
            }
            found = after;
        }
        found
    }

    /// What a name means inside something.
    fn step(&self, behind: Meaning, name: &str, open: &mut Open) -> Vec<Meaning> {
        match behind {
            // A variant, or an associated item.
            Meaning::Item(_) => vec![behind],
            Meaning::Module(id) if name == "super" => self.0[id].parent.map(Meaning::Module).into_iter().collect(),
            Meaning::Module(id) => match self.look_up(id, name, open) {
                // A macro makes it.
                none if none.is_empty() && !self.comes_from_outside(id, name) => vec![Meaning::Item(id)],
                found => found,
            },
        }
    }

    /// What a name means in a module: the same name can be a module and a function. While it is being looked up, it
    /// means what is declared there: `use x::x` names what is in the child x, not itself.
    fn look_up(&self, at: Id, name: &str, open: &mut Open) -> Vec<Meaning> {
        let module = &self.0[at];
        let mut found: Vec<Meaning> =
            module.children.get(name).map(|child| Meaning::Module(*child)).into_iter().collect();
        if module.items.contains(name) {
            found.push(Meaning::Item(at));
        }
        if open.iter().any(|(module, open)| (*module, open.as_str()) == (at, name)) {
            return found;
        }
        open.push((at, name.to_owned()));
        for import in module.imports.iter().filter(|import| import.name == name) {
            found.extend(self.follow(at, &import.path, open));
        }
        if !found.iter().any(|meaning| matches!(meaning, Meaning::Item(_))) {
            found.extend(self.look_up_by_glob(at, name, open));
        }
        open.pop();
        found
    }

    fn look_up_by_glob(&self, at: Id, name: &str, open: &mut Open) -> Vec<Meaning> {
        let mut found = Vec::new();
        // A glob's target is looked up without the other globs: each would look in the others.
        let leads = |glob: &&Segments| {
            let (first, module) = (glob[0].as_str(), &self.0[at]);
            matches!(first, "crate" | "self" | "super")
                || module.children.contains_key(first)
                || module.items.contains(first)
                || module.imports.iter().any(|import| import.name == first)
        };
        for glob in self.0[at].globs.iter().filter(leads) {
            for meaning in self.follow(at, glob, open) {
                if let Meaning::Module(id) = meaning {
                    found.extend(self.look_up(id, name, open));
                }
            }
        }
        found
    }

    fn comes_from_outside(&self, id: Id, name: &str) -> bool {
        self.0[id].imports.iter().any(|import| import.name == name)
    }
}

/// The circles of a graph: files that import each other, directly or through others. Each is sorted.
pub(super) fn circles(graph: &Graph) -> Vec<Vec<PathBuf>> {
    let reachable: BTreeMap<_, _> = graph.keys().map(|file| (file, reachable(graph, file))).collect();
    let mut circles = Vec::new();
    let mut seen = BTreeSet::new();
    for (file, others) in &reachable {
        if !others.contains(*file) || seen.contains(*file) {
            continue;
        }
        let circle: Vec<PathBuf> = others.iter().filter(|other| reachable[other].contains(*file)).cloned().collect();
        seen.extend(circle.iter().cloned());
        circles.push(circle);
    }
    circles
}

/// The files to which imports lead from a file.
fn reachable(graph: &Graph, from: &PathBuf) -> BTreeSet<PathBuf> {
    let mut reached = BTreeSet::new();
    let mut next = vec![from];
    while let Some(file) = next.pop() {
        for imported in &graph[file] {
            if reached.insert(imported.clone()) {
                next.push(imported);
            }
        }
    }
    reached
}

/// The shortest way round a circle, each file importing the next and the last one the first.
pub(super) fn shortest(graph: &Graph, circle: &[PathBuf]) -> Vec<PathBuf> {
    circle.iter().filter_map(|file| way_back(graph, file)).min_by_key(Vec::len).unwrap_or_default()
}

/// The shortest way from a file back to it.
fn way_back(graph: &Graph, start: &PathBuf) -> Option<Vec<PathBuf>> {
    let mut ways = VecDeque::from([vec![start]]);
    let mut seen = BTreeSet::new();
    while let Some(way) = ways.pop_front() {
        for imported in &graph[way[way.len() - 1]] {
            if imported == start {
                return Some(way.into_iter().cloned().collect());
            }
            if seen.insert(imported) {
                ways.push_back(way.iter().copied().chain([imported]).collect());
            }
        }
    }
    None
}
