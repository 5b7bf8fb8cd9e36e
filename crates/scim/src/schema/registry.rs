use super::definition::{self, DefinitionError};
use super::{Extension, GROUP, ResourceType, Schema, USER};

/// The resource types of a server: the built-in ones, with the extensions that its operator declared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Registry {
    /// Users.
    pub user: &'static ResourceType,
    /// Groups.
    pub group: &'static ResourceType,
}

impl Default for Registry {
    fn default() -> Self {
        Self { user: &USER, group: &GROUP }
    }
}

impl Registry {
    /// The built-in resource types with the extensions that `definitions` declares: JSON text, one definition or a list
    /// of them. A definition is a schema in the form of RFC 7643 §7 (`id`, `name`, `description`, `attributes`), plus
    /// `resourceType` (`User` or `Group`) and `required` (whether every such resource must have it).
    ///
    /// The definitions stay in memory until the process ends, so call this once, at the start.
    ///
    /// # Errors
    /// [`DefinitionError`] says where the text is wrong, and what to write there.
    pub fn with_extensions(definitions: &str) -> Result<Self, DefinitionError> {
        let mut added = (Vec::new(), Vec::new());
        for declared in definition::read(definitions)? {
            let list = if declared.is_of_group { &mut added.1 } else { &mut added.0 };
            list.push(declared.extension);
        }
        let urns = |added: &[Extension]| added.iter().map(|extension| extension.schema.id).collect::<Vec<_>>();
        let (of_users, of_groups) = (urns(&added.0), urns(&added.1));
        Ok(Self { user: extend(&USER, added.0, &of_groups), group: extend(&GROUP, added.1, &of_users) })
    }

    /// All schemas, those of users first.
    pub fn schemas(&self) -> impl Iterator<Item = &'static Schema> + use<> {
        self.user.schemas().chain(self.group.schemas())
    }
}

/// A built-in resource type with added extensions. `others` are the URNs of the other type's schemas.
fn extend(built_in: &ResourceType, added: Vec<Extension>, others: &[&'static str]) -> &'static ResourceType {
    let extensions = Vec::leak(built_in.extensions.iter().copied().chain(added).collect());
    let others = Vec::leak(built_in.others.iter().chain(others).copied().collect());
    Box::leak(Box::new(ResourceType { extensions, others, ..*built_in }))
}
