//! The modules of a crate: their files, what they declare and import, and what they name.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result};
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens;
use syn::visit::Visit;
use syn::{Attribute, Expr, Item, ItemUse, Lit, Meta, UseTree, Visibility};

/// The number of a module in [`Modules`].
pub(super) type Id = usize;

/// The segments of a path.
pub(super) type Segments = Vec<String>;

/// A crate's modules; the first is its root. Tests are left out.
#[derive(Default)]
pub(super) struct Modules(pub(super) Vec<Module>);

/// One module: a file, or a part of one.
#[derive(Default)]
pub(super) struct Module {
    pub(super) file: PathBuf,
    pub(super) parent: Option<Id>,
    pub(super) children: BTreeMap<String, Id>,
    pub(super) imports: Vec<Import>,
    /// Modules from which all names are imported.
    pub(super) globs: Vec<Segments>,
    /// The names of the items that it defines.
    pub(super) items: BTreeSet<String>,
    /// The paths that its code names, of one or more segments.
    pub(super) paths: BTreeSet<Segments>,
}

/// A name that a `use` brings into a module.
pub(super) struct Import {
    pub(super) name: String,
    pub(super) path: Segments,
    /// Whether other modules see the name here.
    pub(super) is_exported: bool,
}

/// Returns the text of a file, or `None` if there is none.
pub(super) type Read<'r> = &'r dyn Fn(&Path) -> Option<String>;

impl Modules {
    /// Reads a crate from its root file.
    pub(super) fn read(root: &Path, read: Read<'_>) -> Result<Self> {
        let mut modules = Self::default();
        let folder = root.parent().unwrap_or(Path::new("")).to_owned();
        modules.file(root.to_owned(), folder, None, read)?;
        Ok(modules)
    }

    /// Adds the module that a file is; those that it declares are below `folder`.
    fn file(&mut self, file: PathBuf, folder: PathBuf, parent: Option<Id>, read: Read<'_>) -> Result<Id> {
        let text = read(&file).with_context(|| format!("{} is missing", file.display()))?;
        let syntax = syn::parse_file(&text).with_context(|| file.display().to_string())?;
        let id = self.0.len();
        self.0.push(Module { file, parent, ..Module::default() });
        self.items(id, &folder, syntax.items, read)?;
        Ok(id)
    }

    fn items(&mut self, id: Id, folder: &Path, items: Vec<Item>, read: Read<'_>) -> Result<()> {
        for item in items {
            if !is_test(&item) {
                self.item(id, folder, item, read)?;
            }
        }
        Ok(())
    }

    fn item(&mut self, id: Id, folder: &Path, item: Item, read: Read<'_>) -> Result<()> {
        match item {
            Item::Use(import) => self.0[id].import(&import),
            Item::Mod(module) => {
                let name = module.ident.to_string();
                let path = path_attribute(&module.attrs);
                let beside = self.0[id].file.parent().unwrap_or(Path::new("")).to_owned();
                let child = if let Some((_, items)) = module.content {
                    let child = self.0.len();
                    let file = self.0[id].file.clone();
                    self.0.push(Module { file, parent: Some(id), ..Module::default() });
                    let folder = path.map_or_else(|| folder.join(&name), |path| normal(&beside.join(path)));
                    self.items(child, &folder, items, read)?;
                    child
                } else if let Some(path) = path {
                    let file = normal(&beside.join(path));
                    let folder = file.parent().unwrap_or(Path::new("")).to_owned();
                    self.file(file, folder, Some(id), read)?
                } else {
                    let below = folder.join(&name);
                    let file = below.with_extension("rs");
                    let file = if read(&file).is_some() { file } else { below.join("mod.rs") };
                    self.file(file, below, Some(id), read)?
                };
                self.0[id].children.insert(name, child);
            }
            // Its branches are items of this module.
            Item::Macro(chosen) if chosen.mac.path.segments.last().is_some_and(|name| name.ident == "cfg_if") => {
                for token in chosen.mac.tokens {
                    if let TokenTree::Group(arm) = token
                        && arm.delimiter() == Delimiter::Brace
                    {
                        self.items(id, folder, syn::parse2::<syn::File>(arm.stream())?.items, read)?;
                    }
                }
            }
            item => self.0[id].code(&item),
        }
        Ok(())
    }
}

impl Module {
    fn import(&mut self, import: &ItemUse) {
        if import.leading_colon.is_some() {
            // The import leads to another crate.
            return;
        }
        let is_exported = !matches!(import.vis, Visibility::Inherited);
        self.tree(&import.tree, Vec::new(), is_exported);
    }

    fn tree(&mut self, tree: &UseTree, mut path: Segments, is_exported: bool) {
        match tree {
            UseTree::Path(step) => {
                path.push(step.ident.to_string());
                self.tree(&step.tree, path, is_exported);
            }
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.tree(tree, path.clone(), is_exported)),
            UseTree::Glob(_) => self.globs.push(path),
            UseTree::Name(name) if name.ident == "self" => {
                let name = path.last().cloned().unwrap_or_default();
                self.imports.push(Import { name, path, is_exported });
            }
            UseTree::Name(name) => {
                path.push(name.ident.to_string());
                self.imports.push(Import { name: name.ident.to_string(), path, is_exported });
            }
            UseTree::Rename(rename) => {
                if rename.ident != "self" {
                    path.push(rename.ident.to_string());
                }
                self.imports.push(Import { name: rename.rename.to_string(), path, is_exported });
            }
        }
    }

    /// Records what an item defines and names. Imports inside a function count for the whole module.
    fn code(&mut self, item: &Item) {
        self.items.extend(name(item));
        Imports(self).visit_item(item);
        self.scan(item.to_token_stream());
    }

    /// Collects the paths among tokens, including those in the input of macros.
    fn scan(&mut self, tokens: TokenStream) {
        let mut tokens = tokens.into_iter().peekable();
        let (mut path, mut is_own) = (Segments::new(), false);
        while let Some(token) = tokens.next() {
            // What follows a dot is a method or a field, and what follows `fn` a new name.
            let starts_own = match &token {
                TokenTree::Punct(punct) => punct.as_char() == '.',
                TokenTree::Ident(ident) => ident == "fn",
                _ => false,
            };
            let is_skipped = std::mem::replace(&mut is_own, starts_own);
            match token {
                TokenTree::Ident(_) if is_skipped => {}
                TokenTree::Ident(ident) => {
                    path.push(ident.to_string());
                    let mut colons = 0;
                    while colons < 2 && matches!(tokens.peek(), Some(TokenTree::Punct(p)) if p.as_char() == ':') {
                        tokens.next();
                        colons += 1;
                    }
                    if colons < 2 || !matches!(tokens.peek(), Some(TokenTree::Ident(_))) {
                        self.paths.insert(std::mem::take(&mut path));
                    }
                }
                TokenTree::Group(group) => self.scan(group.stream()),
                _ => {}
            }
        }
    }
}

/// Finds the imports inside functions.
struct Imports<'m>(&'m mut Module);

impl Visit<'_> for Imports<'_> {
    fn visit_item_use(&mut self, import: &ItemUse) {
        self.0.import(import);
    }
}

fn name(item: &Item) -> Option<String> {
    let ident = match item {
        Item::Const(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::Fn(item) => &item.sig.ident,
        Item::Macro(item) => item.ident.as_ref()?,
        Item::Static(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::Type(item) => &item.ident,
        Item::Union(item) => &item.ident,
        _ => return None,
    };
    Some(ident.to_string())
}

/// Whether an item is compiled for tests only.
fn is_test(item: &Item) -> bool {
    let attributes = match item {
        Item::Const(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => return false,
    };
    attributes.iter().any(|attribute| match &attribute.meta {
        Meta::Path(path) => path.is_ident("test"),
        Meta::List(list) if list.path.is_ident("cfg") => {
            let condition = list.tokens.to_string();
            condition == "test" || condition.starts_with("all (test")
        }
        _ => false,
    })
}

/// The file or folder that `#[path]` names.
fn path_attribute(attributes: &[Attribute]) -> Option<String> {
    attributes.iter().find_map(|attribute| match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("path") => match &pair.value {
            Expr::Lit(literal) => match &literal.lit {
                Lit::Str(text) => Some(text.value()),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    })
}

/// A path without `.` and `..`.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(normal.pop()),
            part => normal.push(part),
        }
    }
    normal
}
